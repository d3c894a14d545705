"""The OpenAPI document: it is one, and it has the whole table."""

import json
from inspect import cleandoc
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

import livetail
from livetail.faults.effects import EFFECTS
from livetail.faults.presets import PRESETS
from livetail.server.control.route import ControlRoute
from livetail.server.control.table import ROUTES, document


@pytest.fixture(scope="module")
def openapi() -> Any:
    return json.loads(json.dumps(document()))


def body_schema(openapi: Any, route: ControlRoute) -> Any:
    content = openapi["paths"][f"/_livetail{route.path}"][route.method.lower()]["requestBody"]["content"]
    return {**content["application/json"]["schema"], "components": openapi["components"]}


def test_it_is_openapi_3_1(openapi: Any) -> None:
    validate(openapi)
    assert openapi["openapi"].startswith("3.1.")
    assert openapi["info"]["version"] == livetail.__version__


def test_descriptions_are_not_indented_as_docstrings_are(openapi: Any) -> None:
    described = {name: schema.get("description", "") for name, schema in openapi["components"]["schemas"].items()}
    assert described == {name: cleandoc(description) for name, description in described.items()}


def test_every_route_is_in_it_and_nothing_else(openapi: Any) -> None:
    described = {(method.upper(), path) for path, methods in openapi["paths"].items() for method in methods}
    assert described == {(route.method, f"/_livetail{route.path}") for route in ROUTES}


def test_operations_have_names_of_their_own(openapi: Any) -> None:
    names = [operation["operationId"] for methods in openapi["paths"].values() for operation in methods.values()]
    assert len(set(names)) == len(names) == len(ROUTES)
    assert "endSession" in names


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_an_operation_has_all_parameters_and_responses(openapi: Any, route: ControlRoute) -> None:
    operation = openapi["paths"][f"/_livetail{route.path}"][route.method.lower()]
    assert operation["summary"] == route.summary
    takes_something = route.body is not None or route.query is not None
    refusals = {*route.errors, 403, 413, 500, *([400] if takes_something else [])}
    assert set(operation["responses"]) == {"200", *map(str, refusals)}
    assert [parameter["name"] for parameter in operation.get("parameters", [])] == [
        *route.path_parameters,
        *(route.query.__struct_fields__ if route.query else ()),
    ]
    assert ("requestBody" in operation) == (route.body is not None) == (route.example is not None)


@pytest.mark.parametrize("route", [route for route in ROUTES if route.example], ids=lambda route: route.path)
def test_the_example_fits_its_schema(openapi: Any, route: ControlRoute) -> None:
    OAS31Validator(body_schema(openapi, route)).validate(route.example)


def test_faults_are_described_to_the_last_key(openapi: Any) -> None:
    schemas = openapi["components"]["schemas"]

    def tags(references: list[dict[str, str]], field: str) -> list[str]:
        named = [schemas[reference["$ref"].rpartition("/")[2]] for reference in references]
        return [tag for schema in named for tag in schema["properties"][field]["enum"]]

    with_effect, *with_preset = schemas["AnyFaultRule"]["oneOf"]
    assert with_effect == {"$ref": "#/components/schemas/FaultRule"}
    assert tags(schemas["FaultRule"]["properties"]["effect"]["anyOf"], "type") == list(EFFECTS)
    assert tags(with_preset, "preset") == list(PRESETS)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/faults", {"effect": {"type": "cut", "bytes": 10}, "after": {"updates": 1}}),
        ("/faults", {"preset": "observed-silence", "minutes": 1}),
        ("/scenarios", {"log_group": [{"name": "/g", "class": "STANDARD", "tags": {"a": "b"}}]}),
        ("/scenarios", {"source": [{"log_group": "/g", "rate": {"shape": "once", "count": 3}}], "seed": 1}),
        ("/events", {"logGroup": "/g", "logStream": "s", "events": [{"timestamp": 1, "message": "m"}]}),
    ],
)
def test_bodies_that_fit(openapi: Any, path: str, body: Any) -> None:
    (route,) = (route for route in ROUTES if (route.method, route.path) == ("POST", path))
    assert OAS31Validator(body_schema(openapi, route)).is_valid(body)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/faults", {}),
        ("/faults", {"effect": {"type": "none"}}),
        ("/faults", {"effect": {"type": "end", "bytes": 10}}),
        ("/faults", {"effect": {"type": "end"}, "after": {"updates": 1, "seconds": 1}}),
        ("/scenarios", {}),
        ("/scenarios", {"source": [{"rate": 3}]}),
        ("/scenarios", {"source": [{"log_group": "/g", "rate": {"shape": "square"}}]}),
        ("/scenarios", {"replay": [{"file": "/etc/passwd"}]}),
        ("/events", {"logGroup": "/g"}),
        ("/clock/advance", {"seconds": -1}),
    ],
)
def test_bodies_that_do_not_fit(openapi: Any, path: str, body: Any) -> None:
    (route,) = (route for route in ROUTES if (route.method, route.path) == ("POST", path))
    assert not OAS31Validator(body_schema(openapi, route)).is_valid(body)
