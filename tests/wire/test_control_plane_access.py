"""Which pages and names of hosts may use the control plane."""

from pathlib import Path

import pytest

from livetail import LiveTailEmulator
from tests.wire.http1 import Http1, Http1Tail, refused, request_bytes
from tests.wire.http2 import Http2
from tests.wire.sockets import address_of

GROUP = "/app/api"


class TestWhoMayUseIt:
    def test_own_page(self, manual: LiveTailEmulator, client: Http1) -> None:
        host, port = address_of(manual)
        own = {"Host": f"{host}:{port}", "Origin": f"http://{host}:{port}"}
        assert client.ask("POST", "/_livetail/reset", b"", **own).status == 200

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "null"},
            {"Origin": "http://evil.example"},
            {"Origin": "https://localhost"},
            {"Origin": "http://localhost:1"},
            {"Origin": ""},
            {"Host": "evil.example"},
            {"Host": "127.0.0.1.nip.io"},
            {"Host": "evil.example", "Origin": "http://evil.example"},
        ],
        ids=str,
    )
    @pytest.mark.parametrize(("method", "path"), [("GET", "health"), ("POST", "reset"), ("GET", "else")])
    def test_other_pages_and_names(
        self, grouped: LiveTailEmulator, client: Http1, method: str, path: str, headers: dict[str, str]
    ) -> None:
        with Http1Tail(grouped, GROUP):
            refused(client.ask(method, f"/_livetail/{path}", b"", **headers), 403)
            assert len(grouped.sessions()) == 1

    def test_https_page_of_an_https_server(self) -> None:
        with LiveTailEmulator(tls=True, clock="manual") as emulator, Http1(emulator) as client:
            assert client.ask(Origin="https://localhost").status == 200
            refused(client.ask(Origin="http://localhost"), 403)
            certificate = client.ask("GET", "/_livetail/ca.pem")
            assert certificate.body == Path(emulator.environment()["AWS_CA_BUNDLE"]).read_bytes()

    def test_http2(self, manual: LiveTailEmulator) -> None:
        with Http2(manual) as client:
            stream = client.start("POST", "/_livetail/reset", authority="evil.example")
            refused(client.response(stream), 403)
            stream = client.start("POST", "/_livetail/reset", authority="localhost")
            assert client.response(stream).status == 200

    def test_allowed_host(self) -> None:
        with (
            LiveTailEmulator(allowed_host=["logs.test.example"], clock="manual") as emulator,
            Http1(emulator) as client,
        ):
            assert client.ask(Host="logs.test.example:4586").status == 200
            refused(client.ask(Host="test.example"), 403)

    @pytest.mark.parametrize(
        ("target", "host", "status"),
        [
            ("http://localhost/_livetail/health", "localhost", 200),
            ("http://evil.example/_livetail/health", "evil.example", 403),
            ("http://evil.example/_livetail/health", "localhost", 403),
            ("http://evil.example/_livetail/health", None, 403),
            ("http://127.0.0.1.nip.io:80/_livetail/reset", "127.0.0.1", 403),
        ],
    )
    def test_target_in_absolute_form(self, client: Http1, target: str, host: str | None, status: int) -> None:
        """Its authority counts as the Host (RFC 9112, 3.2.2)."""
        client.send(request_bytes("GET", target, host=host, version="HTTP/1.1" if host else "HTTP/1.0"))
        assert client.read_response().status == status

    def test_a_request_without_a_host_is_served(self, client: Http1) -> None:
        client.send(request_bytes("GET", "/_livetail/health", host=None, version="HTTP/1.0"))
        assert client.read_response().status == 200
