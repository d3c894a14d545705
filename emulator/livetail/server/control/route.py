"""What a row of the table of routes holds, and what the function of a row gets."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, TypeAlias

import msgspec
from starlette.types import Receive

from livetail.server.emulator import Emulator

PREFIX: Final = "/_livetail"

JSON: Final = "application/json"


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
        query: the query parameters, of the type that the row gives; None where the row takes none.
        path: the parts of the path that the row has in braces, by name.
        receive: the ASGI callable, for functions that wait; it reports a disconnect.
    """

    body: Any
    query: Any
    path: Mapping[str, str]
    receive: Receive


Handler: TypeAlias = Callable[[Emulator, ControlCall], Awaitable[Any]]
"""Carries a request out. Returns what is sent as JSON, or a Starlette response. A refusal is an HTTPException with one
sentence."""


@dataclass(frozen=True, slots=True)
class ControlRoute:
    """One row of the table.

    Attributes:
        path: below `/_livetail`; variable parts are in braces.
        handler: the function; its name is the name of the operation, and its docstring tells users what the route does.
        result: the type of the JSON that is returned; `str` where the response is no JSON.
        media_type: of the response.
        body: the type of the request's JSON, or `msgspec.Raw` for a body that the function parses; None for no body.
        body_schema: JSON Schema for what the type of the body cannot express.
        example: a body that is accepted, as JSON.
        query: the struct of the query parameters.
        errors: when the request is refused, by status; 403, 413 and 500 are possible everywhere.
    """

    method: str
    path: str
    handler: Handler
    result: Any
    media_type: str = JSON
    body: Any = None
    body_schema: Mapping[str, Any] = field(default_factory=dict)
    example: Mapping[str, Any] | None = None
    query: type[msgspec.Struct] | None = None
    errors: Mapping[int, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the operation: `list_sessions`."""
        return self.handler.__name__

    @property
    def summary(self) -> str:
        """What the route does, for users."""
        return " ".join((self.handler.__doc__ or "").split())

    @property
    def path_parameters(self) -> list[str]:
        """The names of the variable parts of the path."""
        return re.findall(r"{(\w+)}", self.path)


def component(name: str) -> dict[str, str]:
    """A reference to a schema of the OpenAPI document."""
    return {"$ref": f"#/components/schemas/{name}"}
