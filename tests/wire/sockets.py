"""Sockets of clients: plain or TLS, with small buffers for slow readers, and every way to close a connection."""

import socket
import ssl
import struct
from collections.abc import Callable
from time import monotonic, sleep
from urllib.parse import urlsplit

from livetail.testing.handle import LiveTail

__all__ = ["TIMEOUT", "abandon", "address_of", "connect", "eventually", "trusting"]

TIMEOUT = 10.0
"""Seconds after which a wait for a socket fails."""


def address_of(emulator: LiveTail) -> tuple[str, int]:
    parts = urlsplit(emulator.endpoint_url)
    assert parts.hostname is not None and parts.port is not None
    return parts.hostname, parts.port


def trusting(emulator: LiveTail, protocol: str) -> ssl.SSLContext:
    """A context that trusts the emulator's own CA, and that offers `protocol` (`h2` or `http/1.1`) alone."""
    context = ssl.create_default_context(cafile=emulator.environment()["AWS_CA_BUNDLE"])
    context.set_alpn_protocols([protocol])
    return context


def connect(emulator: LiveTail, protocol: str, receive_buffer: int | None = None) -> socket.socket:
    """A connection to the emulator, by TLS if it serves that.

    Args:
        receive_buffer: bytes that the kernel takes in while the client does not read.
    """
    address = address_of(emulator)
    sock = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
    try:
        if receive_buffer is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(TIMEOUT)
        sock.connect(address)
        if not emulator.endpoint_url.startswith("https:"):
            return sock
        secured = trusting(emulator, protocol).wrap_socket(sock, server_hostname=address[0])
    except BaseException:
        sock.close()
        raise
    assert secured.selected_alpn_protocol() == protocol
    return secured


def abandon(sock: socket.socket) -> None:
    """Close the connection with a reset (RST) in place of a FIN."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def eventually(condition: Callable[[], bool], within: float = TIMEOUT) -> bool:
    """Check a condition every two milliseconds until it is true; returns whether it became true in time."""
    deadline = monotonic() + within
    while not condition():
        if monotonic() > deadline:
            return False
        sleep(0.002)
    return True
