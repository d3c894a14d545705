"""What a fault rule does to a page of log events: it is empty, or lacks the newest."""

from typing import Any

import pytest

from livetail.api.context import Caller
from tests.unit.api.client import ACCOUNT, NOW, REGION, Client

FORWARD = {"logGroupName": "/a", "logStreamName": "s", "startFromHead": True}
BACKWARD = FORWARD | {"startFromHead": False}


def caller(empty_page: int = 0, hidden_after: int | None = None) -> Caller:
    return Caller(ACCOUNT, REGION, "a-request", empty_page, hidden_after)


@pytest.fixture
def filled(client: Client) -> Client:
    client.create("/a", "s")
    client.put("/a", "s", (-2, "x"), (-1, "y"))
    return client


def messages(response: dict[str, Any]) -> list[str]:
    return [event["message"] for event in response["events"]]


@pytest.mark.parametrize(("request_", "token"), [(FORWARD, "nextForwardToken"), (BACKWARD, "nextBackwardToken")])
def test_an_empty_page_of_get_log_events_has_a_token_to_read_its_events_with(
    filled: Client, request_: dict[str, Any], token: str
) -> None:
    pages = [filled.call("GetLogEvents", caller(empty_page=number), **request_) for number in (1, 2)]
    assert [messages(page) for page in pages] == [[], []]
    assert pages[0][token] != pages[1][token]
    for page in pages:
        assert messages(filled.call("GetLogEvents", **request_, nextToken=page[token])) == ["x", "y"]


def test_an_empty_page_of_filter_log_events_has_a_token_to_read_its_events_with(filled: Client) -> None:
    page = filled.call("FilterLogEvents", caller(empty_page=1), logGroupName="/a")
    assert messages(page) == []
    assert messages(filled.call("FilterLogEvents", logGroupName="/a", nextToken=page["nextToken"])) == ["x", "y"]


def test_events_that_were_ingested_later_are_hidden(filled: Client) -> None:
    filled.clock.move_to(NOW + 1)
    filled.put("/a", "s", (0, "z"))
    hiding = caller(hidden_after=NOW)
    assert messages(filled.call("GetLogEvents", hiding, **FORWARD)) == ["x", "y"]
    assert messages(filled.call("FilterLogEvents", hiding, logGroupName="/a")) == ["x", "y"]
