"""Instants as log lines write them, always in UTC.

Each class keeps the text of the last second that it wrote, because the next line is nearly always of the same one.
"""

from datetime import UTC, datetime

from livetail.core.clock import SECOND

_LAST_SECOND = 253_402_300_799
"""9999-12-31T23:59:59Z, the last second that `datetime` knows."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def civil(instant: int) -> datetime:
    """The date and time in UTC of `instant` (epoch milliseconds), to the second; at most the end of the year 9999."""
    return datetime.fromtimestamp(min(instant // SECOND, _LAST_SECOND), UTC)


class IsoTime:
    """`2026-01-31T23:59:59.123Z`, or with other text between and behind, as Java's loggers want it."""

    def __init__(self, separator: str = "T", suffix: str = "Z", *, milliseconds: bool = True) -> None:
        self._separator = separator
        self._suffix = suffix
        self._milliseconds = milliseconds
        self._second = -1
        self._prefix = ""
        self._instant = -1
        self._text = ""

    def __call__(self, instant: int) -> str:
        if instant == self._instant:
            return self._text
        second, milliseconds = divmod(instant, SECOND)
        if second != self._second:
            self._second = second
            self._prefix = civil(instant).strftime(f"%Y-%m-%d{self._separator}%H:%M:%S")
        self._instant = instant
        self._text = (
            f"{self._prefix}.{milliseconds:03d}{self._suffix}" if self._milliseconds else self._prefix + self._suffix
        )
        return self._text


class AccessLogTime:
    """`31/Jan/2026:23:59:59 +0000`, the time of Apache's and nginx's access logs."""

    def __init__(self) -> None:
        self._second = -1
        self._text = ""

    def __call__(self, instant: int) -> str:
        second = instant // SECOND
        if second != self._second:
            self._second = second
            now = civil(instant)
            # Not strftime's %b: these names are English in whatever locale the emulator runs.
            self._text = f"{now.day:02d}/{_MONTHS[now.month - 1]}/{now.year}:{now:%H:%M:%S} +0000"
        return self._text
