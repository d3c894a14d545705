"""The service around its operations: unknown ones, accounts and regions, ingestion without ceremony."""

import pytest

from livetail.api.context import Caller
from livetail.api.service import OPERATIONS
from livetail.core.clock import DAY
from livetail.core.errors import (
    InvalidParameterException,
)
from livetail.store.batch import LogEvent
from tests.unit.api.client import ACCOUNT, NOW, Client

KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k"


def test_an_operation_that_is_not_emulated_is_named_with_those_that_are(client: Client) -> None:
    code, message = client.refusal("StartQuery", b"{}")
    assert code == "UnknownOperationException"
    assert message is not None and message.startswith("StartQuery is not emulated.")
    assert all(name in message for name in OPERATIONS)


@pytest.mark.parametrize(
    "other", [Caller("000000000000", "us-east-1", "r"), Caller(ACCOUNT, "eu-west-1", "r")], ids=["account", "region"]
)
def test_state_is_per_account_and_region(client: Client, other: Caller) -> None:
    client.create("/a")
    assert client.call("DescribeLogGroups", other) == {"logGroups": []}
    client.call("CreateLogGroup", other, logGroupName="/a")
    (row,) = client.call("DescribeLogGroups", other)["logGroups"]
    assert row["logGroupArn"] == f"arn:aws:logs:{other.region}:{other.account_id}:log-group:/a"
    client.call("DeleteLogGroup", other, logGroupName="/a")
    assert len(client.call("DescribeLogGroups")["logGroups"]) == 1


def test_arns_have_the_partition_of_their_region(client: Client) -> None:
    caller = Caller(ACCOUNT, "cn-north-1", "r")
    client.call("CreateLogGroup", caller, logGroupName="/a")
    (row,) = client.call("DescribeLogGroups", caller)["logGroups"]
    assert row["arn"] == f"arn:aws-cn:logs:cn-north-1:{ACCOUNT}:log-group:/a:*"
    tags = client.call("ListTagsForResource", caller, resourceArn=row["logGroupArn"])
    assert tags == {"tags": {}}


# ---- ingest --------------------------------------------------------------------------------------------------------


def test_ingest_makes_what_is_missing(client: Client) -> None:
    client.service.ingest(client.caller, "/a", "s", ["x", "y"])
    ((_, batch),) = client.hub.published
    assert [(event.timestamp, event.message) for event in batch.events] == [(NOW, "x"), (NOW, "y")]
    assert client.messages("GetLogEvents", logGroupName="/a", logStreamName="s") == ["x", "y"]
    client.service.ingest(client.caller, "/a", "s", ["z"])
    client.service.ingest(client.caller, "/a", "t", ["z"])
    assert len(client.messages("FilterLogEvents", logGroupName="/a")) == 4


def test_ingest_orders_events_of_any_age(client: Client) -> None:
    events: list[str | LogEvent] = [
        LogEvent(NOW + DAY, "new"),
        "now",
        LogEvent(NOW - 400 * DAY, "old"),
        LogEvent(NOW, "now too"),
    ]
    client.service.ingest(client.caller, "/a", "s", events)
    assert client.messages("FilterLogEvents", logGroupName="/a") == ["old", "now", "now too", "new"]


def test_ingest_makes_batches_as_large_as_requests_are(client: Client) -> None:
    """An event's id has 16 bits for its index."""
    client.service.ingest(client.caller, "/a", "s", ["x"] * 20_001)
    assert [len(batch) for _, batch in client.hub.published] == [10_000, 10_000, 1]
    ids = [event["eventId"] for event in client.call("FilterLogEvents", logGroupName="/a", limit=10_000)["events"]]
    assert len(set(ids)) == 10_000 and ids == sorted(ids)


def test_ingest_of_nothing_makes_group_and_stream(client: Client) -> None:
    client.service.ingest(client.caller, "/a", "s", [])
    assert client.hub.published == []
    assert len(client.call("DescribeLogStreams", logGroupName="/a")["logStreams"]) == 1


@pytest.mark.parametrize(
    ("log_group", "log_stream", "event"),
    [
        ("a b", "s", "x"),
        ("", "s", "x"),
        ("a" * 513, "s", "x"),
        ("/a", "s:t", "x"),
        ("/a", "s", ""),
        ("/a", "s", LogEvent(-1, "x")),
    ],
)
def test_ingest_refuses(client: Client, log_group: str, log_stream: str, event: str | LogEvent) -> None:
    with pytest.raises(InvalidParameterException):
        client.service.ingest(client.caller, log_group, log_stream, [event])


def test_ingest_mends_half_surrogate_pairs(client: Client) -> None:
    client.service.ingest(client.caller, "/a", "s", ["cut \ud83d", LogEvent(NOW, "\ude40"), LogEvent(NOW, "🙀")])
    assert client.messages("FilterLogEvents", logGroupName="/a") == ["cut \ufffd", "\ufffd", "🙀"]
    (row,) = client.call("DescribeLogGroups")["logGroups"]
    assert row["storedBytes"] == 4 + 3 + 3 + 4 + 3 * 26


def test_names_of_groups_that_are_there_already_are_not_checked_again(client: Client) -> None:
    client.create("/a")
    client.service.ingest(client.caller, "/a", "s", ["x"])
    assert client.messages("FilterLogEvents", logGroupName="/a") == ["x"]


def test_a_request_sees_one_time(client: Client) -> None:
    client.create("/a", "s")
    client.clock.move_to(NOW + 5)
    client.put("/a", "s", (0, "x"), (0, "y"))
    times = {event["ingestionTime"] for event in client.call("FilterLogEvents", logGroupName="/a")["events"]}
    assert times == {NOW + 5}
