"""The event loop of a server: it knows its connections, so that they can be ended when the server stops."""

import asyncio
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from livetail.server.failures import StartError

__all__ = ["KnowsConnections", "ServerLoop", "loop_factory"]


class KnowsConnections:
    """For an event loop: knows the server's connections, so that they can be ended, and waits for no TLS goodbye."""

    def __init__(self) -> None:
        super().__init__()
        self.connections: set[asyncio.Transport] = set()  # uvloop's cannot be referred to weakly
        self._secured: set[asyncio.Transport] = set()
        self._handshakes: weakref.WeakSet[asyncio.Transport] = weakref.WeakSet()
        self._servers: list[asyncio.AbstractServer] = []

    async def end_connections(self, seconds: float) -> None:
        """Accept no more of them, give those that are there so long to take what was written to them, then end them."""
        for server in self._servers:
            server.close()
        for connection in self._handshakes - self.connections:
            connection.abort()
        for connection in list(self._secured):
            connection.close()  # nothing else sends what is left in its layers
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                # Transports do not tell when their buffers are empty, so this is one place that has to look again.
                while any(self._owes(connection) for connection in list(self.connections)):  # noqa: ASYNC110
                    await asyncio.sleep(0.005)
                await asyncio.sleep(0.02)  # what is in the kernel leaves for the client
        for connection in list(self.connections):
            connection.abort()

    def _owes(self, connection: asyncio.Transport) -> bool:
        """Whether bytes that were written are still here."""
        return connection in self._secured or connection.get_write_buffer_size() > 0

    def _make_ssl_transport(self, *args: Any, **options: Any) -> Any:
        """Know a TLS connection before its handshake is over, which no protocol does."""
        transport = super()._make_ssl_transport(*args, **options)  # type: ignore[misc]
        self._handshakes.add(transport)
        return transport

    async def create_server(self, protocol_factory: Any, *args: Any, **options: Any) -> Any:
        if options.get("ssl") is not None:
            options["ssl_shutdown_timeout"] = 0.5

        def remembering_factory() -> asyncio.BaseProtocol:
            protocol: asyncio.BaseProtocol = protocol_factory()
            connection_made = protocol.connection_made
            connection_lost = protocol.connection_lost
            known: list[asyncio.Transport] = []

            def remember(transport: asyncio.BaseTransport) -> None:
                known.append(transport)  # type: ignore[arg-type]
                self.connections.update(known)
                if transport.get_extra_info("sslcontext") is not None:
                    self._secured.update(known)
                connection_made(transport)

            def forget(error: Exception | None) -> None:
                self.connections.difference_update(known)
                self._secured.difference_update(known)
                connection_lost(error)

            protocol.connection_made = remember  # type: ignore[method-assign]
            protocol.connection_lost = forget  # type: ignore[method-assign, assignment]
            return protocol

        server = await super().create_server(remembering_factory, *args, **options)  # type: ignore[misc]
        self._servers.append(server)
        return server


class ServerLoop(KnowsConnections, asyncio.SelectorEventLoop):
    """The event loop that a server runs on."""


def loop_factory(name: str) -> Callable[[], asyncio.AbstractEventLoop]:
    if name == "asyncio":
        return ServerLoop
    try:
        import uvloop
    except ImportError:
        raise StartError("--loop uvloop needs the package uvloop: pip install 'livetail[uvloop]'") from None
    return type("UvServerLoop", (KnowsConnections, uvloop.Loop), {})
