"""The code of Hypercorn that our remedies stand in for is the code that they were written against."""

import ast
import asyncio
from importlib.metadata import version
from pathlib import Path

from hypercorn.asyncio.worker_context import EventWrapper
from hypercorn.protocol import h2

from livetail.server.hypercorn_remedies import restore_http2_back_pressure

EXPECTED = {
    "push": """
async def push(self, data: bytes) -> None:
    if self._complete:
        raise BufferCompleteError()
    self.buffer.extend(data)
    await self._is_empty.clear()
    if len(self.buffer) >= BUFFER_HIGH_WATER:
        await self._paused.wait()
        await self._paused.clear()
""",
    "pop": """
async def pop(self, max_length: int) -> bytes:
    length = min(len(self.buffer), max_length)
    data = bytes(self.buffer[:length])
    del self.buffer[:length]
    if len(data) < BUFFER_LOW_WATER:
        await self._paused.set()
    if len(self.buffer) == 0:
        await self._is_empty.set()
    return data
""",
}


def test_stream_buffer_is_as_we_know_it() -> None:
    """When this fails, a release has changed flow control: see whether the remedy is still needed, and still right."""
    tree = ast.parse(Path(h2.__file__).read_text())
    (buffer,) = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "StreamBuffer"]
    methods = {node.name: node for node in buffer.body if isinstance(node, ast.AsyncFunctionDef)}
    for name, source in EXPECTED.items():
        assert ast.dump(methods[name]) == ast.dump(ast.parse(source).body[0]), f"hypercorn {version('hypercorn')}"


def test_push_waits_until_the_peer_has_taken_it_all() -> None:
    restore_http2_back_pressure()
    restore_http2_back_pressure()

    async def test() -> None:
        buffer = h2.StreamBuffer(EventWrapper)
        pushed = 0

        async def push() -> None:
            nonlocal pushed
            while True:
                await buffer.push(b"x" * 1024)
                pushed += 1

        pushing = asyncio.ensure_future(push())

        async def pops(length: int) -> int:
            for _ in range(100):
                await buffer.pop(length)
                await asyncio.sleep(0)
            return pushed

        assert await pops(0) == 0, "a window that is exhausted"
        await buffer.pop(1000)
        assert await pops(0) == 0, "some of it is still here"
        await buffer.pop(24)
        assert await pops(0) == 1
        assert len(buffer.buffer) == 1024
        pushing.cancel()

    asyncio.run(test())
