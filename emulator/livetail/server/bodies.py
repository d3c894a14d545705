"""The bodies of requests, read to their end before there is a response; and clients that leave before there is one.

An HTTP/1.1 client that is still sending would lose an earlier response, because the connection is closed.
"""

import asyncio
from collections.abc import Coroutine
from io import BytesIO
from typing import Any, TypeVar

from starlette.types import Receive

T = TypeVar("T")


class ClientGoneError(Exception):
    """The client left before its request was complete, or before it got a response."""


async def read_to_end(receive: Receive, limit: int) -> tuple[bytes, int]:
    """The body up to `limit` bytes, and its whole length; what is beyond the limit is discarded.

    Raises:
        ClientGoneError: the client left first.
    """
    body = BytesIO()
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        part = message.get("body", b"")
        length += len(part)
        if length <= limit:
            body.write(part)
        if not message.get("more_body", False):
            return body.getvalue(), length


async def wait_for_disconnect(receive: Receive) -> None:
    """Wait until the client leaves."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def while_connected(receive: Receive, work: Coroutine[Any, Any, T], timeout_s: float | None = None) -> T:
    """The result of `work`, which is cancelled if the client leaves first.

    Raises:
        ClientGoneError: the client left first.
        TimeoutError: it took longer than `timeout_s` real seconds.
    """
    result = asyncio.ensure_future(work)
    disconnect = asyncio.ensure_future(wait_for_disconnect(receive))
    try:
        await asyncio.wait((result, disconnect), timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if result.done():
            return result.result()
        raise ClientGoneError if disconnect.done() else TimeoutError
    finally:
        disconnect.cancel()
        result.cancel()
