"""Tags by ARN and by name: TagResource, UntagResource, ListTagsForResource and their older twins."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.api.client import ACCOUNT, Client

ARN = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/a"
INVALID = "InvalidParameterException"
NOT_FOUND = ("ResourceNotFoundException", "The specified log group does not exist.")


@pytest.fixture(autouse=True)
def group(client: Client) -> None:
    client.call("CreateLogGroup", logGroupName="/a", tags={"env": "testing"})


def tags(client: Client) -> dict[str, str]:
    by_arn = client.call("ListTagsForResource", resourceArn=ARN)
    assert client.call("ListTagsLogGroup", logGroupName="/a") == by_arn
    listed: dict[str, str] = by_arn["tags"]
    return listed


def test_tag_and_untag_both_ways(client: Client) -> None:
    assert tags(client) == {"env": "testing"}
    assert client.call("TagResource", resourceArn=ARN, tags={"a": "1", "env": "x"}) == {}
    assert tags(client) == {"env": "x", "a": "1"}
    assert client.call("TagLogGroup", logGroupName="/a", tags={"b": "", "a": "2"}) == {}
    assert tags(client) == {"env": "x", "a": "2", "b": ""}
    assert client.call("UntagResource", resourceArn=ARN, tagKeys=["env", "never there"]) == {}
    assert client.call("UntagLogGroup", logGroupName="/a", tags=["b"]) == {}
    assert tags(client) == {"a": "2"}
    client.call("UntagResource", resourceArn=ARN, tagKeys=[])
    client.call("UntagResource", resourceArn=ARN, tagKeys=["a"])
    assert tags(client) == {}


BY_ARN: list[tuple[str, dict[str, Any]]] = [
    ("TagResource", {"tags": {"a": "b"}}),
    ("UntagResource", {"tagKeys": ["a"]}),
    ("ListTagsForResource", {}),
]


@pytest.mark.parametrize(("operation", "members"), BY_ARN)
def test_resources_that_are_not_there(client: Client, operation: str, members: dict[str, Any]) -> None:
    for arn in (
        f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/b",
        f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/a",
        "arn:aws:logs:us-east-1:000000000000:log-group:/a",
    ):
        assert client.refusal(operation, resourceArn=arn, **members) == NOT_FOUND


@pytest.mark.parametrize(("operation", "members"), BY_ARN)
def test_the_arn_that_ends_in_a_star_is_no_resource(client: Client, operation: str, members: dict[str, Any]) -> None:
    """As observed with the `arn` of DescribeLogGroups (boto3#4104)."""
    for arn in (f"{ARN}:*", f"{ARN}:"):
        assert client.refusal(operation, resourceArn=arn, **members) == ("ValidationException", "Invalid resourceArn")


@pytest.mark.parametrize(("operation", "members"), BY_ARN)
@pytest.mark.parametrize("arn", ["/a", f"arn:aws:logs:us-east-1:{ACCOUNT}:destination:d", "arn:aws:s3:::b"])
def test_other_resources(client: Client, operation: str, members: dict[str, Any], arn: str) -> None:
    assert client.refusal(operation, resourceArn=arn, **members) == ("ValidationException", "Invalid resourceArn")


@pytest.mark.parametrize(
    ("operation", "members"),
    [("TagLogGroup", {"tags": {"a": "b"}}), ("UntagLogGroup", {"tags": ["a"]}), ("ListTagsLogGroup", {})],
)
def test_groups_that_are_not_there(client: Client, operation: str, members: dict[str, Any]) -> None:
    assert client.refusal(operation, logGroupName="/b", **members) == NOT_FOUND


@pytest.mark.parametrize(
    ("code", "tag"),
    [
        ("TooManyTagsException", lambda client, tags: client.refusal("TagResource", resourceArn=ARN, tags=tags)),
        (INVALID, lambda client, tags: client.refusal("TagLogGroup", logGroupName="/a", tags=tags)),
    ],
)
def test_fifty_tags_are_the_most(
    client: Client, code: str, tag: Callable[[Client, dict[str, str]], tuple[str, str]]
) -> None:
    client.call("TagResource", resourceArn=ARN, tags={f"k{number}": "v" for number in range(49)})
    client.call("TagResource", resourceArn=ARN, tags={f"k{number}": "w" for number in range(49)})
    assert len(tags(client)) == 50
    assert tag(client, {"one more": "v"}) == (code, "A resource can have no more than 50 tags.")
    assert "one more" not in tags(client)


@pytest.mark.parametrize("key", ["aws:x", "AWS:x", "Aws:"])
def test_reserved_keys(client: Client, key: str) -> None:
    assert client.refusal("TagResource", resourceArn=ARN, tags={key: "v"})[0] == INVALID
    assert client.refusal("TagLogGroup", logGroupName="/a", tags={key: "v"})[0] == INVALID
    assert tags(client) == {"env": "testing"}


@pytest.mark.parametrize("key", ["é", "日本", "a b", "a_.:/=+-@1"])
def test_keys_of_any_script(client: Client, key: str) -> None:
    client.call("TagResource", resourceArn=ARN, tags={key: key})
    assert tags(client)[key] == key
