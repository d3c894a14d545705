"""Selectors, `$.users[0].name`: which value of a JSON message a condition is about."""

import re
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Final

from livetail.patterns.scanner import Scanner
from livetail.patterns.subject import Json
from livetail.patterns.syntax import Element, Key, Selector, Step, Wildcard


class Missing(Enum):
    """The type of `MISSING`."""

    MISSING = 0


MISSING: Final = Missing.MISSING
"""What a selector gives where the message has nothing."""

_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BRACKETED_KEY = re.compile(r"\['([^']*)'\]")
_POSITION = re.compile(r"\[([0-9]+)\]")
# Ten digits name more elements than a message has characters.
_MAX_POSITION_DIGITS = 10
_SEVERAL_WILDCARDS = (
    "Your filter pattern has a JSON path selector that exceeds the maximum of 1 wildcard allowed per json selector."
)


def parse_selector(scanner: Scanner) -> Selector:
    """Read the selector that begins here with `$`.

    Raises:
        InvalidPatternError: it is not one.
    """
    start = scanner.position
    scanner.take("$")
    steps: list[Step] = []
    wildcards = 0
    while scanner.peek() in (".", "["):
        at = scanner.position
        steps.append(_step(scanner))
        wildcards += isinstance(steps[-1], Wildcard)
        if wildcards == 2:
            scanner.note_limit(scanner.error("a selector has at most one wildcard", at=at, text=_SEVERAL_WILDCARDS))
    if not steps:
        raise scanner.error("'$' must be followed by '.key' or '[0]'", at=start)
    return Selector(tuple(steps))


def _step(scanner: Scanner) -> Step:
    dotted = scanner.take(".")
    if scanner.peek() == "[":
        bracketed = scanner.take_run(_BRACKETED_KEY)
        if bracketed:
            return Key(bracketed[2:-2])
        if not dotted:
            return _element(scanner)
    elif scanner.take("*"):
        return Wildcard.ANY_KEY
    else:
        name = scanner.take_run(_KEY)
        if name:
            return Key(name)
    character = scanner.peek()
    if not character or character.isspace():
        raise scanner.error("a key is missing after the '.'; other keys than letters, digits, - and _ are ['quoted']")
    raise scanner.error(f"{character!r} is not allowed in a key; write the key as ['key']")


def _element(scanner: Scanner) -> Element | Wildcard:
    if scanner.take("[*]"):
        return Wildcard.ANY_ELEMENT
    at = scanner.position
    position = scanner.take_run(_POSITION)[1:-1].lstrip("0")
    if scanner.position == at:
        raise scanner.error("brackets hold the position of an element, '*', or a key in single quotation marks")
    if len(position) > _MAX_POSITION_DIGITS:
        raise scanner.error("the position of an element is too large", at=at)
    return Element(int(position or "0"))


def find_one(selector: Selector) -> Callable[[Json], Json]:
    """A function from the root of a message to what the selector, which has no wildcard, selects; or `MISSING`."""
    return _walk(selector.steps)


def find_all(selector: Selector) -> Callable[[Json], Iterable[Json]]:
    """A function from the root of a message to all that the selector selects, without `MISSING`."""
    wildcard = next((i for i, step in enumerate(selector.steps) if isinstance(step, Wildcard)), None)
    if wildcard is None:
        find = _walk(selector.steps)
        return lambda root: [] if (node := find(root)) is MISSING else [node]
    find_parent, find_rest = _walk(selector.steps[:wildcard]), _walk(selector.steps[wildcard + 1 :])
    elements = selector.steps[wildcard] is Wildcard.ANY_ELEMENT

    def find_each(root: Json) -> Iterable[Json]:
        parent = find_parent(root)
        nodes: Iterable[Json] = ()
        if type(parent) is dict:
            # AWS goes through the members of an object for `[*]` too (recorded).
            nodes = parent.values()
        elif type(parent) is list and elements:
            nodes = parent
        return [found for node in nodes if (found := find_rest(node)) is not MISSING]

    return find_each


def _walk(steps: tuple[Step, ...]) -> Callable[[Json], Json]:
    path: list[str | int] = []
    for step in steps:
        if isinstance(step, Key):
            path.append(step.name)
        elif isinstance(step, Element):
            path.append(step.position)
    if len(path) == 1 and isinstance(path[0], str):
        name = path[0]
        # The usual selector, $.key.
        return lambda root: root.get(name, MISSING) if type(root) is dict else MISSING

    def walk(node: Json) -> Json:
        for step in path:
            if isinstance(step, str):
                if type(node) is not dict:
                    return MISSING
                node = node.get(step, MISSING)
            else:
                if type(node) is not list or step >= len(node):
                    return MISSING
                node = node[step]
        return node

    return walk
