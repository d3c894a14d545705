"""SDKs whose requests all come here: GetCallerIdentity is served, other services are refused with an explanation."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from livetail import LiveTailEmulator
from tests.wire.http1 import Http1, request_bytes

IDENTITY = {"UserId": "210987654321", "Account": "210987654321", "Arn": "arn:aws:iam::210987654321:root"}


@pytest.fixture(scope="module")
def emulator() -> Iterator[LiveTailEmulator]:
    with LiveTailEmulator(clock="manual@2026-01-01T00:00:00Z", seed=7) as running:
        yield running


def client(emulator: LiveTailEmulator, service: str, **options: Any) -> Any:
    keys = {"aws_access_key_id": "210987654321", "aws_secret_access_key": "x"}
    place = {"region_name": "eu-west-1", "endpoint_url": emulator.endpoint_url}
    return boto3.client(service, **{**keys, **place, "config": Config(proxies={}), **options})


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("s3", "list_buckets", {}),
        ("s3", "put_object", {"Bucket": "b", "Key": "k", "Body": b"x"}),
        ("dynamodb", "list_tables", {}),
        ("sqs", "list_queues", {}),
        ("ec2", "describe_instances", {}),
        ("lambda", "list_functions", {}),
        ("sns", "list_topics", {}),
        ("cloudwatch", "list_metrics", {}),
        ("route53", "list_hosted_zones", {}),
        ("sts", "get_session_token", {}),
    ],
)
def test_an_error_that_names_the_variable(
    emulator: LiveTailEmulator, service: str, operation: str, parameters: dict[str, Any]
) -> None:
    with pytest.raises(ClientError) as raised:
        getattr(client(emulator, service), operation)(**parameters)
    response = raised.value.response
    assert response["Error"]["Code"] == "NotImplemented"
    assert "Livetail" in response["Error"]["Message"]
    assert "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS" in response["Error"]["Message"]
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert response["ResponseMetadata"]["RetryAttempts"] == 0


def test_a_request_for_the_head_alone(emulator: LiveTailEmulator) -> None:
    s3 = client(emulator, "s3")
    for _ in range(2):
        with pytest.raises(ClientError) as raised:
            s3.head_bucket(Bucket="b")
        assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_the_identity_of_the_caller(emulator: LiveTailEmulator) -> None:
    identity = client(emulator, "sts").get_caller_identity()
    assert {name: identity[name] for name in IDENTITY} == IDENTITY
    assert identity["ResponseMetadata"]["RequestId"]
    (entry, *_) = emulator.requests()[::-1]
    assert (entry["operation"], entry["status"], entry["region"]) == ("GetCallerIdentity", 200, "eu-west-1")


def test_the_account_of_the_settings_where_the_key_names_none(emulator: LiveTailEmulator) -> None:
    identity = client(emulator, "sts", aws_access_key_id="test", region_name="cn-north-1").get_caller_identity()
    assert identity["Arn"] == "arn:aws-cn:iam::123456789012:root"


FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("POST", "/", b"Action=GetCallerIdentity&Version=2011-06-15"),
        ("GET", "/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Credential=a%2Fb%2Fc%2Fsts%2Faws4_request", b""),
    ],
)
def test_requests_that_are_not_signed_or_presigned(
    emulator: LiveTailEmulator, method: str, target: str, body: bytes
) -> None:
    with Http1(emulator) as http:
        http.send(request_bytes(method, target, FORM if body else {}, body))
        response = http.read_response()
        assert (response.status, response.headers["content-type"]) == (200, "text/xml")
        assert b"<Account>123456789012</Account>" in response.body
        http.send(request_bytes(method, target, {**(FORM if body else {}), "Accept": "application/json"}, body))
        response = http.read_response()
    result = response.json["GetCallerIdentityResponse"]
    assert result["GetCallerIdentityResult"]["Account"] == "123456789012"
    assert result["ResponseMetadata"]["RequestId"] == response.headers["x-amzn-requestid"]


def test_signatures_are_verified_there_too() -> None:
    with LiveTailEmulator(verify_signatures=True, credentials=["AKID:secret"]) as emulator:
        known = {"aws_access_key_id": "AKID", "aws_secret_access_key": "secret"}
        assert client(emulator, "sts", **known).get_caller_identity()["Account"] == "123456789012"
        with pytest.raises(ClientError, match="InvalidSignatureException"):
            client(emulator, "sts", **known | {"aws_secret_access_key": "guess"}).get_caller_identity()
