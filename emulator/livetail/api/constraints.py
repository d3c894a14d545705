"""How the constraints of AWS's model are written on the members of a request.

One annotation serves twice: msgspec enforces it while it decodes, and `livetail.api.validation` reads it back to name
what is wrong. msgspec searches with its patterns where AWS matches the whole of a text, and Python's classes are wider
than those of Java; so a pattern is kept in both forms.
"""

from msgspec import Meta

from livetail.core.limits import python_pattern

INTEGER = "Integer"
LONG = "Long"
INVALID_ARN = "Invalid resourceArn"
NAME_TOO_LONG = "Invalid LogGroup or LogStream, both must have length less than or equal to 512."

INTEGER_RANGES = {INTEGER: (-(2**31), 2**31 - 1), LONG: (-(2**63), 2**63 - 1)}


def text(minimum: int | None = None, maximum: int | None = None, pattern: str | None = None, **texts: str) -> Meta:
    """A string: how many characters it may have, and AWS's pattern that the whole of it must match.

    Args:
        texts: AWS's own texts instead of those of its framework: `too_long`, `not_matching`.
    """
    if pattern is None:
        return Meta(min_length=minimum, max_length=maximum)
    extra = {"pattern": pattern, **texts}
    return Meta(min_length=minimum, max_length=maximum, pattern=python_pattern(pattern), extra=extra)


def integer(minimum: int | None = None, maximum: int | None = None) -> Meta:
    """A number of 32 bits, and the range within that."""
    return _number(INTEGER, minimum, maximum)


def long(minimum: int | None = None, maximum: int | None = None) -> Meta:
    """A number of 64 bits, and the range within that."""
    return _number(LONG, minimum, maximum)


def items(minimum: int | None = None, maximum: int | None = None) -> Meta:
    """A list or a map: how many elements or entries it may have."""
    return Meta(min_length=minimum, max_length=maximum)


def _number(kind: str, minimum: int | None, maximum: int | None) -> Meta:
    lowest, highest = INTEGER_RANGES[kind]
    return Meta(
        ge=lowest if minimum is None else minimum,
        le=highest if maximum is None else maximum,
        extra={"type": kind},
    )
