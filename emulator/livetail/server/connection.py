"""One connection of a client: its bytes, how it ends, and the protocol that is spoken on it."""

import asyncio
import logging
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, cast

from hypercorn.asyncio.task_group import TaskGroup
from hypercorn.asyncio.tcp_server import TCPServer
from hypercorn.asyncio.worker_context import WorkerContext
from hypercorn.config import Config
from hypercorn.events import Closed, Event, RawData, Updated
from hypercorn.protocol import ProtocolWrapper
from hypercorn.protocol.h11 import H2CProtocolRequiredError, H2ProtocolAssumedError
from hypercorn.typing import AppWrapper, ConnectionState
from hypercorn.utils import parse_socket_addr
from starlette.types import Scope

from livetail.server.http1 import Http1
from livetail.server.http2 import Http2

_log = logging.getLogger(__name__)

MAX_READ_BYTES: Final = 64 * 1024
"""Bytes that are read at once."""

KEEP_ALIVE_S: Final = 3600.0
"""Seconds after which an idle connection is closed. botocore reuses pooled connections without a check whether they
are still open, so a short time would break the tests of users."""

LINGER_S: Final = 1.0
"""Seconds for which what a client still sends is read and let go, so that it gets what was sent to it last."""

_TLS_RECORD: Final = b"\x16\x03"
"""How the first record of a TLS connection begins: handshake, version 3.x (RFC 8446, section 5.1)."""


def connection_of(scope: Scope) -> "Connection":
    """The connection that a request came on."""
    return cast("Connection", scope["state"]["connection"])


class Connection(TCPServer):
    """Reads a client's bytes into a protocol, and writes what the protocol sends.

    It differs from Hypercorn's in this: applications find it in the state of their scope; a client that has left frees
    it at once; idle time costs one timer per connection in place of two tasks per request; nothing is written to a
    socket that is already closed, which asyncio would report on stderr.
    """

    def __init__(
        self,
        app: AppWrapper,
        config: Config,
        context: WorkerContext,
        sock: socket.socket,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        super().__init__(app, asyncio.get_running_loop(), config, context, {}, reader, writer)
        self._socket = sock
        self._idle_since: float | None = self.loop.time()

    async def run(self) -> None:
        """Serve the client until the connection ends."""
        try:
            client = parse_socket_addr(self._socket.family, self._socket.getpeername())
            server = parse_socket_addr(self._socket.family, self._socket.getsockname())
        except OSError:  # the client has left already
            self.writer.transport.abort()
            return
        self._idle_timer = self.loop.call_later(KEEP_ALIVE_S, self._close_when_idle)
        try:
            tls = self.writer.get_extra_info("ssl_object")
            async with TaskGroup(self.loop) as task_group:
                self.protocol = Protocols(
                    self.app,
                    self.config,
                    self.context,
                    task_group,
                    ConnectionState({"connection": self}),
                    tls is not None,
                    client,
                    server,
                    self.protocol_send,
                    None if tls is None else tls.selected_alpn_protocol(),
                )
                await self.protocol.initiate()
                await self._read_data()
        except OSError as error:
            _log.debug("a connection ended: %s", error)
        except Exception as error:
            _log.error("a connection was closed after an unexpected error: %r", error)
            _log.debug("the error in full", exc_info=error)
        finally:
            self._idle_timer.cancel()
            self.close()
        with suppress(OSError):
            await self.writer.wait_closed()

    async def protocol_send(self, event: Event) -> None:
        """Do what the protocol asks for; returns once the client's socket takes more bytes."""
        if isinstance(event, RawData):
            async with self.send_lock:
                gone = self.writer.transport.is_closing()
                if not gone:
                    try:
                        self.writer.write(event.data)
                        await self.writer.drain()
                    except (OSError, RuntimeError):
                        gone = True
            if gone:
                await self.protocol.handle(Closed())
        elif isinstance(event, Closed):
            self.close()
        elif isinstance(event, Updated):
            self._idle_since = self.loop.time() if event.idle else None
            if event.idle and self.context.terminated.is_set():
                self.end()

    def close(self) -> None:
        """Close the connection as soon as the client has taken what was written."""
        transport = self.writer.transport
        if not transport.is_closing():
            with suppress(OSError, RuntimeError):
                if transport.can_write_eof():
                    transport.write_eof()
            transport.close()

    def end(self) -> None:
        """Send no more, and close once the client does, or when `abort` is called.

        An HTTP/2 client that reads sends frames all the time. Closing at once would answer those with a reset, which
        makes the client lose what it has not read yet. TLS waits for the client by itself.
        """
        transport = self.writer.transport
        protocol = self.protocol.protocol
        if not isinstance(protocol, Http2) or not transport.can_write_eof():
            self.close()
        elif not transport.is_closing():
            with suppress(RuntimeError):  # it has been ended already
                transport.write(protocol.goodbye())
                transport.write_eof()

    def linger(self) -> None:
        """Send no more, and close after `LINGER_S`, or once the client does. TLS closes at once.

        TCP answers with a reset what comes after a close, and the reset makes the client lose what it has not read yet.
        """
        transport = self.writer.transport
        if not transport.can_write_eof():
            self.close()
        elif not transport.is_closing():
            with suppress(OSError, RuntimeError):
                transport.write_eof()
            self.loop.call_later(LINGER_S, self.abort)

    def end_if_idle(self) -> None:
        """End the connection at once if no request is being answered on it."""
        if self._idle_since is not None:
            self.end()
            self.close()
            self.abort()

    def abort(self) -> None:
        """End the connection at once; what the client has not taken is lost."""
        with suppress(OSError):  # also where a forked process has a copy of the socket
            self._socket.shutdown(socket.SHUT_RDWR)
        self.writer.transport.abort()

    def refuse(self, sentence: str) -> None:
        """Close the connection in the middle of a request: over HTTP/1.1 with a status 503."""
        if isinstance(self.protocol.protocol, Http1) and not self.writer.transport.is_closing():
            head = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nConnection: close\r\n"
            self.writer.write(f"{head}Content-Length: {len(sentence)}\r\n\r\n{sentence}".encode())
        self.close()

    def reset(self) -> None:
        """Reset the connection (TCP RST), as fault rules do; bytes that were not sent yet are lost."""
        with suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def _read_data(self) -> None:
        try:
            data = await self.reader.read(MAX_READ_BYTES)
            if data.startswith(_TLS_RECORD) and self.writer.get_extra_info("ssl_object") is None:
                _log.debug("a client speaks TLS, but this server was started without --tls")
            while data:
                await self.protocol.handle(RawData(data))
                data = await self.reader.read(MAX_READ_BYTES)
        except OSError as error:
            _log.debug("a connection ended: %s", error)
        await self.protocol.handle(Closed())

    def _close_when_idle(self) -> None:
        now = self.loop.time()
        if self._idle_since is not None and now >= self._idle_since + KEEP_ALIVE_S:
            self.close()
        else:
            began = now if self._idle_since is None else self._idle_since
            self._idle_timer = self.loop.call_at(began + KEEP_ALIVE_S, self._close_when_idle)


class Protocols(ProtocolWrapper):
    """The protocol of a connection: HTTP/2 by ALPN, by prior knowledge or by an upgrade; else HTTP/1.1."""

    def __init__(
        self,
        app: AppWrapper,
        config: Config,
        context: WorkerContext,
        task_group: TaskGroup,
        state: ConnectionState,
        ssl: bool,
        client: tuple[str, int] | None,
        server: tuple[str, int] | None,
        send: Callable[[Event], Awaitable[None]],
        alpn_protocol: str | None = None,
    ) -> None:
        super().__init__(app, config, context, task_group, state, ssl, client, server, send)
        self.protocol = (Http2 if alpn_protocol == "h2" else Http1)(*self._arguments())

    async def handle(self, event: Event) -> None:
        try:
            await self.protocol.handle(event)
        except H2ProtocolAssumedError as error:
            self.protocol = Http2(*self._arguments())
            await self.protocol.initiate()
            await self.protocol.handle(RawData(error.data))
        except H2CProtocolRequiredError as error:
            self.protocol = upgraded = Http2(*self._arguments())
            await upgraded.initiate(error.headers, error.settings)
            await upgraded.handle(RawData(error.data))

    def _arguments(self) -> tuple[Any, ...]:
        return (
            self.app,
            self.config,
            self.context,
            self.task_group,
            self.state,
            self.ssl,
            self.client,
            self.server,
            self.send,
        )
