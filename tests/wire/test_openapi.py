"""The control plane does what its OpenAPI document says: requests are drawn from it, and answers held against it."""

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS31Validator

from livetail import LiveTailEmulator
from livetail.server.control.openapi import document
from livetail.server.control.route import ControlRoute
from livetail.server.control.table import ROUTES
from tests.wire.http1 import Answer, Http1, Http1Tail
from tests.wire.json_schemas import drawn, nearly

GROUP = "/app/api"
DOCUMENT = json.loads(json.dumps(document(ROUTES)))
SCHEMAS = DOCUMENT["components"]["schemas"]

# A rule is shown as it was given, and what presets take is not in the shape of all rules.
OPEN = {"Fault"}

# Line breaks in ids have a test of their own.
ids = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), min_size=1, max_size=12)

modest = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
every_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
routes_with_a_body = pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.body], ids=lambda route: route.path
)


def _closed(schema: Any) -> Any:
    """A schema by which answers have no more keys than it says: what is answered has to be in the document."""
    closed = deepcopy(schema)
    for name, component in closed.items():
        if name not in OPEN and "properties" in component:
            component.setdefault("additionalProperties", False)
    return closed


ANSWERS = {"components": {"schemas": _closed(SCHEMAS)}}


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


def ask(
    client: Http1, route: ControlRoute, path_id: str = "", query: Mapping[str, Any] | None = None, body: bytes = b""
) -> Answer:
    path = f"/_livetail{re.sub('{.*}', quote(path_id, safe=''), route.path)}"
    return client.ask(route.method, f"{path}?{urlencode(query)}" if query else path, body)


def check(route: ControlRoute, answer: Answer) -> None:
    """The answer is one of those that the document names, and of the shape that it gives it."""
    responses = operation_of(route)["responses"]
    assert str(answer.status) in responses, answer
    ((media_type, content),) = responses[str(answer.status)]["content"].items()
    assert answer.headers["content-type"].partition(";")[0] == media_type
    given = answer.json if media_type == "application/json" else answer.body.decode()
    OAS31Validator({**ANSWERS, **content["schema"]}).validate(given)


def refused(answer: Answer, *statuses: int) -> None:
    assert answer.status in statuses, answer
    sentence = answer.json["error"]
    assert list(answer.json) == ["error"]
    assert sentence and "\n" not in sentence and "Traceback" not in sentence


def queries(route: ControlRoute) -> st.SearchStrategy[dict[str, Any]]:
    """Drawn from the document, but nobody waits for long: seconds are real here."""
    given = {
        parameter["name"]: drawn(parameter["schema"], SCHEMAS)
        for parameter in operation_of(route).get("parameters", [])
        if parameter["in"] == "query"
    }
    waited = {"timeout": st.floats(0, 0.01)} if "timeout" in given else {}
    return st.fixed_dictionaries(waited, optional={name: given[name] for name in given if name not in waited})


def body_schema(route: ControlRoute) -> Any:
    return operation_of(route)["requestBody"]["content"]["application/json"]["schema"]


@every_route
@modest
@given(data=st.data())
def test_what_fits_is_answered_as_the_document_says(client: Http1, route: ControlRoute, data: st.DataObject) -> None:
    client.ask("POST", "/_livetail/reset")  # else `advance` would play the scenarios drawn before
    body = json.dumps(data.draw(drawn(body_schema(route), SCHEMAS))).encode() if route.body else b""
    path_id = data.draw(ids) if route.path_parameters else ""
    answer = ask(client, route, path_id, data.draw(queries(route)), body)
    assert answer.status < 500
    check(route, answer)


@every_route
def test_the_example_is_taken(client: Http1, route: ControlRoute) -> None:
    body = json.dumps(route.example).encode() if route.example else b""
    if not route.path_parameters:
        answer = ask(client, route, body=body)
        assert answer.status == 200
        check(route, answer)


@routes_with_a_body
@modest
@given(data=st.data())
def test_bodies_that_do_not_fit_are_refused(client: Http1, route: ControlRoute, data: st.DataObject) -> None:
    body = data.draw(nearly(body_schema(route), SCHEMAS))
    assume(not OAS31Validator({**DOCUMENT, **body_schema(route)}).is_valid(body))
    refused(ask(client, route, body=json.dumps(body).encode()), 400)


@routes_with_a_body
@pytest.mark.parametrize("body", [b"{", b"\xff", b"", b'{"a": ', b"[" * 100_000])
def test_bodies_that_are_no_json_are_refused(client: Http1, route: ControlRoute, body: bytes) -> None:
    refused(ask(client, route, body=body), 400)


@pytest.mark.parametrize("route", [route for route in ROUTES if route.query], ids=lambda route: route.path)
@modest
@given(data=st.data())
def test_parameters_that_do_not_fit_are_refused(client: Http1, route: ControlRoute, data: st.DataObject) -> None:
    parameter = data.draw(st.sampled_from(route.query))
    beyond = st.one_of(st.floats(parameter.maximum, exclude_min=True), st.floats(max_value=0, exclude_max=True))
    value = data.draw(st.one_of(st.sampled_from(["", "x", "nan", "1,5", "0x1"]), beyond.map(str)))
    refused(ask(client, route, query={parameter.name: value}), 400)


@every_route
def test_other_pages_are_refused_everywhere(client: Http1, route: ControlRoute) -> None:
    answer = client.ask(route.method, f"/_livetail{route.path}", Origin="http://evil.example")
    refused(answer, 403)
    check(route, answer)


@every_route
def test_other_methods_are_refused_everywhere(client: Http1, route: ControlRoute) -> None:
    refused(client.ask("PATCH", f"/_livetail{route.path}"), 405)


@pytest.mark.parametrize("path_id", ["\n", "a\nb", "a/b", "..", "\0", "\ufffd", "x" * 2_000])
@pytest.mark.parametrize("route", [route for route in ROUTES if route.path_parameters], ids=lambda route: route.path)
def test_strange_ids_are_not_found(client: Http1, route: ControlRoute, path_id: str) -> None:
    answer = ask(client, route, path_id)
    refused(answer, 404)
    check(route, answer)


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
                answer = ask(client, route, tail.session_id if "sessions" in route.path else "fault-1")
                assert answer.status == 200
                check(route, answer)
        assert tail.take_all() == []


def test_it_is_served(client: Http1) -> None:
    assert client.ask("GET", "/_livetail/openapi.json").json == DOCUMENT
