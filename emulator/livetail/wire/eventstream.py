"""Messages of `application/vnd.amazon.eventstream`, encoded to bytes and decoded from them.

    total length (4) | headers length (4) | CRC-32 of these 8 bytes (4) | headers | payload | CRC-32 of all before (4)

https://smithy.io/2.0/aws/amazon-eventstream.html. A message starts where the one before it ends, so
those after a bad one cannot be found: a `Decoder` that has raised an error raises it again from then on.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zlib import crc32

from livetail.wire.eventstream_errors import (
    EventStreamError,
    HeadersTooLong,
    InvalidHeadersLength,
    InvalidMessageLength,
    MessageChecksumMismatch,
    PayloadTooLong,
    PreludeChecksumMismatch,
    TruncatedMessage,
)
from livetail.wire.headers import MAX_HEADERS_LENGTH, Header, HeaderValue, decode_headers, encode_headers

PRELUDE_LENGTH = 12
"""Bytes before the headers."""

_CHECKSUM_LENGTH = 4

MIN_MESSAGE_LENGTH = PRELUDE_LENGTH + _CHECKSUM_LENGTH
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

    def __init__(self, headers: Iterable[Header]) -> None:
        """Raises EventStreamError where the format cannot hold the headers."""
        self._headers = encode_headers(headers)

    def frame(self, parts: Iterable[bytes]) -> bytes:
        """The bytes of a message whose payload is `parts` joined.

        Raises:
            PayloadTooLong: the parts together have more than 24 MiB.
        """
        parts = tuple(parts)
        size = sum(map(len, parts))
        if size > MAX_PAYLOAD_LENGTH:
            raise PayloadTooLong(f"payload of {size} bytes, the maximum is {MAX_PAYLOAD_LENGTH}")
        lengths = _LENGTHS.pack(MIN_MESSAGE_LENGTH + len(self._headers) + size, len(self._headers))
        head = b"".join((lengths, _CHECKSUM.pack(crc32(lengths)), self._headers))
        checksum = crc32(head)
        for part in parts:
            checksum = crc32(part, checksum)
        return b"".join((head, *parts, _CHECKSUM.pack(checksum)))


def encode(message: Message) -> bytes:
    """The bytes of a message.

    Raises:
        EventStreamError: the format cannot hold the headers or the payload; `offset` is None.
    """
    return FrameTemplate(message.headers).frame((message.payload,))


def decode(data: bytes) -> list[Message]:
    """The messages of a whole stream.

    Raises:
        EventStreamError: one of them is bad, or the last one is not complete.
    """
    decoder = Decoder()
    decoder.receive_data(data)
    messages = list(decoder)
    decoder.end_of_input()
    return messages


class Decoder:
    """Decodes messages from bytes in any portions.

    Pass what was received to `receive_data`, then call `next_message` until it returns None, or iterate over the
    decoder; call `end_of_input` at the end of the stream. Each of the three raises the EventStreamError of the first
    bad message, and after that the same error again.
    """

    __slots__ = ("_buffer", "_error", "_headers_length", "_offset", "_total_length")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._offset = 0
        # Of the message at the start of the buffer. A length of 0: its prelude has not been read.
        self._total_length = 0
        self._headers_length = 0
        self._error: EventStreamError | None = None

    @property
    def offset(self) -> int:
        """Where the next message starts, in bytes from the start of the stream."""
        return self._offset

    def receive_data(self, data: bytes | bytearray | memoryview) -> None:
        """Add bytes of the stream, as many or as few as there are."""
        self._check_not_failed()
        self._buffer += data

    def next_message(self) -> Message | None:
        """The next message, None until all its bytes are there.

        A message of an impossible length is an error as soon as its prelude is there.
        """
        self._check_not_failed()
        try:
            return self._take_message() if self._is_complete() else None
        except EventStreamError as error:
            raise self._failed(error) from None

    def __iter__(self) -> Iterator[Message]:
        while (message := self.next_message()) is not None:
            yield message

    def end_of_input(self) -> None:
        """Declare that no more bytes will come, once `next_message` has returned None.

        Raises:
            TruncatedMessage: the stream ended within a message.
            RuntimeError: there is a message that was not taken.
        """
        self._check_not_failed()
        try:
            complete = self._is_complete()
        except EventStreamError as error:
            raise self._failed(error) from None
        if complete:
            raise RuntimeError("end_of_input() before next_message() has returned None")
        if self._buffer:
            wanted = f"{self._total_length} bytes" if self._total_length else f"{PRELUDE_LENGTH} bytes of its prelude"
            raise self._failed(TruncatedMessage(f"the stream ends after {len(self._buffer)} of {wanted}"))

    def _check_not_failed(self) -> None:
        if self._error is not None:
            # Without the traceback of the last time, which would grow with each raise.
            raise self._error.with_traceback(None)

    def _failed(self, error: EventStreamError) -> EventStreamError:
        error.offset = self._offset
        self._error = error
        self._buffer.clear()
        return error

    def _is_complete(self) -> bool:
        """Whether the whole message is in the buffer; reads its prelude once that is there."""
        if not self._total_length:
            if len(self._buffer) < PRELUDE_LENGTH:
                return False
            self._read_prelude()
        return len(self._buffer) >= self._total_length

    def _read_prelude(self) -> None:
        total, headers, expected = _PRELUDE.unpack_from(self._buffer)
        # Checked first: if it does not match, an error about the lengths would mislead.
        calculated = crc32(self._buffer[: _LENGTHS.size])
        if calculated != expected:
            raise PreludeChecksumMismatch(expected, calculated)
        if not MIN_MESSAGE_LENGTH <= total <= MAX_MESSAGE_LENGTH:
            raise InvalidMessageLength(
                f"invalid message length {total}, it must be from {MIN_MESSAGE_LENGTH} to {MAX_MESSAGE_LENGTH}"
            )
        if headers > MAX_HEADERS_LENGTH:
            raise HeadersTooLong(f"headers of {headers} bytes, the maximum is {MAX_HEADERS_LENGTH}")
        payload = total - MIN_MESSAGE_LENGTH - headers
        if payload < 0:
            raise InvalidHeadersLength(f"invalid headers length {headers} in a message of {total} bytes")
        if payload > MAX_PAYLOAD_LENGTH:
            raise PayloadTooLong(f"payload of {payload} bytes, the maximum is {MAX_PAYLOAD_LENGTH}")
        self._total_length = total
        self._headers_length = headers

    def _take_message(self) -> Message:
        end = self._total_length - _CHECKSUM_LENGTH
        headers_end = PRELUDE_LENGTH + self._headers_length
        (expected,) = _CHECKSUM.unpack_from(self._buffer, end)
        # A view, since slices of a bytearray are copies. It must be released before the buffer changes its size.
        with memoryview(self._buffer) as view:
            calculated = crc32(view[:end])
            if calculated != expected:
                raise MessageChecksumMismatch(expected, calculated)
            headers = bytes(view[PRELUDE_LENGTH:headers_end])
            payload = bytes(view[headers_end:end])
        message = Message(decode_headers(headers), payload)
        del self._buffer[: self._total_length]
        self._offset += self._total_length
        self._total_length = 0
        return message
