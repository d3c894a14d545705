"""awsJson1.1 around the operations: who is meant, what is refused at the door, bodies, and who calls."""

import gzip
import tracemalloc

import pytest

from livetail.core.errors import RequestEntityTooLargeException, SerializationException
from livetail.wire.awsjson import (
    EVENT_STREAM,
    JSON,
    JSON_1_1,
    XML,
    AwsCall,
    Refusal,
    Scope,
    answer_headers,
    error_body,
    gunzip,
    identify,
    scope_of,
    wrapped,
)

TARGET = "Logs_20140328.StartLiveTail"
NOT_FOUND = Refusal(404, XML, b"<UnknownOperationException/>")
UNKNOWN = Refusal(400, JSON_1_1, b'{"__type":"UnknownOperationException"}')


def headers(content_type: str | None = JSON_1_1, target: str | None = TARGET) -> dict[str, str]:
    fields = {"content-type": content_type, "x-amz-target": target}
    return {name: value for name, value in fields.items() if value is not None}


# ---- which operation -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content_type", [JSON_1_1, f"{JSON_1_1}; charset=utf-8", "Application/X-AMZ-JSON-1.1 ;x=y"])
def test_a_call(content_type: str) -> None:
    assert identify("POST", "/", headers(content_type)) == AwsCall("StartLiveTail", JSON_1_1)


def test_operations_that_nobody_knows_are_calls_too() -> None:
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


def test_a_bad_target_in_plain_json_is_answered_in_it() -> None:
    assert identify("POST", "/", headers(JSON, None)) == Refusal(
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


# ---- answers -------------------------------------------------------------------------------------------------------


def test_bodies_of_errors() -> None:
    assert error_body("LimitExceededException", "Rate exceeded") == (
        b'{"__type":"LimitExceededException","message":"Rate exceeded"}'
    )
    assert error_body("SerializationException", None) == b'{"__type":"SerializationException"}'
    assert error_body("X", 'é "\n') == '{"__type":"X","message":"é \\"\\n"}'.encode()


def test_wrapped_bodies() -> None:
    assert wrapped(b'{"a":1}') == b'{"Output":{"a":1},"Version":"1.0"}'
    assert wrapped(b"") == b'{"Output":null,"Version":"1.0"}'


def test_header_fields_of_answers() -> None:
    assert answer_headers("id") == (("x-amzn-RequestId", "id"), ("Content-Type", "application/x-amz-json-1.1"))
    assert dict(answer_headers("id", EVENT_STREAM))["Content-Type"] == "application/vnd.amazon.eventstream"


# ---- the caller ----------------------------------------------------------------------------------------------------

SIGNED = "AWS4-HMAC-SHA256 Credential={}/20260101/{}/logs/aws4_request, SignedHeaders=host;x-amz-date, Signature=abc"


@pytest.mark.parametrize(
    ("key", "region", "scope"),
    [
        ("AKIDEXAMPLE", "us-east-1", Scope("AKIDEXAMPLE", None, "us-east-1")),
        ("000000000001", "eu-west-1", Scope("000000000001", "000000000001", "eu-west-1")),
        ("1234567890123", "eu-west-1", Scope("1234567890123", None, "eu-west-1")),
        ("١" * 12, "eu-west-1", Scope("١" * 12, None, "eu-west-1")),
        ("test", "", Scope("test", None, None)),
        ("test", "EU west", Scope("test", None, None)),
        ("test", "Élan", Scope("test", None, None)),
    ],
)
def test_scope_of_a_signed_request(key: str, region: str, scope: Scope) -> None:
    found = scope_of({"authorization": SIGNED.format(key, region)})
    assert found == scope


@pytest.mark.parametrize("authorization", ["", "Bearer abc", "AWS4-HMAC-SHA256 Signature=abc", "Credential="])
def test_requests_that_are_not_signed(authorization: str) -> None:
    assert scope_of({"authorization": authorization}) is None
    assert scope_of({}) is None


def test_credentials_without_spaces_between_the_parts() -> None:
    authorization = SIGNED.format("test", "us-west-2").replace(", ", ",")
    assert scope_of({"authorization": authorization}) == Scope("test", None, "us-west-2")


def test_credentials_in_a_header_or_in_the_query() -> None:
    scope = Scope("123456789012", "123456789012", "us-west-2")
    assert scope_of({"x-amz-credential": "123456789012/20260101/us-west-2/logs/aws4_request"}) == scope
    for slash in ("%2F", "%2f", "/"):
        query = slash.join(
            ["X-Amz-Algorithm=x&X-Amz-Credential=123456789012", "20260101", "us-west-2", "logs", "aws4_request"]
        )
        assert scope_of({}, f"{query}&X-Amz-Date=y") == scope


def test_keys_of_sigv4a_name_no_region() -> None:
    authorization = "AWS4-ECDSA-P256-SHA256 Credential=AKID/20260101/logs/aws4_request, SignedHeaders=host, Signature=x"
    assert scope_of({"authorization": authorization}) == Scope("AKID", None, None)


# ---- gzip ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"", b"{}", b"x" * 1000])
def test_gunzip(body: bytes) -> None:
    assert gunzip(gzip.compress(body), 1000) == body


def test_several_members_are_one_body() -> None:
    assert gunzip(gzip.compress(b"ab") + gzip.compress(b"") + gzip.compress(b"cd") + b"\0\0\0", 4) == b"abcd"


def test_members_end_anywhere_in_a_piece() -> None:
    bodies = [bytes([number % 256]) * number for number in range(0, 400, 7)]
    packed = b"".join(gzip.compress(body, compresslevel=0) for body in bodies)
    assert len(packed) > 8_192
    assert gunzip(packed, 100_000) == b"".join(bodies)
    assert gunzip(gzip.compress(b"a") + b"\0" * 9_000 + gzip.compress(b"b"), 2) == b"ab"


@pytest.mark.parametrize("limit", [0, 1, 999])
def test_bound_on_what_is_unpacked(limit: int) -> None:
    for packed in (gzip.compress(b"x" * 1000), gzip.compress(b"x" * 500) * 2):
        with pytest.raises(RequestEntityTooLargeException) as raised:
            gunzip(packed, limit)
        assert raised.value.message == f"The request body unpacks to more than {limit} bytes."


def test_a_bomb_costs_no_more_than_the_bound() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(RequestEntityTooLargeException):
            gunzip(bomb, 100_000)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"\x1f\x8b",
        gzip.compress(b"hello", mtime=0)[:-1],
        gzip.compress(b"hello", mtime=0) + b"x",
        gzip.compress(b"hi", mtime=0)[:-8] + b"12345678",
    ],
)
def test_what_is_no_gzip(body: bytes) -> None:
    with pytest.raises(SerializationException):
        gunzip(body, 1000)
