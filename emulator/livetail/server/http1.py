"""HTTP/1.1 on one connection."""

from typing import cast

import h11
from hypercorn.events import RawData
from hypercorn.protocol.events import Request
from hypercorn.protocol.h11 import STREAM_ID, H11Protocol
from hypercorn.typing import H11SendableEvent

from livetail.server.http_request import HttpRequest, ServerConfig


class Http1(H11Protocol):
    """Hypercorn's HTTP/1.1, but for this: a response whose length is known is written whole, head and body together.

    Go's SDK closes the connection under a response whose body does not come with its head, and calls again.
    Requests to upgrade to WebSocket are answered as if they did not ask for it (RFC 9110, section 7.8).
    """

    config: ServerConfig
    _head: bytes = b""

    async def _create_stream(self, request: h11.Request) -> None:
        stream = HttpRequest(
            self.app,
            self.config,
            self.context,
            self.task_group,
            self.ssl,
            self.client,
            self.server,
            self.stream_send,
            STREAM_ID,
        )
        self.stream = stream
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

    async def _check_protocol(self, event: h11.Request) -> None:
        if self.config.http2:
            await super()._check_protocol(event)

    async def _send_h11_event(self, event: H11SendableEvent) -> None:
        connection = cast("h11.Connection", self.connection)
        try:
            data = connection.send(event) or b""
        except h11.LocalProtocolError:
            if connection.their_state is not h11.ERROR:
                raise
            return
        if isinstance(event, h11.Response) and any(name == b"content-length" for name, _ in event.headers):
            self._head = data
            return
        data, self._head = self._head + data, b""
        if data:
            await self.send(RawData(data))
