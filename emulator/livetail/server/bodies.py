"""The bodies of requests, read to their end before there is a response.

An HTTP/1.1 client that is still sending would lose an earlier response, because the connection is closed.
"""

from typing import Final

from starlette.types import Receive

_MAX_PARTS: Final = 256
"""Parts of a body are joined at this number: a client may send parts of one byte, and Python needs some 40 bytes for
each. Joining copies a body once; a growing bytearray is copied several times."""


class ClientGoneError(Exception):
    """The client left before its request was complete."""


async def read_to_end(receive: Receive, limit: int) -> tuple[bytes, int]:
    """The body up to `limit` bytes, and its whole length; what is beyond the limit is discarded.

    Raises:
        ClientGoneError: the client left first.
    """
    joined: list[bytes] = []
    parts: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        part = message.get("body", b"")
        length += len(part)
        if length <= limit:
            parts.append(part)
        if len(parts) == _MAX_PARTS:
            joined.append(b"".join(parts))
            parts.clear()
        if not message.get("more_body", False):
            return b"".join(joined + parts), length


async def wait_for_disconnect(receive: Receive) -> None:
    """Wait until the client leaves."""
    while (await receive())["type"] != "http.disconnect":
        pass
