"""What a fault rule is once it has been checked: for whom, when, how often, and what then happens.

This is all that is needed while no rule is in force; reading rules, with the tables of effects and presets, is
`livetail.faults.rule`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase
from typing import Any, Final

from livetail.core.clock import SECOND

__all__ = ["ANY_OPERATION", "START_LIVE_TAIL", "After", "Effect", "FaultError", "FaultRule", "Place"]

START_LIVE_TAIL: Final = "StartLiveTail"
ANY_OPERATION: Final = "*"


class Place(Enum):
    """Where an effect acts."""

    REQUEST = "a request"
    """Before or instead of the answer; once per request."""

    OPENING = "the first message of a tail"
    """Once per session."""

    SESSION = "a running tail"
    """Between two messages, as soon as it is due; once per session."""

    MESSAGE = "the messages of a tail"
    """On each message from then on, until `times` is used up."""

    MODE = "a tail from then on"
    """From then on to the end of the session; once per session."""


class After(Enum):
    """What a rule waits for."""

    NOTHING = "nothing"
    REQUESTS = "requests"
    UPDATES = "updates"
    SECONDS = "seconds"


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect with the values of all its keys."""

    type: str
    values: Mapping[str, Any]

    def text(self, name: str) -> str:
        """The value of a text that is always there."""
        return str(self.values[name])

    def optional_text(self, name: str) -> str | None:
        value = self.values[name]
        return None if value is None else str(value)

    def whole(self, name: str) -> int:
        """The value of a whole number that is always there."""
        return int(self.values[name])

    def optional_whole(self, name: str) -> int | None:
        value = self.values[name]
        return None if value is None else int(value)

    def number(self, name: str) -> float:
        return float(self.values[name])

    def switch(self, name: str) -> bool:
        return bool(self.values[name])

    @property
    def milliseconds(self) -> int:
        """The `seconds` of an effect that takes time, in milliseconds."""
        return round(self.number("seconds") * SECOND)


class FaultError(Exception):
    """A mapping is no fault rule; `str()` is all that is wrong with it.

    Attributes:
        faults: a sentence for each fault.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))


@dataclass(frozen=True, slots=True)
class FaultRule:
    """A rule, checked.

    Attributes:
        operation: the name of an operation, or `*`.
        log_group: a glob for names of log groups, None for all requests.
        after, amount: what it waits for: so many requests, updates, or milliseconds.
        times: how often it fires in all; 0 is always.
        probability: of firing when it could.
        effect: what then happens, at `place`.
        given: its JSON form as it was given, in camelCase.
    """

    operation: str
    log_group: str | None
    after: After
    amount: int
    times: int
    probability: float
    effect: Effect
    place: Place
    given: Mapping[str, Any]

    def matched_group(self, log_groups: Sequence[str]) -> str | None:
        """The first of these names that the rule is about, None if it is about none of them."""
        pattern = self.log_group
        return next((name for name in log_groups if pattern is None or fnmatchcase(name, pattern)), None)

    def matches(self, operation: str, log_groups: Sequence[str]) -> bool:
        """Whether the rule is about a request for these log groups, given by name.

        A rule with `where` is about no request that names no log group.
        """
        if self.operation not in (ANY_OPERATION, operation):
            return False
        return self.log_group is None or self.matched_group(log_groups) is not None
