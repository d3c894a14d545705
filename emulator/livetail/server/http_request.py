"""One request: from its head, as the client sent it, to the scope of the application."""

import logging
import re
from typing import Any, Final, cast

from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.asyncio.worker_context import WorkerContext
from hypercorn.config import Config
from hypercorn.protocol.events import Body, EndBody, Event, Request, Response, StreamClosed
from hypercorn.protocol.http_stream import ASGIHTTPState, HTTPStream
from starlette.types import ASGIApp

_log = logging.getLogger(__name__)

MAX_UNFINISHED_BYTES: Final = 128 * 1024 * 1024
"""Bytes of request bodies that are being received, on all connections of a server together."""

_ABSOLUTE: Final = re.compile(rb"https?://(?:[^/?#@]*@)?([^/?#]*)([^#]*)", re.IGNORECASE | re.DOTALL)
"""A request target in absolute form (RFC 9112, section 3.2.2): authority, path with query. The authority replaces the
Host header."""

_NO_TUNNEL: Final = b"CONNECT is not supported: this server can be a client's HTTP_PROXY, not its HTTPS_PROXY.\n"


class UnfinishedBodies:
    """Limits the memory of request bodies that are being received: above the limit, the largest loses its connection.

    So a client with large bodies that never end does not block the small ones of others.
    """

    def __init__(self) -> None:
        self._bytes: dict[HttpRequest, int] = {}
        self._total = 0

    def add(self, request: "HttpRequest", length: int) -> None:
        """Count bytes that have been received for a request."""
        self._bytes[request] = self._bytes.get(request, 0) + length
        self._total += length
        while self._total > MAX_UNFINISHED_BYTES:
            largest = max(self._bytes, key=self._bytes.__getitem__)
            self.remove(largest)
            largest.give_up()

    def remove(self, request: "HttpRequest") -> None:
        """Stop counting a request: its body is complete, or it has ended."""
        self._total -= self._bytes.pop(request, 0)


class ServerConfig(Config):
    """Hypercorn's settings for endless streams, and what the requests of a server share.

    Attributes:
        app: the application.
        context: whether the server stops, as Hypercorn's protocols look for it.
        http2: whether HTTP/2 is supported besides HTTP/1.1.
        unfinished_bodies: the bodies that are being received.
    """

    def __init__(self, app: ASGIApp, *, http2: bool) -> None:
        self.app = ASGIWrapper(cast("Any", app))  # Starlette and Hypercorn name the same ASGI messages differently
        self.context = WorkerContext(None)
        self.http2 = http2
        self.unfinished_bodies = UnfinishedBodies()
        self.include_server_header = False
        self.include_date_header = False  # the application sends the date of its own clock
        self.keep_alive_max_requests = 2**31  # the last request would end a session on the same HTTP/2 connection
        self.h2_max_concurrent_streams = 1000
        self.max_app_queue_size = 0  # a full queue would block the connection; `unfinished_bodies` is the bound
        self.accesslog = None
        self.errorlog = _log


class HttpRequest(HTTPStream):
    """A request and its response.

    Differences from Hypercorn's: targets in absolute form are served, CONNECT and text that is not ASCII are refused in
    one sentence, and the bytes of unfinished bodies are counted.
    """

    config: ServerConfig

    def __init__(self, protocol: Any, stream_id: int) -> None:
        """`protocol` is the `Http1` or `Http2` of its connection."""
        super().__init__(
            protocol.app,
            protocol.config,
            protocol.context,
            protocol.task_group,
            protocol.ssl,
            protocol.client,
            protocol.server,
            protocol.stream_send,
            stream_id,
        )
        self._state = protocol.connection_state

    async def begin(self, http_version: str, method: bytes, target: bytes, headers: list[tuple[bytes, bytes]]) -> None:
        """Start the application for a request, or refuse the request."""
        self._is_http2 = http_version == "2"
        if method == b"CONNECT":
            await self._refuse(501, _NO_TUNNEL)
            return
        if not (target.isascii() and method.isascii()):
            await self._refuse(400, b"The method and the path of a request are ASCII.\n")
            return
        if not target.startswith(b"/") and (found := _ABSOLUTE.fullmatch(target)) is not None:
            authority, path = found.groups()
            headers = [(b"host", authority), *(field for field in headers if field[0] != b"host")]
            target = path if path.startswith(b"/") else b"/" + path
        await super().handle(
            Request(
                stream_id=self.stream_id,
                headers=headers,
                http_version=http_version,
                method=method.decode("ascii").upper(),
                raw_path=target,
                state=self._state,
            )
        )

    async def handle(self, event: Event) -> None:
        if self.closed:
            return
        if isinstance(event, Body):
            if not event.data:
                return
            self.config.unfinished_bodies.add(self, len(event.data))
        else:  # the end of the body or of the request
            self.config.unfinished_bodies.remove(self)
        await super().handle(event)

    def give_up(self) -> None:
        """Close the connection, since its unfinished body takes too much memory."""
        self._state["connection"].refuse("too many bytes of unfinished request bodies")

    async def _send_closed(self) -> None:
        """End the response, but not the stream: it ends when the application returns; then the next request begins."""
        await self.send(EndBody(stream_id=self.stream_id))
        self.state = ASGIHTTPState.CLOSED

    async def _refuse(self, status: int, text: bytes) -> None:
        """Respond without the application, and close an HTTP/1.1 connection."""
        self.closed = True
        await self._send_error_response(status, text)
        await self.send(StreamClosed(stream_id=self.stream_id))

    async def _send_error_response(self, status_code: int, text: bytes = b"") -> None:
        headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(text))]
        if not self._is_http2:  # HTTP/2 has no such header
            headers.append((b"connection", b"close"))
        self.state = ASGIHTTPState.CLOSED
        await self.send(Response(stream_id=self.stream_id, headers=headers, status_code=status_code))
        await self.send(Body(stream_id=self.stream_id, data=text))
        await self.send(EndBody(stream_id=self.stream_id))
