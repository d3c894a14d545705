"""The steps of a session's writer, and what the effects on messages make of a message."""

from dataclasses import dataclass
from typing import Final, Literal
from zlib import crc32

from livetail.faults.effects import AnyEffect, Corrupt, Cut, Duplicate, Truncate, UnknownEvent
from livetail.wire import livetail
from livetail.wire.eventstream import MIN_MESSAGE_LENGTH, PRELUDE_LENGTH

_CHECKSUM_LENGTH: Final = 4


@dataclass(frozen=True, slots=True)
class Step:
    """The next step of a session's writer.

    Attributes:
        data: bytes to write as a part of the body, if there are any.
        then: what follows: `continue` with the next step, `end` the body cleanly, `close` the connection without an end
            of the body, or `reset` it (TCP RST).
    """

    data: bytes = b""
    then: Literal["continue", "end", "close", "reset"] = "continue"

    @property
    def is_last(self) -> bool:
        """Whether nothing follows."""
        return self.then != "continue"


def steps_of(effect: AnyEffect, message: bytes) -> list[Step]:
    """The steps for a message that an effect acts on."""
    match effect:
        case Corrupt():
            return [Step(_corrupted(message, effect))]
        case Duplicate():
            return [Step(message), Step(message)]
        case UnknownEvent(name=name):
            return [Step(livetail.unknown_event(name)), Step(message)]
        case Cut(bytes=length):
            return [Step(_beginning_of(message, length), "close")]
    assert isinstance(effect, Truncate)
    return [Step(_beginning_of(message, effect.bytes), "end")]


def _beginning_of(message: bytes, length: int | None) -> bytes:
    """The first `length` bytes of the message, half of it for None, never all of it."""
    return message[: len(message) // 2 if length is None else min(length, len(message) - 1)]


def _corrupted(message: bytes, effect: Corrupt) -> bytes:
    """The message with one byte of the effect's part changed; its length stays.

    In the prelude that is the total length, in the headers the type of the first value, in the payload the first byte,
    which then cannot begin any JSON. The checksums stay as they were, unless the effect has `valid_checksums`. A
    message without that part gets a wrong checksum.
    """
    damaged = bytearray(message)
    headers_length = int.from_bytes(message[4:8], "big")
    payload_length = len(message) - MIN_MESSAGE_LENGTH - headers_length
    if effect.part == "prelude":
        damaged[3] ^= 0x01
    elif effect.part == "headers" and headers_length:
        damaged[PRELUDE_LENGTH + 1 + message[PRELUDE_LENGTH]] ^= 0x80
    elif effect.part == "payload" and payload_length:
        damaged[PRELUDE_LENGTH + headers_length] ^= 0x80
    else:
        damaged[-1] ^= 0x01
    if effect.valid_checksums:
        damaged[-_CHECKSUM_LENGTH:] = crc32(damaged[:-_CHECKSUM_LENGTH]).to_bytes(_CHECKSUM_LENGTH, "big")
    return bytes(damaged)
