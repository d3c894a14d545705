"""Numbers as texts, compared exactly.

A message may hold an integer beyond 2**53 or a decimal fraction; floats would call different numbers equal. `Decimal`
keeps every digit, reads in linear time and compares without expanding exponents, so 1e999999999 costs nothing.
"""

import re
from decimal import Decimal

# The documentation: an optional sign, an integer or a decimal, an optional exponent with an optional sign.
# No two parts can take the same digits, so that a long text which is almost a number is not tried in many ways.
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
# Decimal takes exponents below 10**18.
_MAX_EXPONENT_DIGITS = 17


def is_number(text: str) -> bool:
    """Whether `text` is a number of the pattern language: `123`, `-12.50`, `.5`, `1e+3`."""
    return _NUMBER.fullmatch(text) is not None


def number_value(text: str) -> Decimal:
    """The value of a text for which `is_number` holds. Exponents of 18 digits and more give infinity or zero."""
    mantissa, _, exponent = text.lower().partition("e")
    if len(exponent.lstrip("+-0")) <= _MAX_EXPONENT_DIGITS:
        return Decimal(text)
    if exponent.startswith("-") or not mantissa.strip("+-0."):
        return Decimal(0)
    return Decimal("-Infinity" if mantissa.startswith("-") else "Infinity")
