"""Request targets that are not a path: in absolute form, as a proxy gets them, CONNECT, and text that is no ASCII."""

import json
import logging
import socket
import ssl
from collections.abc import Iterator
from typing import Any

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection

from livetail import LiveTailEmulator
from tests.wire.http1 import Http1, Http1Tail, aws_headers, request_bytes
from tests.wire.http2 import Http2
from tests.wire.sockets import TIMEOUT, address_of, eventually

GROUP = "/app/api"


@pytest.fixture(params=[Http1, Http2])
def client(request: pytest.FixtureRequest, manual: LiveTailEmulator) -> Iterator[Http1 | Http2]:
    manual.put(GROUP, "web-1", ["before anyone listens"])
    with request.param(manual) as opened:
        yield opened


class TestAbsoluteForm:
    """RFC 9112, section 3.2.2: a server must accept it, and the authority counts, not the Host header."""

    def test_api(self, client: Http1 | Http2) -> None:
        headers: dict[str, Any] = aws_headers("DescribeLogGroups")
        response = client.ask("POST", "http://stream-logs.eu-west-1.amazonaws.com/", b"{}", **headers)
        assert response.status == 200 and len(response.json["logGroups"]) == 1

    @pytest.mark.parametrize(
        "target", ["http://localhost", "HTTP://localhost:4586/?a=b", "http://user:word@localhost/"]
    )
    def test_spellings(self, manual: LiveTailEmulator, target: str) -> None:
        with Http1(manual) as client:
            assert client.ask("POST", target, b"{}", **aws_headers("DescribeLogGroups")).status == 200

    def test_tail(self, manual: LiveTailEmulator) -> None:
        manual.put(GROUP, "web-1", ["before anyone listens"])
        body = json.dumps({"logGroupIdentifiers": [manual.log_group_arn(GROUP)]}).encode()
        with Http1(manual) as client:
            client.send(request_bytes("POST", "http://stream-localhost:4586/", aws_headers("StartLiveTail"), body))
            assert client.read_head().startswith(b"HTTP/1.1 200 ")
            manual.wait_for_sessions(1)

    def test_control_plane(self, client: Http1 | Http2) -> None:
        assert client.ask("GET", "http://localhost/_livetail/sessions?wait=0").json == {"sessions": []}
        assert client.ask("GET", "http://localhost/_livetail/none").status == 404

    def test_authority_is_checked_as_the_host_is(self, client: Http1 | Http2) -> None:
        response = client.ask("GET", "http://evil.example/_livetail/health", Host="localhost")
        assert response.status == 403 and "evil.example" in response.json["error"]

    def test_other_schemes_are_paths_that_are_not_there(self, manual: LiveTailEmulator) -> None:
        with Http1(manual) as client:
            assert client.ask("POST", "ftp://localhost/", b"{}", **aws_headers("DescribeLogGroups")).status in (
                400,
                404,
            )


def test_connect_over_http1(manual: LiveTailEmulator) -> None:
    with Http1(manual) as client:
        client.send(
            b"CONNECT logs.us-east-1.amazonaws.com:443 HTTP/1.1\r\nHost: logs.us-east-1.amazonaws.com:443\r\n\r\n"
        )
        response = client.read_response()
        assert response.status == 501
        assert response.body.count(b".") == 1 and b"HTTP_PROXY" in response.body
        assert client.at_end()


class _RawHttp2(Http2):
    """Sends header blocks unchanged, also wrong ones."""

    def raw(self, *headers: tuple[bytes, bytes]) -> int:
        lenient = H2Configuration(
            client_side=True,
            header_encoding="utf-8",
            validate_outbound_headers=False,
            normalize_outbound_headers=False,
        )
        self.h2.config = lenient
        stream = self.h2.get_next_available_stream_id()
        self.h2.send_headers(stream, headers, end_stream=True)
        self.flush()
        return stream


BAD_HEADS = {
    "CONNECT": (501, [(b":method", b"CONNECT"), (b":authority", b"x:1")]),
    "extended CONNECT": (
        501,
        [
            (b":method", b"CONNECT"),
            (b":protocol", b"websocket"),
            (b":scheme", b"http"),
            (b":path", b"/"),
            (b":authority", b"x"),
        ],
    ),
    "path": (400, [(b":method", b"GET"), (b":scheme", b"http"), (b":path", b"/\xff"), (b":authority", b"x")]),
    "method": (400, [(b":method", b"\xff"), (b":scheme", b"http"), (b":path", b"/"), (b":authority", b"x")]),
}


@pytest.mark.parametrize("name", BAD_HEADS)
def test_http2_heads_that_are_refused(manual: LiveTailEmulator, name: str, caplog: pytest.LogCaptureFixture) -> None:
    """The stream gets a response, and the connection stays usable."""
    status, headers = BAD_HEADS[name]
    with _RawHttp2(manual) as client:
        response = client.response(client.raw(*headers))
        assert response.status == status and response.body.endswith(b".\n")
        assert client.ask().status == 200
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_tls_client_of_a_plain_server_is_one_line_at_debug(
    manual: LiveTailEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "livetail.server")
    with socket.create_connection(address_of(manual), TIMEOUT) as plain, pytest.raises(ssl.SSLError):
        ssl._create_unverified_context().wrap_socket(plain)
    _check_the_only_line_of_a_connection(manual, caplog, "began TLS")


def test_plain_client_of_a_tls_server_is_one_line_at_debug(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "livetail.server")
    with LiveTailEmulator(tls=True) as emulator:
        with socket.create_connection(address_of(emulator), TIMEOUT) as plain:
            plain.sendall(request_bytes("GET", "/"))
            assert plain.recv(1000)[:4] != b"HTTP"
        _check_the_only_line_of_a_connection(emulator, caplog, "sent plain HTTP")


def _check_the_only_line_of_a_connection(
    emulator: LiveTailEmulator, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    """It is the only line but for those of the requests that ask for it."""

    def lines() -> list[logging.LogRecord]:
        emulator.now()
        return [record for record in caplog.records if "/_livetail/" not in record.getMessage()]

    assert eventually(lambda: bool(lines()))
    (line,) = lines()
    assert line.levelno == logging.DEBUG and text in line.getMessage() and line.exc_info is None


class TestNoHttp2:
    """`--no-http2`: HTTP/1.1 alone, as the service itself."""

    @pytest.fixture
    def emulator(self) -> Iterator[LiveTailEmulator]:
        with LiveTailEmulator(no_http2=True) as running:
            yield running

    def test_prior_knowledge(self, emulator: LiveTailEmulator) -> None:
        with socket.create_connection(address_of(emulator), TIMEOUT) as client:
            h2 = H2Connection()
            h2.initiate_connection()
            client.sendall(h2.data_to_send())
            assert client.recv(1000).startswith(b"HTTP/1.1 4")

    def test_tail(self, emulator: LiveTailEmulator) -> None:
        emulator.put(GROUP, "web-1", ["before anyone listens"])
        with Http1Tail(emulator, GROUP):
            assert [session["httpVersion"] for session in emulator.sessions()] == ["1.1"]

    def test_alpn(self) -> None:
        with LiveTailEmulator(no_http2=True, tls=True) as emulator:
            context = ssl.create_default_context(cafile=emulator.environment()["AWS_CA_BUNDLE"])
            context.set_alpn_protocols(["h2", "http/1.1"])
            with (
                socket.create_connection(address_of(emulator), TIMEOUT) as plain,
                context.wrap_socket(plain, server_hostname="localhost") as secured,
            ):
                assert secured.selected_alpn_protocol() == "http/1.1"
