"""Requests that never reach an operation, and errors of operations: their exact heads and bodies."""

from collections.abc import Iterator
from typing import cast

import pytest

from livetail import LiveTailEmulator
from livetail.api.service import OPERATIONS, Operation
from livetail.api.shapes import CreateLogGroupRequest
from tests.wire.http1 import Http1, Response, aws_headers, request_bytes
from tests.wire.http2 import Http2

JSON_1_1 = "application/x-amz-json-1.1"
TARGET = "Logs_20140328.StartLiveTail"

NO_OPERATION = b'{"__type":"UnknownOperationException"}'
NO_JSON = b'{"__type":"SerializationException"}'


@pytest.fixture(scope="module")
def shared() -> Iterator[LiveTailEmulator]:
    """An emulator for the tests that do not change it."""
    with LiveTailEmulator(clock="manual@2026-01-01T00:00:00Z", seed=7) as emulator:
        yield emulator


def _ask(emulator: LiveTailEmulator, body: bytes, headers: dict[str, str]) -> Response:
    with Http1(emulator) as client:
        client.send(request_bytes("POST", "/", headers, body))
        return client.read_response()


@pytest.mark.parametrize(
    "target",
    [None, "", "logs_20140328.StartLiveTail", "Logs_20140328.startLiveTail", "Logs_20140328.", "StartLiveTail"],
)
def test_target_that_names_no_operation(shared: LiveTailEmulator, target: str | None) -> None:
    headers = {"Content-Type": JSON_1_1} if target is None else {"Content-Type": JSON_1_1, "X-Amz-Target": target}
    response = _ask(shared, b"{}", headers)
    assert (response.status, response.body) == (400, NO_OPERATION)
    assert response.headers["content-type"] == JSON_1_1


@pytest.mark.parametrize("content_type", [None, "application/x-amz-json-1.0", "text/plain", "application/xml", ""])
def test_content_type_of_another_protocol(shared: LiveTailEmulator, content_type: str | None) -> None:
    headers = {"X-Amz-Target": TARGET}
    response = _ask(shared, b"{}", headers if content_type is None else {**headers, "Content-Type": content_type})
    assert (response.status, response.body) == (404, b"<UnknownOperationException/>")
    assert "x-amzn-requestid" in response.headers


@pytest.mark.parametrize("content_type", [JSON_1_1, "APPLICATION/X-AMZ-JSON-1.1", f"{JSON_1_1}; charset=utf-8"])
def test_content_type_of_this_protocol(shared: LiveTailEmulator, content_type: str) -> None:
    headers = {"X-Amz-Target": "Logs_20140328.DescribeLogGroups", "Content-Type": content_type}
    assert _ask(shared, b"{}", headers).body == b'{"logGroups":[]}'


def test_the_response_to_application_json_has_a_wrapper(shared: LiveTailEmulator) -> None:
    headers = {"X-Amz-Target": "Logs_20140328.DescribeLogGroups", "Content-Type": "application/json"}
    response = _ask(shared, b"{}", headers)
    assert (response.status, response.body) == (200, b'{"Output":{"logGroups":[]},"Version":"1.0"}')


@pytest.mark.parametrize("body", [b"{", b"", b"null", b'"x"', b'{"logGroupIdentifiers":["a"],}', b"\xff", b"{} {}"])
def test_body_that_is_no_json_object(shared: LiveTailEmulator, body: bytes) -> None:
    response = _ask(shared, body, aws_headers("StartLiveTail"))
    assert (response.status, response.body) == (400, NO_JSON)


SERIALIZATION = {
    b"[]": "Start of list found where not expected",
    b'{"logGroupIdentifiers": ["a"], "logEventFilterPattern": 1}': "NUMBER_VALUE can not be converted to a String",
    b'{"logGroupIdentifiers": ["a"], "logEventFilterPattern": true}': "TRUE_VALUE can not be converted to a String",
    b'{"logGroupIdentifiers": [false]}': "FALSE_VALUE can not be converted to a String",
    b'{"logGroupIdentifiers": [[]]}': "Start of list found where not expected",
    b'{"logGroupIdentifiers": [{}]}': "Start of structure or map found where not expected.",
    b'{"logGroupIdentifiers": "a"}': "Expected list or null",
    b'{"logGroupIdentifiers": {}}': "Start of structure or map found where not expected.",
}


@pytest.mark.parametrize("body", SERIALIZATION)
def test_member_of_another_type(shared: LiveTailEmulator, body: bytes) -> None:
    response = _ask(shared, body, aws_headers("StartLiveTail"))
    assert response.status == 400
    assert response.json["__type"] == "SerializationException"
    assert {name.lower(): value for name, value in response.json.items()}["message"] == SERIALIZATION[body]


def test_error_byte_for_byte(manual: LiveTailEmulator) -> None:
    body = b'{"logGroupIdentifiers":["arn:aws:logs:us-east-1:123456789012:log-group:none"]}'
    response = _ask(manual, body, aws_headers("StartLiveTail"))
    (entry,) = manual.requests()
    expected = b'{"__type":"ResourceNotFoundException","message":"The specified log group does not exist."}'
    assert response.body == expected
    assert response.head == (
        b"HTTP/1.1 400 \r\n"
        b"x-amzn-RequestId: " + entry["requestId"].encode() + b"\r\n"
        b"Content-Type: application/x-amz-json-1.1\r\n"
        b"date: " + response.headers["date"].encode() + b"\r\n"
        b"content-length: " + str(len(expected)).encode() + b"\r\n\r\n"
    )


def test_error_over_http2(manual: LiveTailEmulator) -> None:
    with Http2(manual) as client:
        response = client.call("StartLiveTail", {})
        assert response.status == 400
        assert list(response.json) == ["__type", "message"]
        assert list(response.headers) == ["x-amzn-requestid", "content-type", "date", "content-length"]


def test_success_without_a_body(manual: LiveTailEmulator) -> None:
    response = _ask(manual, b'{"logGroupName":"/app/api"}', aws_headers("CreateLogGroup"))
    assert (response.status, response.body, response.headers["content-length"]) == (200, b"", "0")


def test_operation_that_is_not_emulated_is_named(shared: LiveTailEmulator) -> None:
    response = _ask(shared, b"{}", aws_headers("StartQuery"))
    assert response.status == 400
    assert response.json["__type"] == "UnknownOperationException"
    assert "StartQuery" in response.json["message"] and "StartLiveTail" in response.json["message"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"logEventFilterPattern":"\\ud800","logGroupIdentifiers":["\\ud800"]}', 400),
        (b'{"logGroupIdentifiers":["a"],"logStreamNames":' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
        (b'{"logGroupIdentifiers":["a"],"unknown":' + b"9" * 5000 + b"}", 400),
        (b'{"logGroupIdentifiers":["a"],"logStreamNames":' + b"[" * 500 + b"]" * 500 + b"}", 400),
        (b'{"logGroupIdentifiers":' + b'{"a":' * 500 + b"1" + b"}" * 500 + b"}", 400),
        (b'{"logGroupIdentifiers":["' + "\U0001f600".encode() * 3000 + b'"]}', 400),
        (b"\x00" * 1000, 400),
    ],
    ids=["lone surrogate", "very deep", "long number", "deep lists", "deep objects", "long identifier", "zeros"],
)
def test_hostile_body_is_the_clients_error(shared: LiveTailEmulator, body: bytes, status: int) -> None:
    response = _ask(shared, body, aws_headers("StartLiveTail"))
    assert response.status == status
    assert response.json["__type"] in ("SerializationException", "InvalidParameterException")


@pytest.mark.parametrize("number", [b"1" + b"0" * 400, b"-1" + b"0" * 400, b"1e400", b"1e999999999"])
@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("PutLogEvents", b'{"logGroupName":"/a","logStreamName":"s","logEvents":[{"timestamp":%s,"message":"m"}]}'),
        ("GetLogEvents", b'{"logGroupName":"/a","logStreamName":"s","startTime":%s}'),
        ("DescribeLogGroups", b'{"limit":%s}'),
    ],
)
def test_number_beyond_a_double(shared: LiveTailEmulator, operation: str, body: bytes, number: bytes) -> None:
    response = _ask(shared, body % number, aws_headers(operation))
    assert (response.status, response.body) == (400, NO_JSON)


def test_unexpected_exception_in_an_operation(
    manual: LiveTailEmulator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An error that no known request raises, so the test injects it: the client gets AWS's 500, the log the reason."""

    def fails(context: object, request: CreateLogGroupRequest) -> None:
        raise ZeroDivisionError("this operation is broken")

    with monkeypatch.context() as patch:
        patch.setitem(cast("dict[str, Operation]", OPERATIONS), "CreateLogGroup", fails)
        response = _ask(manual, b'{"logGroupName":"/a"}', aws_headers("CreateLogGroup"))
    assert (response.status, response.body) == (500, b'{"__type":"InternalFailure"}')
    assert response.headers["content-type"] == JSON_1_1
    (entry,) = manual.requests()
    assert (entry["status"], entry["error"]) == (500, "InternalFailure")
    (record,) = (record for record in caplog.records if record.exc_info)
    assert record.getMessage() == f"CreateLogGroup failed (request {entry['requestId']})"
    assert "this operation is broken" in caplog.text
    assert _ask(manual, b'{"logGroupName":"/a"}', aws_headers("CreateLogGroup")).status == 200


def test_lambda_trace_header_is_accepted(shared: LiveTailEmulator) -> None:
    headers = aws_headers("DescribeLogGroups", **{"X-Amzn-Trace-Id": "Root=1-67891233-abcdef012345678912345678"})
    assert _ask(shared, b"{}", headers).status == 200
