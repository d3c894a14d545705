"""What a row of the table of routes says, and what the function of a row gets."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, TypeAlias

import msgspec
from starlette.types import Receive

from livetail.server.live_server import LiveServer

PREFIX: Final = "/_livetail"

JSON: Final = "application/json"
TEXT: Final = "text/plain"


class ControlError(Exception):
    """A control request is refused; `str()` is one sentence for the client."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


class Shape(msgspec.Struct, rename="camel"):
    """JSON of a response. Later versions may add keys."""


class Done(Shape):
    """An empty object: the request was carried out."""


class ErrorBody(Shape):
    """Why a request was refused."""

    error: Annotated[str, msgspec.Meta(description="One sentence.", min_length=1)]


Time: TypeAlias = Annotated[int, msgspec.Meta(description="Epoch milliseconds, by the emulator's clock.")]
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]


@dataclass(frozen=True, slots=True)
class ControlCall:
    """A control request, checked against its row.

    Attributes:
        body: of the type that the row gives; None where the row takes none.
        query: the query parameters by name, defaults included.
        path: the parts of the path that the row has in braces, by name.
        receive: the ASGI callable, for functions that wait; it reports a disconnect.
    """

    body: Any
    query: Mapping[str, Any]
    path: Mapping[str, str]
    receive: Receive


Handler: TypeAlias = Callable[[LiveServer, ControlCall], Awaitable[Any]]
"""Carries a request out. Returns what is sent as JSON, or a Starlette response."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query parameter: a number from 0 to `maximum`, an integer if `default` is one."""

    name: str
    doc: str
    default: float
    maximum: float


@dataclass(frozen=True, slots=True)
class ControlRoute:
    """One row of the table.

    Attributes:
        path: below `/_livetail`; variable parts are in braces.
        summary: what the route does, for users.
        handler: the function; its name is the name of the operation.
        result: the type of the JSON that is returned; `str` where the response is no JSON.
        media_type: of the response.
        body: the type of the request's JSON, or `bytes` for a body that the function parses; None where there is none.
        body_schema: the component of the OpenAPI document that describes the body, where `body` does not.
        body_rules: JSON Schema that the body has to fit besides, where its type cannot express it.
        example: a body that is accepted, as JSON.
        query: the query parameters.
        path_parameters: what the parts in braces are, by name.
        errors: when the request is refused, by status; 403, 413 and 500 are possible everywhere.
    """

    method: str
    path: str
    summary: str
    handler: Handler
    result: Any
    media_type: str = JSON
    body: Any = None
    body_schema: str | None = None
    body_rules: Mapping[str, Any] = field(default_factory=dict)
    example: Mapping[str, Any] | None = None
    query: tuple[Query, ...] = ()
    path_parameters: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[int, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the operation: `list_sessions`."""
        return self.handler.__name__
