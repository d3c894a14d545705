"""Whole streams of messages both ways, with headers of all types; Livetail itself writes headers of strings only."""

import struct
from collections.abc import Iterable
from uuid import UUID
from zlib import crc32

from livetail.wire.eventstream import Decoder, Header, HeaderType, Message

__all__ = ["decode", "encode", "encode_headers", "frame", "prelude", "string_header"]

NUMBERS = {
    HeaderType.BYTE: ">b",
    HeaderType.INT16: ">h",
    HeaderType.INT32: ">i",
    HeaderType.INT64: ">q",
    HeaderType.TIMESTAMP: ">q",
}


def prelude(total: int, headers: int) -> bytes:
    """The start of a message with these lengths, whatever they are, and their true checksum."""
    lengths = struct.pack(">II", total, headers)
    return lengths + struct.pack(">I", crc32(lengths))


def frame(headers: bytes, payload: bytes = b"") -> bytes:
    """A message with true lengths and checksums around any bytes."""
    start = prelude(16 + len(headers) + len(payload), len(headers)) + headers + payload
    return start + struct.pack(">I", crc32(start))


def string_header(name: str, value: str) -> Header:
    return Header(name, HeaderType.STRING, value)


def encode_headers(headers: Iterable[Header]) -> bytes:
    return b"".join(map(_encode_header, headers))


def encode(message: Message) -> bytes:
    return frame(encode_headers(message.headers), message.payload)


def decode(data: bytes) -> list[Message]:
    """The messages of a whole stream."""
    decoder = Decoder()
    decoder.receive_data(data)
    messages = list(decoder)
    decoder.end_of_input()
    return messages


def _encode_header(header: Header) -> bytes:
    name = header.name.encode()
    return bytes((len(name),)) + name + bytes((header.type,)) + _encode_value(header)


def _encode_value(header: Header) -> bytes:
    value = header.value
    if header.type in NUMBERS:
        return struct.pack(NUMBERS[header.type], value)
    if isinstance(value, bool):
        return b""
    if isinstance(value, UUID):
        return value.bytes
    assert isinstance(value, str | bytes)
    raw = value.encode() if isinstance(value, str) else value
    return struct.pack(">H", len(raw)) + raw
