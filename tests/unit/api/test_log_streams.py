"""CreateLogStream, DeleteLogStream and DescribeLogStreams."""

import json
import re
from typing import Any

import pytest

from tests.unit.api.client import ACCOUNT, NOW, Client

INVALID = "InvalidParameterException"
NO_GROUP = ("ResourceNotFoundException", "The specified log group does not exist.")
NO_STREAM = ("ResourceNotFoundException", "The specified log stream does not exist.")
ARN = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/a"


@pytest.fixture(autouse=True)
def group(client: Client) -> None:
    client.create("/a")


def names(client: Client, **members: Any) -> list[str]:
    return [row["logStreamName"] for row in client.call("DescribeLogStreams", **members)["logStreams"]]


# ---- CreateLogStream and DeleteLogStream ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["s", "2026/01/01/[$LATEST]0123", "a b", "é\n", "x" * 512])
def test_good_names(client: Client, name: str) -> None:
    client.call("CreateLogStream", logGroupName="/a", logStreamName=name)
    assert names(client, logGroupName="/a") == [name]


@pytest.mark.parametrize("name", ["a:b", "a*", "*"])
def test_bad_names(client: Client, name: str) -> None:
    code, message = client.refusal("CreateLogStream", logGroupName="/a", logStreamName=name)
    assert code == INVALID
    assert message is not None and message.endswith("Member must satisfy regular expression pattern: [^:*]*")


def test_create(client: Client) -> None:
    body = b'{"logGroupName": "/a", "logStreamName": "s"}'
    assert client.send("CreateLogStream", body) == b""
    assert client.refusal("CreateLogStream", body) == (
        "ResourceAlreadyExistsException",
        "The specified log stream already exists",
    )
    assert client.refusal("CreateLogStream", logGroupName="/b", logStreamName="s") == NO_GROUP


def test_delete(client: Client) -> None:
    body = b'{"logGroupName": "/a", "logStreamName": "s"}'
    client.send("CreateLogStream", body)
    assert client.send("DeleteLogStream", body) == b""
    assert client.refusal("DeleteLogStream", body) == NO_STREAM
    assert client.refusal("DeleteLogStream", logGroupName="/b", logStreamName="s") == NO_GROUP


# ---- DescribeLogStreams --------------------------------------------------------------------------------------------


def test_a_row_of_a_fresh_stream(client: Client) -> None:
    client.call("CreateLogStream", logGroupName="/a", logStreamName="s")
    assert client.call("DescribeLogStreams", logGroupName="/a") == {
        "logStreams": [{"logStreamName": "s", "creationTime": NOW, "arn": f"{ARN}:log-stream:s", "storedBytes": 0}]
    }


def test_a_row_of_a_stream_with_events(client: Client) -> None:
    client.call("CreateLogStream", logGroupName="/a", logStreamName="s")
    client.put("/a", "s", (-5, "a"), (7, "b"))
    client.clock.move_to(NOW + 1)
    client.put("/a", "s", (-9, "c"), (0, "d"))
    (row,) = client.call("DescribeLogStreams", logGroupName="/a")["logStreams"]
    assert re.fullmatch("[0-9]{56}", row.pop("uploadSequenceToken"))
    assert row == {
        "logStreamName": "s",
        "creationTime": NOW,
        "firstEventTimestamp": NOW - 8,
        "lastEventTimestamp": NOW + 7,
        "lastIngestionTime": NOW + 1,
        "arn": f"{ARN}:log-stream:s",
        "storedBytes": 0,
    }


@pytest.mark.parametrize("named", [{"logGroupName": "/a"}, {"logGroupIdentifier": "/a"}, {"logGroupIdentifier": ARN}])
@pytest.mark.parametrize(
    ("members", "found"),
    [
        ({}, ["S", "s-1", "s-2", "t"]),
        ({"descending": True}, ["t", "s-2", "s-1", "S"]),
        ({"logStreamNamePrefix": "s"}, ["s-1", "s-2"]),
        ({"logStreamNamePrefix": "s", "descending": True, "orderBy": "LogStreamName"}, ["s-2", "s-1"]),
        ({"orderBy": "LastEventTime"}, ["S", "t", "s-2", "s-1"]),
        ({"orderBy": "LastEventTime", "descending": True}, ["s-1", "s-2", "t", "S"]),
    ],
)
def test_order_and_prefix(client: Client, named: dict[str, str], members: dict[str, Any], found: list[str]) -> None:
    for name in ("t", "s-2", "S", "s-1"):
        client.call("CreateLogStream", logGroupName="/a", logStreamName=name)
    client.put("/a", "s-1", (-100, "x"), (9, "y"))
    client.put("/a", "s-2", (5, "x"))
    client.put("/a", "t", (0, "x"))
    assert names(client, **named, **members) == found
    paged: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = client.call("DescribeLogStreams", **named, **members, limit=1, **token)
        paged += [row["logStreamName"] for row in page["logStreams"]]
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
    assert paged == found


def test_order_by_time_with_a_prefix(client: Client) -> None:
    refused = client.refusal("DescribeLogStreams", logGroupName="/a", orderBy="LastEventTime", logStreamNamePrefix="s")
    assert refused == (INVALID, "Cannot order by LastEventTime with a logStreamNamePrefix.")


def test_name_and_identifier(client: Client) -> None:
    assert client.refusal("DescribeLogStreams", logGroupName="/a", logGroupIdentifier="/a") == (
        "ValidationException",
        "LogGroup name and LogGroup ARN are mutually exclusive parameters.",
    )


def test_neither_name_nor_identifier(client: Client) -> None:
    assert client.refusal("DescribeLogStreams")[0] == INVALID


def test_an_arn_that_ends_in_a_star(client: Client) -> None:
    assert client.refusal("DescribeLogStreams", logGroupIdentifier=f"{ARN}:*") == (
        INVALID,
        "1 validation error detected: Value at 'logGroupIdentifier' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [\w#+=/:,.@-]*",
    )


def test_unknown_group(client: Client) -> None:
    assert client.refusal("DescribeLogStreams", logGroupName="/b") == NO_GROUP


def test_a_page_has_fifty_rows_at_most(client: Client) -> None:
    for number in range(51):
        client.call("CreateLogStream", logGroupName="/a", logStreamName=f"{number:02}")
    assert len(names(client, logGroupName="/a")) == 50
    assert client.refusal("DescribeLogStreams", logGroupName="/a", limit=51)[0] == INVALID


def test_a_token_holds_for_its_order(client: Client) -> None:
    for name in ("s", "t"):
        client.call("CreateLogStream", logGroupName="/a", logStreamName=name)
    token = client.call("DescribeLogStreams", logGroupName="/a", limit=1)["nextToken"]
    for members in ({"nextToken": token, "descending": True}, {"nextToken": token, "orderBy": "LastEventTime"}):
        refused = client.refusal("DescribeLogStreams", logGroupName="/a", **members)
        assert refused == (INVALID, "The specified nextToken is invalid.")


@pytest.mark.parametrize(("order", "key"), [("LastEventTime", "s1"), ("LastEventTime", None), ("LogStreamName", "s1")])
def test_a_key_of_another_type_in_a_token(client: Client, order: str, key: str | None) -> None:
    for name in ("s1", "s2"):
        client.call("CreateLogStream", logGroupName="/a", logStreamName=name)
    members = {"logGroupName": "/a", "orderBy": order, "limit": 1}
    token = json.loads(bytes.fromhex(client.call("DescribeLogStreams", **members)["nextToken"]))
    token[2] = key if type(token[2]) is list else [1, "s1"]
    forged = json.dumps(token).encode().hex()
    assert client.refusal("DescribeLogStreams", **members, nextToken=forged)[0] == INVALID
