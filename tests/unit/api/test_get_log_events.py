"""GetLogEvents: both directions, tokens, ranges, pages."""

import re

import pytest

from livetail.core.clock import DAY
from tests.unit.api.client import ACCOUNT, NOW, Client

INVALID = "InvalidParameterException"
S = {"logGroupName": "/a", "logStreamName": "s"}


@pytest.fixture(autouse=True)
def stream(client: Client) -> None:
    client.create("/a", "s", "t")


def fill(client: Client, count: int = 10) -> None:
    client.put("/a", "s", *((number, f"m{number}") for number in range(count)))


# ---- validations ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "token", ["invalid-token", "f/1/s", "f/" + "1" * 56, "x/" + "1" * 56 + "/s", "f/" + "١" * 56 + "/s"]
)
def test_invalid_token(client: Client, token: str) -> None:
    refused = client.refusal("GetLogEvents", **S, nextToken=token)
    assert refused == (INVALID, "The specified nextToken is invalid.")


def test_name_and_identifier(client: Client) -> None:
    assert client.refusal("GetLogEvents", **S, logGroupIdentifier="/a") == (
        "ValidationException",
        "LogGroup name and LogGroup ARN are mutually exclusive parameters.",
    )


def test_neither_name_nor_identifier(client: Client) -> None:
    assert client.refusal("GetLogEvents", logStreamName="s")[0] == INVALID


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"logGroupName": "/b", "logStreamName": "s"}, "The specified log group does not exist."),
        ({"logGroupName": "/a", "logStreamName": "u"}, "The specified log stream does not exist."),
        ({"logGroupIdentifier": "/b", "logStreamName": "s"}, "The specified log group does not exist."),
        (
            {"logGroupIdentifier": f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/a", "logStreamName": "s"},
            "The specified log group does not exist.",
        ),
        (
            {"logGroupIdentifier": "arn:aws:logs:us-east-1:999999999999:log-group:/a", "logStreamName": "s"},
            "The specified log group does not exist.",
        ),
    ],
)
def test_what_is_not_there(client: Client, members: dict[str, str], message: str) -> None:
    assert client.refusal("GetLogEvents", **members) == ("ResourceNotFoundException", message)


def test_the_arn_of_something_else(client: Client) -> None:
    arn = f"arn:aws:logs:us-east-1:{ACCOUNT}:destination:d"
    assert client.refusal("GetLogEvents", logGroupIdentifier=arn, logStreamName="s")[0] == INVALID


# ---- functionality -------------------------------------------------------------------------------------------------


def test_members_of_the_response(client: Client) -> None:
    client.put("/a", "s", (-5, "x"))
    response = client.call("GetLogEvents", **S)
    assert response["events"] == [{"timestamp": NOW - 5, "message": "x", "ingestionTime": NOW}]
    assert list(response) == ["events", "nextForwardToken", "nextBackwardToken"]
    assert re.fullmatch("f/[0-9]{56}/s", response["nextForwardToken"])
    assert re.fullmatch("b/[0-9]{56}/s", response["nextBackwardToken"])


@pytest.mark.parametrize("identifier", ["/a", f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/a"])
def test_by_identifier(client: Client, identifier: str) -> None:
    fill(client, 1)
    assert client.messages("GetLogEvents", logGroupIdentifier=identifier, logStreamName="s") == ["m0"]


def test_newest_page_is_the_default_and_is_in_ascending_order(client: Client) -> None:
    fill(client)
    assert client.messages("GetLogEvents", **S, limit=3) == ["m7", "m8", "m9"]
    assert client.messages("GetLogEvents", **S, limit=3, startFromHead=True) == ["m0", "m1", "m2"]


def test_only_events_of_the_stream(client: Client) -> None:
    fill(client, 2)
    client.put("/a", "t", (0, "other"))
    assert client.messages("GetLogEvents", **S) == ["m0", "m1"]


def test_order_is_time_then_ingestion(client: Client) -> None:
    client.put("/a", "s", (0, "c"), (5, "e"))
    client.put("/a", "s", (-1, "a"), (0, "d"))
    client.put("/a", "s", (-1, "b"), (9, "f"))
    assert client.messages("GetLogEvents", **S) == ["a", "b", "c", "d", "e", "f"]


def test_start_is_included_and_end_is_not(client: Client) -> None:
    fill(client, 5)
    assert client.messages("GetLogEvents", **S, startTime=NOW + 1, endTime=NOW + 3) == ["m1", "m2"]
    assert client.messages("GetLogEvents", **S, startTime=NOW + 3, endTime=NOW + 1) == []


def test_forward_to_the_end_and_on_when_there_is_more(client: Client) -> None:
    """The first empty page has another token, the next repeats what it was given (recorded)."""
    fill(client, 5)
    page = client.call("GetLogEvents", **S, limit=3, startFromHead=True)
    page = client.call("GetLogEvents", **S, limit=3, startFromHead=True, nextToken=page["nextForwardToken"])
    assert [event["message"] for event in page["events"]] == ["m3", "m4"]
    first = page["nextForwardToken"]
    empty = client.call("GetLogEvents", **S, limit=3, startFromHead=True, nextToken=first)
    token = empty["nextForwardToken"]
    assert empty["events"] == [] and token != first and empty["nextBackwardToken"][1:] == first[1:]
    again = client.call("GetLogEvents", **S, limit=3, startFromHead=True, nextToken=token)
    assert again == {"events": [], "nextForwardToken": token, "nextBackwardToken": f"b{token[1:]}"}
    client.put("/a", "s", (4, "same millisecond"), (100, "later"))
    page = client.call("GetLogEvents", **S, limit=3, startFromHead=True, nextToken=token)
    assert [event["message"] for event in page["events"]] == ["same millisecond", "later"]


def test_forward_edge_when_time_has_moved_on(client: Client) -> None:
    """As recorded: then the edge is the end of the last event's millisecond, and later events in it are behind it."""
    client.put("/a", "s", (-5, "a"))
    page = client.call("GetLogEvents", **S, startFromHead=True)
    edge = client.call("GetLogEvents", **S, startFromHead=True, nextToken=page["nextForwardToken"])["nextForwardToken"]
    assert edge == f"f/{((NOW - 5) << 144) + 0x7FFF_FFFF_FFFF_FFFF_7FFF_FFFF_FFFF_FFFF_7FFF}/s"
    client.put("/a", "s", (-5, "too late"), (-4, "b"))
    assert client.messages("GetLogEvents", **S, startFromHead=True, nextToken=edge) == ["b"]


def test_backward_to_the_beginning_and_forward_again(client: Client) -> None:
    fill(client, 5)
    page = client.call("GetLogEvents", **S, limit=3)
    page = client.call("GetLogEvents", **S, limit=3, nextToken=page["nextBackwardToken"])
    assert [event["message"] for event in page["events"]] == ["m0", "m1"]
    token = page["nextBackwardToken"]
    empty = client.call("GetLogEvents", **S, limit=3, nextToken=token)
    assert empty["events"] == [] and empty["nextForwardToken"][1:] == token[1:]
    assert empty["nextBackwardToken"] == f"b/{NOW << 144}/s"
    again = client.call("GetLogEvents", **S, limit=3, nextToken=empty["nextBackwardToken"])
    assert again["nextBackwardToken"] == empty["nextBackwardToken"]
    page = client.call("GetLogEvents", **S, limit=3, nextToken=page["nextForwardToken"])
    assert [event["message"] for event in page["events"]] == ["m2", "m3", "m4"]


@pytest.mark.parametrize("ends", [(1, 2), (2, 2)])
def test_an_empty_window_has_its_edges_for_tokens(client: Client, ends: tuple[int, int]) -> None:
    client.put("/a", "s", (-100, "before"), (-1, "after"))
    window = {"startTime": NOW - 50 + ends[0], "endTime": NOW - 50 + ends[1]}
    page = client.call("GetLogEvents", **S, **window)
    half = 0x7FFF_FFFF_FFFF_FFFF_7FFF_FFFF_FFFF_FFFF_7FFF
    assert page["nextForwardToken"] == f"f/{(window['endTime'] << 144) + half}/s"
    assert page["nextBackwardToken"] == f"b/{window['startTime'] << 144}/s"
    again = client.call("GetLogEvents", **S, **window, nextToken=page["nextForwardToken"])
    assert again["nextForwardToken"] == page["nextForwardToken"]
    assert client.messages("GetLogEvents", **S, nextToken=page["nextForwardToken"]) == ["after"]
    assert client.messages("GetLogEvents", **S, nextToken=page["nextBackwardToken"]) == ["before"]


def test_the_range_holds_together_with_a_token(client: Client) -> None:
    fill(client, 6)
    page = client.call("GetLogEvents", **S, limit=1, startFromHead=True)
    forward = {"nextToken": page["nextForwardToken"], "startTime": NOW + 2, "endTime": NOW + 4}
    assert client.messages("GetLogEvents", **S, **forward) == ["m2", "m3"]
    page = client.call("GetLogEvents", **S, limit=1)
    backward = {"nextToken": page["nextBackwardToken"], "startTime": NOW + 2, "endTime": NOW + 4}
    assert client.messages("GetLogEvents", **S, **backward) == ["m2", "m3"]


def test_direction_is_that_of_the_token(client: Client) -> None:
    fill(client, 4)
    page = client.call("GetLogEvents", **S, limit=2, startFromHead=True)
    assert client.messages("GetLogEvents", **S, nextToken=page["nextForwardToken"], startFromHead=False) == ["m2", "m3"]


def test_tokens_of_an_empty_stream_are_the_present(client: Client) -> None:
    page = client.call("GetLogEvents", **S)
    assert page["events"] == []
    token = page["nextForwardToken"]
    assert int(token[2:-2]) >> 144 == NOW
    assert page["nextBackwardToken"] == f"b/{NOW << 144}/s"
    assert client.call("GetLogEvents", **S, nextToken=token)["nextForwardToken"] == token
    client.put("/a", "s", (-1, "before"), (0, "now"))
    assert client.messages("GetLogEvents", **S, nextToken=token) == ["now"]


def test_an_empty_page_does_not_lead_back_to_old_events(client: Client) -> None:
    client.put("/a", "s", (-100, "old"))
    page = client.call("GetLogEvents", **S, startTime=NOW - 50)
    assert page["events"] == []
    assert client.messages("GetLogEvents", **S, nextToken=page["nextForwardToken"]) == []


def test_a_page_holds_one_megabyte(client: Client) -> None:
    message = "é" * ((262_144 - 26) // 2)  # Four of them fill a page to the byte.
    for number in range(9):
        client.put("/a", "s", (number, message))
    pages: list[int] = []
    token = None
    while not pages or pages[-1]:
        page = client.call("GetLogEvents", **S, startFromHead=True, **({"nextToken": token} if token else {}))
        pages.append(len(page["events"]))
        token = page["nextForwardToken"]
    assert pages == [4, 4, 1, 0]


def test_an_event_larger_than_a_page_is_a_page(client: Client) -> None:
    client.service.ingest(client.caller, "/a", "s", ["x" * 1_100_000, "y"])
    response = client.call("GetLogEvents", **S, startFromHead=True)
    assert [len(event["message"]) for event in response["events"]] == [1_100_000]


def test_a_page_holds_ten_thousand_events(client: Client) -> None:
    client.service.ingest(client.caller, "/a", "s", [f"{number}" for number in range(10_001)])
    assert len(client.messages("GetLogEvents", **S, startFromHead=True)) == 10_000
    assert client.messages("GetLogEvents", **S)[0] == "1"


def test_events_older_than_the_retention_are_not_shown(client: Client) -> None:
    client.put("/a", "s", (0, "a"))
    client.clock.move_to(NOW + DAY)
    client.put("/a", "s", (0, "b"))
    client.call("PutRetentionPolicy", logGroupName="/a", retentionInDays=1)
    assert client.messages("GetLogEvents", **S) == ["a", "b"]
    client.clock.move_to(NOW + DAY + 1)
    assert client.messages("GetLogEvents", **S) == ["b"]
    client.call("DeleteRetentionPolicy", logGroupName="/a")
    assert client.messages("GetLogEvents", **S) == ["a", "b"]


def test_only_the_newest_events_are_kept() -> None:
    client = Client(retain_events=4)
    client.create("/a", "s", "t")
    client.put("/a", "s", (9, "a"), (9, "b"), (9, "c"))
    client.put("/a", "t", (0, "d"))
    client.put("/a", "s", (0, "e"), (1, "f"))
    # By order of ingestion, not of time: c d e f are left.
    assert client.messages("GetLogEvents", **S) == ["e", "f", "c"]
    assert client.messages("FilterLogEvents", logGroupName="/a") == ["d", "e", "f", "c"]
