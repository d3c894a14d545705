"""Messages of `application/vnd.amazon.eventstream`, encoded to bytes and decoded from them.

    total length (4) | headers length (4) | CRC-32 of these 8 bytes (4) | headers | payload | CRC-32 of all before (4)

https://smithy.io/2.0/aws/amazon-eventstream.html. A message starts where the one before it ends, so those after a bad
one cannot be found.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zlib import crc32

from livetail.wire.headers import (
    MAX_HEADERS_LENGTH,
    EventStreamError,
    Header,
    HeaderValue,
    decode_headers,
    encode_string_header,
)

PRELUDE_LENGTH = 12
"""Bytes before the headers."""

MIN_MESSAGE_LENGTH = PRELUDE_LENGTH + 4
"""Bytes of a message with no headers and no payload."""

MAX_PAYLOAD_LENGTH = 24 * 1024 * 1024
"""Bytes of one payload."""

MAX_MESSAGE_LENGTH = MIN_MESSAGE_LENGTH + MAX_HEADERS_LENGTH + MAX_PAYLOAD_LENGTH

_LENGTHS = struct.Struct(">II")
_CHECKSUM = struct.Struct(">I")
_PRELUDE = struct.Struct(">III")


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its headers in their order, and the bytes of its payload."""

    headers: tuple[Header, ...]
    payload: bytes

    def header(self, name: str) -> HeaderValue | None:
        """The value of the header of this name, None if there is none."""
        return next((header.value for header in self.headers if header.name == name), None)


class FrameTemplate:
    """Headers encoded once, for messages that differ only in their payload."""

    __slots__ = ("_headers",)

    def __init__(self, *headers: tuple[str, str]) -> None:
        """Raises EventStreamError where the format cannot hold a value; `headers` are names and strings."""
        self._headers = b"".join(encode_string_header(name, value) for name, value in headers)

    def frame(self, parts: Iterable[bytes]) -> bytes:
        """The bytes of a message whose payload is `parts` joined.

        Raises:
            EventStreamError: the parts together have more than 24 MiB.
        """
        parts = tuple(parts)
        size = sum(map(len, parts))
        if size > MAX_PAYLOAD_LENGTH:
            raise EventStreamError(f"payload of {size} bytes, the maximum is {MAX_PAYLOAD_LENGTH}")
        lengths = _LENGTHS.pack(MIN_MESSAGE_LENGTH + len(self._headers) + size, len(self._headers))
        head = b"".join((lengths, _CHECKSUM.pack(crc32(lengths)), self._headers))
        checksum = crc32(head)
        for part in parts:
            checksum = crc32(part, checksum)
        return b"".join((head, *parts, _CHECKSUM.pack(checksum)))


class Decoder:
    """Decodes messages from bytes in chunks of any size.

    Pass what was received to `receive_data`, then iterate over the messages that are complete by now; call
    `end_of_input` at the end of the stream. From a bad message on, iterating raises its error.

    Attributes:
        offset: where the next message starts, in bytes from the start of the stream.
    """

    __slots__ = ("_buffer", "offset")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.offset = 0

    def receive_data(self, data: bytes | bytearray | memoryview) -> None:
        """Add the next bytes of the stream."""
        self._buffer += data

    def __iter__(self) -> Iterator[Message]:
        while (message := self.next_message()) is not None:
            yield message

    def next_message(self) -> Message | None:
        """The next message, None until all its bytes are there.

        Raises:
            EventStreamError: the message is bad; an impossible length is found as soon as the prelude is there.
        """
        if len(self._buffer) < PRELUDE_LENGTH:
            return None
        try:
            total, headers_length = _read_prelude(self._buffer)
            if len(self._buffer) < total:
                return None
            # A view, since slices of a bytearray are copies. It must be released before the buffer changes its size.
            with memoryview(self._buffer) as view, view[:total] as data:
                message = _read_message(data, PRELUDE_LENGTH + headers_length)
        except EventStreamError as error:
            error.offset = self.offset
            raise
        del self._buffer[:total]
        self.offset += total
        return message

    def end_of_input(self) -> None:
        """Declare that no more bytes will come, after the last complete message was taken.

        Raises:
            EventStreamError: the stream ended within a message.
        """
        size = len(self._buffer)
        if size:
            has_prelude = size >= PRELUDE_LENGTH
            wanted = (
                f"{_read_prelude(self._buffer)[0]} bytes" if has_prelude else f"{PRELUDE_LENGTH} bytes of its prelude"
            )
            error = EventStreamError(f"the stream ends after {size} of {wanted}")
            error.offset = self.offset
            raise error


def _read_prelude(data: bytearray) -> tuple[int, int]:
    """The length of the message that starts here, and that of its headers."""
    total, headers, expected = _PRELUDE.unpack_from(data)
    # Checked first: if it does not match, an error about the lengths would mislead.
    _check_checksum("prelude", expected, crc32(data[: _LENGTHS.size]))
    if not MIN_MESSAGE_LENGTH <= total <= MAX_MESSAGE_LENGTH:
        raise EventStreamError(
            f"invalid message length {total}, it must be from {MIN_MESSAGE_LENGTH} to {MAX_MESSAGE_LENGTH}"
        )
    if headers > MAX_HEADERS_LENGTH:
        raise EventStreamError(f"headers of {headers} bytes, the maximum is {MAX_HEADERS_LENGTH}")
    payload = total - MIN_MESSAGE_LENGTH - headers
    if payload < 0:
        raise EventStreamError(f"invalid headers length {headers} in a message of {total} bytes")
    if payload > MAX_PAYLOAD_LENGTH:
        raise EventStreamError(f"payload of {payload} bytes, the maximum is {MAX_PAYLOAD_LENGTH}")
    return total, headers


def _read_message(data: memoryview, headers_end: int) -> Message:
    end = len(data) - _CHECKSUM.size
    (expected,) = _CHECKSUM.unpack_from(data, end)
    _check_checksum("message", expected, crc32(data[:end]))
    return Message(decode_headers(bytes(data[PRELUDE_LENGTH:headers_end])), bytes(data[headers_end:end]))


def _check_checksum(part: str, expected: int, calculated: int) -> None:
    if calculated != expected:
        raise EventStreamError(f"{part} checksum mismatch: expected 0x{expected:08x}, calculated 0x{calculated:08x}")
