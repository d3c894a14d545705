"""A row of the table of routes, and the shapes that several rows use."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, TypeAlias

import msgspec
from starlette.requests import Request

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


Handler: TypeAlias = Callable[[Emulator, Request], Awaitable[Any]]
"""Carries a request out; `request.state` has its `body` and its `query`, of the types that the row gives. Returns what
is sent as JSON, or a Starlette response.

Raises:
    HTTPException: the request is refused, with one sentence.
"""


@dataclass(frozen=True, slots=True)
class ControlRoute:
    """One row of the table.

    Attributes:
        path: below `/_livetail`; variable parts are in braces.
        handler: the function; its name is the name of the operation, and its docstring is the summary for users.
        result: the type of the JSON that is returned; `str` where the response is no JSON.
        key: the key of a list that is returned: the response is an object with it alone.
        media_type: of the response.
        body: the type of the request's JSON, or `msgspec.Raw` for a body that the function parses; None for no body.
        body_schema: JSON Schema for what the type of the body cannot express.
        example: a body that is accepted, as JSON.
        query: the struct of the query parameters.
        errors: when the request is refused, by status, besides those that `table` lists for all.
    """

    method: str
    path: str
    handler: Handler
    result: Any
    key: str | None = None
    media_type: str = JSON
    body: Any = None
    body_schema: Mapping[str, Any] = field(default_factory=dict)
    example: Mapping[str, Any] | None = None
    query: type[msgspec.Struct] | None = None
    errors: Mapping[int, str] = field(default_factory=dict)

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
