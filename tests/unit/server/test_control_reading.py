"""What the control plane reads from bodies and query parameters."""

import asyncio
from typing import Any

import pytest
from starlette.requests import Request

from livetail.server.control.clock import AdvanceRequest
from livetail.server.control.events import EventsRequest, TimedEvent
from livetail.server.control.reading import read_call, read_json
from livetail.server.control.route import ControlError, ControlRoute, Query


async def _nothing(*_: Any) -> None: ...


def _read_number(query: str, default: float) -> Any:
    route = ControlRoute("GET", "/", "", _nothing, dict, query=(Query("n", "", default, 100),))
    request = Request({"type": "http", "query_string": query.encode(), "headers": []})
    return asyncio.run(read_call(request, route)).query["n"]


@pytest.mark.parametrize(
    ("body", "seconds"), [(b'{"seconds": 0}', 0), (b'{"seconds": 0.25}', 0.25), (b' {"seconds": 34560000} ', 34560000)]
)
def test_advance(body: bytes, seconds: float) -> None:
    assert read_json(body, AdvanceRequest) == AdvanceRequest(seconds)


def test_events() -> None:
    body = b'{"logGroup": "g", "logStream": "s", "messages": ["m"], "events": [{"timestamp": 1, "message": "e"}]}'
    assert read_json(body, EventsRequest) == EventsRequest("g", "s", ["m"], [TimedEvent(1, "e")])
    assert read_json(b'{"logGroup": "g", "logStream": "s"}', EventsRequest) == EventsRequest("g", "s", [], [])


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
        (b"{}", AdvanceRequest, "seconds"),
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
    with pytest.raises(ControlError, match=words) as caught:
        read_json(body, shape)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("query", "default", "number"),
    [("", 3, 3), ("n=0", 3, 0), ("n=7", 3, 7), ("n=7", 3.0, 7.0), ("n=0.5", 3.0, 0.5), ("n=100", 3, 100)],
)
def test_number(query: str, default: float, number: float) -> None:
    read = _read_number(query, default)
    assert (read, type(read)) == (number, type(default))


@pytest.mark.parametrize("text", ["", "x", "-1", "-0.1", "101", "nan", "inf", "-inf", "1e9", "9" * 5_000, "0x1", "1,5"])
@pytest.mark.parametrize("default", [3, 3.0])
def test_number_that_is_none(text: str, default: float) -> None:
    with pytest.raises(ControlError, match="^n is ") as caught:
        _read_number(f"n={text}", default)
    assert caught.value.status == 400


def test_parameter_that_does_not_exist() -> None:
    with pytest.raises(ControlError, match="'most' is not a parameter; there are n"):
        _read_number("most=0", 3)
