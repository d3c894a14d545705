"""What has to be put right in Hypercorn 0.18 before it can serve endless streams over HTTP/2.

`StreamBuffer.pop` looks at what it has popped, not at what is left, to decide whether a paused writer may go on. With
an exhausted window it pops nothing, so `send()` never blocks, and a client that stops reading costs memory without
bound. There is no hook for this, so the method is replaced. `tests/wire/test_back_pressure.py` fails without the
remedy; `tests/unit/server/test_hypercorn_remedies.py` fails when a release changes the code that it stands in for.
"""

from hypercorn.protocol import h2

__all__ = ["restore_http2_back_pressure"]


def restore_http2_back_pressure() -> None:
    """Make `send()` wait while an HTTP/2 client does not open its window. May be called more than once."""
    h2.StreamBuffer.pop = _pop  # type: ignore[method-assign]


async def _pop(self: h2.StreamBuffer, max_length: int) -> bytes:
    length = min(len(self.buffer), max_length)
    data = bytes(self.buffer[:length])
    del self.buffer[:length]
    if len(self.buffer) < h2.BUFFER_LOW_WATER:
        await self._paused.set()
    if not self.buffer:
        await self._is_empty.set()
    return data
