"""The bodies of requests, read to their end before anything is answered.

Hypercorn queues ten parts of a body for an application. One that answers and leaves parts lying blocks the connection,
with all its HTTP/2 streams, for good; on HTTP/1.1 its client never sees the answer.
"""

from starlette.types import Message, Receive

__all__ = ["ClientGoneError", "left", "read_to_end", "replaying"]


class ClientGoneError(Exception):
    """The client left before its request was complete."""


async def read_to_end(receive: Receive, limit: int) -> tuple[bytes, int]:
    """The body up to `limit` bytes, and how long it was in all; what is beyond the limit is read and let go.

    Raises:
        ClientGoneError: there is nobody to answer.
    """
    body = bytearray()
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        part = message.get("body", b"")
        length += len(part)
        if length <= limit:
            body += part
        if not message.get("more_body", False):
            return bytes(body), length


def replaying(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives a body which has been read already, and then what else there is."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def left(receive: Receive) -> None:
    """Wait until the client leaves."""
    while (await receive())["type"] != "http.disconnect":
        pass
