"""What the tables of these tests are read with."""

import pytest

from livetail.patterns import InvalidPatternError, Subject, compile
from livetail.patterns.compiler import build
from livetail.patterns.decisions import Decisions

__all__ = ["matches", "refusal", "under"]


def matches(pattern: str, message: str) -> bool:
    return compile(pattern).matches(Subject(message))


def under(decisions: Decisions, pattern: str, message: str) -> bool:
    """Whether the message matches if AWS decides otherwise."""
    return build(pattern, decisions).matches(Subject(message))


def refusal(pattern: str) -> InvalidPatternError:
    with pytest.raises(InvalidPatternError) as raised:
        compile(pattern)
    return raised.value
