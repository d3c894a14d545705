"""Messages of `application/vnd.amazon.eventstream`, encoded to bytes and decoded from them.

    total length (4) | headers length (4) | CRC-32 of these 8 bytes (4) | headers | payload | CRC-32 of all before (4)

and each header:

    length of the name (1) | name | type (1) | value

The value of a string or a byte array begins with its length in 2 bytes, the others have a fixed width: 0 for a boolean,
whose value is its type. Numbers are big-endian and signed, and a timestamp is in milliseconds.

https://smithy.io/2.0/aws/amazon-eventstream.html. A message starts where the one before it ends, so those after a bad
one cannot be found.
"""

import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from uuid import UUID
from zlib import crc32

PRELUDE_LENGTH = 12
"""Bytes before the headers."""

MIN_MESSAGE_LENGTH = PRELUDE_LENGTH + 4
"""Bytes of a message with no headers and no payload."""

MAX_HEADERS_LENGTH = 131_072
"""Bytes of all headers of one message."""

MAX_VALUE_LENGTH = 32_767
"""Bytes of a string when it is encoded. Its length has two bytes, so it could be 65,535; decoding accepts that."""

MAX_PAYLOAD_LENGTH = 24 * 1024 * 1024
"""Bytes of one payload."""

MAX_MESSAGE_LENGTH = MIN_MESSAGE_LENGTH + MAX_HEADERS_LENGTH + MAX_PAYLOAD_LENGTH

_LENGTHS = struct.Struct(">II")
_CHECKSUM = struct.Struct(">I")
_PRELUDE = struct.Struct(">III")

HeaderValue = bool | int | bytes | str | UUID


class EventStreamError(Exception):
    """A message that breaks the format; `str()` is one line with its place and the problem.

    Attributes:
        problem: what is wrong, without the place.
        offset: where the message starts, in bytes from the start of the stream; None on encoding.
    """

    def __init__(self, problem: str, offset: int | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.offset = offset

    def __str__(self) -> str:
        return self.problem if self.offset is None else f"message at byte {self.offset}: {self.problem}"


class HeaderType(IntEnum):
    """The type of a value: its byte on the wire. `livetail decode` prints the name in lower case."""

    BOOL_TRUE = 0
    BOOL_FALSE = 1
    BYTE = 2
    INT16 = 3
    INT32 = 4
    INT64 = 5
    BYTE_ARRAY = 6
    STRING = 7
    TIMESTAMP = 8
    UUID = 9


@dataclass(frozen=True, slots=True)
class Header:
    """One header; its name is unique in the message. A timestamp is in epoch milliseconds."""

    name: str
    type: HeaderType
    value: HeaderValue


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its headers in their order, and the bytes of its payload."""

    headers: tuple[Header, ...]
    payload: bytes

    def header(self, name: str) -> HeaderValue | None:
        """The value of the header of this name, None if there is none."""
        return next((header.value for header in self.headers if header.name == name), None)


# ---- encoding ------------------------------------------------------------------------------------------------------


class FrameTemplate:
    """Headers encoded once, for messages that differ only in their payload."""

    __slots__ = ("_headers",)

    def __init__(self, *headers: tuple[str, str]) -> None:
        """`headers` are names and strings; raises EventStreamError as `encode_string_header`."""
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


def encode_string_header(name: str, value: str) -> bytes:
    """The bytes of a header of type STRING, the one type in AWS's own event streams.

    Raises:
        EventStreamError: the value takes more than 32,767 bytes, or cannot be written as UTF-8.
    """
    name_bytes = name.encode()
    try:
        value_bytes = value.encode()
    except UnicodeEncodeError:
        raise EventStreamError(f"value of header {name!r} cannot be written as UTF-8") from None
    size = len(value_bytes)
    if size > MAX_VALUE_LENGTH:
        raise EventStreamError(f"value of header {name!r} of {size} bytes, the maximum is {MAX_VALUE_LENGTH}")
    start = bytes((len(name_bytes),)) + name_bytes + bytes((HeaderType.STRING,))
    return start + size.to_bytes(2, "big") + value_bytes


# ---- decoding ------------------------------------------------------------------------------------------------------


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
        if size == 0:
            return
        wanted = f"{PRELUDE_LENGTH} bytes of its prelude"
        if size >= PRELUDE_LENGTH:
            wanted = f"{_read_prelude(self._buffer)[0]} bytes"
        raise EventStreamError(f"the stream ends after {size} of {wanted}", self.offset)


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


_integer = partial(int.from_bytes, byteorder="big", signed=True)

_FORMS: Mapping[HeaderType, tuple[int | None, Callable[[bytes], HeaderValue]]] = {
    HeaderType.BOOL_TRUE: (0, lambda _: True),
    HeaderType.BOOL_FALSE: (0, lambda _: False),
    HeaderType.BYTE: (1, _integer),
    HeaderType.INT16: (2, _integer),
    HeaderType.INT32: (4, _integer),
    HeaderType.INT64: (8, _integer),
    HeaderType.BYTE_ARRAY: (None, bytes),
    HeaderType.STRING: (None, bytes.decode),
    HeaderType.TIMESTAMP: (8, _integer),
    HeaderType.UUID: (16, lambda raw: UUID(bytes=raw)),
}
"""The width in bytes of each type, None where the value begins with its length; and how a value is read."""


def decode_headers(data: bytes) -> tuple[Header, ...]:
    """The headers that `data` consists of.

    Raises:
        EventStreamError: the bytes are not headers, or a name comes twice.
    """
    headers: dict[str, Header] = {}
    position = 0
    while position < len(data):
        start = position + 1
        position = start + data[position]
        if position == start or position > len(data):
            raise EventStreamError(
                f"header name of {position - start} bytes where {len(data) - start} bytes of headers remain"
            )
        try:
            name = data[start:position].decode()
        except UnicodeDecodeError as error:
            raise _not_utf8("header name", error) from None
        if name in headers:
            raise EventStreamError(f"duplicate header {name!r}")
        headers[name], position = _decode_value(name, data, position)
    return tuple(headers.values())


def _decode_value(name: str, data: bytes, position: int) -> tuple[Header, int]:
    """The header whose type is at `position`, and the position after its value."""
    if position == len(data):
        raise EventStreamError(f"header {name!r} ends before its type")
    try:
        header_type = HeaderType(data[position])
    except ValueError:
        raise EventStreamError(f"header {name!r} has the unknown value type 0x{data[position]:02x}") from None
    width, read = _FORMS[header_type]
    start = position + 1
    if width is None:
        # If the length itself is cut off, `start` is beyond the end, which the check below finds.
        width = int.from_bytes(data[start : start + 2], "big")
        start += 2
    end = start + width
    if end > len(data):
        raise EventStreamError(f"value of header {name!r} reaches {end - len(data)} bytes beyond the headers")
    try:
        return Header(name, header_type, read(data[start:end])), end
    except UnicodeDecodeError as error:
        raise _not_utf8(f"value of header {name!r}", error) from None


def _not_utf8(part: str, error: UnicodeDecodeError) -> EventStreamError:
    return EventStreamError(f"{part} is not UTF-8: {error.reason} at its byte {error.start}")
