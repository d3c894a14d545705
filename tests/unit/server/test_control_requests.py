"""What the control plane reads from bodies and queries."""

import asyncio
from typing import Any

import pytest
from starlette.requests import Request
from starlette.types import Message

from livetail.server.control_requests import (
    AdvanceRequest,
    BadControlRequestError,
    EventsRequest,
    GivenEvent,
    read_body,
    read_number,
)


def _request(body: bytes = b"", query: str = "") -> Request:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {"type": "http", "method": "POST", "path": "/", "query_string": query.encode(), "headers": []}
    return Request(scope, receive)


def _body(body: bytes, shape: type[Any]) -> Any:
    return asyncio.run(read_body(_request(body), shape))


@pytest.mark.parametrize(
    ("body", "seconds"), [(b'{"seconds": 0}', 0), (b'{"seconds": 0.25}', 0.25), (b' {"seconds": 34560000} ', 34560000)]
)
def test_advance(body: bytes, seconds: float) -> None:
    assert _body(body, AdvanceRequest) == AdvanceRequest(seconds)


def test_events() -> None:
    body = b'{"logGroup": "g", "logStream": "s", "messages": ["m"], "events": [{"timestamp": 1, "message": "e"}]}'
    assert _body(body, EventsRequest) == EventsRequest("g", "s", ["m"], [GivenEvent(1, "e")])
    assert _body(b'{"logGroup": "g", "logStream": "s"}', EventsRequest) == EventsRequest("g", "s", [], [])


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
    with pytest.raises(BadControlRequestError, match=words) as caught:
        _body(body, shape)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("query", "default", "number"),
    [("", 3, 3), ("n=0", 3, 0), ("n=7", 3, 7), ("n=7", 3.0, 7.0), ("n=0.5", 3.0, 0.5), ("n=100", 3, 100)],
)
def test_number(query: str, default: float, number: float) -> None:
    read = read_number(_request(query=query), "n", default, maximum=100)
    assert (read, type(read)) == (number, type(default))


@pytest.mark.parametrize("text", ["", "x", "-1", "-0.1", "101", "nan", "inf", "-inf", "1e9", "9" * 5_000, "0x1", "1,5"])
@pytest.mark.parametrize("default", [3, 3.0])
def test_number_that_is_none(text: str, default: float) -> None:
    with pytest.raises(BadControlRequestError, match="^n is ") as caught:
        read_number(_request(query=f"n={text}"), "n", default, maximum=100)
    assert caught.value.status == 400
