"""One connection of a client: its bytes, the protocol that it uses, and how it ends."""

import asyncio
import logging
import socket
import struct
from contextlib import suppress
from typing import Any, Final, cast

from h2.errors import ErrorCodes
from hypercorn.asyncio.task_group import TaskGroup
from hypercorn.events import Closed, Event, RawData, Updated
from hypercorn.protocol.h11 import H2ProtocolAssumedError
from hypercorn.typing import ConnectionState
from hypercorn.utils import parse_socket_addr
from starlette.types import Scope

from livetail.server.http1 import Http1
from livetail.server.http2 import Http2
from livetail.server.http_request import ServerConfig

_log = logging.getLogger(__name__)

MAX_READ_BYTES: Final = 64 * 1024
"""Bytes that are read at once."""

TLS_HANDSHAKE: Final = b"\x16"
"""The first byte of a TLS connection (RFC 8446, section 5.1)."""


def connection_of(scope: Scope) -> "Connection":
    """The connection that a request came on."""
    return cast("Connection", scope["state"]["connection"])


class Connection:
    """Reads a client's bytes into a protocol, and writes what the protocol sends.

    It replaces Hypercorn's TCPServer, with these differences:

    - Applications find it in the state of their scope.
    - The requests of a client that has left end at once.
    - Idle connections stay open, since botocore does not check whether its pooled connections are open.
    - Nothing is written to a closed socket, since asyncio would report that on stderr.

    Attributes:
        ended_by_fault: a fault rule has closed it, with all sessions on it.
    """

    def __init__(
        self,
        config: ServerConfig,
        sock: socket.socket,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._config = config
        self._socket = sock
        self._reader = reader
        self._writer = writer
        self._transport = writer.transport
        self._send_lock = asyncio.Lock()
        self._is_idle = True
        self.ended_by_fault = False

    async def run(self) -> None:
        """Serve the client until the connection ends."""
        try:
            client = parse_socket_addr(self._socket.family, self._socket.getpeername())
            server = parse_socket_addr(self._socket.family, self._socket.getsockname())
        except OSError:  # the client has left already
            self._transport.abort()
            return
        tls = self._writer.get_extra_info("ssl_object")
        state = ConnectionState({"connection": self})
        try:
            async with TaskGroup(asyncio.get_running_loop()) as tasks:
                config = self._config
                shared = (config.app, config, config.context, tasks, state)
                arguments = (*shared, tls is not None, client, server, self._send)
                is_http2 = tls is not None and tls.selected_alpn_protocol() == "h2"
                self._protocol: Http1 | Http2 = (Http2 if is_http2 else Http1)(*arguments)
                await self._protocol.initiate()
                await self._read(arguments)
        finally:
            self.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    async def _read(self, arguments: tuple[Any, ...]) -> None:
        try:
            data = await self._reader.read(MAX_READ_BYTES)
            if data.startswith(TLS_HANDSHAKE) and self._writer.get_extra_info("ssl_object") is None:
                _log.debug("a client began TLS, but this server was started without --tls")
            while data:
                try:
                    await self._protocol.handle(RawData(data))
                except H2ProtocolAssumedError as error:
                    self._protocol = Http2(*arguments)
                    await self._protocol.initiate()
                    await self._protocol.handle(RawData(error.data))
                data = await self._reader.read(MAX_READ_BYTES)
        except OSError as error:
            _log.debug("a connection ended: %s", error)
        await self._protocol.handle(Closed())

    async def _send(self, event: Event) -> None:
        """Carry out an event of the protocol; returns when the client's socket accepts more bytes."""
        if isinstance(event, RawData):
            async with self._send_lock:
                with suppress(OSError, RuntimeError):
                    if not self._transport.is_closing():
                        self._writer.write(event.data)
                        await self._writer.drain()
                        return
            await self._protocol.handle(Closed())
        elif isinstance(event, Closed):
            self.close()
        elif isinstance(event, Updated):
            self._is_idle = event.idle
            if event.idle and self._config.context.terminated.is_set():
                self.end()

    def close(self) -> None:
        """Close the connection when the client has received what was written."""
        if not self._transport.is_closing():
            with suppress(OSError, RuntimeError):
                if self._transport.can_write_eof():
                    self._transport.write_eof()
            self._transport.close()

    def end(self, error_code: ErrorCodes = ErrorCodes.NO_ERROR) -> None:
        """Close the connection; a client of HTTP/2 gets a GOAWAY first, and closes the connection itself.

        An HTTP/2 client sends frames while it reads. After a close, TCP would respond to them with a reset, and the
        client would lose what it has not read yet. TLS waits for the client by itself.
        """
        if isinstance(self._protocol, Http2) and not self._transport.is_closing():
            if self._protocol.has_sent_goaway:
                return
            self._transport.write(self._protocol.goaway(error_code))
            with suppress(OSError):  # the client has left meanwhile
                if self._transport.can_write_eof():
                    self._transport.write_eof()
                    return
        self.close()

    def end_if_idle(self) -> None:
        """End the connection at once if no request is in progress on it."""
        if self._is_idle:
            self.end()
            self.abort()

    def abort(self) -> None:
        """End the connection at once; what the client has not received is lost."""
        with suppress(OSError):  # without this, a forked process that has a copy would keep the connection open
            self._socket.shutdown(socket.SHUT_RDWR)
        self._abort_transport()

    def refuse(self, sentence: str) -> None:
        """Close the connection in the middle of a request: over HTTP/1.1 with a status 503."""
        if isinstance(self._protocol, Http1) and not self._transport.is_closing():
            head = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nConnection: close\r\n"
            self._writer.write(f"{head}Content-Length: {len(sentence)}\r\n\r\n{sentence}".encode())
        self.close()

    def end_by_fault(self, *, reset: bool) -> None:
        """Close the connection for a fault rule, or reset it (TCP RST): then bytes that were not sent yet are lost."""
        self.ended_by_fault = True
        if not reset:
            self.close()
            return
        with suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._abort_transport()

    def _abort_transport(self) -> None:
        if self._socket.fileno() >= 0:  # asyncio raises an error if all was written and the transport is closed
            self._transport.abort()
