"""An HTTP/2 client on a plain socket: it opens its windows when the test does, and returns what it receives."""

import json
from collections import defaultdict, deque
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    ResponseReceived,
    StreamEnded,
    StreamReset,
)
from h2.settings import SettingCodes

from livetail.testing.handle import LiveTail
from tests.wire.frames import Frame, split
from tests.wire.http1 import Response, aws_headers
from tests.wire.sockets import abandon, connect

__all__ = ["Http2", "Http2Tail"]

DEFAULT_WINDOW = 65_535
LARGEST_WINDOW = 2**31 - 1


class Http2:
    """One connection, by prior knowledge or by ALPN.

    Args:
        opens_windows: whether it gives back at once what a body took of its windows.
        window: what the server may send on a stream before it must wait; if it is given, the window of the connection
            as a whole is no limit. Otherwise both are 64 KiB.
    """

    def __init__(
        self,
        emulator: LiveTail,
        *,
        receive_buffer: int | None = None,
        opens_windows: bool = True,
        window: int | None = None,
    ) -> None:
        self.emulator = emulator
        self.socket = connect(emulator, "h2", receive_buffer)
        self.opens_windows = opens_windows
        self.h2 = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
        self.heads: dict[int, list[tuple[str, str]]] = {}
        self.bodies: dict[int, bytes] = defaultdict(bytes)
        self.ended: set[int] = set()
        self.was_reset: dict[int, ErrorCodes | int] = {}
        self.goes_away = False
        self._owed: dict[int, int] = defaultdict(int)
        self.h2.initiate_connection()
        if window is not None:
            self.h2.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: window})
            self.h2.increment_flow_control_window(LARGEST_WINDOW - DEFAULT_WINDOW)
        self.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.socket.close()

    def reset(self) -> None:
        abandon(self.socket)

    def flush(self) -> None:
        self.socket.sendall(self.h2.data_to_send())

    def start(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        *,
        piece: int = 16_384,
        authority: str = "localhost",
    ) -> int:
        """Send a request, its body in DATA frames of `piece` bytes; returns the stream."""
        stream = self.h2.get_next_available_stream_id()
        pseudo = [(":method", method), (":path", path), (":scheme", "http"), (":authority", authority)]
        fields = [(name.lower(), value) for name, value in (headers or {}).items()]
        self.h2.send_headers(stream, pseudo + fields, end_stream=not body)
        self.flush()
        position = 0
        while position < len(body):
            room = min(piece, self.h2.local_flow_control_window(stream), len(body) - position)
            if room == 0:
                self.receive()
                continue
            self.h2.send_data(stream, body[position : position + room])
            position += room
            self.flush()
        if body:
            self.h2.end_stream(stream)
            self.flush()
        return stream

    def ask(
        self,
        method: str = "GET",
        path: str = "/_livetail/health",
        body: bytes = b"",
        *,
        piece: int = 16_384,
        **headers: str,
    ) -> Response:
        """Send a request and read its response."""
        return self.response(self.start(method, path, body, headers, piece=piece))

    def call(self, operation: str, parameters: Any, **headers: str) -> Response:
        """Call an operation of the AWS API."""
        body = parameters if isinstance(parameters, bytes) else json.dumps(parameters).encode()
        return self.response(self.start("POST", "/", body, aws_headers(operation, **headers)))

    def response(self, stream: int) -> Response:
        """The response on a stream, once it is complete."""
        while stream not in self.ended:
            self._check(stream)
            self.receive()
        return Response(self.head(stream), self.bodies.pop(stream, b""))

    def head(self, stream: int) -> bytes:
        """The head of an response, written as HTTP/1.1 would."""
        while stream not in self.heads:
            self._check(stream)
            self.receive()
        fields = self.heads[stream]
        status = next(value for name, value in fields if name == ":status")
        lines = [f"{name}: {value}" for name, value in fields if not name.startswith(":")]
        return "\r\n".join([f"HTTP/2 {status}", *lines]).encode() + b"\r\n\r\n"

    def cancel(self, stream: int) -> None:
        """RST_STREAM: the client cancels this response."""
        self.h2.reset_stream(stream, ErrorCodes.CANCEL)
        self.flush()

    def go_away(self) -> None:
        """GOAWAY."""
        self.h2.close_connection()
        self.flush()

    def open_windows(self) -> None:
        """Give back what has been received so far, and from now on at once."""
        self.opens_windows = True
        for stream, length in self._owed.items():
            self.h2.acknowledge_received_data(length, stream)
        self._owed.clear()
        self.flush()

    def receive(self) -> list[Event]:
        """Wait for bytes of the server, and take them in."""
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the server closed the connection")
        events = self.h2.receive_data(data)
        for event in events:
            self._take_in(event)
        if self.opens_windows:
            self.open_windows()
        self.flush()
        return events

    def _take_in(self, event: Event) -> None:
        match event:
            case ResponseReceived():
                self.heads[_stream(event)] = [(str(name), str(value)) for name, value in event.headers or ()]
            case DataReceived():
                self.bodies[_stream(event)] += event.data or b""
                self._owed[_stream(event)] += event.flow_controlled_length or 0
            case StreamEnded():
                self.ended.add(_stream(event))
            case StreamReset():
                self.was_reset[_stream(event)] = event.error_code or 0
            case ConnectionTerminated():
                self.goes_away = True
            case _:
                pass

    def _check(self, stream: int) -> None:
        if stream in self.was_reset:
            raise ConnectionError(f"the server reset stream {stream}: {self.was_reset[stream]}")
        if self.goes_away:
            raise ConnectionError("the server went away")


class Http2Tail(Http2):
    """A connection with a Live Tail session, which other requests may share."""

    def __init__(
        self,
        emulator: LiveTail,
        log_group: str,
        *,
        receive_buffer: int | None = None,
        opens_windows: bool = True,
        window: int | None = None,
        **parameters: Any,
    ) -> None:
        super().__init__(emulator, receive_buffer=receive_buffer, opens_windows=opens_windows, window=window)
        request = {"logGroupIdentifiers": [emulator.log_group_arn(log_group)], **parameters}
        self.stream = self.start("POST", "/", json.dumps(request).encode(), aws_headers("StartLiveTail"))
        self._frames: deque[Frame] = deque()
        try:
            self.opening = self._open()
        except BaseException:
            self.close()
            raise
        self.session_id: str = self.opening[1].json["sessionId"]

    def _open(self) -> tuple[Frame, Frame]:
        head = self.head(self.stream)
        assert Response(head, b"").status == 200, head
        initial, start = self.take(), self.take()
        assert initial is not None and start is not None
        return initial, start

    def take(self) -> Frame | None:
        """The next message; None at the clean end of the stream."""
        while not self._frames:
            whole, self.bodies[self.stream] = split(self.bodies[self.stream])
            self._frames.extend(whole)
            if whole:
                break
            if self.stream in self.ended:
                assert not self.bodies[self.stream], "the stream ends within a message"
                return None
            self._check(self.stream)
            self.receive()
        return self._frames.popleft()

    def take_all(self) -> list[Frame]:
        """All messages up to the clean end of the stream.

        Raises:
            ConnectionError: the stream or the connection broke before it.
        """
        return list(iter(self.take, None))


def _stream(event: ResponseReceived | DataReceived | StreamEnded | StreamReset) -> int:
    assert event.stream_id is not None
    return event.stream_id
