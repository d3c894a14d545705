"""A client that disconnects frees its session and its connection at once, in whatever way and state of the writer."""

import json
from collections.abc import Callable, Iterator

import psutil
import pytest

from livetail import LiveTailEmulator
from livetail.server import tail_writer as tail_module
from livetail.testing.handle import LiveTail
from tests.wire.frames import events_of
from tests.wire.http1 import Http1, Http1Tail, aws_headers, request_bytes
from tests.wire.http2 import Http2, Http2Tail
from tests.wire.kinds import KINDS, SLOW_KINDS, Kind
from tests.wire.sockets import address_of, eventually

GROUP = "/app/api"

AnyTail = Http1Tail | Http2Tail


def _fin(tail: AnyTail) -> None:
    tail.close()


def _rst(tail: AnyTail) -> None:
    tail.reset()


def _half_close(tail: AnyTail) -> None:
    assert isinstance(tail, Http1Tail)
    tail.half_close()


def _rst_stream(tail: AnyTail) -> None:
    assert isinstance(tail, Http2Tail)
    tail.cancel(tail.stream)


def _goaway(tail: AnyTail) -> None:
    assert isinstance(tail, Http2Tail)
    tail.go_away()


LEAVING = {
    **{f"{kind}-{way.__name__[1:]}": (kind, way) for kind in (*KINDS, *SLOW_KINDS) for way in (_fin, _rst)},
    "http1-half_close": (KINDS[0], _half_close),
    "http1-not-reading-half_close": (SLOW_KINDS[0], _half_close),
    **{
        f"{kind}-{way.__name__[1:]}": (kind, way)
        for kind in (KINDS[1], SLOW_KINDS[1])
        for way in (_rst_stream, _goaway)
    },
}


@pytest.fixture(autouse=True)
def short_stall(monkeypatch: pytest.MonkeyPatch) -> None:
    """Treat clients that do not read as stalled after a shorter time, so that the tests end sooner."""
    monkeypatch.setattr(tail_module, "STALL_S", 0.4)


@pytest.fixture(params=LEAVING)
def leaving(request: pytest.FixtureRequest) -> tuple[Kind, Callable[[AnyTail], None]]:
    return LEAVING[request.param]


@pytest.fixture
def emulator(leaving: tuple[Kind, Callable[[AnyTail], None]]) -> Iterator[LiveTailEmulator]:
    with LiveTailEmulator(clock="manual@2026-01-01T00:00:00Z", max_sessions=1, tls=leaving[0].tls) as emulator:
        emulator.put(GROUP, "web-1", ["before anyone listens"])
        yield emulator


def _stall(emulator: LiveTail) -> None:
    with Http1(emulator) as control:
        for _ in range(5):
            body = b'{"logGroup": "/app/api", "logStream": "web-1", "messages": ["%s"]}' % (b"x" * 400_000)
            assert control.ask("POST", "/_livetail/events", body).status == 200
            assert control.ask("POST", "/_livetail/clock/advance", b'{"seconds": 1}').status == 200
    assert any(session["counters"]["bufferedUpdates"] for session in emulator.sessions())


def _holds_connection(emulator: LiveTail, client_port: int) -> bool:
    """Whether the server, which runs in this process, still has its end of a client's connection."""
    emulator.now()  # so that the next check is not at once
    _, server_port = address_of(emulator)
    return any(
        connection.laddr.port == server_port and connection.raddr and connection.raddr.port == client_port
        for connection in psutil.Process().net_connections("tcp")
    )


def test_session_and_connection_are_free_at_once(
    emulator: LiveTailEmulator, leaving: tuple[Kind, Callable[[AnyTail], None]]
) -> None:
    kind, leave = leaving
    with kind.open(emulator, GROUP) as tail:
        port: int = tail.socket.getsockname()[1]
        if kind in SLOW_KINDS:
            _stall(emulator)
        delivered = sum(session["counters"]["delivered"] for session in emulator.sessions())
        leave(tail)
        assert eventually(lambda: emulator.sessions() == [])
        with Http1(emulator) as client:
            (ended,) = client.ask("GET", "/_livetail/sessions/ended").json["sessions"][-1:]
        assert ended["counters"]["delivered"] <= delivered, "what is written to nobody counts as delivered"
    assert eventually(lambda: not _holds_connection(emulator, port))
    # Its place is free as well: one session is all that this emulator allows.
    with kind.open(emulator, GROUP):
        assert len(emulator.sessions()) == 1


def test_other_streams_of_a_connection_continue(manual: LiveTailEmulator) -> None:
    manual.put(GROUP, "web-1", ["before anyone listens"])
    with Http2Tail(manual, GROUP) as client:
        request = json.dumps({"logGroupIdentifiers": [manual.log_group_arn(GROUP)]}).encode()
        second = client.start("POST", "/", request, aws_headers("StartLiveTail"))
        manual.wait_for_sessions(2)
        client.head(second)
        client.cancel(second)
        assert eventually(lambda: [session["sessionId"] for session in manual.sessions()] == [client.session_id])
        manual.put(GROUP, "web-1", ["to the other one"])
        manual.advance(1)
        update = client.take()
        assert update is not None and events_of([update]) == ["to the other one"]
        assert client.ask().json["sessions"] == 1


def test_client_that_pipelined_is_missed_at_the_next_updates(manual: LiveTailEmulator) -> None:
    """Hypercorn does not look at a connection on which another request waits, until it fails to write to it."""
    manual.put(GROUP, "web-1", ["before anyone listens"])
    with Http1Tail(manual, GROUP) as tail:
        tail.send(request_bytes("GET", "/_livetail/health"))
        assert len(manual.sessions()) == 1
    manual.advance(3)
    assert eventually(lambda: manual.sessions() == [])


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("http", [Http1, Http2])
@pytest.mark.parametrize("requests", [0, 1], ids=["unused", "used"])
def test_idle_connection_is_freed_when_it_is_closed(http: type[Http1 | Http2], tls: bool, requests: int) -> None:
    """Idle connections may stay for an hour, but those that their clients have closed must not."""
    with LiveTailEmulator(clock="manual", tls=tls) as emulator:
        with http(emulator) as client:
            port: int = client.socket.getsockname()[1]
            for _ in range(requests):
                assert client.ask().status == 200
        assert eventually(lambda: not _holds_connection(emulator, port))


@pytest.mark.parametrize("path", ["/", "/_livetail/requests"])
@pytest.mark.parametrize("leave", [Http2.close, Http2.reset])
def test_disconnect_during_a_long_response_frees_the_connection(
    manual: LiveTailEmulator, path: str, leave: Callable[[Http2], None]
) -> None:
    """The response does not fit the window, so its writer is waiting when the client disconnects."""
    manual.put(GROUP, "web-1", ["x" * 300_000])
    with Http1(manual) as other:
        other.call("TestMetricFilter", {"filterPattern": "x", "logEventMessages": ["x" * 300_000]})
    with Http2(manual, opens_windows=False) as client:
        port: int = client.socket.getsockname()[1]
        if path == "/":
            body = json.dumps({"logGroupName": GROUP, "logStreamName": "web-1"}).encode()
            stream = client.start("POST", path, body, aws_headers("GetLogEvents"))
        else:
            stream = client.start("GET", path)
        while len(client.bodies[stream]) < 65_535:
            client.receive()
        leave(client)
    assert eventually(lambda: not _holds_connection(manual, port))


def test_disconnect_within_a_request_frees_the_connection(manual: LiveTailEmulator) -> None:
    with Http1(manual) as client:
        port: int = client.socket.getsockname()[1]
        client.send(request_bytes(headers={**aws_headers("PutLogEvents"), "Content-Length": "1000"}, body=b"{"))
        assert client.emulator.sessions() == []
    assert eventually(lambda: not _holds_connection(manual, port))
    assert manual.requests() == []


def test_disconnect_ends_a_control_request_that_waits(manual: LiveTailEmulator) -> None:
    with Http1(manual) as client:
        port: int = client.socket.getsockname()[1]
        client.send(request_bytes("GET", "/_livetail/sessions?wait=3&timeout=3600"))
        assert manual.sessions() == []
    assert eventually(lambda: not _holds_connection(manual, port))
