"""A response that is not a stream is written at once, head and body.

Go's SDK closes the connection under a response whose body does not come in the same segment as its head.
"""

import socket
import struct
from collections.abc import Iterator
from typing import Any

import pytest

from livetail import LiveTailEmulator
from tests.wire.http1 import Http1, aws_headers, request_bytes
from tests.wire.http2 import Http2

Client = Http1 | Http2


def segments(client: Client) -> int:
    """TCP segments with data that a client has received so far: tcpi_data_segs_in of Linux' struct tcp_info."""
    info = client.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 160)
    (count,) = struct.unpack_from("I", info, 152)
    assert isinstance(count, int)
    return count


@pytest.fixture(params=["asyncio", "uvloop"], scope="module")
def loop(request: pytest.FixtureRequest) -> str:
    assert isinstance(request.param, str)
    return request.param


@pytest.fixture(params=[False, True], ids=["plain", "tls"], scope="module")
def emulator(request: pytest.FixtureRequest, loop: Any) -> Iterator[LiveTailEmulator]:
    with LiveTailEmulator(clock="manual", tls=request.param, loop=loop) as running:
        running.put("/app/api", "web-1", ["x" * 200_000])
        yield running


@pytest.fixture(params=[Http1, Http2])
def client(request: pytest.FixtureRequest, emulator: LiveTailEmulator) -> Iterator[Client]:
    with request.param(emulator) as opened:
        # Settings of HTTP/2 and tickets of TLS have come by the end of the second response.
        assert opened.ask().status == opened.ask().status == 200
        yield opened


@pytest.mark.parametrize("operation", ["DescribeLogGroups", "StartLiveTail", "NoSuchOperation"])
def test_api(client: Client, operation: str) -> None:
    before = segments(client)
    assert client.call(operation, {}).status == (200 if operation == "DescribeLogGroups" else 400)
    assert segments(client) - before == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/_livetail/health", 200),
        ("GET", "/_livetail/none", 404),
        ("PUT", "/_livetail/health", 405),
        ("GET", "/none", 404),
        ("HEAD", "/", 404),
        ("DELETE", "/_livetail/requests", 200),
    ],
)
def test_other_responses(client: Client, method: str, path: str, status: int) -> None:
    before = segments(client)
    assert client.ask(method, path).status == status
    assert segments(client) - before == 1


def test_large_response_begins_with_its_head(client: Client) -> None:
    """It takes several segments; the first has the head and the beginning of the body."""
    response = client.call("GetLogEvents", {"logGroupName": "/app/api", "logStreamName": "web-1"})
    assert len(response.body) > 200_000 and len(response.json["events"]) == 1


def test_refusal_of_what_is_not_http(manual: LiveTailEmulator) -> None:
    with Http1(manual) as client:
        client.send(b"GARBAGE\r\n\r\n")
        assert client.read_head().startswith(b"HTTP/1.1 400 ")
        assert segments(client) == 1


def test_responses_to_pipelined_requests_are_one_write_each(emulator: LiveTailEmulator) -> None:
    with Http1(emulator) as client:
        assert client.ask().status == 200
        before = segments(client)
        client.send(request_bytes(headers=aws_headers("DescribeLogGroups"), body=b"{}") * 3)
        assert [client.read_response().status for _ in range(3)] == [200] * 3
        assert segments(client) - before <= 3
