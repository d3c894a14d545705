"""FilterLogEvents: streams, ranges, patterns, pages, and what a client that polls gets."""

import re
from unittest.mock import ANY

import pytest

from livetail.core.ids import event_id, event_id_text
from livetail.patterns import InvalidPatternError, compile
from livetail.store.batch import LogEvent
from tests.unit.api.client import ACCOUNT, NOW, Client

INVALID = "InvalidParameterException"
NEW_YEAR_2024 = 1_704_067_200_000


@pytest.fixture(autouse=True)
def streams(client: Client) -> None:
    client.create("/a", "web-1", "web-2", "db")


# ---- validations ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["unknown", "f/" + "0" * 56 + "/s", "5b5d", "zz", "é", "5b" * 100_000])
def test_invalid_token(client: Client, token: str) -> None:
    refused = client.refusal("FilterLogEvents", logGroupName="/a", nextToken=token)
    assert refused == (INVALID, "The specified nextToken is invalid.")


def test_token_of_another_operation(client: Client) -> None:
    client.create("/b")
    token = client.call("DescribeLogGroups", limit=1)["nextToken"]
    assert client.refusal("FilterLogEvents", logGroupName="/a", nextToken=token)[0] == INVALID


def test_names_and_prefix(client: Client) -> None:
    refused = client.refusal("FilterLogEvents", logGroupName="/a", logStreamNames=["db"], logStreamNamePrefix="d")
    assert refused[0] == INVALID


def test_name_and_identifier(client: Client) -> None:
    assert client.refusal("FilterLogEvents", logGroupName="/a", logGroupIdentifier="/a") == (
        "ValidationException",
        "LogGroup name and LogGroup ARN are mutually exclusive parameters.",
    )


def test_neither_name_nor_identifier(client: Client) -> None:
    assert client.refusal("FilterLogEvents")[0] == INVALID


def test_unknown_group_and_unknown_stream(client: Client) -> None:
    assert client.refusal("FilterLogEvents", logGroupName="/b") == (
        "ResourceNotFoundException",
        "The specified log group does not exist.",
    )
    assert client.refusal("FilterLogEvents", logGroupName="/a", logStreamNames=["db", "cache"]) == (
        "ResourceNotFoundException",
        "The specified log stream does not exist.",
    )


def test_newest_first_needs_a_start_in_2024_or_later(client: Client) -> None:
    search = {"logGroupName": "/a", "startFromHead": False}
    assert client.refusal("FilterLogEvents", **search, startTime=NEW_YEAR_2024 - 1)[0] == INVALID
    assert client.messages("FilterLogEvents", **search, startTime=NEW_YEAR_2024) == []
    assert client.messages("FilterLogEvents", **search) == []


def test_invalid_pattern(client: Client) -> None:
    with pytest.raises(InvalidPatternError) as raised:
        compile("{ $.a = ")
    text = raised.value.message(subject="filter pattern")
    assert client.refusal("FilterLogEvents", logGroupName="/a", filterPattern="{ $.a = ") == (INVALID, text)


@pytest.mark.parametrize("log_group_class", ["INFREQUENT_ACCESS", "DELIVERY"])
@pytest.mark.parametrize(("operation", "members"), [("FilterLogEvents", {}), ("GetLogEvents", {"logStreamName": "s"})])
def test_classes_whose_events_are_not_read_like_this(
    client: Client, log_group_class: str, operation: str, members: dict[str, str]
) -> None:
    client.call("CreateLogGroup", logGroupName="/b", logGroupClass=log_group_class)
    client.call("CreateLogStream", logGroupName="/b", logStreamName="s")
    client.put("/b", "s", (0, "x"))
    assert client.refusal(operation, logGroupName="/b", **members) == (
        "InvalidOperationException",
        f"The log group /b is of log-group-class {log_group_class}. {operation} is not supported for this log class.",
    )


def test_pattern_longer_than_1024(client: Client) -> None:
    assert client.refusal("FilterLogEvents", logGroupName="/a", filterPattern="x" * 1025) == (
        INVALID,
        "1 validation error detected: Value at 'filterPattern' failed to satisfy constraint: "
        "Member must have length less than or equal to 1024",
    )


# ---- functionality -------------------------------------------------------------------------------------------------


def test_members_of_the_response(client: Client) -> None:
    client.put("/a", "db", (-5, "x"), (-5, "y"))
    assert client.call("FilterLogEvents", logGroupName="/a") == {
        "events": [
            {
                "logStreamName": "db",
                "timestamp": NOW - 5,
                "message": message,
                "ingestionTime": NOW,
                "eventId": event_id_text(event_id(NOW - 5, NOW, 0, f"{ACCOUNT}:/a:db", number)),
            }
            for number, message in enumerate("xy")
        ],
        "searchedLogStreams": [],
        "nextToken": ANY,
    }


def test_streams_are_interleaved_by_time_and_then_ingestion(client: Client) -> None:
    client.put("/a", "web-1", (0, "b"), (2, "e"))
    client.put("/a", "db", (-1, "a"), (0, "c"))
    client.put("/a", "web-2", (0, "d"))
    assert client.messages("FilterLogEvents", logGroupName="/a", interleaved=False) == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ({"logStreamNames": ["db"]}, ["db"]),
        ({"logStreamNames": ["web-2", "db", "db"]}, ["web-2", "db"]),
        ({"logStreamNamePrefix": "web"}, ["web-1", "web-2"]),
        ({"logStreamNamePrefix": "web-1"}, ["web-1"]),
        ({"logStreamNamePrefix": "b"}, []),
        ({"logGroupIdentifier": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/a"}, ["web-1", "web-2", "db"]),
    ],
)
def test_choice_of_streams(client: Client, members: dict[str, object], found: list[str]) -> None:
    for name in ("web-1", "web-2", "db"):
        client.put("/a", name, (0, name))
    group = {} if "logGroupIdentifier" in members else {"logGroupName": "/a"}
    assert client.messages("FilterLogEvents", **group, **members) == found


def test_both_ends_of_the_range_are_included(client: Client) -> None:
    client.put("/a", "db", *((number, f"m{number}") for number in range(5)))
    search = {"logGroupName": "/a", "startTime": NOW + 1, "endTime": NOW + 3}
    assert client.messages("FilterLogEvents", **search) == ["m1", "m2", "m3"]
    assert client.messages("FilterLogEvents", **search, startFromHead=False) == ["m3", "m2", "m1"]


def test_pattern(client: Client) -> None:
    client.put("/a", "db", (0, "ERROR one"), (1, "fine"), (2, '{"level": "ERROR"}'), (3, "an ERROR"))
    search = {"logGroupName": "/a"}
    assert client.messages("FilterLogEvents", **search, filterPattern="ERROR one") == ["ERROR one"]
    assert client.messages("FilterLogEvents", **search, filterPattern='{ $.level = "ERROR" }') == ['{"level": "ERROR"}']
    assert len(client.messages("FilterLogEvents", **search, filterPattern="")) == 4


def test_pages_of_a_pattern_are_full_and_the_one_after_the_last_is_empty(client: Client) -> None:
    client.put("/a", "db", *((number, "even" if number % 2 == 0 else "odd") for number in range(8)))
    search = {"logGroupName": "/a", "filterPattern": "odd", "limit": 2}
    page = client.call("FilterLogEvents", **search)
    assert [event["timestamp"] - NOW for event in page["events"]] == [1, 3]
    page = client.call("FilterLogEvents", **search, nextToken=page["nextToken"])
    assert [event["timestamp"] - NOW for event in page["events"]] == [5, 7]
    page = client.call("FilterLogEvents", **search, nextToken=page["nextToken"])
    assert page == {"events": [], "searchedLogStreams": []}


def test_the_page_that_holds_everything_has_a_token(client: Client) -> None:
    """As in all 35 recorded successes; a search that finds nothing has none."""
    client.put("/a", "db", (0, "a"), (1, "b"))
    page = client.call("FilterLogEvents", logGroupName="/a", limit=1_000)
    assert len(page["events"]) == 2
    assert re.fullmatch("[A-Za-z0-9_-]{342}", page["nextToken"])
    after = client.call("FilterLogEvents", logGroupName="/a", limit=1_000, nextToken=page["nextToken"])
    assert after == {"events": [], "searchedLogStreams": []}
    assert "nextToken" not in client.call("FilterLogEvents", logGroupName="/a", filterPattern="nothing")


def test_the_token_depends_on_the_last_event_only(client: Client) -> None:
    client.put("/a", "db", (0, "a"), (1, "b"))
    searches: list[dict[str, object]] = [
        {"limit": 2},
        {"filterPattern": "b"},
        {"startTime": NOW + 1, "logStreamNames": ["db"]},
        {"startFromHead": False, "limit": 1},
    ]
    assert len({client.call("FilterLogEvents", logGroupName="/a", **search)["nextToken"] for search in searches}) == 1


def test_the_direction_is_that_of_the_request(client: Client) -> None:
    client.put("/a", "db", *((number, f"m{number}") for number in range(5)))
    search = {"logGroupName": "/a", "limit": 2, "startFromHead": False}
    page = client.call("FilterLogEvents", **search)
    assert [event["message"] for event in page["events"]] == ["m4", "m3"]
    page = client.call("FilterLogEvents", **search, nextToken=page["nextToken"])
    assert [event["message"] for event in page["events"]] == ["m2", "m1"]
    assert client.messages("FilterLogEvents", **search, nextToken=page["nextToken"]) == ["m0"]


def test_a_pattern_is_tried_on_so_many_events_and_no_more(client: Client) -> None:
    """A page may be empty and have a token: AWS does so, and client loops have to go on."""
    client.service.ingest(client.caller, "/a", "db", ["no"] * 7_000 + ["yes"] + ["no"] * 7_000 + ["yes"])
    for start_from_head in (True, False):
        search = {"logGroupName": "/a", "filterPattern": "yes", "startFromHead": start_from_head}
        pages = [client.call("FilterLogEvents", **search)]
        while "nextToken" in pages[-1]:
            pages.append(client.call("FilterLogEvents", **search, nextToken=pages[-1]["nextToken"]))
        found = [len(page["events"]) for page in pages]
        assert found == ([0, 0, 1, 0, 0, 1, 0] if start_from_head else [1, 0, 1, 0, 0, 0])
    assert len(client.messages("FilterLogEvents", logGroupName="/a")) == 10_000


def test_a_pattern_is_tried_on_so_many_bytes_and_no_more(client: Client) -> None:
    client.service.ingest(client.caller, "/a", "db", ["x" * 1_000_000] * 9)
    page = client.call("FilterLogEvents", logGroupName="/a", filterPattern="yes")
    assert page["events"] == [] and "nextToken" in page


@pytest.mark.parametrize(("start_from_head", "found"), [(True, ["m2", "m3"]), (False, ["m3", "m2"])])
def test_the_range_holds_together_with_a_token(client: Client, start_from_head: bool, found: list[str]) -> None:
    client.put("/a", "db", *((number, f"m{number}") for number in range(6)))
    page = client.call("FilterLogEvents", logGroupName="/a", limit=1, startFromHead=start_from_head)
    range_and_token = {"nextToken": page["nextToken"], "startTime": NOW + 2, "endTime": NOW + 3}
    range_and_token["startFromHead"] = start_from_head
    assert client.messages("FilterLogEvents", logGroupName="/a", **range_and_token) == found


def test_pages_stay_in_step_while_events_come_and_go(client: Client) -> None:
    client.put("/a", "db", *((number, f"m{number}") for number in range(4)))
    page = client.call("FilterLogEvents", logGroupName="/a", limit=2)
    client.put("/a", "web-1", (0, "before"), (1, "same millisecond"), (9, "after"))
    messages = client.messages("FilterLogEvents", logGroupName="/a", nextToken=page["nextToken"])
    assert messages == ["same millisecond", "m2", "m3", "after"]


def test_a_page_holds_one_megabyte(client: Client) -> None:
    for number in range(5):
        client.put("/a", "db", (number, "x" * 400_000))
    page = client.call("FilterLogEvents", logGroupName="/a")
    assert len(page["events"]) == 2
    assert len(client.all_messages("FilterLogEvents", logGroupName="/a")) == 5


def test_a_poller_sees_every_event_once(client: Client) -> None:
    """As `aws logs tail --follow` does it: from the latest timestamp on, leaving out the ids that it has."""
    seen: dict[str, str] = {}
    start = NOW
    for number in range(20):
        client.put("/a", "web-1" if number % 3 else "db", (0, f"m{number}"), (number % 2, f"n{number}"))
        if number % 5 == 0:
            client.clock.move_to(client.clock.now() + 1)
        for event in client.call("FilterLogEvents", logGroupName="/a", startTime=start)["events"]:
            seen.setdefault(event["eventId"], event["message"])
            start = max(start, event["timestamp"])
    kept = client.all_messages("FilterLogEvents", logGroupName="/a")
    ids = {event["eventId"] for event in client.call("FilterLogEvents", logGroupName="/a")["events"]}
    assert len(kept) == len(ids) == 40
    # What comes in with an older timestamp than the latest one is what such a poller misses, also on AWS.
    assert set(seen) <= ids
    assert {message for message in kept if message.startswith("m") and int(message[1:]) % 5 == 1} <= set(seen.values())


def test_deleted_streams_and_groups_take_their_events_along(client: Client) -> None:
    client.put("/a", "web-1", (0, "a"))
    client.put("/a", "db", (1, "b"))
    client.call("DeleteLogStream", logGroupName="/a", logStreamName="web-1")
    assert client.messages("FilterLogEvents", logGroupName="/a") == ["b"]
    client.call("CreateLogStream", logGroupName="/a", logStreamName="web-1")
    client.put("/a", "web-1", (2, "c"))
    assert client.messages("FilterLogEvents", logGroupName="/a") == ["b", "c"]
    client.call("DeleteLogGroup", logGroupName="/a")
    client.create("/a", "db")
    assert client.messages("FilterLogEvents", logGroupName="/a") == []


def test_events_at_the_ends_of_time(client: Client) -> None:
    client.service.ingest(client.caller, "/a", "db", [LogEvent(0, "first"), LogEvent(2**63 - 1, "last")])
    assert client.messages("FilterLogEvents", logGroupName="/a", startTime=0) == ["first", "last"]
    assert client.messages("FilterLogEvents", logGroupName="/a", endTime=2**63 - 1, limit=1) == ["first"]
    assert client.all_messages("FilterLogEvents", logGroupName="/a", limit=1) == ["first", "last"]
    assert client.all_messages("FilterLogEvents", logGroupName="/a", limit=1, startFromHead=False) == ["last", "first"]


@pytest.mark.parametrize("now", [253_402_300_800_000, 10**15, 2**62], ids=["year 10000", "year 33658", "far"])
def test_a_clock_beyond_the_year_10000(now: int) -> None:
    """Ids have more than 56 digits then, and everything still works."""
    client = Client(now=now)
    client.create("/a", "s")
    client.put("/a", "s", *((number, f"m{number}") for number in range(5)))
    wanted = [f"m{number}" for number in range(5)]
    assert client.all_messages("FilterLogEvents", logGroupName="/a", limit=2) == wanted
    stream = {"logGroupName": "/a", "logStreamName": "s", "limit": 2}
    assert client.all_messages("GetLogEvents", "nextForwardToken", **stream, startFromHead=True) == wanted
    assert sorted(client.all_messages("GetLogEvents", "nextBackwardToken", **stream)) == wanted
    client.call("PutRetentionPolicy", logGroupName="/a", retentionInDays=1)
    assert client.call("DescribeLogStreams", logGroupName="/a")["logStreams"][0]["lastEventTimestamp"] == now + 4
    assert client.call("DescribeLogGroups")["logGroups"][0]["creationTime"] == now
