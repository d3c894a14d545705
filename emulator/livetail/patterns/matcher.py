"""A compiled pattern, whatever its kind; and why a message matches it or not."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from livetail.core.unicode import well_formed
from livetail.patterns.subject import Json, Subject

_MAX_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """What one condition, or one term, found in a message.

    Attributes:
        condition: as in the pattern, such as `$.status >= 500` or `-DEBUG`.
        holds: None for optional terms beside others, which are ignored.
        reason: what was found, as a part of a sentence: `"503" is a string`.
    """

    condition: str
    holds: bool | None
    reason: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a message matches a pattern or not.

    Attributes:
        findings: each condition or term, in the order of the pattern. Empty if `note` has the reason why none was
            tried.
        note: the reason for the result instead of conditions, such as that the message is not JSON.
        extracted: the fields of the message as TestMetricFilter names them (`$ip`, `$3`), also where it does not match;
            empty for patterns that are not space-delimited.
    """

    kind: Literal["terms", "json", "space"]
    matches: bool
    findings: list[Finding] = field(default_factory=list)
    note: str | None = None
    extracted: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Matcher:
    """A compiled filter pattern; there is a subclass for each kind.

    Attributes:
        pattern: its text, as given.
        matches: whether a message matches. Never raises: a message that the pattern cannot read does not match.
        matches_everything: whether it matches every message, so that no message has to be read.
    """

    pattern: str
    matches: Callable[[Subject], bool]
    matches_everything: bool

    def extract(self, subject: Subject) -> dict[str, str]:
        """The values that TestMetricFilter reports for a message that matches; empty for most kinds."""
        return {}

    def explain(self, subject: Subject) -> Explanation:
        """Why a message matches or not: what each condition, or each term, found."""
        raise NotImplementedError

    def find_terms(self, encoded: bytes) -> list[tuple[int, int]]:
        """The spans (start, end) in bytes of a pattern's terms in a message in UTF-8, from left to right, without
        overlaps. Empty for patterns of other kinds, and for terms that are excluded or ignored."""
        return []


def shown(node: Json) -> str:
    """A value in a few characters."""
    if isinstance(node, dict):
        return "an object"
    if isinstance(node, list):
        return "an array"
    if isinstance(node, str):
        node = node[: _MAX_SHOWN + 1]  # the rest is not shown, and may be long
    text = node.decode() if isinstance(node, bytes) else well_formed(json.dumps(node, ensure_ascii=False))
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"
