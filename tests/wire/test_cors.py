"""Web pages and the AWS API: pages on this machine may call it, others only if the settings name their origin."""

from collections.abc import Iterator

import pytest

from livetail import LiveTailEmulator
from tests.wire.http1 import Http1, Response, aws_headers, request_bytes

LOCAL = [
    "http://localhost:3000",
    "https://app.localhost",
    "http://127.0.0.1:8080",
    "http://[::1]:1",
    "http://localhost",
]
FOREIGN = [
    "https://evil.example",
    "http://localhost.evil.example",
    "http://127.0.0.1.nip.io",
    "http://evil.example:80/localhost",
    "http://localhost:80@evil.example",
    "null",
    "",
    "file://",
]
SENT_BY_THE_SDK = (
    "amz-sdk-invocation-id,amz-sdk-request,authorization,content-type,x-amz-content-sha256,x-amz-date,"
    "x-amz-security-token,x-amz-target,x-amz-user-agent"
)


@pytest.fixture(scope="module")
def emulator() -> Iterator[LiveTailEmulator]:
    with LiveTailEmulator(clock="manual", allowed_origin=["https://console.example"]) as running:
        yield running


def preflight(emulator: LiveTailEmulator, origin: str, **headers: str) -> Response:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": SENT_BY_THE_SDK}
    with Http1(emulator) as http:
        http.send(request_bytes("OPTIONS", "/", {"Origin": origin, **asked, **headers}))
        return http.read_response("OPTIONS")


def call(emulator: LiveTailEmulator, origin: str, operation: str = "DescribeLogGroups") -> Response:
    with Http1(emulator) as http:
        http.send(request_bytes("POST", "/", {**aws_headers(operation), "Origin": origin}, b"{}"))
        return http.read_response()


@pytest.mark.parametrize("origin", [*LOCAL, "https://console.example"])
def test_a_page_that_may_call(emulator: LiveTailEmulator, origin: str) -> None:
    asked = preflight(emulator, origin)
    assert (asked.status, asked.body) == (200, b"")
    assert asked.headers["access-control-allow-origin"] == origin
    assert asked.headers["access-control-allow-methods"] == "POST"
    assert asked.headers["access-control-allow-headers"] == SENT_BY_THE_SDK
    assert asked.head.lower().count(b"access-control-allow-origin") == 1
    for operation in ("DescribeLogGroups", "StartLiveTail", "NoSuchOperation"):
        response = call(emulator, origin, operation)
        assert response.headers["access-control-allow-origin"] == origin
        assert "x-amzn-RequestId" in response.headers["access-control-expose-headers"]
        assert response.headers["vary"] == "Origin"


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_page_that_may_not(emulator: LiveTailEmulator, origin: str) -> None:
    refused = preflight(emulator, origin)
    assert refused.status == 403
    assert b"--allowed-origin" in refused.body
    for response in (refused, call(emulator, origin)):
        assert b"access-control" not in response.head.lower()


def test_a_stream_can_be_read_by_the_page(manual: LiveTailEmulator) -> None:
    manual.put("/app/api", "web-1", ["x"])
    body = b'{"logGroupIdentifiers":["%s"]}' % manual.log_group_arn("/app/api").encode()
    with Http1(manual) as http:
        http.send(request_bytes("POST", "/", {**aws_headers("StartLiveTail"), "Origin": LOCAL[0]}, body))
        head = http.read_head().lower()
    assert b"access-control-allow-origin: http://localhost:3000\r\n" in head


def test_a_page_on_a_public_site_may_reach_a_private_address_if_it_is_allowed(emulator: LiveTailEmulator) -> None:
    asked = {"Access-Control-Request-Private-Network": "true"}
    allowed = preflight(emulator, "https://console.example", **asked)
    assert allowed.headers["access-control-allow-private-network"] == "true"
    assert "access-control-allow-private-network" not in preflight(emulator, "https://evil.example", **asked).headers


def test_options_that_is_no_preflight_is_refused_as_by_aws(emulator: LiveTailEmulator) -> None:
    with Http1(emulator) as http:
        http.send(request_bytes("OPTIONS", "/", {}))
        assert http.read_response("OPTIONS").body == b"<UnknownOperationException/>"


def test_the_control_plane_grants_nothing(emulator: LiveTailEmulator) -> None:
    with Http1(emulator) as http:
        asked = {"Origin": LOCAL[0], "Access-Control-Request-Method": "POST"}
        http.send(request_bytes("OPTIONS", "/_livetail/reset", asked))
        response = http.read_response("OPTIONS")
    assert response.status == 403
    assert b"access-control" not in response.head.lower()
