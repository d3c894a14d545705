"""The headers of an event stream message: ten types of values, each with exactly one form in bytes.

    length of the name (1 byte) | name | type (1 byte) | value

The value of a string or a byte array begins with its length in 2 bytes, the others have a fixed width: 0 for a boolean,
whose value is its type. Numbers are big-endian and signed, and a timestamp is in milliseconds.
https://smithy.io/2.0/aws/amazon-eventstream.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from uuid import UUID

MAX_HEADERS_LENGTH = 131_072
"""Bytes of all headers of one message."""

MAX_VALUE_LENGTH = 32_767
"""Bytes of a string when it is encoded. Its length has two bytes, so it could be 65,535; decoding accepts that."""

HeaderValue = bool | int | bytes | str | UUID


class EventStreamError(Exception):
    """A message that breaks the format; `str()` is one line with its place and the problem.

    Attributes:
        problem: what is wrong, without the place.
        offset: where the message starts, in bytes from the start of the stream; None on encoding.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.offset: int | None = None

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


_FORMS: Mapping[HeaderType, tuple[type, int | None]] = {
    HeaderType.BOOL_TRUE: (bool, 0),
    HeaderType.BOOL_FALSE: (bool, 0),
    HeaderType.BYTE: (int, 1),
    HeaderType.INT16: (int, 2),
    HeaderType.INT32: (int, 4),
    HeaderType.INT64: (int, 8),
    HeaderType.BYTE_ARRAY: (bytes, None),
    HeaderType.STRING: (str, None),
    HeaderType.TIMESTAMP: (int, 8),
    HeaderType.UUID: (UUID, 16),
}
"""The Python type and the width in bytes of each type; None where the value begins with its length."""


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
        name = _text(data[start:position], "header name")
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
    kind, width = _FORMS[header_type]
    start = position + 1
    if width is None:
        # If the length itself is cut off, `start` is beyond the end, which the check below finds.
        width = int.from_bytes(data[start : start + 2], "big")
        start += 2
    end = start + width
    if end > len(data):
        raise EventStreamError(f"value of header {name!r} reaches {end - len(data)} bytes beyond the headers")
    raw = data[start:end]
    value: HeaderValue = raw
    if kind is bool:
        value = header_type is HeaderType.BOOL_TRUE
    elif kind is int:
        value = int.from_bytes(raw, "big", signed=True)
    elif kind is str:
        value = _text(raw, f"value of header {name!r}")
    elif kind is UUID:
        value = UUID(bytes=raw)
    return Header(name, header_type, value), end


def _text(raw: bytes, what: str) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise EventStreamError(f"{what} is not UTF-8: {error.reason} at its byte {error.start}") from None
