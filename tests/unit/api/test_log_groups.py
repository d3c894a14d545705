"""CreateLogGroup, DeleteLogGroup and DescribeLogGroups."""

from typing import Any

import pytest

from livetail.core.clock import DAY
from tests.unit.api.client import ACCOUNT, NOW, Client

INVALID = "InvalidParameterException"
NOT_FOUND = ("ResourceNotFoundException", "The specified log group does not exist.")
PROTECTED = (
    "ValidationException",
    "Cannot delete log group with deletion protection enabled. Disable deletion protection first.",
)


def names(client: Client, **members: Any) -> list[str]:
    return [row["logGroupName"] for row in client.call("DescribeLogGroups", **members)["logGroups"]]


# ---- CreateLogGroup ------------------------------------------------------------------------------------------------


def test_create_has_no_body(client: Client) -> None:
    assert client.send("CreateLogGroup", b'{"logGroupName": "/a"}') == b""


@pytest.mark.parametrize("name", ["a", "A-Za-z0-9_./#-", "x" * 512, "/aws/lambda/x", "awsx"])
def test_good_names(client: Client, name: str) -> None:
    client.create(name)
    assert names(client) == [name]


@pytest.mark.parametrize("name", ["a b", "a:b", "a*", "é", "a\n", "a+b"])
def test_bad_names(client: Client, name: str) -> None:
    assert client.refusal("CreateLogGroup", logGroupName=name) == (
        INVALID,
        "1 validation error detected: Value at 'logGroupName' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+",
    )


def test_reserved_names(client: Client) -> None:
    assert client.refusal("CreateLogGroup", logGroupName="aws/spans") == (
        INVALID,
        "Log groups starting with AWS/ are reserved for AWS.",
    )


def test_create_twice(client: Client) -> None:
    client.create("/a")
    assert client.refusal("CreateLogGroup", logGroupName="/a") == (
        "ResourceAlreadyExistsException",
        "The specified log group already exists",
    )


def test_reserved_tags_at_creation(client: Client) -> None:
    assert client.refusal("CreateLogGroup", logGroupName="/a", tags={"aws:x": "y"})[0] == INVALID
    assert names(client) == []


def test_the_delivery_class_has_a_retention_of_its_own(client: Client) -> None:
    client.call("CreateLogGroup", logGroupName="/a", logGroupClass="DELIVERY")
    (row,) = client.call("DescribeLogGroups")["logGroups"]
    assert (row["logGroupClass"], row["retentionInDays"]) == ("DELIVERY", 2)
    client.call("CreateLogStream", logGroupName="/a", logStreamName="s")
    response = client.put("/a", "s", (-2 * DAY - 1, "x"), (-2 * DAY, "y"))
    assert response["rejectedLogEventsInfo"] == {"expiredLogEventEndIndex": 1}


# ---- DeleteLogGroup ------------------------------------------------------------------------------------------------


def test_delete(client: Client) -> None:
    client.create("/a", "s")
    assert client.send("DeleteLogGroup", b'{"logGroupName": "/a"}') == b""
    assert client.refusal("DeleteLogGroup", logGroupName="/a") == NOT_FOUND
    assert client.refusal("DescribeLogStreams", logGroupName="/a") == NOT_FOUND


def test_protection_blocks_all_deletion(client: Client) -> None:
    client.call("CreateLogGroup", logGroupName="/a", deletionProtectionEnabled=True)
    client.call("CreateLogStream", logGroupName="/a", logStreamName="s")
    assert client.refusal("DeleteLogGroup", logGroupName="/a") == PROTECTED
    assert client.refusal("DeleteLogStream", logGroupName="/a", logStreamName="s") == PROTECTED
    (row,) = client.call("DescribeLogGroups")["logGroups"]
    assert row["deletionProtectionEnabled"] is True


# ---- DescribeLogGroups ---------------------------------------------------------------------------------------------


def test_members_of_a_row(client: Client) -> None:
    client.create("/a")
    arn = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/a"
    assert client.call("DescribeLogGroups") == {
        "logGroups": [
            {
                "logGroupName": "/a",
                "creationTime": NOW,
                "metricFilterCount": 0,
                "arn": f"{arn}:*",
                "storedBytes": 0,
                "logGroupClass": "STANDARD",
                "logGroupArn": arn,
                "deletionProtectionEnabled": False,
                "bearerTokenAuthenticationEnabled": False,
            }
        ]
    }


def test_members_that_a_row_has_when_they_are_set(client: Client) -> None:
    key = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k"
    client.call("CreateLogGroup", logGroupName="/a", kmsKeyId=key, logGroupClass="INFREQUENT_ACCESS")
    client.call("PutRetentionPolicy", logGroupName="/a", retentionInDays=30)
    (row,) = client.call("DescribeLogGroups")["logGroups"]
    assert (row["kmsKeyId"], row["retentionInDays"], row["logGroupClass"]) == (key, 30, "INFREQUENT_ACCESS")


def test_a_row_that_a_pattern_found_lacks_three_members(client: Client) -> None:
    client.create("/a")
    client.call("PutRetentionPolicy", logGroupName="/a", retentionInDays=7)
    (row,) = client.call("DescribeLogGroups", logGroupNamePattern="a")["logGroups"]
    (whole,) = client.call("DescribeLogGroups", logGroupNamePrefix="/a")["logGroups"]
    assert set(whole) - set(row) == {"deletionProtectionEnabled", "retentionInDays", "storedBytes"}


def test_stored_bytes_are_those_of_the_batches_kept(client: Client) -> None:
    client.create("/a", "s")
    client.put("/a", "s", (0, "abc"), (0, "é"))
    (row,) = client.call("DescribeLogGroups")["logGroups"]
    assert row["storedBytes"] == 3 + 2 + 2 * 26


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ({}, ["/B", "/a", "/ab", "/b-a"]),
        ({"logGroupNamePrefix": "/a"}, ["/a", "/ab"]),
        ({"logGroupNamePrefix": "a"}, []),
        ({"logGroupNamePattern": "a"}, ["/a", "/ab", "/b-a"]),
        ({"logGroupNamePattern": "A"}, []),
        ({"logGroupNamePattern": ""}, ["/B", "/a", "/ab", "/b-a"]),
        ({"logGroupClass": "INFREQUENT_ACCESS"}, ["/B"]),
        ({"logGroupClass": "DELIVERY"}, []),
        ({"logGroupIdentifiers": ["/ab", "/none", "/a"]}, ["/a", "/ab"]),
        ({"logGroupIdentifiers": [f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/ab"]}, ["/ab"]),
        ({"logGroupIdentifiers": [f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/ab"]}, []),
        ({"includeLinkedAccounts": True, "logGroupNamePrefix": "/a"}, ["/a", "/ab"]),
        ({"includeLinkedAccounts": True, "accountIdentifiers": [ACCOUNT]}, ["/B", "/a", "/ab", "/b-a"]),
        ({"includeLinkedAccounts": True, "accountIdentifiers": ["000000000000"]}, []),
        ({"includeLinkedAccounts": False, "accountIdentifiers": ["000000000000"]}, ["/B", "/a", "/ab", "/b-a"]),
    ],
)
def test_filters(client: Client, members: dict[str, Any], found: list[str]) -> None:
    client.create("/ab")
    client.create("/a")
    client.create("/b-a")
    client.call("CreateLogGroup", logGroupName="/B", logGroupClass="INFREQUENT_ACCESS")
    assert names(client, **members) == found


def test_prefix_and_pattern(client: Client) -> None:
    assert client.refusal("DescribeLogGroups", logGroupNamePrefix="a", logGroupNamePattern="b") == (
        INVALID,
        "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
    )


@pytest.mark.parametrize(
    "other", [{"logGroupNamePrefix": "a"}, {"logGroupNamePattern": "a"}, {"logGroupClass": "STANDARD"}]
)
def test_identifiers_go_with_no_other_filter(client: Client, other: dict[str, str]) -> None:
    assert client.refusal("DescribeLogGroups", logGroupIdentifiers=["/a"], **other)[0] == INVALID


@pytest.mark.parametrize("limit", [1, 3, 50])
def test_pages(client: Client, limit: int) -> None:
    for number in range(7):
        client.create(f"/{number}")
    found: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = client.call("DescribeLogGroups", limit=limit, **token)
        found += [row["logGroupName"] for row in page["logGroups"]]
        assert len(page["logGroups"]) <= limit
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
    assert found == [f"/{number}" for number in range(7)]


def test_a_page_has_fifty_rows_at_most(client: Client) -> None:
    for number in range(51):
        client.create(f"/{number:02}")
    assert len(names(client)) == 50
    assert client.refusal("DescribeLogGroups", limit=51)[0] == INVALID


def test_a_page_goes_on_behind_a_group_that_is_gone(client: Client) -> None:
    for name in ("/a", "/b", "/c"):
        client.create(name)
    token = client.call("DescribeLogGroups", limit=2)["nextToken"]
    client.call("DeleteLogGroup", logGroupName="/b")
    assert names(client, nextToken=token) == ["/c"]


@pytest.mark.parametrize("operation", ["DescribeLogGroups", "ListLogGroups"])
@pytest.mark.parametrize("token", ["x", "00", "5b2273222c2261225d", "é"])
def test_malformed_token(client: Client, operation: str, token: str) -> None:
    assert client.refusal(operation, nextToken=token) == (
        INVALID,
        "Pagination token in request is invalid. Only token from previous list call or null is valid.",
    )


def test_a_token_holds_for_its_question(client: Client) -> None:
    client.create("/a")
    client.create("/b")
    token = client.call("DescribeLogGroups", limit=1)["nextToken"]
    assert len(client.call("DescribeLogGroups", nextToken=token, limit=50)["logGroups"]) == 1
    refused = (INVALID, "The specified nextToken is invalid.")
    assert client.refusal("DescribeLogGroups", nextToken=token, logGroupNamePrefix="/") == refused
    assert client.refusal("ListLogGroups", nextToken=token) == refused
    assert client.refusal("DescribeLogStreams", logGroupName="/a", nextToken=token) == refused


# ---- PutLogGroupDeletionProtection ---------------------------------------------------------------------------------


@pytest.mark.parametrize("identifier", ["/a", f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/a"])
def test_protection_can_be_given_and_taken_away(client: Client, identifier: str) -> None:
    client.call("CreateLogGroup", logGroupName="/a", deletionProtectionEnabled=True)
    assert client.refusal("DeleteLogGroup", logGroupName="/a")[0] == "ValidationException"
    assert (
        client.call("PutLogGroupDeletionProtection", logGroupIdentifier=identifier, deletionProtectionEnabled=False)
        == {}
    )
    assert client.call("DescribeLogGroups")["logGroups"][0]["deletionProtectionEnabled"] is False
    client.call("PutLogGroupDeletionProtection", logGroupIdentifier=identifier, deletionProtectionEnabled=True)
    assert client.refusal("DeleteLogGroup", logGroupName="/a")[0] == "ValidationException"


def test_protection_of_what_is_not_there(client: Client) -> None:
    refused = client.refusal("PutLogGroupDeletionProtection", logGroupIdentifier="/b", deletionProtectionEnabled=True)
    assert refused == ("ResourceNotFoundException", "The specified log group does not exist.")
    assert client.refusal("PutLogGroupDeletionProtection", logGroupIdentifier="/b") == (
        INVALID,
        "1 validation error detected: Value null at 'deletionProtectionEnabled' failed to satisfy constraint: "
        "Member must not be null",
    )
