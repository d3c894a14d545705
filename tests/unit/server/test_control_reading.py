"""What the control plane reads from bodies and query parameters."""

from typing import Any

import pytest
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException

from livetail.server.control.application import read
from livetail.server.control.clock import AdvanceRequest
from livetail.server.control.events import EventsRequest, TimedEvent
from livetail.server.control.route import ControlRoute
from livetail.server.control.sessions import SessionsQuery


def read_body(body: bytes, shape: type[Any]) -> Any:
    async def handler(body: Any) -> None: ...

    handler.__annotations__["body"] = shape
    return read(ControlRoute("POST", "/", handler), body, {})["body"]


def read_query(query: str) -> Any:
    async def handler(query: SessionsQuery) -> None: ...

    return read(ControlRoute("GET", "/", handler), b"", QueryParams(query))["query"]


@pytest.mark.parametrize(
    ("body", "seconds"), [(b'{"seconds": 0}', 0), (b'{"seconds": 0.25}', 0.25), (b' {"seconds": 34560000} ', 34560000)]
)
def test_advance(body: bytes, seconds: float) -> None:
    assert read_body(body, AdvanceRequest) == AdvanceRequest(seconds)


def test_events() -> None:
    body = b'{"logGroup": "g", "logStream": "s", "messages": ["m"], "events": [{"timestamp": 1, "message": "e"}]}'
    assert read_body(body, EventsRequest) == EventsRequest("g", "s", ["m"], [TimedEvent(1, "e")])
    assert read_body(b'{"logGroup": "g", "logStream": "s"}', EventsRequest) == EventsRequest("g", "s", [], [])


@pytest.mark.parametrize(
    ("body", "shape", "words"),
    [
        (b"", AdvanceRequest, "not valid JSON"),
        (b"{", AdvanceRequest, "not valid JSON"),
        (b"\xff", AdvanceRequest, "not valid JSON"),
        (b'"\xff"', AdvanceRequest, "the body"),
        (b'{"\xff": 1}', AdvanceRequest, "the body"),
        (b'{"logGroup": "\xff", "logStream": "s"}', EventsRequest, "not valid JSON"),
        (b"[]", AdvanceRequest, "object"),
        (b"{}", AdvanceRequest, "400: the body does not fit: .* `seconds`"),
        (b'{"seconds": -1}', AdvanceRequest, "seconds"),
        (b'{"seconds": 34560001}', AdvanceRequest, "seconds"),
        (b'{"seconds": 1, "more": 1}', AdvanceRequest, "more"),
        (b'{"logGroup": "g", "logStream": "s", "messages": [""]}', EventsRequest, "messages"),
        (b'{"log_group": "g", "logStream": "s"}', EventsRequest, "log_group"),
        (b'{"seconds": ' + b"[" * 100_000, AdvanceRequest, "the body"),
    ],
    ids=lambda value: str(value)[:32],
)
def test_body_that_does_not_fit(body: bytes, shape: type[Any], words: str) -> None:
    with pytest.raises(HTTPException, match=words) as caught:
        read_body(body, shape)
    assert caught.value.status_code == 400


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", SessionsQuery(0, 1_000_000, 10.0)),
        ("wait=2", SessionsQuery(wait=2)),
        ("max=0&timeout=3600", SessionsQuery(max=0, timeout=3600.0)),
        ("timeout=0.5&wait=1000000", SessionsQuery(wait=1_000_000, timeout=0.5)),
    ],
)
def test_query(query: str, expected: SessionsQuery) -> None:
    assert read_query(query) == expected


@pytest.mark.parametrize("text", ["", "x", "-1", "1000001", "nan", "inf", "-inf", "1e9", "9" * 5_000, "0x1", "1,5"])
@pytest.mark.parametrize("name", ["wait", "timeout"])
def test_query_that_does_not_fit(name: str, text: str) -> None:
    with pytest.raises(HTTPException, match=name) as caught:
        read_query(f"{name}={text}")
    assert caught.value.status_code == 400


def test_parameter_that_does_not_exist() -> None:
    with pytest.raises(HTTPException, match="400: a query parameter does not fit: .* `most`"):
        read_query("most=0")


def test_parameters_of_a_route_without_any_are_ignored() -> None:
    """Clients add some against caches."""

    async def handler() -> None: ...

    read(ControlRoute("GET", "/", handler), b"", {"_": "1"})
