"""HTTP/1.1 on one connection."""

from typing import cast

import h11
from hypercorn.events import RawData
from hypercorn.protocol.h11 import STREAM_ID, H2ProtocolAssumedError, H11Protocol
from hypercorn.typing import H11SendableEvent

from livetail.server.http_request import HttpRequest, ServerConfig


class Http1(H11Protocol):
    """Hypercorn's HTTP/1.1, with two differences.

    - A response whose length is known is written whole, head and body together. If the body comes separately, Go's SDK
      closes the connection and retries.
    - Upgrades to another protocol are ignored: the request gets its normal response (RFC 9110, section 7.8).
    """

    config: ServerConfig
    _head: bytes = b""

    async def _check_protocol(self, event: h11.Request) -> None:
        """Check whether the client has begun HTTP/2, by prior knowledge (RFC 9113, section 3.3)."""
        is_preface = (event.method, event.target, event.http_version) == (b"PRI", b"*", b"2.0")
        if is_preface and self.config.http2:
            raise H2ProtocolAssumedError(b"PRI * HTTP/2.0\r\n\r\n" + self.connection.trailing_data[0])

    async def _create_stream(self, request: h11.Request) -> None:
        self.stream = stream = HttpRequest(self, STREAM_ID)
        http_version = request.http_version.decode("ascii")
        await stream.begin(http_version, request.method, request.target, list(request.headers))

    async def _send_h11_event(self, event: H11SendableEvent) -> None:
        connection = cast("h11.Connection", self.connection)
        try:
            data = self._head + (connection.send(event) or b"")
        except h11.LocalProtocolError:  # the client has sent an invalid request, and has the response to it
            if connection.their_state is not h11.ERROR:
                raise
            return
        self._head = b""
        if isinstance(event, h11.Response) and b"content-length" in dict(event.headers):
            self._head = data
        elif data:
            await self.send(RawData(data))
