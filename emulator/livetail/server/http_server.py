"""The HTTP server: it accepts connections on a listening socket and serves an ASGI application to them.

The accept loop is ours. HTTP is Hypercorn's, with the differences of `connection`, `http1`, `http2` and `http_request`.
These are subclasses; Hypercorn itself is not changed, so that several servers, and a Hypercorn of the user, can run in
one process.
"""

import asyncio
import logging
import socket
import ssl
from contextlib import ExitStack, suppress
from typing import Any, Final, cast

from starlette.types import ASGIApp

from livetail.errors import LiveTailError
from livetail.server.connection import TLS_HANDSHAKE, Connection
from livetail.server.http_request import ServerConfig

_log = logging.getLogger(__name__)

BACKLOG: Final = 1024
"""Connections that the kernel keeps until they are accepted; on Linux at most net.core.somaxconn."""

SEND_BUFFER_BYTES: Final = 256 * 1024
"""Bytes of kernel buffer per connection. So a writer waits for a client that does not read after about half a megabyte,
instead of four megabytes."""

MAX_HANDSHAKES: Final = 200
"""TLS handshakes at a time; each costs 300 KB. More clients wait in the backlog."""

HANDSHAKE_TIMEOUT_S: Final = 10.0
MIN_HANDSHAKE_S: Final = 1.0
"""Seconds that a handshake may take, and that it may take while `MAX_HANDSHAKES` are in progress."""

TLS_SHUTDOWN_TIMEOUT_S: Final = 0.5

ACCEPT_RETRY_S: Final = 0.1
LOG_AGAIN_S: Final = 60.0

CANCEL_S: Final = 0.3
"""Seconds that requests get to end after their connections have ended."""


class StartError(LiveTailError):
    """The server cannot start; `str()` is one sentence."""


class Stop:
    """The two steps of a stop: at `requested` the sessions end, at `hurried` they are no longer waited for."""

    def __init__(self) -> None:
        self.requested = asyncio.Event()
        self.hurried = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def request(self) -> None:
        """Do the next step. May be called from any thread."""
        with suppress(RuntimeError):  # the loop has been closed
            self._loop.call_soon_threadsafe(self._next_step)

    def _next_step(self) -> None:
        (self.hurried if self.requested.is_set() else self.requested).set()


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on an address. `::` means all addresses, those of IPv4 included.

    Raises:
        StartError: the address cannot be listened on.
    """
    listener: socket.socket | None = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        if family == socket.AF_INET6 and host == "::":
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.setblocking(False)
        listener.bind(address)
        listener.listen(BACKLOG)
    except (OSError, UnicodeError) as error:
        if listener is not None:
            listener.close()
        reason = "this is not a host name" if isinstance(error, UnicodeError) else error.strerror or str(error)
        raise StartError(f"cannot listen on {host}:{port}: {reason}") from None
    return listener


class HttpServer:
    """Serves an application to the clients of a listening socket from now on. It closes the socket when it stops."""

    def __init__(
        self,
        app: ASGIApp,
        listener: socket.socket,
        *,
        tls: ssl.SSLContext | None = None,
        plain_app: ASGIApp | None = None,
        http2: bool = True,
    ) -> None:
        """`tls` is a context with a certificate; its protocols (ALPN) are set here.

        With `tls`, clients that send plain HTTP get `plain_app`.
        """
        self._listener = listener
        self._tls = tls
        if tls is not None:
            tls.set_alpn_protocols(["h2", "http/1.1"] if http2 else ["http/1.1"])
        self._config = ServerConfig(app, http2=http2)
        self._plain_config = ServerConfig(plain_app or app, http2=http2)
        self._plain_config.context = self._config.context
        self._stopping = self._config.context.terminated
        self._connections: dict[asyncio.Task[None], Connection | None] = {}  # None until its handshake is done
        self._handshakes: dict[asyncio.Task[None], float] = {}  # with the time at which each began
        self._handshake_ended = asyncio.Event()
        self._log_exhaustion_at = 0.0
        self._accepting = asyncio.create_task(self._accept())

    async def stop_accepting(self) -> None:
        """Accept no more connections and requests; requests in progress continue, and idle connections are closed."""
        if self._stopping.is_set():
            return
        await self._stopping.set()
        try:
            # This ends `sock_accept` with an error; to cancel it could lose a connection that it has just accepted.
            # It also frees the port where a forked process has a copy of the socket.
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:  # not on Linux, or not listening any more
            self._accepting.cancel()
        self._handshake_ended.set()
        await asyncio.wait((self._accepting,))
        self._listener.close()
        for task, connection in list(self._connections.items()):
            if connection is None:
                task.cancel()
            else:
                connection.end_if_idle()

    async def close(self, seconds: float) -> None:
        """End all connections; clients get this many seconds to read what was written to them."""
        await self.stop_accepting()
        for connection in filter(None, list(self._connections.values())):
            connection.end()
        await self._wait(seconds)
        for connection in filter(None, list(self._connections.values())):
            connection.abort()
        await self._wait(CANCEL_S)
        for task in self._connections:
            task.cancel()
        await self._wait(CANCEL_S)

    async def _wait(self, seconds: float) -> None:
        """Wait until all connections have ended, at most this long."""
        if self._connections:
            await asyncio.wait(self._connections, timeout=seconds)

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            await self._make_room()
            try:
                sock, _ = await loop.sock_accept(self._listener)
            except OSError as error:
                if not self._stopping.is_set():
                    self._log_exhaustion(error)
                    await asyncio.sleep(ACCEPT_RETRY_S)
                continue
            task = loop.create_task(self._serve(sock))
            self._connections[task] = None
            task.add_done_callback(self._ended)
            if self._tls is not None:
                self._handshakes[task] = loop.time()
            await asyncio.sleep(0)  # so that open connections do not wait for many new ones

    async def _make_room(self) -> None:
        """Wait while too many handshakes are in progress, or end the oldest when it takes too long."""
        while len(self._handshakes) >= MAX_HANDSHAKES and not self._stopping.is_set():
            task, began_at = next(iter(self._handshakes.items()))
            seconds_left = began_at + MIN_HANDSHAKE_S - asyncio.get_running_loop().time()
            if seconds_left <= 0:
                del self._handshakes[task]
                task.cancel()
            else:
                self._handshake_ended.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._handshake_ended.wait(), seconds_left)

    async def _serve(self, sock: socket.socket) -> None:
        loop, task = asyncio.get_running_loop(), cast("asyncio.Task[None]", asyncio.current_task())
        reader = asyncio.StreamReader(loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        config, tls = self._config, self._tls
        timeouts: dict[str, Any] = {}
        try:
            if tls is not None and await _begins_in_plain_text(sock):
                _log.debug("a client sent plain HTTP, but this server was started with TLS")
                config, tls = self._plain_config, None
            if tls is not None:
                timeouts["ssl_handshake_timeout"] = HANDSHAKE_TIMEOUT_S
                timeouts["ssl_shutdown_timeout"] = TLS_SHUTDOWN_TIMEOUT_S
            transport, _ = await loop.connect_accepted_socket(lambda: protocol, sock, ssl=tls, **timeouts)
        except OSError as error:
            _log.debug("a TLS handshake failed: %s", getattr(error, "reason", None) or error)
            return
        finally:
            self._handshakes.pop(task, None)
            self._handshake_ended.set()
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        connection = Connection(config, sock, reader, writer)
        self._connections[task] = connection
        await connection.run()

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._connections[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a connection was closed after an unexpected error: %r", error)
            _log.debug("the error in full", exc_info=error)

    def _log_exhaustion(self, error: OSError) -> None:
        """Log that no connection can be accepted, at most once a minute."""
        now = asyncio.get_running_loop().time()
        if now >= self._log_exhaustion_at:
            self._log_exhaustion_at = now + LOG_AGAIN_S
            _log.error(
                "no connection can be accepted: %s (%d are open; see ulimit -n)", error.strerror, len(self._connections)
            )


async def _begins_in_plain_text(sock: socket.socket) -> bool:
    """Wait for the first byte of a client; returns whether it does not begin TLS. The byte stays in the socket."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    with ExitStack() as on_error:
        on_error.callback(sock.close)
        loop.add_reader(sock, readable.set)
        try:
            async with asyncio.timeout(HANDSHAKE_TIMEOUT_S):
                await readable.wait()
        finally:
            loop.remove_reader(sock)
        first = sock.recv(1, socket.MSG_PEEK)
        on_error.pop_all()
    return first not in (TLS_HANDSHAKE, b"")
