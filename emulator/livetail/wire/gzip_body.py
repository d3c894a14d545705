"""Request bodies of `Content-Encoding: gzip`, as the CloudWatch agent sends them."""

import re
import zlib
from typing import Final

from livetail.core.errors import RequestEntityTooLargeException, SerializationException

_NOT_GZIP: Final = "The request body is not valid gzip."

MAX_MEMBERS: Final = 1_000
"""Gzip members of one body; writers that work in blocks make one for each. Each costs some microseconds: half a million
empty ones would delay all other requests by seconds."""

_PIECE_BYTES: Final = 8_192
"""How much is unpacked at a time. zlib copies what follows a member, so the pieces must be small."""

_PADDING = re.compile(rb"\0*")
"""Zeros may pad a file to a block's length; Python's gzip module skips them too."""


def gunzip(body: bytes, max_bytes: int) -> bytes:
    """Unpack a body; several members are one body.

    Args:
        max_bytes: the maximum of the unpacked body; nothing beyond it is unpacked.

    Raises:
        RequestEntityTooLargeException: it unpacks to more.
        SerializationException: it is not gzip, not complete, or has more than 1,000 members (text chosen).
    """
    parts: list[bytes] = []
    bytes_left = max_bytes + 1
    position = 0
    for _ in range(MAX_MEMBERS):
        member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        while not member.eof:
            piece = body[position : position + _PIECE_BYTES]
            if not piece:
                raise SerializationException(_NOT_GZIP)
            try:
                parts.append(member.decompress(piece, bytes_left))
            except zlib.error:
                raise SerializationException(_NOT_GZIP) from None
            bytes_left -= len(parts[-1])
            if bytes_left <= 0:
                raise RequestEntityTooLargeException(f"The request body unpacks to more than {max_bytes} bytes.")
            position += len(piece) - len(member.unused_data)
        padding = _PADDING.match(body, position)
        position = padding.end() if padding else position
        if position == len(body):
            return b"".join(parts)
    raise SerializationException(f"The request body has more than {MAX_MEMBERS} gzip members.")
