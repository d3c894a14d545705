"""A Live Tail session that a test opens, to check what a producer has written. It needs no SDK."""

import os
import socket
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from threading import Thread
from typing import Any, Literal, Self, TypeAlias

from livetail.control_client import ControlClient
from livetail.errors import LiveTailError
from livetail.session_stream import session_events
from livetail.testing.expecting import wait_for
from livetail.testing.shapes import LogEvent

_End: TypeAlias = LiveTailError | Literal["clean"]


class Tail:
    """An open session. A thread reads it all the time, so it is never a slow client.

    Iterating gives its log events, as they come; it ends with the session.

    Attributes:
        id: the session's id.

    Raises:
        LiveTailError: the session is refused, or ends in an exception.
        LiveTailTimeoutError: no log event came within `timeout` real seconds.
    """

    def __init__(self, client: ControlClient, parameters: dict[str, Any], region: str, timeout: float) -> None:
        self._client = client
        self._timeout = timeout
        self._arrived: deque[LogEvent] = deque()
        self._end: _End | None = None
        with ExitStack() as opened:
            response = opened.enter_context(client.start_live_tail(parameters, region))
            # The same socket once more, since `close` has to wake the thread that reads the response.
            self._socket = opened.enter_context(socket.socket(fileno=os.dup(response.fileno())))
            self._events = session_events(response)
            start = next((event for kind, event in self._events if kind == "sessionStart"), None)
            if start is None:
                raise LiveTailError("the session ended before its sessionStart")
            self.id = str(start["sessionId"])
            self._opened = opened.pop_all()
        self._reader = Thread(target=self._read, name="livetail-tail", daemon=True)
        self._reader.start()

    def __iter__(self) -> Iterator[LogEvent]:
        return iter(self._next, None)

    def next_event(self) -> LogEvent:
        """The next log event. Raises LiveTailError if the session has ended."""
        event = self._next()
        if event is None:
            raise LiveTailError(f"session {self.id} has ended, and has delivered no further log event")
        return event

    def messages(self, count: int) -> list[str]:
        """The messages of the next `count` log events."""
        return [self.next_event()["message"] for _ in range(count)]

    def close(self) -> None:
        """Close the session. May be called more than once."""
        with suppress(OSError):  # it is closed
            self._socket.shutdown(socket.SHUT_RDWR)
        self._reader.join()
        self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _next(self) -> LogEvent | None:
        found: LogEvent | _End = wait_for(self._client, self._look, self._timeout, "no log event")
        if isinstance(found, LiveTailError):
            raise found
        return None if found == "clean" else found

    def _look(self) -> LogEvent | _End | None:
        """The next log event that has arrived, else how the session ended, else None."""
        end = self._end  # read first: the last log event arrives before it
        return self._arrived.popleft() if self._arrived else end

    def _read(self) -> None:
        try:
            for kind, event in self._events:
                if kind == "sessionUpdate":
                    self._arrived.extend(event["sessionResults"])
        except LiveTailError as error:
            self._end = error
        else:
            self._end = "clean"


def iterate(tail: Tail) -> Iterator[LogEvent]:
    """The log events of a tail; it is closed with the iterator, also when a loop ends early."""

    def events() -> Iterator[LogEvent | None]:
        with tail:
            yield None
            yield from tail

    generator = events()
    next(generator)  # enters its `with` block, which the garbage collector then exits
    return (event for event in generator if event is not None)
