"""PutRetentionPolicy and DeleteRetentionPolicy; what retention does to events is tested with the operations on them."""

import pytest

from tests.unit.api.client import Client

NOT_FOUND = ("ResourceNotFoundException", "The specified log group does not exist.")
DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096),
    *(1827, 2192, 2557, 2922, 3288, 3653),
)


def retention(client: Client) -> int | None:
    (row,) = client.call("DescribeLogGroups")["logGroups"]
    days: int | None = row.get("retentionInDays")
    return days


@pytest.mark.parametrize("days", DAYS)
def test_put_and_delete(client: Client, days: int) -> None:
    client.create("/a")
    assert retention(client) is None
    assert client.call("PutRetentionPolicy", logGroupName="/a", retentionInDays=days) == {}
    assert retention(client) == days
    assert client.call("DeleteRetentionPolicy", logGroupName="/a") == {}
    assert retention(client) is None


@pytest.mark.parametrize("days", [0, 2, -1, 3654, 2**31 - 1])
def test_other_numbers_of_days(client: Client, days: int) -> None:
    client.create("/a")
    assert client.refusal("PutRetentionPolicy", logGroupName="/a", retentionInDays=days) == (
        "InvalidParameterException",
        "Invalid retention value. Valid values are: [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, "
        "1096, 1827, 2192, 2557, 2922, 3288, 3653]",
    )


def test_unknown_group(client: Client) -> None:
    assert client.refusal("PutRetentionPolicy", logGroupName="/a", retentionInDays=1) == NOT_FOUND
    assert client.refusal("DeleteRetentionPolicy", logGroupName="/a") == NOT_FOUND


def test_the_delivery_class_keeps_its_own(client: Client) -> None:
    client.call("CreateLogGroup", logGroupName="/a", logGroupClass="DELIVERY")
    refused = ("ValidationException", "This operation is not supported for Delivery log class")
    assert client.refusal("PutRetentionPolicy", logGroupName="/a", retentionInDays=1) == refused
    assert client.refusal("DeleteRetentionPolicy", logGroupName="/a") == refused
