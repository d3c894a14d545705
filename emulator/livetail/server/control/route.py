"""A row of the table of routes, and the shapes that several rows use."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, Final, TypeAlias, get_type_hints

import msgspec
from starlette.responses import Response

PREFIX: Final = "/_livetail"

JSON: Final = "application/json"


class Shape(msgspec.Struct, rename="camel"):
    """JSON of a response. Later versions may add keys."""


class Done(Shape):
    """An empty object: the request was carried out."""


class ErrorBody(Shape):
    """Why a request was refused."""

    error: Annotated[str, msgspec.Meta(description="One sentence.", min_length=1)]


Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]

ClockMode: TypeAlias = Annotated[str, msgspec.Meta(description="`real`, `manual`, or a speed such as `60x`.")]

Handler: TypeAlias = Callable[..., Awaitable[Any]]
"""Carries a request out. It gets what its parameters name: `emulator`; `request`; `body`, bytes or the JSON decoded to
its annotation; `query`, the struct of the query parameters; a variable part of the path. Returns what is sent as JSON,
or a Starlette response.

Raises:
    HTTPException: the request is refused, with one sentence.
    LiveTailError: the body is wrong; the status is 400.
"""


@dataclass(frozen=True)
class ControlRoute:
    """One row of the table.

    Attributes:
        path: below `/_livetail`; variable parts are in braces.
        handler: the function; its name is the name of the operation, and its docstring is the summary for users.
        key: the key of a list that is returned: the response is an object with it alone.
        media_type: of the response.
        body_schema: JSON Schema for what the type of the body cannot express.
        example: a body that is accepted, as JSON.
        errors: when the request is refused, by status, besides those that `table` lists for all.
    """

    method: str
    path: str
    handler: Handler
    key: str | None = None
    media_type: str = JSON
    body_schema: Mapping[str, Any] = field(default_factory=dict)
    example: Mapping[str, Any] | None = None
    errors: Mapping[int, str] = field(default_factory=dict)

    @cached_property
    def types(self) -> dict[str, Any]:
        """The types of the handler's parameters, by their names, and of what it returns, as `return`."""
        return get_type_hints(self.handler, include_extras=True)

    @property
    def body(self) -> Any:
        """The type of the body; None if there is none."""
        return self.types.get("body")

    @property
    def query(self) -> type[msgspec.Struct] | None:
        """The struct of the query parameters."""
        return self.types.get("query")

    @property
    def result(self) -> Any:
        """The type of the JSON that is returned; `str` where the response is no JSON."""
        result = self.types["return"]
        return str if result is Response else result

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
