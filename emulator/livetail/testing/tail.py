"""A Live Tail session that a test opens, to check what a producer has written. It needs no SDK."""

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Self

from livetail.control_client import ControlClient
from livetail.errors import LiveTailError, LiveTailTimeoutError
from livetail.session_stream import session_events
from livetail.testing.shapes import LogEvent
from livetail.testing.waiting import situation


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
        self._arrived: SimpleQueue[LogEvent | LiveTailError | None] = SimpleQueue()
        with ExitStack() as opened:
            response = opened.enter_context(client.start_live_tail(parameters, region))
            self._socket = opened.enter_context(socket.socket(fileno=os.dup(response.fileno())))
            self._events = session_events(response)
            self.id = self._read_start()
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
        try:
            found = self._arrived.get(timeout=0.001)
        except Empty:
            clock = self._client.request("GET", "/clock")
            try:
                found = self._arrived.get(timeout=self._timeout)
            except Empty:
                others = situation(self._client, clock)
                raise LiveTailTimeoutError(f"no log event within {self._timeout:g} s; {others}") from None
        if isinstance(found, LiveTailError):
            raise found
        if found is None:
            self._arrived.put(None)  # for the next call
        return found

    def _read(self) -> None:
        try:
            for kind, event in self._events:
                for log_event in event["sessionResults"] if kind == "sessionUpdate" else ():
                    self._arrived.put(log_event)
        except LiveTailError as error:
            self._arrived.put(error)
        self._arrived.put(None)

    def _read_start(self) -> str:
        for kind, event in self._events:
            if kind == "sessionStart":
                return str(event["sessionId"])
        raise LiveTailError("the session ended before its sessionStart")


def iterate(tail: Tail) -> Iterator[LogEvent]:
    """The log events of a tail; it is closed with the iterator, also when a loop ends early."""

    def events() -> Iterator[LogEvent | None]:
        with tail:
            yield None
            yield from tail

    generator = events()
    next(generator)  # enters its `with` block, which the garbage collector then exits
    return (event for event in generator if event is not None)
