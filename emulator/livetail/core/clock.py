"""Time: epoch milliseconds from a `Clock`, and durations in milliseconds, also as people write them: `90s`, `1h30m`.

The clocks that follow the real time are in `livetail.server.clocks`; a manual clock is pure, since it does not read the
time of the machine.
"""

import re
from typing import Final, Protocol

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

MAX_INSTANT: Final = 253_402_300_799_999
"""The last millisecond of the year 9999, the last one that the formats of dates can write."""

_UNITS = {"d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND, "ms": 1}
_DURATION = re.compile(
    r"(?:(?P<d>\d{1,6})d)?(?:(?P<h>\d{1,6})h)?(?:(?P<m>\d{1,6})m(?!s))?(?:(?P<s>\d{1,9}(?:\.\d{1,3})?)s)?(?:(?P<ms>\d{1,12})ms)?",
    re.ASCII,
)


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
        """Set the time to `instant` (epoch milliseconds); ValueError before the present and after the year 9999."""
        if instant > MAX_INSTANT:
            raise ValueError("time ends with the year 9999")
        if instant < self._now:
            raise ValueError(f"time cannot go back from {self._now} to {instant}")
        self._now = instant

    def reset(self) -> None:
        """Set the time back to where it started."""
        self._now = self._start


def parse_duration(text: str) -> int:
    """The milliseconds that `text` stands for: numbers with the units d, h, m, s, ms, the largest first.

    Seconds may have up to three decimals. Raises ValueError for all other texts.
    """
    found = _DURATION.fullmatch(text.strip())
    parts = {unit: value for unit, value in found.groupdict().items() if value} if found else {}
    if not parts:
        raise ValueError(f"{text!r} is not a duration such as '250ms', '90s', '15m' or '1h30m'")
    total = 0
    for unit, value in parts.items():
        whole, _, decimals = value.partition(".")
        total += int(whole) * _UNITS[unit] + int(decimals.ljust(3, "0") if decimals else "0")
    return total
