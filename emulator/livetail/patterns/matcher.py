"""What a pattern becomes: a matcher, whatever its kind, or an error; and why a message matches or not."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from livetail.core.unicode import well_formed
from livetail.patterns.subject import Json, Subject

_MAX_SHOWN = 60


@dataclass(eq=False)
class InvalidPatternError(Exception):
    """A filter pattern is not valid; `str()` has the column and the reason, `message()` is AWS's text.

    Attributes:
        column: where in the pattern, counted in characters from 1; one past the end where something is missing there.
        reason: one sentence for a person, without the full stop.
        term: the term in AWS's text `Invalid character(s) in term '…'`. Without `term` and `text` it is generic.
        text: AWS's whole text.
        by_metric_filters: only the operations on metric filters name the term.
    """

    column: int
    reason: str
    term: str | None = None
    text: str | None = None
    by_metric_filters: bool = False

    def __str__(self) -> str:
        return f"column {self.column}: {self.reason}"

    def message(self, subject: Literal["filter pattern", "metric filter pattern"] = "filter pattern") -> str:
        """AWS's text: of FilterLogEvents, or of the operations on metric filters.

        Characters beyond Latin-1 show as `?`: recorded are `%café` as it is and typographic quotation marks as `?`.
        """
        if self.text is not None:
            return self.text
        if self.term is not None and (subject == "metric filter pattern" or not self.by_metric_filters):
            return f"Invalid character(s) in term '{self.term.encode('latin-1', 'replace').decode('latin-1')}'"
        return f"Invalid {subject}"


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
