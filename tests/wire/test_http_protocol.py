"""HTTP itself: requests in any portions and versions, what is around them, and any Host."""

import json
import logging

import pytest
from h2.events import ConnectionTerminated

from livetail import LiveTailEmulator
from tests.wire.http1 import Http1, Http1Tail, aws_headers, request_bytes
from tests.wire.http2 import Http2

GROUP = "/app/api"
NOT_THIS_PROTOCOL = b"<UnknownOperationException/>"


@pytest.fixture
def grouped(manual: LiveTailEmulator) -> LiveTailEmulator:
    manual.put(GROUP, "web-1", ["before anyone listens"])
    return manual


def _start_request(emulator: LiveTailEmulator) -> bytes:
    body = json.dumps({"logGroupIdentifiers": [emulator.log_group_arn(GROUP)]}).encode()
    return request_bytes(headers=aws_headers("StartLiveTail"), body=body)


class TestPortions:
    def test_byte_by_byte(self, grouped: LiveTailEmulator) -> None:
        with Http1(grouped) as client:
            for byte in _start_request(grouped):
                client.send(bytes([byte]))
            assert client.read_head().startswith(b"HTTP/1.1 200 ")
            assert len(grouped.sessions()) == 1

    def test_body_in_chunks(self, grouped: LiveTailEmulator) -> None:
        with Http1(grouped) as client:
            client.send(request_bytes(headers={**aws_headers("DescribeLogGroups"), "Transfer-Encoding": "chunked"}))
            for byte in b'{"limit":1}':
                client.send(b"1;extension=1\r\n" + bytes([byte]) + b"\r\n")
            client.send(b"0\r\nTrailer: there\r\n\r\n")
            assert [group["logGroupName"] for group in client.read_response().json["logGroups"]] == [GROUP]

    def test_pipelined_requests_get_their_responses_in_order(self, grouped: LiveTailEmulator) -> None:
        with Http1(grouped) as client:
            requests = [request_bytes("GET", f"/_livetail/{path}") for path in ("health", "else", "clock")]
            client.send(b"".join(requests))
            assert [client.read_response().status for _ in requests] == [200, 404, 200]

    def test_request_behind_a_tail_waits_for_its_end(self, grouped: LiveTailEmulator) -> None:
        with Http1Tail(grouped, GROUP) as tail:
            tail.send(request_bytes("GET", "/_livetail/health"))
            grouped.advance(2)
            assert [frame and frame.kind for frame in (tail.take(), tail.take())] == ["sessionUpdate"] * 2
            grouped.end_session(tail.session_id)
            assert tail.take_all() == []
            assert tail.read_response().json["sessions"] == 0

    def test_expect_100_continue(self, grouped: LiveTailEmulator) -> None:
        body = b'{"limit": 1}'
        headers = {**aws_headers("DescribeLogGroups"), "Expect": "100-continue", "Content-Length": str(len(body))}
        with Http1(grouped) as client:
            client.send(request_bytes(headers=headers))
            assert client.read_head().startswith(b"HTTP/1.1 100 ")
            client.send(body)
            assert client.read_response().status == 200


class TestVersions:
    def test_http_1_0_response_ends_with_the_connection(self, grouped: LiveTailEmulator) -> None:
        request = request_bytes(headers=aws_headers("DescribeLogGroups"), body=b"{}", host=None, version="HTTP/1.0")
        with Http1(grouped) as client:
            client.send(request)
            assert client.read_response().status == 200
            assert client.at_end()

    def test_connection_close(self, grouped: LiveTailEmulator) -> None:
        with Http1(grouped) as client:
            assert client.ask(Connection="close").headers["connection"] == "close"
            assert client.at_end()

    def test_bytes_after_the_last_request_are_no_error_of_the_server(
        self, grouped: LiveTailEmulator, caplog: pytest.LogCaptureFixture
    ) -> None:
        """HTTP/1.1 responds to them with 400, while the application still works on the request."""
        last = {**aws_headers("DescribeLogGroups"), "Connection": "close"}
        with Http1(grouped) as client:
            client.send(request_bytes("POST", "/", last, b"{}") + b"more")
            assert client.read_head().startswith(b"HTTP/1.1 400 ")
        grouped.assert_no_sessions()
        assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []

    def test_http2_by_prior_knowledge(self, grouped: LiveTailEmulator) -> None:
        with Http2(grouped) as client:
            response = client.call("DescribeLogGroups", {})
            assert response.status == 200 and len(response.json["logGroups"]) == 1

    def test_http2_that_is_not_valid_gets_a_goaway(self, grouped: LiveTailEmulator) -> None:
        with Http2(grouped) as client:
            assert client.call("DescribeLogGroups", {}).status == 200
            client.socket.sendall(b"\0\0\1\0\0\0\0\0\0x")  # a DATA frame on stream 0
            data = b""
            while part := client.socket.recv(65536):
                data += part
            assert ConnectionTerminated in map(type, client.h2.receive_data(data))

    @pytest.mark.parametrize("upgrade", ["h2c", "websocket"])
    def test_requests_to_upgrade_are_ignored(self, grouped: LiveTailEmulator, upgrade: str) -> None:
        with Http1(grouped) as client:
            others = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": upgrade, "HTTP2-Settings": ""}
            assert client.call("DescribeLogGroups", {}, **others).status == 200
            assert client.ask("GET", "/_livetail/health", b"", **others).status == 200

    @pytest.mark.parametrize("path", ["/", "/_livetail/health"])
    def test_websocket_is_not_spoken(self, grouped: LiveTailEmulator, path: str) -> None:
        with Http1(grouped) as client:
            handshake = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
            client.send(request_bytes("GET", path, {**handshake, "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}))
            assert int(client.read_head().split()[1]) in (200, 404)
        assert grouped.sessions() == []


class TestNotThisProtocol:
    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"])
    def test_other_methods(self, grouped: LiveTailEmulator, method: str) -> None:
        with Http1(grouped) as client:
            response = client.ask(method, "/", b"", **aws_headers("DescribeLogGroups"))
            assert (response.status, response.body) == (404, NOT_THIS_PROTOCOL)
            assert response.headers["content-type"] == "application/xml"

    def test_head(self, grouped: LiveTailEmulator) -> None:
        with Http1(grouped) as client:
            response = client.ask("HEAD", "/")
            assert (response.status, response.headers["content-length"]) == (404, str(len(NOT_THIS_PROTOCOL)))
            assert client.ask().status == 200

    @pytest.mark.parametrize("path", ["/else", "//", "/_livetailor", "/%2e", "/%ff", "/\u00e9", "/?a=b&a"])
    def test_other_paths(self, grouped: LiveTailEmulator, path: str) -> None:
        with Http1(grouped) as client:
            client.send(request_bytes("POST", path, {}, b"{}").decode("latin-1").encode())
            response = client.read_response()
            assert response.status in (400, 404) and b"Traceback" not in response.body

    def test_head_that_is_too_large(self, grouped: LiveTailEmulator) -> None:
        with Http1(grouped) as client:
            client.send(request_bytes("GET", "/", {"X-Large": "x" * 100_000}))
            assert client.read_head().startswith(b"HTTP/1.1 431 ")

    def test_head_as_large_as_session_tokens_make_it(self, grouped: LiveTailEmulator) -> None:
        with Http1(grouped) as client:
            token = {"X-Amz-Security-Token": "x" * 12_000}
            assert client.call("DescribeLogGroups", {}, **token).status == 200

    @pytest.mark.parametrize("garbage", [b"GARBAGE\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"])
    def test_garbage(self, grouped: LiveTailEmulator, garbage: bytes) -> None:
        with Http1(grouped) as client:
            client.send(garbage)
            assert client.read_head().startswith(b"HTTP/1.1 400 ")
        assert grouped.sessions() == []

    def test_two_lengths(self, grouped: LiveTailEmulator) -> None:
        with Http1(grouped) as client:
            client.send(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}")
            assert client.read_head().startswith(b"HTTP/1.1 400 ")


HOSTS = [
    "localhost",
    "stream-127.0.0.1",
    "streaming-localhost:1",
    "stream-logs.us-east-1.amazonaws.com",
    "streaming-127.0.0.1.nip.io:4586",
    "[::1]:4586",
    "evil.example",
    "",
]


class TestHost:
    """The AWS API is served under any host name: SDKs put `stream-` and `streaming-` before the host."""

    @pytest.mark.parametrize("host", HOSTS)
    def test_http1(self, grouped: LiveTailEmulator, host: str) -> None:
        with Http1(grouped) as client:
            assert client.call("DescribeLogGroups", {}, Host=host).status == 200

    @pytest.mark.parametrize("host", HOSTS)
    def test_http2(self, grouped: LiveTailEmulator, host: str) -> None:
        with Http2(grouped) as client:
            stream = client.start("POST", "/", b"{}", aws_headers("DescribeLogGroups"), authority=host or "localhost")
            assert client.response(stream).status == 200

    def test_tail(self, grouped: LiveTailEmulator) -> None:
        with Http1(grouped) as client:
            client.send(_start_request(grouped).replace(b"Host: localhost", b"Host: stream-127.0.0.1"))
            assert client.read_head().startswith(b"HTTP/1.1 200 ")

    def test_http_1_1_needs_one(self, grouped: LiveTailEmulator) -> None:
        with Http1(grouped) as client:
            client.send(request_bytes("GET", "/", host=None))
            assert client.read_head().startswith(b"HTTP/1.1 400 ")


def test_ipv6() -> None:
    with LiveTailEmulator(host="::1", clock="manual") as emulator:
        assert emulator.endpoint_url.startswith("http://[::1]:")
        emulator.put(GROUP, "web-1", ["over IPv6"])
        with Http1Tail(emulator, GROUP):
            assert len(emulator.sessions()) == 1
