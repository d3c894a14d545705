"""Event stream messages read and built from the specification alone, so that the tests do not trust the code they test.

https://smithy.io/2.0/aws/amazon-eventstream.html; every header of Live Tail is a string (type 7).
"""

import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

__all__ = ["Frame", "build", "events_of", "split"]


@dataclass(frozen=True)
class Frame:
    """One message: its headers in their order, its payload, and its bytes."""

    headers: dict[str, str]
    payload: bytes
    raw: bytes

    @property
    def kind(self) -> str:
        """What it is: the name of the event or exception, or the error's code."""
        for name in (":event-type", ":exception-type", ":error-code"):
            if name in self.headers:
                return self.headers[name]
        raise AssertionError(f"a message of no kind: {self.headers}")

    @property
    def json(self) -> Any:
        return json.loads(self.payload)


def build(headers: Mapping[str, str], payload: bytes) -> bytes:
    """The bytes of a message."""
    block = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value.encode())) + value.encode()
        for name, value in headers.items()
    )
    prelude = struct.pack(">II", 16 + len(block) + len(payload), len(block))
    body = prelude + struct.pack(">I", crc32(prelude)) + block + payload
    return body + struct.pack(">I", crc32(body))


def split(data: bytes) -> tuple[list[Frame], bytes]:
    """The whole messages at the start of `data`, and the bytes after them."""
    found = list(_frames(data))
    return found, data[sum(len(frame.raw) for frame in found) :]


def events_of(frames: list[Frame]) -> list[str]:
    """The messages of the log events in all session updates, in order."""
    return [
        event["message"] for frame in frames if frame.kind == "sessionUpdate" for event in frame.json["sessionResults"]
    ]


def _frames(data: bytes) -> Iterator[Frame]:
    position = 0
    while len(data) - position >= 12:
        total, headers_length, prelude_crc = struct.unpack_from(">III", data, position)
        assert crc32(data[position : position + 8]) == prelude_crc, "prelude checksum"
        if len(data) - position < total:
            return
        raw = data[position : position + total]
        assert crc32(raw[:-4]) == struct.unpack(">I", raw[-4:])[0], "message checksum"
        yield Frame(dict(_headers(raw[12 : 12 + headers_length])), raw[12 + headers_length : -4], raw)
        position += total


def _headers(block: bytes) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(block):
        name_end = position + 1 + block[position]
        name = block[position + 1 : name_end].decode()
        assert block[name_end] == 7, "a header that is no string"
        (length,) = struct.unpack_from(">H", block, name_end + 1)
        position = name_end + 3 + length
        yield name, block[name_end + 3 : position].decode()
