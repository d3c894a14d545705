"""Time: epoch milliseconds from a `Clock`, and durations in milliseconds.

The clocks that follow the real time are in `livetail.server.clocks`; only a clock that stands still is pure.
"""

from typing import Final, Protocol

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

MAX_INSTANT: Final = 253_402_300_799_999
"""The last millisecond of the year 9999, which is as far as the formats of dates go."""


class Clock(Protocol):
    """A source of time. It runs backwards only where the clock of the machine is set back."""

    def now(self) -> int:
        """The time in milliseconds since 1970-01-01T00:00:00Z."""
        ...


class ManualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: int) -> None:
        self._start = start
        self._now = start

    def now(self) -> int:
        return self._now

    def move_to(self, instant: int) -> None:
        """Set the time to `instant` (epoch milliseconds).

        Raises:
            ValueError: the instant lies before the present, or after the year 9999.
        """
        if instant > MAX_INSTANT:
            raise ValueError("time ends with the year 9999")
        if instant < self._now:
            raise ValueError(f"time cannot go back from {self._now} to {instant}")
        self._now = instant

    def reset(self) -> None:
        """Set the time back to where it started."""
        self._now = self._start
