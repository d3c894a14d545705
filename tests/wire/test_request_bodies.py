"""Bodies that are not used: every response is sent after the body has been read, so that the connection stays usable.

Hypercorn queues ten parts of a body for an application and then stops reading the connection, with all its streams.
"""

import gzip
import json
from collections.abc import Iterator

import pytest

from livetail import LiveTailEmulator
from livetail.testing.handle import LiveTail
from tests.wire.http1 import Http1, Response, aws_headers, request_bytes
from tests.wire.http2 import Http2, Http2Tail

GROUP = "/app/api"
MIB = 1024 * 1024
LIMIT = 16 * MIB
PARTS = 40
"""DATA frames, or chunks, of a kilobyte."""

JSON_1_1 = "application/x-amz-json-1.1"

Request = tuple[str, str, dict[str, str], int]
"""Method, path, headers, and the status of the response."""

REFUSED: dict[str, Request] = {
    "no operation": ("POST", "/", {"Content-Type": JSON_1_1}, 400),
    "unknown operation": ("POST", "/", aws_headers("ListAnomalies"), 400),
    "no JSON": ("POST", "/", aws_headers("StartLiveTail"), 400),
    "no gzip": ("POST", "/", aws_headers("PutLogEvents", **{"Content-Encoding": "gzip"}), 400),
    "other content type": ("POST", "/", {"Content-Type": "text/plain"}, 404),
    "other path": ("POST", "/else", {}, 404),
    "other method": ("PUT", "/", aws_headers("PutLogEvents"), 404),
    "control plane, unknown route": ("POST", "/_livetail/else", {}, 404),
    "control plane, other method": ("POST", "/_livetail/health", {}, 405),
    "control plane, no JSON": ("POST", "/_livetail/events", {}, 400),
    "control plane, other page": ("POST", "/_livetail/events", {"Origin": "http://evil.example"}, 403),
    "control plane, body of no use": ("POST", "/_livetail/reset", {}, 200),
    "control plane, GET with a body": ("GET", "/_livetail/health", {}, 200),
}


@pytest.fixture(params=REFUSED)
def request_(request: pytest.FixtureRequest) -> Request:
    return REFUSED[request.param]


@pytest.fixture
def grouped(manual: LiveTailEmulator) -> LiveTailEmulator:
    manual.put(GROUP, "web-1", ["before anyone listens"])
    return manual


def test_http2_connection_stays_usable(grouped: LiveTailEmulator, request_: Request) -> None:
    method, path, headers, status = request_
    with Http2(grouped) as client:
        for _ in range(2):
            assert client.ask(method, path, b"x" * PARTS * 1024, piece=1024, **headers).status == status
        assert client.ask().status == 200


def test_http1_connection_stays_usable(grouped: LiveTailEmulator, request_: Request) -> None:
    method, path, headers, status = request_
    with Http1(grouped) as client:
        for _ in range(2):
            client.send(request_bytes(method, path, {**headers, "Transfer-Encoding": "chunked"}))
            for _ in range(PARTS):
                client.send(b"400\r\n" + b"x" * 1024 + b"\r\n")
            client.send(b"0\r\n\r\n")
            assert client.read_response().status == status
        assert client.ask().status == 200


def test_tail_on_the_same_connection_continues(grouped: LiveTailEmulator, request_: Request) -> None:
    method, path, headers, status = request_
    if path == "/_livetail/reset":
        path = "/_livetail/clock"
        status = 405
    with Http2Tail(grouped, GROUP) as tail:
        assert tail.ask(method, path, b"x" * PARTS * 1024, piece=1024, **headers).status == status
        grouped.advance(1)
        update = tail.take()
        assert update is not None and update.kind == "sessionUpdate"


class TestTooLarge:
    """More than any request of the service can have: 413, chosen."""

    @pytest.fixture(params=["http1", "http2"])
    def client(self, request: pytest.FixtureRequest, manual: LiveTailEmulator) -> Iterator[Http1 | Http2]:
        with Http1(manual) if request.param == "http1" else Http2(manual) as client:
            yield client

    @staticmethod
    def _check(client: Http1 | Http2, response: Response) -> None:
        assert response.status == 413
        assert response.headers["content-type"] == JSON_1_1
        assert response.json["__type"] == "RequestEntityTooLargeException"
        assert client.ask().status == 200
        assert isinstance(client.emulator, LiveTailEmulator)
        (entry,) = client.emulator.requests()
        assert (entry["status"], entry["error"]) == (413, "RequestEntityTooLargeException")

    def test_body(self, client: Http1 | Http2) -> None:
        self._check(client, client.call("PutLogEvents", b" " * (LIMIT + 1)))

    def test_body_once_unpacked(self, client: Http1 | Http2) -> None:
        packed = gzip.compress(b" " * (LIMIT + 1))
        self._check(client, client.call("PutLogEvents", packed, **{"Content-Encoding": "gzip"}))

    def test_largest_body(self, client: Http1 | Http2) -> None:
        body = json.dumps({"logGroupNamePrefix": "none"}).encode().ljust(LIMIT)
        assert client.call("DescribeLogGroups", body).json == {"logGroups": []}


def test_gzip_body(manual: LiveTailEmulator) -> None:
    manual.put(GROUP, "web-1", ["first"])
    events = [{"timestamp": manual.now(), "message": "packed"}]
    body = json.dumps({"logGroupName": GROUP, "logStreamName": "web-1", "logEvents": events}).encode()
    with Http1(manual) as client:
        response = client.call("PutLogEvents", gzip.compress(body), **{"Content-Encoding": "gzip"})
        assert response.status == 200 and "nextSequenceToken" in response.json
    (entry,) = manual.requests()
    assert entry["parameters"]["logEvents"] == events


def _resident(emulator: LiveTail) -> int:
    return sum(len(json.dumps(entry["parameters"])) for entry in emulator.requests())


def test_journal_counts_bodies_as_it_keeps_them(manual: LiveTailEmulator) -> None:
    """Gzip bodies are kept unpacked: eight of ten megabytes are forty times less as they are sent."""
    body = json.dumps({"logGroupNamePrefix": "x" * 10 * MIB}).encode()
    with Http1(manual) as client:
        for _ in range(8):
            client.call("DescribeLogGroups", gzip.compress(body, 1), **{"Content-Encoding": "gzip"})
    assert len(manual.requests()) == 8
    assert _resident(manual) <= 4 * MIB + 8 * len("null")
