"""What has to be put right in Hypercorn 0.18 before it can serve endless streams.

Over HTTP/2 a writer that has to wait is released by `StreamBuffer.pop`, which looks at what it has popped and not at
what is left: with an exhausted window it pops nothing, so `send()` never blocks, and a client that stops reading costs
memory without bound. There is no hook for this, nor for the other two faults, so methods are replaced. The tests in
`tests/wire` fail without each remedy; `tests/unit/server/test_hypercorn_remedies.py` fails when a release changes the
code that they stand in for.
"""

from typing import Any, Final

from h2.events import Event, StreamReset
from hypercorn.asyncio.tcp_server import TCPServer
from hypercorn.events import Closed
from hypercorn.events import Event as ConnectionEvent
from hypercorn.protocol import h2

__all__ = ["release_closed_connections", "release_vanished_http2_clients", "restore_http2_back_pressure"]


def restore_http2_back_pressure() -> None:
    """Make `send()` return once an HTTP/2 client's window has let everything through. May be called more than once."""
    h2.StreamBuffer.push = _push  # type: ignore[method-assign]


async def _push(self: h2.StreamBuffer, data: bytes) -> None:
    if self._complete:
        raise h2.BufferCompleteError
    self.buffer.extend(data)
    await self._is_empty.clear()
    await self._is_empty.wait()


_HANDLE: Final = h2.H2Protocol.handle
_HANDLE_EVENTS: Final = h2.H2Protocol._handle_events


def release_vanished_http2_clients() -> None:
    """Make `send()` return for a client that has left; Hypercorn leaves it waiting, and the connection open, for good.

    May be called more than once.
    """
    h2.H2Protocol.handle = _handle  # type: ignore[method-assign]
    h2.H2Protocol._handle_events = _handle_events  # type: ignore[method-assign]


async def _handle(self: h2.H2Protocol, event: ConnectionEvent) -> None:
    await _HANDLE(self, event)
    if isinstance(event, Closed):
        for buffer in list(self.stream_buffers.values()):
            await buffer.close()


async def _handle_events(self: h2.H2Protocol, events: list[Event]) -> None:
    await _HANDLE_EVENTS(self, events)
    for event in events:
        if isinstance(event, StreamReset) and event.stream_id in self.stream_buffers:
            await self.stream_buffers[event.stream_id].close()


_READ_DATA: Final = TCPServer._read_data


def release_closed_connections() -> None:
    """Let go of a connection as soon as its client has closed it.

    Hypercorn waits for the keep-alive timeout of a connection that was idle when it was closed, with its file open,
    and starts the timeout again when an answer ends that nobody reads any more. May be called more than once.
    """
    TCPServer._read_data = _read_data  # type: ignore[method-assign]


class _NoTimeout:
    """In place of the task that ends idle connections, once there is nothing left to end."""

    async def restart(self, *_: Any) -> None:
        pass

    async def stop(self) -> None:
        pass


async def _read_data(self: TCPServer) -> None:
    await _READ_DATA(self)
    await self.idle_task.stop()
    self.idle_task = _NoTimeout()  # type: ignore[assignment]
