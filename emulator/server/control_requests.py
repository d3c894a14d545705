"""What the control plane reads and answers: bodies and queries, and the sentence for what is wrong with one."""

from typing import Annotated, Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

__all__ = [
    "AdvanceRequest",
    "BadControlRequestError",
    "EventsRequest",
    "GivenEvent",
    "json_response",
    "read_body",
    "read_number",
]

T = TypeVar("T")

_MOST_SECONDS = 400 * 24 * 3600
_MOST_TIMESTAMP = 253_402_300_799_999


class BadControlRequestError(Exception):
    """A control request cannot be taken; `str()` is one sentence."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class AdvanceRequest(msgspec.Struct, forbid_unknown_fields=True):
    """`POST /_livetail/clock/advance`: how far to move, in seconds."""

    seconds: Annotated[float, msgspec.Meta(ge=0, le=_MOST_SECONDS)]


class GivenEvent(msgspec.Struct, forbid_unknown_fields=True):
    """A log event whose time matters: epoch milliseconds."""

    timestamp: Annotated[int, msgspec.Meta(ge=0, le=_MOST_TIMESTAMP)]
    message: Annotated[str, msgspec.Meta(min_length=1)]


class EventsRequest(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """`POST /_livetail/events`: messages that take the present time, or events with a time of their own."""

    log_group: str
    log_stream: str
    messages: list[Annotated[str, msgspec.Meta(min_length=1)]] = []
    events: list[GivenEvent] = []


async def read_body(request: Request, shape: type[T]) -> T:
    """The JSON body of a request as `shape`.

    Raises:
        BadControlRequestError: the body is no JSON, or not of this shape.
    """
    body = await request.body()
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        raise BadControlRequestError(f"the body does not fit: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadControlRequestError(f"the body is not valid JSON: {error}") from None


def read_number(request: Request, name: str, default: Any, *, maximum: float) -> Any:
    """A number of at least zero in the query, of the type of `default`.

    Raises:
        BadControlRequestError: it is no such number.
    """
    text = request.query_params.get(name)
    if text is None:
        return default
    try:
        number = type(default)(text)
    except ValueError:
        number = -1
    if not 0 <= number <= maximum:
        raise BadControlRequestError(f"{name} is {text!r}; it takes a number from 0 to {maximum:g}")
    return number


def json_response(content: Any, status: int = 200) -> Response:
    """An answer of the control plane."""
    return Response(msgspec.json.encode(content), status, media_type="application/json")
