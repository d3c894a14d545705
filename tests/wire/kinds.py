"""The kinds of connections with a session, for tests that are parametrized by them."""

from collections.abc import Callable
from dataclasses import dataclass

from livetail.testing.handle import LiveTail
from tests.wire.http1 import Http1Tail
from tests.wire.http2 import Http2Tail

__all__ = ["KINDS", "SLOW_KINDS", "Kind"]

SMALL = 4_096
"""Bytes for SO_RCVBUF: what a client takes that does not read."""

ALL_THERE_IS = 2**31 - 1


@dataclass(frozen=True)
class Kind:
    """A sort of client; the emulator is to be started with its `tls`."""

    name: str
    tls: bool
    open: Callable[[LiveTail, str], Http1Tail | Http2Tail]

    def __str__(self) -> str:
        return self.name


def _http1(emulator: LiveTail, log_group: str) -> Http1Tail:
    return Http1Tail(emulator, log_group, receive_buffer=SMALL)


def _http2(emulator: LiveTail, log_group: str) -> Http2Tail:
    return Http2Tail(emulator, log_group, receive_buffer=SMALL)


def _closed_window(emulator: LiveTail, log_group: str) -> Http2Tail:
    return Http2Tail(emulator, log_group, opens_windows=False)


def _wide_window(emulator: LiveTail, log_group: str) -> Http2Tail:
    return Http2Tail(emulator, log_group, receive_buffer=SMALL, window=ALL_THERE_IS)


KINDS = [
    Kind("http1", False, _http1),
    Kind("http2", False, _http2),
    Kind("tls-http1", True, _http1),
    Kind("tls-http2", True, _http2),
]

SLOW_KINDS = [
    Kind("http1-not-reading", False, _http1),
    Kind("http2-closed-window", False, _closed_window),
    Kind("http2-not-reading", False, _wide_window),
    Kind("tls-http1-not-reading", True, _http1),
    Kind("tls-http2-closed-window", True, _closed_window),
]
