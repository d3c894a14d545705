"""HTTP/2 on one connection."""

import asyncio
from contextlib import suppress
from typing import Any, Final

import h2.events
from h2.errors import ErrorCodes
from h2.exceptions import H2Error
from h2.settings import SettingCodes
from hypercorn.events import Closed, RawData, Updated
from hypercorn.events import Event as ConnectionEvent
from hypercorn.protocol.events import Body, EndBody, Response, StreamClosed
from hypercorn.protocol.events import Event as StreamEvent
from hypercorn.protocol.h2 import H2Protocol
from hypercorn.protocol.http_stream import ASGIHTTPState
from hypercorn.utils import filter_pseudo_headers

from livetail.server.http_request import HttpRequest

MAX_PARSED_BYTES: Final = 16 * 1024
"""Bytes that are parsed at once. Small frames cost some 20 microseconds each, so more would delay other clients."""

MAX_ALLOWANCE: Final = 1_000
ALLOWANCE_PER_S: Final = 500
ALLOWANCE_PER_DATA_FRAME: Final = 4
"""Useless frames that a client may send: at once; in each second; and for each DATA frame that it gets, since a client
sends two WINDOW_UPDATE frames for each. More is a flood (CVE-2019-9512 and similar; CVE-2023-44487)."""

_RAPID_RESET_COST: Final = 10
"""What the reset of a stream without a response counts for, in useless frames: each of them was a request to handle."""

LINGER_S: Final = 1.0
"""Seconds for which the frames of a flood are still read and ignored, so that the client gets its GOAWAY."""

_SMALL_DATA_BYTES: Final = 16
"""DATA frames below this count as useless."""

_USELESS_FRAMES: Final = (
    h2.events.PingAckReceived,
    h2.events.PingReceived,
    h2.events.PriorityUpdated,
    h2.events.RemoteSettingsChanged,
    h2.events.WindowUpdated,
)


class Unsent:
    """The part of a response that has not been written yet.

    Attributes:
        head: None once it is written.
        is_held: whether the response is written when it is complete, since its length is known.
        data: the bytes of the body that wait for the window of the stream.
        is_complete: whether the body ends with `data`.
        written: set when `data` has been written.
    """

    def __init__(self) -> None:
        self.head: Response | None = None
        self.is_held = False
        self.data = bytearray()
        self.is_complete = False
        self.written = asyncio.Event()


class Http2(H2Protocol):
    """Hypercorn's HTTP/2, with these differences.

    - `send()` returns when everything has passed the client's windows, or the client has left. Hypercorn's returns
      while the window is exhausted: a client that stops reading would use memory without limit.
    - A response whose length is known is written whole: head, body and end of stream, as far as the windows allow.
    - A client that floods the connection with frames gets a GOAWAY (ENHANCE_YOUR_CALM) and is disconnected.
    - Priorities of clients are not followed (RFC 9113, section 5.3.2); streams take turns.
    - Nothing is kept of a stream that has ended, and a stream whose application failed is reset.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._unsent: dict[int, Unsent] = {}
        self._opened: dict[int, None] = {}  # streams whose windows have been opened
        self.has_sent_goaway = False
        self._allowance = float(MAX_ALLOWANCE)
        self._allowance_at = self.context.time()

    async def handle(self, event: ConnectionEvent) -> None:
        if isinstance(event, RawData):
            for position in range(0, len(event.data), MAX_PARSED_BYTES):
                if self.closed or self.has_sent_goaway:
                    return
                if position:
                    await asyncio.sleep(0)  # so that other clients do not wait
                try:
                    events = self.connection.receive_data(event.data[position : position + MAX_PARSED_BYTES])
                except H2Error:
                    await self._flush()
                    await self.send(Closed())
                    return
                await self._handle_events(events)
        elif isinstance(event, Closed) and not self.closed:
            await super().handle(event)
            for stream_id in list(self._unsent):
                self._drop_unsent(stream_id)

    def goaway(self, error_code: ErrorCodes) -> bytes:
        """The bytes to send last: GOAWAY, unless the connection has been ended already."""
        self.has_sent_goaway = True
        with suppress(H2Error):
            self.connection.close_connection(error_code)
        return self.connection.data_to_send()

    async def _handle_events(self, events: list[h2.events.Event]) -> None:
        if self._is_flood(events):
            connection = self.connection_state["connection"]
            connection.end(ErrorCodes.ENHANCE_YOUR_CALM)
            asyncio.get_running_loop().call_later(LINGER_S, connection.abort)
            await self.handle(Closed())
            return
        for event in events:
            match event:
                case h2.events.RequestReceived():
                    await self._create_stream(event)
                case h2.events.DataReceived(stream_id=stream_id):
                    if stream_id in self.streams:
                        await self.streams[stream_id].handle(Body(stream_id=stream_id, data=event.data))
                    self.connection.acknowledge_received_data(event.flow_controlled_length, stream_id)
                case h2.events.StreamEnded(stream_id=stream_id):
                    if stream_id in self.streams:
                        await self.streams[stream_id].handle(EndBody(stream_id=stream_id))
                case h2.events.StreamReset(stream_id=stream_id):
                    self._drop_unsent(stream_id)
                    await self._close_stream(stream_id)
                case h2.events.WindowUpdated(stream_id=stream_id):
                    self._opened.update(dict.fromkeys([stream_id] if stream_id else self._unsent))
                case h2.events.RemoteSettingsChanged() if SettingCodes.INITIAL_WINDOW_SIZE in event.changed_settings:
                    self._opened.update(dict.fromkeys(self._unsent))
                case h2.events.ConnectionTerminated():
                    await self.send(Closed())
        await self._flush()
        if self._opened:
            await self.has_data.set()

    def _is_flood(self, events: list[h2.events.Event]) -> bool:
        """Whether the client has sent more useless frames than it may."""
        now = self.context.time()
        earned = (now - self._allowance_at) * ALLOWANCE_PER_S
        self._allowance, self._allowance_at = min(MAX_ALLOWANCE, self._allowance + earned), now
        self._allowance -= sum(map(self._cost, events))
        return self._allowance < 0

    def _cost(self, event: h2.events.Event) -> int:
        match event:
            case h2.events.StreamReset(stream_id=stream_id):
                stream = self.streams.get(stream_id)
                has_response = stream is not None and stream.state is not ASGIHTTPState.REQUEST
                return 1 if has_response else _RAPID_RESET_COST
            case h2.events.DataReceived(data=data, stream_ended=ended):
                return len(data) < _SMALL_DATA_BYTES and ended is None
            case _:
                return isinstance(event, _USELESS_FRAMES)

    async def _create_stream(self, request: h2.events.RequestReceived) -> None:
        stream_id = request.stream_id
        if self.context.terminated.is_set():
            with suppress(H2Error):  # the client may have reset it itself
                self.connection.reset_stream(stream_id, ErrorCodes.REFUSED_STREAM)
            return
        await self.send(Updated(idle=False))
        fields = dict(request.headers)
        self.streams[stream_id] = stream = HttpRequest(self, stream_id)
        self._unsent[stream_id] = Unsent()
        path = fields.get(b":path", b"")  # CONNECT has none
        await stream.begin("2", fields[b":method"], path, filter_pseudo_headers(request.headers))

    async def stream_send(self, event: StreamEvent) -> None:
        """Write a part of a response; returns when it has passed the windows of the client."""
        stream_id = event.stream_id
        try:
            if isinstance(event, StreamClosed):
                await self._close_stream(stream_id)
                if stream_id in self._unsent:  # the application has failed in the middle of its response
                    self._drop_unsent(stream_id)
                    self.connection.reset_stream(stream_id, ErrorCodes.INTERNAL_ERROR)
                    await self._flush()
                await self.send(Updated(idle=not self.streams))
            elif (unsent := self._unsent.get(stream_id)) is not None:
                await self._write(stream_id, unsent, event)
        except H2Error:
            self._drop_unsent(stream_id)  # the stream or the connection has ended meanwhile

    async def _write(self, stream_id: int, unsent: Unsent, event: StreamEvent) -> None:
        if isinstance(event, Response):
            unsent.head = event
            unsent.is_held = any(name.lower() == b"content-length" for name, _ in event.headers)
        elif isinstance(event, Body):
            unsent.data += event.data
        unsent.is_complete = isinstance(event, EndBody)
        if unsent.is_held and not unsent.is_complete:
            return
        unsent.written.clear()
        if unsent.head is not None:
            headers = [(b":status", b"%d" % unsent.head.status_code), *unsent.head.headers]
            unsent.head = None
            self.connection.send_headers(stream_id, headers)
        while self._write_frame(stream_id):
            pass
        await self._flush()
        if unsent.data:
            await unsent.written.wait()

    async def send_task(self) -> None:
        """Write what waited for windows, a frame of each stream in turn."""
        while not self.closed:
            await self.has_data.wait()
            await self.has_data.clear()
            while self._opened:
                stream_id = next(iter(self._opened))
                del self._opened[stream_id]
                unsent = self._unsent.get(stream_id)
                if self._write_frame(stream_id):
                    self._opened[stream_id] = None
                await self._flush()
                if unsent is not None and not unsent.data:
                    unsent.written.set()

    def _write_frame(self, stream_id: int) -> bool:
        """Make a DATA frame of a stream as large as its windows allow; returns whether there may be another."""
        unsent = self._unsent.get(stream_id)
        if unsent is None:
            return False
        try:
            window = self.connection.local_flow_control_window(stream_id)
            room = max(0, min(window, self.connection.max_outbound_frame_size))
            data = bytes(unsent.data[:room])
            ends = unsent.is_complete and len(data) == len(unsent.data)
            if not data and not ends:
                return False
            self.connection.send_data(stream_id, data, end_stream=ends)
        except H2Error:
            self._drop_unsent(stream_id)  # the stream or the connection has ended meanwhile
            return False
        del unsent.data[:room]
        self._allowance += ALLOWANCE_PER_DATA_FRAME
        if ends:
            self._drop_unsent(stream_id)
        return bool(unsent.data)

    def _drop_unsent(self, stream_id: int) -> None:
        """Drop the unsent bytes of a stream, and let its writer continue."""
        self._opened.pop(stream_id, None)
        unsent = self._unsent.pop(stream_id, None)
        if unsent is not None:
            unsent.data.clear()
            unsent.written.set()
