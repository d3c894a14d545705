"""The values in a pattern, and tests of a text or of a number against them.

Numbers are compared exactly, from their text. A message may hold an integer beyond 2**53 or a decimal fraction; floats
would call different numbers equal. `Decimal` keeps every digit, reads in linear time and compares without expanding
exponents, so 1e999999999 costs nothing.
"""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from livetail.core.unicode import utf8
from livetail.patterns.regex import Regex

TextTest = Callable[[str], bool]

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

# The documentation: an optional sign, an integer or a decimal, an optional exponent with an optional sign.
# No two parts can take the same digits, so that a long text which is almost a number is not tried in many ways.
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
# Decimal takes exponents below 10**18.
_MAX_EXPONENT_DIGITS = 17


@dataclass(frozen=True, slots=True)
class Value:
    """A word, a text in double quotation marks or a regular expression, as written and as it is used.

    `text` is without quotation marks and escapes; it is unused for a regular expression.
    """

    written: str
    text: str = ""
    regex: Regex | None = None


def is_number(text: str) -> bool:
    """Whether `text` is a number of the pattern language: `123`, `-12.50`, `.5`, `1e+3`."""
    return _NUMBER.fullmatch(text) is not None


def number_test(comparison: str, literal: str) -> Callable[[str | bytes], bool]:
    """A test whether a number, as text or bytes, compares so with the number `literal`."""
    compare = _COMPARE[comparison]
    nearest_float, exact = float(literal), _exact(literal)

    def test(number: str | bytes) -> bool:
        # Floats are quicker. Rounding keeps the order, so only numbers with equal floats need the exact comparison.
        rounded = float(number)
        if rounded != nearest_float:
            return compare(rounded, nearest_float)
        return compare(_exact(number if isinstance(number, str) else number.decode()), exact)

    return test


def _exact(number: str) -> Decimal:
    """The value of a number. Exponents of 18 digits and more give infinity or zero."""
    if len(number) <= _MAX_EXPONENT_DIGITS:
        return Decimal(number)  # the usual number: its exponent, if any, has fewer digits
    mantissa, _, exponent = number.lower().partition("e")
    if len(exponent.lstrip("+-0")) <= _MAX_EXPONENT_DIGITS:
        return Decimal(number)
    if exponent.startswith("-") or not mantissa.strip("+-0."):
        return Decimal(0)
    return Decimal("-Infinity" if mantissa.startswith("-") else "Infinity")


def text_test(value: Value, *, inner_wildcards: bool = False) -> TextTest:
    """A test whether a text equals the value, with its `*`, or matches its regular expression.

    At the beginning and at the end, `*` is a wildcard. Between other characters it is one only with `inner_wildcards`,
    as observed for numbers; in texts it is an ordinary character there (AWS's documentation of 2018).
    """
    if value.regex is not None:
        search = value.regex.search
        return lambda text: search(utf8(text))
    wanted = value.text
    parts = wanted.split("*")
    if not inner_wildcards:
        parts = [*[""] * wanted.startswith("*"), wanted.strip("*"), *[""] * wanted.endswith("*")]
    if len(parts) == 1:
        return wanted.__eq__
    prefix, *middle, suffix = parts

    def test(text: str) -> bool:
        if not text.startswith(prefix):
            return False
        position = len(prefix)
        # AWS searches each part once, from the left (observed: `*111.111.111` does not match 111.111.111.111).
        for part in middle:
            found = text.find(part, position)
            if found < 0:
                return False
            position = found + len(part)
        return not suffix or (found := text.find(suffix, position)) >= 0 and found + len(suffix) == len(text)

    return test


def literal_parts(operator: str, value: Value) -> frozenset[str]:
    """Texts that every text with a true comparison contains; none for a number, as it has several spellings."""
    if operator != "=" or value.regex is not None or is_number(value.written):
        return frozenset()
    return frozenset(filter(None, value.text.split("*")))
