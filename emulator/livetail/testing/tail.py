"""A Live Tail session of the test's own, to see what a producer has written. It needs no SDK."""

import http.client
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Final, Self

from livetail.control_client import parse_json
from livetail.errors import LiveTailError, LiveTailTimeoutError
from livetail.testing.control import Control
from livetail.testing.shapes import LogEvent
from livetail.wire.eventstream import Decoder, Message
from livetail.wire.eventstream_errors import EventStreamError

__all__ = ["Tail"]

_PORTION_BYTES: Final = 65_536


class Tail:
    """An open session. A thread reads it, so it is never slow, whatever the test does.

    Iterating gives its log events, as they come; it ends with the session.

    Attributes:
        id: the session's id.

    Raises:
        LiveTailError: the session is refused, or ends in an exception.
        LiveTailTimeoutError: no log event came within `timeout` real seconds.
    """

    def __init__(self, control: Control, parameters: dict[str, Any], region: str, timeout: float) -> None:
        self._control = control
        self._timeout = timeout
        self._arrived: SimpleQueue[LogEvent | LiveTailError | None] = SimpleQueue()
        self._ended = False
        with ExitStack() as opened:
            self._response = opened.enter_context(control.stream("StartLiveTail", parameters, region))
            self._socket = opened.enter_context(socket.socket(fileno=os.dup(self._response.fileno())))
            self._decoder = Decoder()
            self.id = self._read_start()
            self._opened = opened.pop_all()
        self._reader = Thread(target=self._read, name="livetail-tail", daemon=True)
        self._reader.start()

    def __iter__(self) -> Iterator[LogEvent]:
        while (event := self._next()) is not None:
            yield event

    def next_event(self) -> LogEvent:
        """The next log event; a LiveTailError where the session has ended."""
        event = self._next()
        if event is None:
            raise LiveTailError(f"session {self.id} has ended, and has delivered no further log event")
        return event

    def messages(self, count: int) -> list[str]:
        """The messages of the next `count` log events."""
        return [self.next_event()["message"] for _ in range(count)]

    def close(self) -> None:
        """Leave the session. May be called more than once."""
        with suppress(OSError):  # it is closed
            self._socket.shutdown(socket.SHUT_RDWR)
        self._reader.join()
        self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _next(self) -> LogEvent | None:
        if self._ended:
            return None
        try:
            found = self._arrived.get(timeout=0.001)
        except Empty:
            found = self._wait()
        if isinstance(found, LiveTailError):
            raise found
        self._ended = found is None
        return found

    def _wait(self) -> LogEvent | LiveTailError | None:
        clock = self._control.request("GET", "/clock")
        try:
            return self._arrived.get(timeout=self._timeout)
        except Empty:
            situation = self._control.situation(clock)
        raise LiveTailTimeoutError(f"no log event within {self._timeout:g} s; {situation}")

    def _read(self) -> None:
        try:
            for message in self._messages():
                if message.header(":message-type") != "event":
                    name = message.header(":exception-type") or message.header(":error-code")
                    raise LiveTailError(f"{name!s}: {parse_json(message.payload).get('message', '')}")
                if message.header(":event-type") == "sessionUpdate":
                    for event in parse_json(message.payload)["sessionResults"]:
                        self._arrived.put(event)
        except LiveTailError as error:
            self._arrived.put(error)
        except (EventStreamError, OSError, http.client.HTTPException, ValueError) as error:
            self._arrived.put(LiveTailError(f"session {self.id} broke off: {error or type(error).__name__}"))
        self._arrived.put(None)

    def _read_start(self) -> str:
        for message in self._messages():
            if message.header(":event-type") == "sessionStart":
                return str(parse_json(message.payload)["sessionId"])
        raise LiveTailError("the session ended before its sessionStart")

    def _messages(self) -> Iterator[Message]:
        yield from self._decoder
        while portion := self._response.read1(_PORTION_BYTES):
            self._decoder.receive_data(portion)
            yield from self._decoder


def iterate(tail: Tail) -> Iterator[LogEvent]:
    """The log events of a tail that is closed with the iterator, also where a loop breaks off."""

    def events() -> Iterator[LogEvent | None]:
        with tail:
            yield None
            yield from tail

    generator = events()
    next(generator)  # so that its `with` block is entered, and left when nobody refers to it any more
    return (event for event in generator if event is not None)
