"""The Date of an answer, by the emulator's own clock: SDKs correct their clocks by it, and runs that repeat need it
to."""

from wsgiref.handlers import format_date_time

__all__ = ["HttpDate"]


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
