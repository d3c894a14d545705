"""The headers of an event stream message: ten types of values, each with exactly one form in bytes.

    length of the name (1 byte) | name | type (1 byte) | value

The value of a string or a byte array begins with its length in 2 bytes, the others have a fixed width: 0 for a boolean,
whose value is its type. Numbers are big-endian and signed, and a time stamp is in milliseconds.
https://smithy.io/2.0/aws/amazon-eventstream.html
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any
from uuid import UUID

from livetail.wire.eventstream_errors import (
    DuplicateHeader,
    HeaderNotText,
    HeadersTooLong,
    HeaderValueCutOff,
    HeaderValueTooLong,
    InvalidHeaderNameLength,
    InvalidHeaderValue,
    InvalidHeaderValueType,
)

MAX_HEADERS_LENGTH = 131_072
"""Bytes of all headers of one message."""

MAX_NAME_LENGTH = 255
"""Bytes of a name."""

MAX_VALUE_LENGTH = 32_767
"""Bytes of a string or a byte array on encoding. The two bytes of its length could count to 65,535, and decoding
accepts that."""

HeaderValue = bool | int | bytes | str | UUID


class HeaderType(IntEnum):
    """The type of a value: the byte on the wire, and by its name in small letters what `livetail decode` prints."""

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
    """One header. The value is checked when it is encoded.

    Attributes:
        name: 1 to 255 bytes of UTF-8, once per message.
        type: how the value is written.
        value: a bool, an int (also for a time stamp, in epoch milliseconds), bytes, a str or a UUID, as the type wants.
    """

    name: str
    type: HeaderType
    value: HeaderValue

    @classmethod
    def string(cls, name: str, value: str) -> "Header":
        """A header of the type that all headers of AWS's own event streams have."""
        return cls(name, HeaderType.STRING, value)


@dataclass(frozen=True, slots=True)
class _Codec:
    """How the values of one type are written: `width` in bytes, None where a length goes before the value."""

    kind: type
    width: int | None
    to_bytes: Callable[[Any], bytes]
    from_bytes: Callable[[bytes], HeaderValue]


def _boolean(constant: bool) -> _Codec:
    def to_bytes(value: bool) -> bytes:
        if value is not constant:
            raise ValueError
        return b""

    return _Codec(bool, 0, to_bytes, lambda raw: constant)


def _integer(width: int) -> _Codec:
    return _Codec(
        int,
        width,
        lambda value: value.to_bytes(width, "big", signed=True),
        lambda raw: int.from_bytes(raw, "big", signed=True),
    )


_CODECS = {
    HeaderType.BOOL_TRUE: _boolean(True),
    HeaderType.BOOL_FALSE: _boolean(False),
    HeaderType.BYTE: _integer(1),
    HeaderType.INT16: _integer(2),
    HeaderType.INT32: _integer(4),
    HeaderType.INT64: _integer(8),
    HeaderType.BYTE_ARRAY: _Codec(bytes, None, bytes, bytes),
    HeaderType.STRING: _Codec(str, None, str.encode, bytes.decode),
    HeaderType.TIMESTAMP: _integer(8),
    HeaderType.UUID: _Codec(UUID, 16, lambda value: value.bytes, lambda raw: UUID(bytes=raw)),
}


def encode_headers(headers: Iterable[Header]) -> bytes:
    """The bytes of the headers of one message, in the given order.

    Raises:
        EventStreamError: a name or a value that the format cannot hold, a name that comes twice, or too many bytes.
    """
    encoded = bytearray()
    names = set()
    for header in headers:
        if header.name in names:
            raise DuplicateHeader(f"duplicate header {header.name!r}")
        names.add(header.name)
        try:
            name = header.name.encode()
        except UnicodeEncodeError:
            raise HeaderNotText(f"header name {header.name[:40]!r} cannot be written as UTF-8") from None
        if not 1 <= len(name) <= MAX_NAME_LENGTH:
            raise InvalidHeaderNameLength(
                f"header name of {len(name)} bytes, it must have 1 to {MAX_NAME_LENGTH}: {header.name[:40]!r}"
            )
        encoded.append(len(name))
        encoded += name
        encoded.append(header.type)
        encoded += _encode_value(header)
    if len(encoded) > MAX_HEADERS_LENGTH:
        raise HeadersTooLong(f"headers of {len(encoded)} bytes, the maximum is {MAX_HEADERS_LENGTH}")
    return bytes(encoded)


def _encode_value(header: Header) -> bytes:
    codec = _CODECS[header.type]
    value = header.value
    # A bool is an int in Python, and not a number in this format.
    if not isinstance(value, codec.kind) or isinstance(value, bool) != (codec.kind is bool):
        raise InvalidHeaderValue(
            f"header {header.name!r} of type {header.type.name.lower()} cannot hold a value of {type(value).__name__}"
        )
    try:
        raw = codec.to_bytes(value)
    except UnicodeEncodeError:
        raise HeaderNotText(f"value of header {header.name!r} cannot be written as UTF-8") from None
    except (OverflowError, ValueError):
        raise InvalidHeaderValue(
            f"header {header.name!r} of type {header.type.name.lower()} cannot hold {value!r}"
        ) from None
    if codec.width is not None:
        return raw
    if len(raw) > MAX_VALUE_LENGTH:
        raise HeaderValueTooLong(
            f"value of header {header.name!r} of {len(raw)} bytes, the maximum is {MAX_VALUE_LENGTH}"
        )
    return len(raw).to_bytes(2, "big") + raw


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
            raise InvalidHeaderNameLength(
                f"header name of {position - start} bytes where {len(data) - start} bytes of headers remain"
            )
        name = _text(data[start:position], "header name")
        if name in headers:
            raise DuplicateHeader(f"duplicate header {name!r}")
        headers[name], position = _decode_value(name, data, position)
    return tuple(headers.values())


def _decode_value(name: str, data: bytes, position: int) -> tuple[Header, int]:
    """The header whose type is at `position`, and the position after its value."""
    if position == len(data):
        raise HeaderValueCutOff(f"header {name!r} ends before its type")
    try:
        header_type = HeaderType(data[position])
    except ValueError:
        raise InvalidHeaderValueType(f"header {name!r} has the unknown value type 0x{data[position]:02x}") from None
    codec = _CODECS[header_type]
    start = position + 1
    width = codec.width
    if width is None:
        # If the length itself is cut off, `start` is beyond the end, which the check below finds.
        width = int.from_bytes(data[start : start + 2], "big")
        start += 2
    end = start + width
    if end > len(data):
        raise HeaderValueCutOff(f"value of header {name!r} reaches {end - len(data)} bytes beyond the headers")
    raw = data[start:end]
    value = _text(raw, f"value of header {name!r}") if header_type is HeaderType.STRING else codec.from_bytes(raw)
    return Header(name, header_type, value), end


def _text(raw: bytes, what: str) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise HeaderNotText(f"{what} is not UTF-8: {error.reason} at its byte {error.start}") from None
