"""HTTP/1.1 on one connection."""

from typing import cast

import h11
from hypercorn.events import RawData
from hypercorn.protocol.events import Request
from hypercorn.protocol.h11 import STREAM_ID, H11Protocol
from hypercorn.typing import H11SendableEvent

from livetail.server.http_request import HttpRequest


class Http1(H11Protocol):
    """Hypercorn's HTTP/1.1, with one difference: a response of a known length is written whole, head and body together.

    Go's SDK closes the connection under a response whose body does not come with its head, and calls again.
    Requests to upgrade to WebSocket are answered as if they did not ask for it (RFC 9110, section 7.8).
    """

    _head: bytes = b""

    async def _create_stream(self, request: h11.Request) -> None:
        self.stream = stream = HttpRequest(self, STREAM_ID)
        await stream.handle(
            Request(
                stream_id=STREAM_ID,
                headers=list(request.headers),
                http_version=request.http_version.decode("ascii"),
                method=request.method.decode("ascii").upper(),
                raw_path=request.target,
                state=self.connection_state,
            )
        )

    async def _send_h11_event(self, event: H11SendableEvent) -> None:
        connection = cast("h11.Connection", self.connection)
        try:
            data = self._head + (connection.send(event) or b"")
        except h11.LocalProtocolError:
            if connection.their_state is not h11.ERROR:
                raise
            return
        self._head = b""
        if isinstance(event, h11.Response) and b"content-length" in dict(event.headers):
            self._head = data
        elif data:
            await self.send(RawData(data))


class Http1Only(Http1):
    """HTTP/1.1 of a server without HTTP/2."""

    async def _check_protocol(self, event: h11.Request) -> None:
        """Do not look for requests to change to HTTP/2."""
