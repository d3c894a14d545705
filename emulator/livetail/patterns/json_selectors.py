"""The selectors of JSON patterns, `$.key[0].*`: paths from the root of a message to one value or to several."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from livetail.patterns.subject import Json
from livetail.patterns.tokens import Tokens

MISSING: Final = object()
"""The result of a selector that finds nothing."""

_STEP = re.compile(
    r"\.(?P<key>[A-Za-z0-9_-]+)|\.?\['(?P<quoted_key>[^']*)'\]|\[(?P<position>[0-9]+)\]|(?P<wildcard>\.\*|\[\*\])"
)
# Ten digits name more elements than a message has characters.
_MAX_POSITION_DIGITS = 10
_SEVERAL_WILDCARDS = (
    "Your filter pattern has a JSON path selector that exceeds the maximum of 1 wildcard allowed per json selector."
)


class Wildcard(Enum):
    """Each member of an object; or each element of an array and each member of an object."""

    ANY_KEY = ".*"
    ANY_ELEMENT = "[*]"


Step = str | int | Wildcard
"""A key, the position of an element from 0, or a wildcard."""


@dataclass(frozen=True, slots=True)
class Selector:
    """The steps from the root of a message to a value, or to several with a wildcard, and their text in the pattern."""

    written: str
    steps: Sequence[Step]

    @property
    def has_wildcard(self) -> bool:
        return any(isinstance(step, Wildcard) for step in self.steps)

    def find_one(self, node: Any) -> Json:
        """The value that a selector without a wildcard finds below a root; `MISSING` if there is none."""
        step: Any
        for step in self.steps:
            if type(node) is not (dict if type(step) is str else list):
                return MISSING
            try:
                node = node[step]
            except LookupError:
                return MISSING
        return node

    def find_all(self, root: Json) -> list[Json]:
        """All values that the selector finds."""
        nodes = [root]
        for step in self.steps:
            nodes = _step(nodes, step)
        return nodes


def _step(nodes: list[Any], step: Step) -> list[Json]:
    """The values that one step finds in each of some nodes."""
    if isinstance(step, str):
        return [node[step] for node in nodes if type(node) is dict and step in node]
    if isinstance(step, int):
        return [node[step] for node in nodes if type(node) is list and step < len(node)]
    found: list[Json] = []
    for node in nodes:
        # AWS goes through the members of an object for `[*]` too (recorded).
        if type(node) is dict:
            found += node.values()
        elif type(node) is list and step is Wildcard.ANY_ELEMENT:
            found += node
    return found


def take_selector(tokens: Tokens) -> Selector:
    """Read the selector here, and move past it.

    Raises:
        InvalidPatternError: the position of an element is too large.
    """
    steps: list[Step] = []
    for found in _STEP.finditer(tokens.next):
        kind = found.lastgroup or ""
        text = found[kind]
        at = tokens.position + found.start()
        if kind == "wildcard":
            if any(isinstance(step, Wildcard) for step in steps):
                tokens.exceed_limit("a selector has at most one wildcard", _SEVERAL_WILDCARDS, at)
            steps.append(Wildcard(text))
        elif kind == "position":
            digits = text.lstrip("0") or "0"
            if len(digits) > _MAX_POSITION_DIGITS:
                raise tokens.error("the position of an element is too large", at=at)
            steps.append(int(digits))
        else:
            steps.append(text)
    return Selector(tokens.advance(), steps)
