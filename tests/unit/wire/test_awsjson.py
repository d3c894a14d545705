"""awsJson1.1 around the operations: which operation is named, what is refused, bodies of errors, and who calls."""

import pytest

from livetail.wire.awsjson import (
    JSON,
    JSON_1_1,
    XML,
    AwsCall,
    AwsResponse,
    Credential,
    credential_of,
    error_response,
    identify,
    json_response,
)

TARGET = "Logs_20140328.StartLiveTail"
NOT_FOUND = AwsResponse(404, XML, b"<UnknownOperationException/>")
UNKNOWN = AwsResponse(400, JSON_1_1, b'{"__type":"UnknownOperationException"}')


def headers(content_type: str | None = JSON_1_1, target: str | None = TARGET) -> dict[str, str]:
    fields = {"content-type": content_type, "x-amz-target": target}
    return {name: value for name, value in fields.items() if value is not None}


# ---- which operation -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content_type", [JSON_1_1, f"{JSON_1_1}; charset=utf-8", "Application/X-AMZ-JSON-1.1 ;x=y"])
def test_a_call(content_type: str) -> None:
    assert identify("POST", "/", headers(content_type)) == AwsCall("StartLiveTail", JSON_1_1)


def test_unknown_operations_are_calls_too() -> None:
    assert identify("POST", "/", headers(target="Logs_20140328.StartQuery")) == AwsCall("StartQuery", JSON_1_1)


def test_a_call_in_plain_json() -> None:
    assert identify("POST", "/", headers(JSON)) == AwsCall("StartLiveTail", JSON)


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "StartLiveTail",
        "logs_20140328.startlivetail",
        "Logs_20140328.startLiveTail",
        "Logs_20140328.",
        "Logs_20140328.A.B",
        "Logs_20140328.StartLiveTail\n",
        "DynamoDB_20120810.ListTables",
        "XLogs_20140328.StartLiveTail",
    ],
)
def test_targets_that_name_no_operation(target: str | None) -> None:
    assert identify("POST", "/", headers(target=target)) == UNKNOWN


def test_a_bad_target_in_plain_json_gets_plain_json() -> None:
    assert identify("POST", "/", headers(JSON, None)) == AwsResponse(
        400, JSON, b'{"Output":{"__type":"UnknownOperationException"},"Version":"1.0"}'
    )


@pytest.mark.parametrize("content_type", [None, "", "application/x-amz-json-1.0", "text/plain", "application/jsonx"])
def test_other_content_types(content_type: str | None) -> None:
    assert identify("POST", "/", headers(content_type)) == NOT_FOUND
    assert identify("POST", "/", headers(content_type, None)) == NOT_FOUND


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("PUT", "/"), ("post", "/"), ("POST", "/x"), ("POST", "//")]
)
def test_other_methods_and_paths(method: str, path: str) -> None:
    assert identify(method, path, headers()) == NOT_FOUND


# ---- responses -------------------------------------------------------------------------------------------------------


CALL, WRAPPED_CALL = AwsCall("X", JSON_1_1), AwsCall("X", JSON)


def test_errors() -> None:
    error = error_response(CALL, 400, "LimitExceededException", "Rate exceeded")
    assert error == AwsResponse(400, JSON_1_1, b'{"__type":"LimitExceededException","message":"Rate exceeded"}')
    assert error_response(CALL, 500, "X", None).body == b'{"__type":"X"}'
    assert error_response(CALL, 400, "X", 'é "\n').body == '{"__type":"X","message":"é \\"\\n"}'.encode()
    assert error_response(CALL, 400, "X", "y", {"z": 1}).body == b'{"__type":"X","message":"y","z":1}'


def test_wrapped_bodies() -> None:
    assert json_response(WRAPPED_CALL, 200, b'{"a":1}') == AwsResponse(200, JSON, b'{"Output":{"a":1},"Version":"1.0"}')
    assert json_response(WRAPPED_CALL, 200, b"").body == b'{"Output":null,"Version":"1.0"}'
    assert json_response(CALL, 200, b"") == AwsResponse(200, JSON_1_1, b"")


# ---- the caller ----------------------------------------------------------------------------------------------------

SIGNED = "AWS4-HMAC-SHA256 Credential={}/20260101/{}/logs/aws4_request, SignedHeaders=host;x-amz-date, Signature=abc"


@pytest.mark.parametrize(
    ("key", "region", "credential"),
    [
        ("AKIDEXAMPLE", "us-east-1", Credential(None, "us-east-1", "logs")),
        ("000000000001", "eu-west-1", Credential("000000000001", "eu-west-1", "logs")),
        ("1234567890123", "eu-west-1", Credential(None, "eu-west-1", "logs")),
        ("١" * 12, "eu-west-1", Credential(None, "eu-west-1", "logs")),
        ("test", "", Credential(None, None, "logs")),
        ("test", "Élan", Credential(None, None, "logs")),
    ],
)
def test_credential_of_a_signed_request(key: str, region: str, credential: Credential) -> None:
    assert credential_of({"authorization": SIGNED.format(key, region)}) == credential


@pytest.mark.parametrize("authorization", ["", "Bearer abc", "AWS4-HMAC-SHA256 Signature=abc", "Credential="])
def test_requests_that_are_not_signed(authorization: str) -> None:
    assert credential_of({"authorization": authorization}) == Credential()
    assert credential_of({}) == Credential()


def test_credentials_without_spaces_between_the_parts() -> None:
    authorization = SIGNED.format("test", "us-west-2").replace(", ", ",")
    assert credential_of({"authorization": authorization}) == Credential(None, "us-west-2", "logs")


def test_keys_of_sigv4a_name_no_region() -> None:
    authorization = "AWS4-ECDSA-P256-SHA256 Credential=AKID/20260101/logs/aws4_request, SignedHeaders=host, Signature=x"
    assert credential_of({"authorization": authorization}) == Credential()
