"""Selectors, `$.users[0].name`: which value of a JSON message a condition is about."""

import re
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Final

from livetail.patterns.scanner import Scanner
from livetail.patterns.subject import Json
from livetail.patterns.syntax import AnyElement, AnyKey, Element, Key, Selector

__all__ = ["MISSING", "Missing", "find_all", "find_one", "has_wildcard", "parse_selector"]


class Missing(Enum):
    """The type of `MISSING`."""

    MISSING = 0


MISSING: Final = Missing.MISSING
"""What a selector gives where the message has nothing."""

Step = Key | AnyKey | Element | AnyElement

_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BRACKETED_KEY = re.compile(r"\['([^']*)'\]")
_POSITION = re.compile(r"\[([0-9]+)\]")
# Ten digits name more elements than a message has characters.
_LONGEST_POSITION = 10


def parse_selector(scanner: Scanner) -> Selector:
    """Read the selector that begins here with `$`.

    Raises:
        InvalidPatternError: it is not one, or has more than one wildcard.
    """
    start = scanner.position
    scanner.take("$")
    steps: list[Step] = []
    wildcards = 0
    while scanner.peek() in (".", "["):
        at = scanner.position
        steps.append(_step(scanner, start))
        wildcards += isinstance(steps[-1], AnyKey | AnyElement)
        if wildcards > 1:
            raise scanner.fault("a selector has at most one wildcard", at=at)
    if not steps:
        raise scanner.fault("a selector goes on with '.key' or '[0]' behind the '$'", at=start)
    return Selector(tuple(steps))


def _step(scanner: Scanner, start: int) -> Step:
    dotted = scanner.take(".")
    if scanner.peek() == "[":
        bracketed = scanner.take_run(_BRACKETED_KEY)
        if bracketed:
            return Key(bracketed[2:-2])
        if not dotted:
            return _element(scanner)
    elif scanner.take("*"):
        return AnyKey()
    else:
        name = scanner.take_run(_KEY)
        if name:
            return Key(name)
    character = scanner.peek()
    if not character or character.isspace() or character in scanner.decisions.generic_fault_characters:
        raise scanner.fault("a key is missing behind the '.'; other keys than letters, digits, - and _ are ['quoted']")
    # AWS quotes all of the selector up to the fault: '$."'.
    raise scanner.fault(
        f"{character!r} is not allowed in a key; write the key as ['key']",
        characters=scanner.text[start : scanner.position + 1],
    )


def _element(scanner: Scanner) -> Element | AnyElement:
    if scanner.take("[*]"):
        return AnyElement()
    at = scanner.position
    position = scanner.take_run(_POSITION)[1:-1].lstrip("0")
    if scanner.position == at:
        raise scanner.fault("brackets hold the position of an element, '*', or a key in single quotation marks")
    if len(position) > _LONGEST_POSITION:
        raise scanner.fault("the position of an element is too large", at=at)
    return Element(int(position or "0"))


def has_wildcard(selector: Selector) -> bool:
    """Whether it may select several values."""
    return any(isinstance(step, AnyKey | AnyElement) for step in selector.steps)


def find_one(selector: Selector) -> Callable[[Json], Json]:
    """A function from the root of a message to what the selector, which has no wildcard, selects; or `MISSING`."""
    return _walk(selector.steps)


def find_all(selector: Selector) -> Callable[[Json], Iterable[Json]]:
    """A function from the root of a message to all that the selector selects, without `MISSING`."""
    wildcard = next((i for i, step in enumerate(selector.steps) if isinstance(step, AnyKey | AnyElement)), None)
    if wildcard is None:
        find = _walk(selector.steps)
        return lambda root: [] if (node := find(root)) is MISSING else [node]
    before, behind = _walk(selector.steps[:wildcard]), _walk(selector.steps[wildcard + 1 :])
    members = isinstance(selector.steps[wildcard], AnyKey)

    def find_each(root: Json) -> Iterable[Json]:
        parent = before(root)
        if members and type(parent) is dict:
            nodes: Iterable[Json] = parent.values()
        elif type(parent) is list and not members:
            nodes = parent
        else:
            return []
        return [found for node in nodes if (found := behind(node)) is not MISSING]

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
