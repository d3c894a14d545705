"""The Date of a response.

It is the real time, whatever the emulator's clock says: SDKs take a Date that is minutes off for the reason of an
error, correct their clocks by it and try again, so that an AccessDeniedException would not reach the program. Only
where signatures are checked, which is done by the emulator's clock, is it the time of that clock.
"""

from wsgiref.handlers import format_date_time


class HttpDate:
    """Formats dates, and remembers the last one: within a second there are many answers."""

    def __init__(self) -> None:
        self._second = -1
        self._text = b""

    def at(self, now: int) -> bytes:
        """The date at `now` (epoch milliseconds) as HTTP writes it."""
        second = now // 1000
        if second != self._second:
            self._second = second
            self._text = format_date_time(second).encode()
        return self._text
