"""The table of routes, with the rows of all resources in the order of the documentation, and the table as OpenAPI 3.1.

https://spec.openapis.org/oas/v3.1.1.html
"""

from collections.abc import Mapping
from inspect import cleandoc
from typing import Any, Final

import msgspec

from livetail.server.control import (
    clock,
    events,
    faults,
    files,
    log_groups,
    patterns,
    requests,
    scenarios,
    server,
    sessions,
)
from livetail.server.control.route import JSON, PREFIX, ControlRoute, ErrorBody, component
from livetail.version import __version__

_NO_FIT: Final = "The body or a query parameter does not fit."

_FOR_ALL: Final = {
    403: "The Origin is not this server's own, or the Host is a name that public DNS could have pointed here.",
    413: "The body is too long.",
    500: "An error inside the emulator; its log has the details.",
}


async def show_openapi() -> dict[str, Any]:
    """This table as OpenAPI 3.1."""
    return document()


ROUTES: Final[tuple[ControlRoute, ...]] = (
    *server.ROUTES,
    *clock.ROUTES,
    *sessions.ROUTES,
    *requests.ROUTES,
    *events.ROUTES,
    *log_groups.ROUTES,
    *patterns.ROUTES,
    *faults.ROUTES,
    *scenarios.ROUTES,
    *files.ROUTES,
    ControlRoute("GET", "/openapi.json", show_openapi),
)


def document() -> dict[str, Any]:
    """The control plane as an OpenAPI document."""
    from livetail.faults.presets import PRESETS  # these rooms are imported when the document is requested
    from livetail.faults.rules import FaultRule
    from livetail.scenarios.tables import ScenarioTable

    rules = (FaultRule, *PRESETS.values())
    bodies = [type_ for row in ROUTES for type_ in (row.result, row.body) if type_ not in (None, bytes)]
    types = [ErrorBody, ScenarioTable, *rules, *bodies]
    schemas, components = msgspec.json.schema_components(types, ref_template=component("{name}")["$ref"])
    for schema in components.values():
        schema["description"] = cleandoc(schema["description"])  # most are docstrings
    schema_of = dict(zip(types, schemas, strict=True))
    components["AnyFaultRule"] = {"oneOf": [schema_of[rule] for rule in rules]}
    scenario = components["ScenarioTable"]
    scenario["description"] = "What is to be played, as in docs/scenarios.md; at least one entry."
    scenario["minProperties"] = 1
    scenario["properties"]["fault"]["items"] = component("AnyFaultRule")
    del scenario["properties"]["replay"]  # it names files beside the scenario file
    paths: dict[str, Any] = {}
    for row in ROUTES:
        paths.setdefault(PREFIX + row.path, {})[row.method.lower()] = _operation(row, schema_of)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Livetail control plane",
            "version": __version__,
            "description": "Controls an emulator of CloudWatch Logs Live Tail, and shows its state.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": paths,
        "components": {"schemas": components},
    }


def _operation(row: ControlRoute, schema_of: Mapping[Any, Any]) -> dict[str, Any]:
    first, *others = row.handler.__name__.split("_")
    schema = schema_of[row.result]
    if row.key is not None:
        schema = {"type": "object", "properties": {row.key: schema}, "required": [row.key]}
    responses = {"200": {"description": "Done.", "content": {row.media_type: {"schema": schema}}}}
    errors = {**_FOR_ALL, **row.errors}
    if row.body is not None or row.query is not None:
        errors[400] = _NO_FIT
    for status, when in sorted(errors.items()):
        responses[str(status)] = {"description": when, "content": {JSON: {"schema": schema_of[ErrorBody]}}}
    operation = {
        "operationId": first + "".join(part.capitalize() for part in others),
        "summary": row.summary,
        "responses": responses,
        "parameters": _parameters(row),
    }
    if row.body is not None:
        body = schema_of.get(row.body, {}) | dict(row.body_schema)
        content: dict[str, Any] = {JSON: {"schema": body, "example": row.example}}
        if row.body is bytes:
            content["application/toml"] = {"schema": {"type": "string", "description": "The same tables in TOML."}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameters(row: ControlRoute) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in row.path_parameters
    ]
    if row.query is not None:
        _, components = msgspec.json.schema_components([row.query])
        for name, schema in components[row.query.__name__]["properties"].items():
            parameters.append({"name": name, "in": "query", "description": schema.pop("description"), "schema": schema})
    return parameters
