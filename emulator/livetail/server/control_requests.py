"""What the control plane reads and answers: bodies and queries, and the sentence for what is wrong with one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive

__all__ = [
    "AdvanceRequest",
    "BadControlRequestError",
    "ControlCall",
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


@dataclass(frozen=True, slots=True)
class ControlCall:
    """A control request, read as its route says.

    Attributes:
        body: of the type that the route gives; None where it takes none.
        query: the query parameters by name, defaults included.
        path: what stands in the path by the names in braces.
        receive: says when the client leaves.
    """

    body: Any
    query: Mapping[str, Any]
    path: Mapping[str, str]
    receive: Receive


class AdvanceRequest(msgspec.Struct, forbid_unknown_fields=True):
    """How far to move time, in seconds; to the millisecond."""

    seconds: Annotated[float, msgspec.Meta(ge=0, le=_MOST_SECONDS)]


class GivenEvent(msgspec.Struct, forbid_unknown_fields=True):
    """A log event whose time matters: epoch milliseconds."""

    timestamp: Annotated[int, msgspec.Meta(ge=0, le=_MOST_TIMESTAMP)]
    message: Annotated[str, msgspec.Meta(min_length=1)]


class EventsRequest(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """Messages that take the present time, or events with a time of their own; at least one of either."""

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
    return Response(_encoded(content), status, media_type="application/json")


def _encoded(content: Any) -> bytes:
    try:
        return msgspec.json.encode(content)
    except UnicodeEncodeError:
        # Somebody's text has half a surrogate pair. JSON can say it in an escape, which msgspec does not write.
        text = json.dumps(msgspec.to_builtins(content))
        return json.dumps(json.loads(text, parse_constant=lambda _: None)).encode()
