"""A pattern that is ready to be used, and the cache that lets equal patterns share one."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from livetail.patterns.subject import Subject
    from livetail.patterns.syntax import Pattern

_MAX_CACHED = 64


@dataclass(frozen=True, slots=True, eq=False)
class Matcher:
    """A filter pattern, ready to be used.

    Attributes:
        pattern: its text, as given.
        syntax: its parsed form.
        matches_everything: whether it passes every message, so that none need be looked at.
        matches: whether a message matches. Never raises: a message that the pattern cannot read does not match.
        extract: the values that TestMetricFilter reports for a message: `$name` and `$1` for fields, `$.key` for what
            selectors found. Empty for terms, and for a message that does not match.
    """

    pattern: str
    syntax: "Pattern"
    matches_everything: bool
    matches: "Callable[[Subject], bool]"
    extract: "Callable[[Subject], dict[str, str]]"


@lru_cache(maxsize=_MAX_CACHED)
def compile(pattern: str) -> Matcher:
    """A matcher for the pattern; equal patterns share one while it is among the latest ones.

    The length is not checked here: the limit of 1,024 characters belongs to the parameters of the API.

    Raises:
        InvalidPatternError: AWS would refuse the pattern.
    """
    # Imported late: the parsers cost several milliseconds, and many runs never see a pattern.
    from livetail.patterns.compiler import build

    return build(pattern)
