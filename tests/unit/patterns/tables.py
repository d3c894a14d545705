"""What the tables of these tests are read with."""

import pytest

from livetail.patterns import InvalidPatternError, Subject, compile

__all__ = ["matches", "refusal"]


def matches(pattern: str, message: str) -> bool:
    return compile(pattern).matches(Subject(message))


def refusal(pattern: str) -> InvalidPatternError:
    with pytest.raises(InvalidPatternError) as raised:
        compile(pattern)
    return raised.value
