"""Instants as log lines write them, always in UTC.

Each class keeps the text that it wrote last, because the next line is nearly always of the same second.
"""

from datetime import UTC, datetime
from typing import Final

from livetail.core.clock import SECOND

_LAST_SECOND: Final = 253_402_300_799
"""9999-12-31T23:59:59Z, the last second that `datetime` supports."""

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def civil(instant: int) -> datetime:
    """The date and time in UTC of `instant` (epoch milliseconds), to the second; at most the end of the year 9999."""
    return datetime.fromtimestamp(min(instant // SECOND, _LAST_SECOND), UTC)


class SecondText:
    """An instant (epoch milliseconds) without its milliseconds: `2026-01-31T23:59:59Z`."""

    def __init__(self) -> None:
        self._second = -1
        self._text = ""

    def __call__(self, instant: int) -> str:
        second = instant // SECOND
        if second != self._second:
            self._second = second
            self._text = self.write(civil(instant))
        return self._text

    def write(self, second: datetime) -> str:
        return second.strftime("%Y-%m-%dT%H:%M:%SZ")


class AccessLogTime(SecondText):
    """`31/Jan/2026:23:59:59 +0000`, the time of Apache's and nginx's access logs."""

    def write(self, second: datetime) -> str:
        # Not strftime's %b, whose names depend on the locale.
        return f"{second.day:02d}/{_MONTHS[second.month - 1]}/{second.year}:{second:%H:%M:%S} +0000"


class IsoTime(SecondText):
    """`2026-01-31T23:59:59.123Z`, or with another separator and suffix, as in Java's loggers."""

    def __init__(self, separator: str = "T", suffix: str = "Z") -> None:
        super().__init__()
        self._separator = separator
        self._suffix = suffix
        self._instant = -1
        self._with_milliseconds = ""

    def __call__(self, instant: int) -> str:
        if instant != self._instant:
            self._instant = instant
            self._with_milliseconds = f"{super().__call__(instant)}.{instant % SECOND:03d}{self._suffix}"
        return self._with_milliseconds

    def write(self, second: datetime) -> str:
        return second.strftime(f"%Y-%m-%d{self._separator}%H:%M:%S")
