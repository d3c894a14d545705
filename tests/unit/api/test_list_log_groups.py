"""ListLogGroups: what a row has, filters, pages."""

from typing import Any

import pytest

from tests.unit.api.client import ACCOUNT, Client


@pytest.fixture(autouse=True)
def groups(client: Client) -> None:
    client.call("CreateLogGroup", logGroupName="/aws/lambda/a", tags={"stage": "Production", "team": "x"})
    client.call("CreateLogGroup", logGroupName="/aws/lambda/b", logGroupClass="INFREQUENT_ACCESS", tags={"stage": ""})
    client.call("CreateLogGroup", logGroupName="/app/aws/lambda", logGroupClass="ESSENTIALS", tags={"stage": "dev"})
    client.create("/web")


def names(client: Client, **members: Any) -> list[str]:
    return [row["logGroupName"] for row in client.call("ListLogGroups", **members)["logGroups"]]


def test_members_of_a_row(client: Client) -> None:
    assert client.call("ListLogGroups", logGroupNamePattern="web") == {
        "logGroups": [
            {
                "logGroupName": "/web",
                "logGroupArn": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/web",
                "logGroupClass": "STANDARD",
            }
        ]
    }


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ({}, ["/app/aws/lambda", "/aws/lambda/a", "/aws/lambda/b", "/web"]),
        ({"logGroupNamePattern": "/aws/lambda"}, ["/app/aws/lambda", "/aws/lambda/a", "/aws/lambda/b"]),
        ({"logGroupNamePattern": "^/aws/lambda"}, ["/aws/lambda/a", "/aws/lambda/b"]),
        ({"logGroupNamePattern": "^/aws/lambda/a|web"}, ["/aws/lambda/a", "/web"]),
        ({"logGroupNamePattern": "/a.s"}, []),
        ({"logGroupClass": "ESSENTIALS"}, ["/app/aws/lambda"]),
        ({"logGroupClass": "ESSENTIALS", "logGroupNamePattern": "web"}, []),
        ({"logGroupTags": [{"key": "stage"}]}, ["/app/aws/lambda", "/aws/lambda/a", "/aws/lambda/b"]),
        ({"logGroupTags": [{"key": "stage", "values": ["Production", "dev"]}]}, ["/app/aws/lambda", "/aws/lambda/a"]),
        ({"logGroupTags": [{"key": "stage", "values": ["production"]}]}, []),
        ({"logGroupTags": [{"key": "stage", "values": ["prod*"]}]}, ["/aws/lambda/a"]),
        ({"logGroupTags": [{"key": "stage", "values": ["*duct*"]}]}, ["/aws/lambda/a"]),
        ({"logGroupTags": [{"key": "stage", "values": ["!dev"]}]}, ["/aws/lambda/a", "/aws/lambda/b"]),
        ({"logGroupTags": [{"key": "stage", "values": ["!prod*"]}]}, ["/app/aws/lambda", "/aws/lambda/b"]),
        ({"logGroupTags": [{"key": "stage"}, {"key": "team", "values": ["x"]}]}, ["/aws/lambda/a"]),
        ({"dataSources": [{"name": "amazon_vpc"}]}, []),
        ({"fieldIndexNames": ["requestId"]}, []),
        ({"includeLinkedAccounts": True, "accountIdentifiers": ["000000000000"]}, []),
        (
            {"includeLinkedAccounts": True, "accountIdentifiers": [ACCOUNT], "logGroupNamePattern": "web"},
            ["/web"],
        ),
    ],
)
def test_filters(client: Client, members: dict[str, Any], found: list[str]) -> None:
    assert names(client, **members) == found


def test_pages(client: Client) -> None:
    page = client.call("ListLogGroups", limit=3)
    assert len(page["logGroups"]) == 3
    rest = client.call("ListLogGroups", limit=3, nextToken=page["nextToken"])
    assert [row["logGroupName"] for row in rest["logGroups"]] == ["/web"]
    assert "nextToken" not in rest


@pytest.mark.parametrize("pattern", ["ab", "a" * 25, "abc|de", "abc|^", "a b c", "|".join(["abc"] * 6)])
def test_patterns_that_the_model_refuses(client: Client, pattern: str) -> None:
    code, message = client.refusal("ListLogGroups", logGroupNamePattern=pattern)
    assert code == "InvalidParameterException" and message is not None and "'logGroupNamePattern'" in message
