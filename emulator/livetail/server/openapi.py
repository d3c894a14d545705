"""`GET /_livetail/openapi.json`: the table of routes as OpenAPI 3.1. Made when somebody asks for it.

https://spec.openapis.org/oas/v3.1.1.html
"""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

import livetail
from livetail.faults.schema import rule_schema
from livetail.scenarios.problems import Table
from livetail.scenarios.tables import RATE_TABLES, LogGroupTable, SourceTable
from livetail.server.control_shapes import Failure
from livetail.server.control_table import ROUTES, ControlRoute, Query

__all__ = ["document"]

_PREFIX: Final = "/_livetail"
_COMPONENTS: Final = "#/components/schemas/"
_JSON: Final = "application/json"

_FOR_ALL: Final = {
    403: "The Origin is not this server's own, or the Host is a name that public DNS could have pointed here.",
    500: "Something failed inside the emulator; its log says what.",
}
_IDS: Final = {
    "/sessions/{id}": "The `sessionId` of an open session.",
    "/faults/{id}": "The `id` of a fault rule in force.",
}


def document() -> dict[str, Any]:
    """The control plane as OpenAPI 3.1."""
    types = [type_ for route in ROUTES for type_ in (route.answer, route.body) if _is_struct(type_)]
    schemas = dict(_components([*types, Failure]))
    schemas |= {"FaultRule": rule_schema(), "ScenarioFile": _scenario_schema()}
    paths: dict[str, Any] = {}
    for route in ROUTES:
        paths.setdefault(_PREFIX + route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Livetail control plane",
            "version": livetail.__version__,
            "description": "Drives an emulator of CloudWatch Logs Live Tail, and shows what it sees.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _operation(route: ControlRoute) -> dict[str, Any]:
    first, *others = route.name.split("_")
    operation: dict[str, Any] = {
        "operationId": first + "".join(part.capitalize() for part in others),
        "summary": route.summary,
        "responses": {"200": {"description": "It is done.", "content": _answer(route)}}
        | {str(status): _refusal(when) for status, when in sorted({**route.errors, **_FOR_ALL}.items())},
    }
    parameters = [_query(parameter) for parameter in route.query]
    if route.path in _IDS:
        parameters.append(_path(_IDS[route.path]))
    if parameters:
        operation["parameters"] = parameters
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": _body(route)}
    return operation


def _answer(route: ControlRoute) -> dict[str, Any]:
    if route.answer is str:
        return {"text/plain": {"schema": {"type": "string"}}}
    return {_JSON: {"schema": _reference(route.answer.__name__) if _is_struct(route.answer) else {"type": "object"}}}


def _refusal(when: str) -> dict[str, Any]:
    return {"description": when, "content": {_JSON: {"schema": _reference(Failure.__name__)}}}


def _query(parameter: Query) -> dict[str, Any]:
    is_whole = isinstance(parameter.default, int)
    schema = {
        "type": "integer" if is_whole else "number",
        "minimum": 0,
        "maximum": parameter.maximum,
        "default": parameter.default,
    }
    return {"name": parameter.name, "in": "query", "description": parameter.doc, "schema": schema}


def _path(doc: str) -> dict[str, Any]:
    return {"name": "id", "in": "path", "required": True, "description": doc, "schema": {"type": "string"}}


def _body(route: ControlRoute) -> dict[str, Any]:
    """The bodies that a route takes, by media type. The server itself looks at the body, never at its media type."""
    if _is_struct(route.body):
        name = route.body.__name__
    else:
        name = {"/faults": "FaultRule", "/scenarios": "ScenarioFile"}[route.path]
    content: dict[str, Any] = {_JSON: {"schema": _reference(name), "example": route.example}}
    if route.body is bytes:
        content["application/toml"] = {"schema": {"type": "string", "description": "The same tables in TOML."}}
    return content


def _scenario_schema() -> dict[str, Any]:
    """A scenario file in JSON. What there is to replay is in files, so only scenarios that are files can do it."""
    rates = [_table(table, shape={"const": shape}) for shape, table in RATE_TABLES.items()]
    rate = {"description": "Log events per second, or how many when.", "oneOf": [{"type": "number"}, *rates]}
    return {
        "description": "What is to be played, as docs/scenarios.md says; at least one entry of any kind.",
        "type": "object",
        "properties": {
            "seed": {"description": "Makes it repeat whatever the server's seed is.", "type": "integer"},
            "log_group": {"type": "array", "items": _table(LogGroupTable)},
            "source": {"type": "array", "items": _table(SourceTable, rate=rate)},
            "fault": {"type": "array", "items": _reference("FaultRule")},
        },
        "minProperties": 1,
        "additionalProperties": False,
    }


def _table(table: type[Table], **known: dict[str, Any]) -> dict[str, Any]:
    """A table of a scenario file. Of some keys more is `known` than their types."""
    properties = msgspec.json.schema(table)["$defs"][table.__name__]["properties"] | known
    needed = [name for name in properties if name in table.needed or name == "shape"]
    return {"type": "object", "properties": properties, "required": needed, "additionalProperties": False}


def _components(types: Iterable[Any]) -> dict[str, Any]:
    _, components = msgspec.json.schema_components(types, ref_template=_COMPONENTS + "{name}")
    return components


def _reference(name: str) -> dict[str, str]:
    return {"$ref": _COMPONENTS + name}


def _is_struct(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, msgspec.Struct)
