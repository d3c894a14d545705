"""The control plane and its OpenAPI document agree."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from openapi_schema_validator import OAS31Validator

from livetail import LiveTailEmulator
from livetail.server.control.route import ControlRoute
from livetail.server.control.table import ROUTES, document
from tests.wire.http1 import Http1, Http1Tail, Response

pytest_plugins = ["schemathesis.pytest.plugin"]  # which pyproject.toml keeps out of the other tests' start

GROUP = "/app/api"
DOCUMENT = json.loads(json.dumps(document()))
SCHEMAS = DOCUMENT["components"]["schemas"]

CONFIG: dict[str, Any] = {
    # 408: there were not as many sessions as a valid request waited for.
    "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", 403, 404, 408, 409]}},
    "operations": [
        {
            "include-path": f"/_livetail/{path}",
            # What has to hold between the keys of a rule or of a scenario is more than a schema can say.
            "checks": {"positive_data_acceptance": {"enabled": False}},
            "phases": {"coverage": {"enabled": False}},  # it takes seconds over schemas as large as these
        }
        for path in ("faults", "scenarios")
    ],
}
schema = schemathesis.openapi.from_dict(DOCUMENT, config=schemathesis.Config.from_dict(CONFIG))

# A rule is shown as it was given, and what presets take is not in the shape of all rules.
OPEN = {"FaultInfo"}

every_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
routes_with_a_body = pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.body], ids=lambda route: route.path
)


def _closed(schema: Any) -> Any:
    """A schema without further keys: every key of a response has to be in the document."""
    closed = deepcopy(schema)
    for name, component in closed.items():
        if name not in OPEN and "properties" in component:
            component.setdefault("additionalProperties", False)
    return closed


RESPONSES = {"components": {"schemas": _closed(SCHEMAS)}}


@pytest.fixture(scope="module")
def emulator() -> Iterator[LiveTailEmulator]:
    with LiveTailEmulator(clock="manual", seed=7) as emulator:
        yield emulator


@pytest.fixture
def client(emulator: LiveTailEmulator) -> Iterator[Http1]:
    emulator.reset()
    with Http1(emulator) as client:
        yield client


def operation_of(route: ControlRoute) -> Any:
    return DOCUMENT["paths"][f"/_livetail{route.path}"][route.method.lower()]


def ask(client: Http1, route: ControlRoute, path_id: str = "", body: bytes = b"") -> Response:
    return client.ask(route.method, f"/_livetail{re.sub('{.*}', quote(path_id, safe=''), route.path)}", body)


def check(route: ControlRoute, response: Response) -> None:
    """The response is one of those in the document, and has its shape."""
    responses = operation_of(route)["responses"]
    assert str(response.status) in responses, response
    ((media_type, content),) = responses[str(response.status)]["content"].items()
    assert response.headers["content-type"].partition(";")[0] == media_type
    given = response.json if media_type == "application/json" else response.body.decode()
    OAS31Validator({**RESPONSES, **content["schema"]}).validate(given)


def refused(response: Response, *statuses: int) -> None:
    assert response.status in statuses, response
    sentence = response.json["error"]
    assert list(response.json) == ["error"]
    assert sentence and "\n" not in sentence and "Traceback" not in sentence


@every_route
def test_the_example_is_taken(client: Http1, route: ControlRoute) -> None:
    body = json.dumps(route.example).encode() if route.example else b""
    if not route.path_parameters:
        response = ask(client, route, body=body)
        assert response.status == (404 if route.path == "/ca.pem" else 200)  # this server has no TLS
        check(route, response)


@routes_with_a_body
@pytest.mark.parametrize("body", [b"{", b"\xff", b"", b'{"a": ', b"[" * 100_000])
def test_bodies_that_are_no_json_are_refused(client: Http1, route: ControlRoute, body: bytes) -> None:
    refused(ask(client, route, body=body), 400)


@pytest.mark.parametrize("value", [b"9" * 400, b"9" * 5_000, b"-" + b"9" * 400, b"[" * 500 + b"]" * 500, b"1e999"])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("clock/advance", b'{"seconds": %s}'),
        ("events", b'{"logGroup": "/g", "logStream": "s", "events": [{"message": "m", "timestamp": %s}]}'),
        ("faults", b'{"effect": {"type": "stall", "seconds": %s}}'),
        ("faults", b'{"effect": {"type": "cut"}, "after": {"updates": %s}}'),
        ("patterns", b'{"pattern": %s}'),
        ("scenarios", b'{"source": [{"log_group": "/g", "rate": %s}]}'),
        ("scenarios", b'{"seed": %s, "source": [{"log_group": "/g", "rate": "x"}]}'),
    ],
)
def test_numbers_and_depths_beyond_all_bounds(client: Http1, path: str, body: bytes, value: bytes) -> None:
    refused(client.ask("POST", f"/_livetail/{path}", body % value), 400)


@every_route
def test_other_pages_are_refused_everywhere(client: Http1, route: ControlRoute) -> None:
    response = client.ask(route.method, f"/_livetail{route.path}", Origin="http://evil.example")
    refused(response, 403)
    check(route, response)


@pytest.mark.filterwarnings("ignore:Skipped test cases with unsupported payload media types. application/toml")
@schema.parametrize()
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
def test_schemathesis(emulator: LiveTailEmulator, case: schemathesis.Case[Any]) -> None:
    """All checks of schemathesis: what fits is accepted, what does not fit is refused, responses are as documented."""
    emulator.reset()  # otherwise `advance` would play the scenarios of the examples before
    if case.path == "/_livetail/sessions" and _waits(case.query.get("timeout", 10)):
        case.query["timeout"] = 0  # it is in real seconds
    case.body = _integers(case.body)
    case.call_and_validate(base_url=emulator.endpoint_url)


def _waits(timeout: object) -> bool:
    try:
        return 0 < float(str(timeout)) <= 3_600
    except ValueError:
        return False


def _integers(value: Any) -> Any:
    """JSON Schema accepts 1.0 as an integer, the control plane accepts 1 alone."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case list():
            return [_integers(item) for item in value]
        case dict():
            return {name: _integers(item) for name, item in value.items()}
    return value


@pytest.mark.parametrize("path_id", ["\n", "a\nb", "a/b", "..", "\0", "\ufffd", "x" * 2_000])
@pytest.mark.parametrize("route", [route for route in ROUTES if route.path_parameters], ids=lambda route: route.path)
def test_strange_ids_are_not_found(client: Http1, route: ControlRoute, path_id: str) -> None:
    response = ask(client, route, path_id)
    refused(response, 404)
    check(route, response)


def test_everything_there_is_to_show_is_in_the_document(emulator: LiveTailEmulator, client: Http1) -> None:
    emulator.put(GROUP, "web-1", ["before"])
    client.call("CreateLogGroup", {"logGroupName": GROUP}, **{"User-Agent": "test/1"})
    emulator.add_fault({"preset": "observed-disconnect", "minutes": 3})
    emulator.add_fault(
        {"after": {"updates": 2}, "where": {"logGroup": "/other"}, "times": 3, "effect": {"type": "cut"}}
    )
    emulator.start_scenario({"source": [{"log_group": GROUP, "rate": 5}]})
    with Http1Tail(emulator, GROUP, logStreamNames=["web-1"], logEventFilterPattern="ERROR") as tail:
        shown = {route.path: ask(client, route) for route in ROUTES if route.method == "GET"}
        for route in ROUTES:
            if route.method == "GET":
                check(route, shown[route.path])
        assert [len(shown[f"/{name}"].json[name]) for name in ("sessions", "faults", "scenarios")] == [1, 2, 1]
        assert [entry["error"] for entry in shown["/requests"].json["requests"]] == [
            "ResourceAlreadyExistsException",
            None,
        ]
        for route in ROUTES:
            if "{id}" in route.path:
                response = ask(client, route, tail.session_id if "sessions" in route.path else "fault-1")
                assert response.status == 200
                check(route, response)
        assert tail.take_all() == []


def test_it_is_served(client: Http1) -> None:
    assert client.ask("GET", "/_livetail/openapi.json").json == DOCUMENT
