"""Messages of a tail as the effects see them: their kind, and how one is damaged."""

from enum import Enum
from typing import Final
from zlib import crc32

from livetail.wire import livetail
from livetail.wire.eventstream import MIN_MESSAGE_LENGTH, PRELUDE_LENGTH

__all__ = ["MessageKind", "corrupted", "kind_of"]

_CHECKSUM_LENGTH: Final = 4


class MessageKind(Enum):
    INITIAL_RESPONSE = "initial-response"
    SESSION_START = "sessionStart"
    SESSION_UPDATE = "sessionUpdate"
    LAST = "last"
    """An exception or an error; nothing comes after it."""


def _headers(empty: bytes) -> bytes:
    """The headers of a message, from a message of theirs."""
    return empty[PRELUDE_LENGTH : PRELUDE_LENGTH + int.from_bytes(empty[4:8], "big")]


# All messages of a kind have the very same headers, so these say what a message is without reading it.
_KINDS: Final = {
    _headers(livetail.initial_response()): MessageKind.INITIAL_RESPONSE,
    _headers(livetail.session_start(b"")): MessageKind.SESSION_START,
    _headers(livetail.session_update(())): MessageKind.SESSION_UPDATE,
}


def kind_of(message: bytes) -> MessageKind:
    """What a message of `livetail.wire.livetail` is."""
    return _KINDS.get(_headers(message), MessageKind.LAST)


def corrupted(message: bytes, part: str, *, valid_checksums: bool = False) -> bytes:
    """The message with one byte of a part changed; its length stays.

    In the prelude that is the total length, in the headers the type of the first value, in the payload the first byte,
    which then cannot begin any JSON. The checksums stay as they were, unless they are to be made valid again.

    Args:
        part: `prelude`, `headers`, `payload` or `crc`. A message without that part gets a wrong checksum.
    """
    damaged = bytearray(message)
    headers_length = int.from_bytes(message[4:8], "big")
    payload_length = len(message) - MIN_MESSAGE_LENGTH - headers_length
    if part == "prelude":
        damaged[3] ^= 0x01
    elif part == "headers" and headers_length:
        damaged[PRELUDE_LENGTH + 1 + message[PRELUDE_LENGTH]] ^= 0x80
    elif part == "payload" and payload_length:
        damaged[PRELUDE_LENGTH + headers_length] ^= 0x80
    else:
        damaged[-1] ^= 0x01
    if valid_checksums:
        damaged[-_CHECKSUM_LENGTH:] = crc32(damaged[:-_CHECKSUM_LENGTH]).to_bytes(_CHECKSUM_LENGTH, "big")
    return bytes(damaged)
