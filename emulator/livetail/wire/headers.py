"""The headers of an event stream message: ten types of values, each with exactly one form in bytes.

    length of the name (1 byte) | name | type (1 byte) | value

The value of a string or a byte array begins with its length in 2 bytes, the others have a fixed width: 0 for a boolean,
whose value is its type. Numbers are big-endian and signed, and a time stamp is in milliseconds.
https://smithy.io/2.0/aws/amazon-eventstream.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from uuid import UUID

MAX_HEADERS_LENGTH = 131_072
"""Bytes of all headers of one message."""

MAX_NAME_LENGTH = 255
"""Bytes of a name."""

MAX_VALUE_LENGTH = 32_767
"""Bytes of a string or a byte array on encoding. The two bytes of its length could count to 65,535, and decoding
accepts that."""

HeaderValue = bool | int | bytes | str | UUID


class EventStreamError(Exception):
    """A message that breaks the format; `str()` is one line that says where and why.

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
"""What kind of value a type has in Python, and its width in bytes; None where its length goes before the value."""


def encode_headers(headers: Iterable[Header]) -> bytes:
    """The bytes of the headers of one message, in the given order.

    Raises:
        EventStreamError: a name or a value that the format cannot hold, a name that comes twice, or too many bytes.
    """
    encoded = bytearray()
    names = set()
    for header in headers:
        if header.name in names:
            raise EventStreamError(f"duplicate header {header.name!r}")
        names.add(header.name)
        try:
            name = header.name.encode()
        except UnicodeEncodeError:
            raise EventStreamError(f"header name {header.name[:40]!r} cannot be written as UTF-8") from None
        if not 1 <= len(name) <= MAX_NAME_LENGTH:
            raise EventStreamError(
                f"header name of {len(name)} bytes, it must have 1 to {MAX_NAME_LENGTH}: {header.name[:40]!r}"
            )
        encoded.append(len(name))
        encoded += name
        encoded.append(header.type)
        encoded += _encode_value(header)
    if len(encoded) > MAX_HEADERS_LENGTH:
        raise EventStreamError(f"headers of {len(encoded)} bytes, the maximum is {MAX_HEADERS_LENGTH}")
    return bytes(encoded)


def _encode_value(header: Header) -> bytes:
    kind, width = _FORMS[header.type]
    value = header.value
    subject = f"header {header.name!r} of type {header.type.name.lower()}"
    # A bool is an int in Python, and not a number in this format.
    if not isinstance(value, kind) or isinstance(value, bool) != (kind is bool):
        raise EventStreamError(f"{subject} cannot hold a value of {type(value).__name__}")
    try:
        match value:
            case bool() if value is (header.type is HeaderType.BOOL_TRUE):
                return b""
            case bool():
                raise OverflowError
            case int():
                return value.to_bytes(width or 0, "big", signed=True)
            case UUID():
                return value.bytes
        raw = value.encode() if isinstance(value, str) else value
    except OverflowError:
        raise EventStreamError(f"{subject} cannot hold {value!r}") from None
    except UnicodeEncodeError:
        raise EventStreamError(f"value of header {header.name!r} cannot be written as UTF-8") from None
    if len(raw) > MAX_VALUE_LENGTH:
        raise EventStreamError(
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
