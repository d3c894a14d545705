"""HTTP/2 on one connection."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    PingAckReceived,
    PingReceived,
    PriorityUpdated,
    RemoteSettingsChanged,
    RequestReceived,
    StreamEnded,
    StreamReset,
    WindowUpdated,
)
from h2.events import Event as FrameEvent
from h2.exceptions import H2Error
from h2.settings import SettingCodes
from hypercorn.asyncio.task_group import TaskGroup
from hypercorn.events import Closed, RawData, Updated
from hypercorn.events import Event as ConnectionEvent
from hypercorn.protocol.events import Body, EndBody, Request, Response, StreamClosed
from hypercorn.protocol.events import Event as StreamEvent
from hypercorn.protocol.h2 import BufferCompleteError, H2Protocol, StreamBuffer
from hypercorn.protocol.http_stream import ASGIHTTPState
from hypercorn.typing import AppWrapper, ConnectionState, WorkerContext
from hypercorn.utils import filter_pseudo_headers

from livetail.server.http_request import HttpRequest, ServerConfig

MAX_PARSED_BYTES: Final = 16 * 1024
"""Bytes that are parsed at once. Small frames cost some 20 microseconds each, so more would keep others waiting."""

MAX_ALLOWANCE: Final = 1_000
ALLOWANCE_PER_S: Final = 500
ALLOWANCE_PER_DATA_FRAME: Final = 4
"""How many frames without use a client may send: at once, each second, and for each DATA frame that it was sent, since
clients open two windows for each of those. More is a flood (CVE-2019-9512 and its kind; CVE-2023-44487)."""

_SMALL_DATA_BYTES: Final = 16
"""DATA frames below this count as frames without use."""

_RAPID_RESET_COST: Final = 10
"""How many frames without use the reset of a stream counts for that has no response yet: each was a request."""

_WITHOUT_USE: Final = (PingAckReceived, PingReceived, PriorityUpdated, RemoteSettingsChanged, WindowUpdated)


class Buffer(StreamBuffer):
    """What waits for a stream's window.

    Hypercorn's lets a writer go on when little was taken of it, which is also so when the window is exhausted: a client
    that stops reading would cost memory without a bound. This one has its writer wait in `drain` until it is empty.
    """

    async def push(self, data: bytes) -> None:
        """Append bytes; the next `drain` waits for them."""
        if self._complete:
            raise BufferCompleteError
        self.buffer.extend(data)
        if data:
            await self._is_empty.clear()

    async def pop(self, max_length: int) -> bytes:
        """Remove the first bytes."""
        data = bytes(self.buffer[:max_length])
        del self.buffer[:max_length]
        return data

    async def written(self) -> None:
        """Let the writer go on, if nothing is left; to be called once what was removed has been written."""
        if not self.buffer:
            await self._is_empty.set()


class Http2(H2Protocol):
    """Hypercorn's HTTP/2, with these differences.

    - `send()` returns once the client's windows have let everything through, and when the client has left.
    - A response whose length is known is written whole: head, body and end of stream, as far as the windows allow.
    - A client that floods the connection with frames is told so (ENHANCE_YOUR_CALM) and disconnected.
    - Priorities of clients are not followed (RFC 9113, section 5.3.2); streams take turns.
    - A stream that ended leaves nothing behind, and one whose application failed is reset.
    """

    config: ServerConfig

    def __init__(
        self,
        app: AppWrapper,
        config: ServerConfig,
        context: WorkerContext,
        task_group: TaskGroup,
        connection_state: ConnectionState,
        ssl: bool,
        client: tuple[str, int] | None,
        server: tuple[str, int] | None,
        send: Callable[[ConnectionEvent], Awaitable[None]],
    ) -> None:
        super().__init__(app, config, context, task_group, connection_state, ssl, client, server, send)
        self.stream_buffers: dict[int, Buffer] = {}  # type: ignore[assignment]  # it holds no others
        self._heads: dict[int, Response] = {}
        self._opened: dict[int, None] = {}  # streams whose windows have been opened
        self._said_goodbye = False
        self._allowance = float(MAX_ALLOWANCE)
        self._allowance_at = context.time()

    async def handle(self, event: ConnectionEvent) -> None:
        if isinstance(event, RawData):
            for position in range(0, len(event.data), MAX_PARSED_BYTES):
                if self.closed or self._said_goodbye:
                    return
                if position:
                    await self.context.sleep(0)  # the turn of the others
                await self._parse(event.data[position : position + MAX_PARSED_BYTES])
        elif isinstance(event, Closed) and not self.closed:
            await super().handle(event)
            for stream_id in list(self.stream_buffers):
                await self._forget(stream_id)

    def goodbye(self) -> bytes:
        """The bytes to send last: GOAWAY, unless the connection has been ended already."""
        self._said_goodbye = True
        with suppress(H2Error):
            self.connection.close_connection()
        return self.connection.data_to_send()

    async def _parse(self, data: bytes) -> None:
        try:
            events = self.connection.receive_data(data)
        except H2Error:
            await self._flush()
            await self.send(Closed())
        else:
            await self._handle_events(events)

    async def _handle_events(self, events: list[FrameEvent]) -> None:
        if self._is_flood(events):
            self.connection.close_connection(ErrorCodes.ENHANCE_YOUR_CALM)
            await self._flush()
            self.connection_state["connection"].linger()
            await self.handle(Closed())
            return
        for event in events:
            match event:
                case RequestReceived(stream_id=stream_id):
                    await self._create_stream(event)
                case DataReceived(stream_id=stream_id):
                    if stream_id in self.streams:
                        await self.streams[stream_id].handle(Body(stream_id=stream_id, data=event.data))
                    self.connection.acknowledge_received_data(event.flow_controlled_length, stream_id)
                case StreamEnded(stream_id=stream_id):
                    if stream_id in self.streams:
                        await self.streams[stream_id].handle(EndBody(stream_id=stream_id))
                case StreamReset(stream_id=stream_id):
                    await self._forget(stream_id)
                    await self._close_stream(stream_id)
                case WindowUpdated(stream_id=stream_id):
                    self._opened.update(dict.fromkeys([stream_id] if stream_id else self.stream_buffers))
                case RemoteSettingsChanged() if SettingCodes.INITIAL_WINDOW_SIZE in event.changed_settings:
                    self._opened.update(dict.fromkeys(self.stream_buffers))
                case ConnectionTerminated():
                    await self.send(Closed())
        await self._flush()
        if self._opened:
            await self.has_data.set()

    def _is_flood(self, events: list[FrameEvent]) -> bool:
        """Whether the client has sent more frames without use than it may."""
        now = self.context.time()
        earned = (now - self._allowance_at) * ALLOWANCE_PER_S
        self._allowance, self._allowance_at = min(MAX_ALLOWANCE, self._allowance + earned), now
        self._allowance -= sum(map(self._cost, events))
        return self._allowance < 0

    def _cost(self, event: FrameEvent) -> int:
        match event:
            case StreamReset(stream_id=stream_id):
                stream = self.streams.get(stream_id)
                has_response = stream is not None and stream.state is not ASGIHTTPState.REQUEST
                return 1 if has_response else _RAPID_RESET_COST
            case DataReceived(data=data, stream_ended=ended):
                return len(data) < _SMALL_DATA_BYTES and not ended
            case _:
                return isinstance(event, _WITHOUT_USE)

    async def _create_stream(self, request: RequestReceived) -> None:
        stream_id = request.stream_id
        if self.context.terminated.is_set():
            with suppress(H2Error):  # the client may have reset it itself
                self.connection.reset_stream(stream_id, ErrorCodes.REFUSED_STREAM)
            return
        await self.send(Updated(idle=False))
        fields = dict(request.headers)
        stream = HttpRequest(
            self.app,
            self.config,
            self.context,
            self.task_group,
            self.ssl,
            self.client,
            self.server,
            self.stream_send,
            stream_id,
        )
        self.streams[stream_id] = stream
        self.stream_buffers[stream_id] = Buffer(self.context.event_class)
        await stream.handle(
            Request(
                stream_id=stream_id,
                headers=filter_pseudo_headers(request.headers),
                http_version="2",
                method=fields[b":method"].decode("latin-1").upper(),
                raw_path=fields.get(b":path", b""),  # CONNECT has none
                state=self.connection_state,
            )
        )

    async def stream_send(self, event: StreamEvent) -> None:
        stream_id = event.stream_id
        try:
            match event:
                case Response() if _length(event) is not None:
                    self._heads[stream_id] = event  # sent with the body
                case Body() | EndBody():
                    await self._send_body(stream_id, event.data if isinstance(event, Body) else b"", event)
                case StreamClosed():
                    await self._close_stream(stream_id)
                    if stream_id in self.stream_buffers:  # the application has failed in the middle of its response
                        await self._forget(stream_id)
                        self.connection.reset_stream(stream_id, ErrorCodes.INTERNAL_ERROR)
                        await self._flush()
                    await self.send(Updated(idle=not self.streams))
                case _:
                    await super().stream_send(event)
        except (BufferCompleteError, H2Error):
            await self._forget(stream_id)  # the stream or the connection has ended meanwhile

    async def _send_body(self, stream_id: int, data: bytes, event: StreamEvent) -> None:
        """Write a part of a body, or its end, with the head if that is still to be sent; returns once it is written."""
        buffer = self.stream_buffers.get(stream_id)
        if buffer is None:
            return
        await buffer.push(data)
        head = self._heads.pop(stream_id, None)
        if isinstance(event, EndBody) or (head is not None and len(data) == _length(head)):
            buffer.set_complete()
        if head is not None:
            headers = [(b":status", b"%d" % head.status_code), *head.headers]
            self.connection.send_headers(stream_id, headers, end_stream=buffer.complete)
            if buffer.complete:
                await self._forget(stream_id)
        while await self._write_frame(stream_id):
            pass
        await self._flush()
        await buffer.written()
        await buffer.drain()

    async def send_task(self) -> None:
        """Write what waited for windows, a frame of each stream in turn."""
        while not self.closed:
            await self.has_data.wait()
            await self.has_data.clear()
            while self._opened:
                stream_id = next(iter(self._opened))
                del self._opened[stream_id]
                buffer = self.stream_buffers.get(stream_id)
                if buffer is not None and await self._write_frame(stream_id):
                    self._opened[stream_id] = None
                await self._flush()
                if buffer is not None:
                    await buffer.written()

    async def _write_frame(self, stream_id: int) -> bool:
        """Make a DATA frame of a stream as large as its windows allow; returns whether there may be another."""
        buffer = self.stream_buffers.get(stream_id)
        if buffer is None:
            return False
        try:
            data = await buffer.pop(self._room(stream_id))
            if not data and not buffer.complete:
                return False
            self.connection.send_data(stream_id, data, end_stream=buffer.complete)
            self._allowance += ALLOWANCE_PER_DATA_FRAME
        except H2Error:
            await self._forget(stream_id)  # the stream or the connection has ended meanwhile
            return False
        if buffer.complete:
            await self._forget(stream_id)
        return bool(buffer.buffer)

    def _room(self, stream_id: int) -> int:
        """How many bytes a DATA frame of a stream may have now."""
        return max(
            0, min(self.connection.local_flow_control_window(stream_id), self.connection.max_outbound_frame_size)
        )

    async def _forget(self, stream_id: int) -> None:
        """Let go of a stream's buffer, and release whoever waits for it."""
        self._heads.pop(stream_id, None)
        self._opened.pop(stream_id, None)
        buffer = self.stream_buffers.pop(stream_id, None)
        if buffer is not None:
            await buffer.close()


def _length(response: Response) -> int | None:
    """The length that a response says its body has."""
    return next((int(value) for name, value in response.headers if name.lower() == b"content-length"), None)
