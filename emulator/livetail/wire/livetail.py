"""The messages of a Live Tail session, byte for byte.

Order and values of the headers are those of a session update that was observed: `:event-type`,
`:content-type`, `:message-type`, with the content type of the protocol (github.com/mikhail-m1/axe, commit 163b23d,
src/live_tail_parser.rs). That client refuses a message of any kind with another content type.
"""

from enum import Enum
from typing import Final, NamedTuple

import msgspec.json

from livetail.core.unicode import utf8, well_formed
from livetail.wire.eventstream import MAX_VALUE_LENGTH, FrameTemplate


class MessageKind(Enum):
    """What a message of a session is."""

    INITIAL_RESPONSE = "initial-response"
    SESSION_START = "sessionStart"
    SESSION_UPDATE = "sessionUpdate"
    LAST = "last"
    """An exception or an error: nothing follows it."""


class Message(NamedTuple):
    """A message of a session: its bytes, and its kind, so that the bytes need not be parsed."""

    kind: MessageKind
    data: bytes


_CONTENT_TYPE = "application/x-amz-json-1.1"

MODELED_EXCEPTIONS = ("SessionTimeoutException", "SessionStreamingException")
"""The exceptions that the model of StartLiveTail has in its stream."""


def _template(kind: str, name: str) -> FrameTemplate:
    """The headers of an `event` or an `exception`."""
    return FrameTemplate((f":{kind}-type", name), (":content-type", _CONTENT_TYPE), (":message-type", kind))


INITIAL_RESPONSE = _template("event", "initial-response").frame((b"{}",))
"""The message that every stream begins with. boto3 and the AWS CLI raise without it, and Go waits for ever."""


def session_start(payload_json: bytes) -> bytes:
    """The event that describes the session; `payload_json` is a `LiveTailSessionStart`."""
    return _template("event", "sessionStart").frame((payload_json,))


session_update: Final = _template("event", "sessionUpdate").frame
"""The event of each second: takes the parts of a `LiveTailSessionUpdate` in JSON, together at most 24 MiB."""


def modeled_exception(name: str, message: str) -> bytes:
    """The exception that ends a stream; `name` is one of `MODELED_EXCEPTIONS`, for which SDKs have types."""
    return _template("exception", name).frame((msgspec.json.encode({"message": well_formed(message)}),))


def unmodeled_error(code: str, message: str) -> bytes:
    """An error outside the model (`:message-type: error`). It has no payload, and its message is a header.

    `message` is cut to 32,767 bytes, between two characters, as a header cannot hold more.

    Raises:
        EventStreamError: `code` is beyond 32,767 bytes or cannot be written as UTF-8.
    """
    head = utf8(message)[:MAX_VALUE_LENGTH].decode(errors="ignore")
    return FrameTemplate((":error-code", code), (":error-message", head), (":message-type", "error")).frame(())


def unknown_event(name: str = "unknownEvent") -> bytes:
    """An event of a type that no SDK has in its model; SDKs ignore it.

    Raises:
        EventStreamError: `name` is beyond 32,767 bytes or cannot be written as UTF-8.
    """
    return _template("event", name).frame((b"{}",))
