"""Bodies that arrive in parts."""

import asyncio
import tracemalloc

import pytest
from starlette.types import Message

from livetail.server.bodies import ClientGoneError, read_to_end


def _read(parts: list[bytes], limit: int, *, gone: bool = False) -> tuple[bytes, int]:
    messages = iter(parts)
    left = len(parts)

    async def receive() -> Message:
        nonlocal left
        left -= 1
        if left < 0 or (gone and not left):
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": next(messages), "more_body": left > 0}

    return asyncio.run(read_to_end(receive, limit))


@pytest.mark.parametrize("count", [1, 2, 300])
def test_parts_are_joined_in_order(count: int) -> None:
    parts = [b"%d," % number for number in range(count)]
    body = b"".join(parts)
    assert _read(parts, len(body)) == (body, len(body))


def test_nothing_beyond_the_limit_is_kept() -> None:
    assert _read([b"1234", b"56", b"7"], 5) == (b"1234", 7)


def test_a_client_that_leaves() -> None:
    with pytest.raises(ClientGoneError):
        _read([b"1", b"2", b"3"], 5, gone=True)


def test_many_small_parts_take_little_more_memory_than_their_bytes() -> None:
    size, part = 400_000, b"xy"
    left = size

    async def receive() -> Message:
        nonlocal left
        left -= 2
        return {"type": "http.request", "body": bytes(bytearray(part)), "more_body": left > 0}

    tracemalloc.start()
    try:
        body, _ = asyncio.run(read_to_end(receive, size))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(body) == size
    assert peak < 4 * size  # 200,000 objects of their own would take 8 MB
