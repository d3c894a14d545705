"""`/openapi.json`: the table of routes as OpenAPI 3.1.

https://spec.openapis.org/oas/v3.1.1.html
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from livetail.server.control.route import JSON, PREFIX, ControlCall, ControlRoute, ErrorBody, Query
from livetail.server.live_server import LiveServer
from livetail.version import __version__

_COMPONENTS: Final = "#/components/schemas/"

_FOR_ALL: Final = {
    403: "The Origin is not this server's own, or the Host is a name that public DNS could have pointed here.",
    413: "The body is too long.",
    500: "An error inside the emulator; its log has the details.",
}


def openapi_route(others: Sequence[ControlRoute]) -> ControlRoute:
    """The row of the document, which describes itself and `others`."""

    async def show_openapi(_: LiveServer, __: ControlCall) -> dict[str, Any]:
        return document((*others, row))

    row = ControlRoute("GET", "/openapi.json", "This table as OpenAPI 3.1.", show_openapi, dict[str, Any])
    return row


def document(rows: Iterable[ControlRoute]) -> dict[str, Any]:
    """The control plane as an OpenAPI document."""
    rows = tuple(rows)
    types = [type_ for row in rows for type_ in (row.result, row.body) if _is_struct(type_)]
    _, schemas = msgspec.json.schema_components([*types, ErrorBody], ref_template=_COMPONENTS + "{name}")
    schemas |= _schemas_of_tables()
    paths: dict[str, Any] = {}
    for row in rows:
        paths.setdefault(PREFIX + row.path, {})[row.method.lower()] = _operation(row)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Livetail control plane",
            "version": __version__,
            "description": "Drives an emulator of CloudWatch Logs Live Tail, and shows what it sees.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _operation(row: ControlRoute) -> dict[str, Any]:
    first, *others = row.name.split("_")
    errors = {**row.errors, **_FOR_ALL}
    operation: dict[str, Any] = {
        "operationId": first + "".join(part.capitalize() for part in others),
        "summary": row.summary,
        "responses": {"200": {"description": "Done.", "content": _content(row)}}
        | {str(status): _error(errors[status]) for status in sorted(errors)},
    }
    parameters = [_query(parameter) for parameter in row.query]
    parameters += [
        {"name": name, "in": "path", "required": True, "description": doc, "schema": {"type": "string"}}
        for name, doc in row.path_parameters.items()
    ]
    if parameters:
        operation["parameters"] = parameters
    if row.body is not None:
        operation["requestBody"] = {"required": True, "content": _request_content(row)}
    return operation


def _content(row: ControlRoute) -> dict[str, Any]:
    if row.result is str:
        schema: dict[str, Any] = {"type": "string"}
    else:
        schema = _reference(row.result.__name__) if _is_struct(row.result) else {"type": "object"}
    return {row.media_type: {"schema": schema}}


def _error(when: str) -> dict[str, Any]:
    return {"description": when, "content": {JSON: {"schema": _reference(ErrorBody.__name__)}}}


def _query(parameter: Query) -> dict[str, Any]:
    schema = {
        "type": "integer" if isinstance(parameter.default, int) else "number",
        "minimum": 0,
        "maximum": parameter.maximum,
        "default": parameter.default,
    }
    return {"name": parameter.name, "in": "query", "description": parameter.doc, "schema": schema}


def _request_content(row: ControlRoute) -> dict[str, Any]:
    """The bodies that a route accepts, by media type. The server looks at the body alone, not at its media type."""
    schema = {**_reference(row.body_schema or row.body.__name__), **row.body_rules}
    content: dict[str, Any] = {JSON: {"schema": schema, "example": row.example}}
    if row.body is bytes:
        content["application/toml"] = {"schema": {"type": "string", "description": "The same tables in TOML."}}
    return content


def _schemas_of_tables() -> dict[str, Any]:
    """What people write: fault rules and scenario files. Their rooms are imported when the document is asked for."""
    from livetail.faults.reading import rule_schema
    from livetail.scenarios.tables import scenario_schema

    return {"FaultRule": rule_schema(), "ScenarioFile": scenario_schema(_reference("FaultRule"))}


def _reference(name: str) -> dict[str, str]:
    return {"$ref": _COMPONENTS + name}


def _is_struct(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, msgspec.Struct)
