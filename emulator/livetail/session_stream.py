"""Reads the event stream of a Live Tail session of a running emulator, without an SDK."""

import http.client
from collections.abc import Iterator
from typing import Any, Final

from livetail.control_client import parse_json
from livetail.errors import LiveTailError
from livetail.wire.eventstream import Decoder, EventStreamError, Message

_PORTION_BYTES: Final = 65_536


def session_events(response: http.client.HTTPResponse) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events of a session, each with its type, such as `sessionUpdate`, until a clean end.

    Raises:
        LiveTailError: the session ends in an exception or an error, is cut, or is not an event stream.
    """
    decoder = Decoder()
    try:
        while portion := response.read1(_PORTION_BYTES):
            decoder.receive_data(portion)
            for message in decoder:
                payload = parse_json(message.payload) or {}
                _check(message, payload)
                yield str(message.header(":event-type")), payload
        decoder.end_of_input()
    except EventStreamError as error:
        raise LiveTailError(f"the session broke off: {error}") from None
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise LiveTailError(f"the session broke off: {reason}") from None


def _check(message: Message, payload: dict[str, Any]) -> None:
    """Raises LiveTailError if the message is an exception or an error."""
    if (exception := message.header(":exception-type")) is not None:
        raise LiveTailError(f"the session ended in {exception!s}: {payload.get('message') or ''}")
    if (code := message.header(":error-code")) is not None:
        raise LiveTailError(f"the session ended in the error {code!s}: {message.header(':error-message') or ''!s}")
