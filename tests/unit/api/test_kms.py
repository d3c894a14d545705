"""AssociateKmsKey and DisassociateKmsKey."""

import pytest

from tests.unit.api.client import ACCOUNT, Client

ARN = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/a"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k"
QUERY_RESULTS = f"arn:aws:logs:us-east-1:{ACCOUNT}:query-result:*"
INVALID = "InvalidParameterException"


@pytest.fixture(autouse=True)
def group(client: Client) -> None:
    client.create("/a")


def key(client: Client) -> str | None:
    (row,) = client.call("DescribeLogGroups")["logGroups"]
    found: str | None = row.get("kmsKeyId")
    return found


@pytest.mark.parametrize("target", [{"logGroupName": "/a"}, {"resourceIdentifier": ARN}])
def test_a_key_is_associated_replaced_and_taken_away(client: Client, target: dict[str, str]) -> None:
    assert client.call("AssociateKmsKey", **target, kmsKeyId=KEY) == {}
    assert key(client) == KEY
    client.call("AssociateKmsKey", **target, kmsKeyId=f"{KEY}2")
    assert key(client) == f"{KEY}2"
    for _ in range(2):
        assert client.call("DisassociateKmsKey", **target) == {}
        assert key(client) is None


def test_query_results_have_a_key_of_their_own(client: Client) -> None:
    client.call("AssociateKmsKey", resourceIdentifier=QUERY_RESULTS, kmsKeyId=KEY)
    client.call("DisassociateKmsKey", resourceIdentifier=QUERY_RESULTS)
    assert key(client) is None


@pytest.mark.parametrize("operation", ["AssociateKmsKey", "DisassociateKmsKey"])
def test_the_target_is_one_of_two(client: Client, operation: str) -> None:
    more = {"kmsKeyId": KEY} if operation == "AssociateKmsKey" else {}
    assert client.refusal(operation, **more)[0] == INVALID
    assert client.refusal(operation, **more, logGroupName="/a", resourceIdentifier=ARN)[0] == INVALID
    assert client.refusal(operation, **more, resourceIdentifier="/a")[0] == INVALID
    not_found = ("ResourceNotFoundException", "The specified log group does not exist.")
    assert client.refusal(operation, **more, logGroupName="/b") == not_found
    assert client.refusal(operation, **more, resourceIdentifier=f"{ARN}b") == not_found


@pytest.mark.parametrize("bad", ["k", "alias/k", ARN])
def test_a_key_is_an_arn(client: Client, bad: str) -> None:
    refused = (INVALID, "The specified KMS Key Id could not be found.")
    assert client.refusal("AssociateKmsKey", logGroupName="/a", kmsKeyId=bad) == refused
    assert client.refusal("CreateLogGroup", logGroupName="/b", kmsKeyId=bad) == refused
