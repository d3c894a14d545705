"""What faults do to connections, and no answer of HTTP can: closing them in the middle, and resetting them."""

import asyncio
import socket
import struct
from collections.abc import Iterable

from starlette.types import Scope

__all__ = ["close_connection", "reset_connection"]


def close_connection(connections: Iterable[asyncio.Transport], scope: Scope) -> None:
    """Close the connection that a request came on, once the bytes that were written are on their way."""
    for connection in _of(connections, scope):
        connection.close()


def reset_connection(connections: Iterable[asyncio.Transport], scope: Scope) -> None:
    """Reset the connection that a request came on (TCP RST); bytes that were not sent yet are lost."""
    for connection in _of(connections, scope):
        sock = connection.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.abort()


def _of(connections: Iterable[asyncio.Transport], scope: Scope) -> list[asyncio.Transport]:
    """The transports of a request's connection, found by the address of its client."""
    client = tuple(scope["client"] or ())
    return [
        connection
        for connection in list(connections)
        if not connection.is_closing() and tuple(connection.get_extra_info("peername") or ())[:2] == client[:2]
    ]
