"""Tests of a text or of a number against the value of a condition."""

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from livetail.patterns.numbers import is_number, number_reader
from livetail.patterns.regex import text_search
from livetail.patterns.syntax import Regex, Value, Word

if TYPE_CHECKING:
    from decimal import Decimal

    from livetail.patterns.decisions import Decisions

__all__ = ["TextTest", "cost", "literal_parts", "number_test", "numeric_literal", "text_test"]

TextTest = Callable[[str], bool]

_COMPARE = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def numeric_literal(value: Value) -> str | None:
    """The text of an unquoted number; None for every other value."""
    return value.text if isinstance(value, Word) and is_number(value.text) else None


def number_test(comparison: str, literal: str) -> TextTest:
    """Whether a text, which is a number, compares so with the number `literal`."""
    read = number_reader()
    compare: Callable[[Decimal, Decimal], bool] = _COMPARE[comparison]
    bound = read(literal)

    def test(text: str) -> bool:
        return compare(read(text), bound)

    return test


def text_test(value: Value, decisions: "Decisions", inner_star: Literal["literal", "wildcard"]) -> TextTest:
    """Whether a text equals the value, with its `*`, or is found by its regular expression.

    `inner_star` says what a `*` between other characters means; at the beginning and at the end it is a wildcard.
    """
    if isinstance(value, Regex):
        return text_search(value.body, decisions)
    wanted = value.text
    if "*" not in wanted:
        return wanted.__eq__
    core = wanted.strip("*")
    if "*" in core and inner_star == "wildcard":
        return _glob(wanted, leftmost=decisions.leftmost_suffix)
    if not wanted.startswith("*"):
        prefix = wanted.rstrip("*")
        return wanted.__eq__ if prefix == wanted else lambda text: text.startswith(prefix)
    if wanted.endswith("*"):
        return lambda text: core in text
    if decisions.leftmost_suffix:
        return lambda text: core in text and text.index(core) + len(core) == len(text)
    return lambda text: text.endswith(core)


def _glob(wanted: str, *, leftmost: bool) -> TextTest:
    """A test in which every `*` is a wildcard. Each part is looked for once, from the left, without going back."""
    prefix, *middle, suffix = wanted.split("*")

    def test(text: str) -> bool:
        if not text.startswith(prefix):
            return False
        position = len(prefix)
        for part in middle:
            found = text.find(part, position)
            if found < 0:
                return False
            position = found + len(part)
        if leftmost and suffix:
            found = text.find(suffix, position)
            return found >= 0 and found + len(suffix) == len(text)
        return len(text) - len(suffix) >= position and text.endswith(suffix)

    return test


def literal_parts(value: Value) -> frozenset[str]:
    """Texts that must stand in a text which equals the value."""
    if isinstance(value, Regex):
        return frozenset()
    return frozenset(part for part in value.text.split("*") if part)


def cost(value: Value) -> int:
    """How dear a comparison with the value is, roughly, next to finding what to compare (1)."""
    if isinstance(value, Regex):
        return 20
    return 3 if numeric_literal(value) is not None else 1
