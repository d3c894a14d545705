"""What can be wrong with a message of an event stream: one error for each problem.

Encoding and decoding share them; only errors of decoding have an `offset`.
"""


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


class _ChecksumMismatch(EventStreamError):
    """A CRC-32 in the message is not that of its bytes.

    Attributes:
        expected: the checksum that the message carries.
        calculated: the checksum of the bytes that came.
    """

    part = ""

    def __init__(self, expected: int, calculated: int) -> None:
        super().__init__(f"{self.part} checksum mismatch: expected 0x{expected:08x}, calculated 0x{calculated:08x}")
        self.expected = expected
        self.calculated = calculated


class PreludeChecksumMismatch(_ChecksumMismatch):
    """The two lengths at the start of the message have been damaged."""

    part = "prelude"


class MessageChecksumMismatch(_ChecksumMismatch):
    """The headers or the payload have been damaged."""

    part = "message"


class InvalidMessageLength(EventStreamError):
    """The total length is below the minimum, which is that of an empty message, or above the maximum."""


class InvalidHeadersLength(EventStreamError):
    """The headers would not fit into the message."""


class HeadersTooLong(EventStreamError):
    """The headers take more than 131,072 bytes."""


class PayloadTooLong(EventStreamError):
    """The payload takes more than 25,165,824 bytes (24 MiB)."""


class InvalidHeaderNameLength(EventStreamError):
    """The name of a header is empty, above 255 bytes, or reaches beyond the headers."""


class InvalidHeaderValueType(EventStreamError):
    """The type byte of a value is not one of the ten types."""


class InvalidHeaderValue(EventStreamError):
    """A value on encoding that its type cannot hold: of another kind, or a number out of range."""


class HeaderValueTooLong(EventStreamError):
    """A string or a byte array on encoding above 32,767 bytes."""


class HeaderValueCutOff(EventStreamError):
    """The value of a header, or the type before it, reaches beyond the headers."""


class HeaderNotText(EventStreamError):
    """The name of a header or a string is not UTF-8."""


class DuplicateHeader(EventStreamError):
    """An earlier header of the same message has the same name."""


class TruncatedMessage(EventStreamError):
    """The stream ended within a message."""
