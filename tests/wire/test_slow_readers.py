"""A client that stops reading has a bounded backlog, loses exactly the oldest updates, and does not affect others."""

import json
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from livetail import Counters, LiveTailEmulator
from livetail.server import tail_writer as tail_module
from livetail.testing.handle import LiveTail
from tests.wire.commands import serving
from tests.wire.frames import Frame, events_of
from tests.wire.http1 import Http1, Http1Tail
from tests.wire.http2 import Http2Tail
from tests.wire.kinds import SLOW_KINDS, Kind
from tests.wire.reading import Reading

GROUP = "/app/api"
SECONDS = 30
BACKLOG = 10

PADDING = "x" * 40_000
"""Ten of these in a second are 400 kB, so that what the kernel and the HTTP/2 window hold is full within seconds."""

HELD_BELOW_US = 3_000_000
"""More bytes than socket buffers, HTTP/2 windows and one update in flight can take off the writer's hands."""


@pytest.fixture(params=SLOW_KINDS, ids=str)
def kind(request: pytest.FixtureRequest) -> Kind:
    chosen: Kind = request.param
    return chosen


@pytest.fixture
def emulator(kind: Kind) -> Iterator[LiveTailEmulator]:
    with LiveTailEmulator(clock="manual@2026-01-01T00:00:00Z", seed=7, tls=kind.tls) as emulator:
        emulator.put(GROUP, "web-1", ["before anyone listens"])
        yield emulator


@pytest.fixture(autouse=True)
def short_stall(monkeypatch: pytest.MonkeyPatch) -> None:
    """Treat clients that do not read as stalled after a shorter time, so that the tests end sooner."""
    monkeypatch.setattr(tail_module, "STALL_S", 0.4)


def _ingest(emulator: LiveTail, seconds: int) -> list[str]:
    """Let seconds pass, with ten messages in each; returns how the messages begin."""
    sent = []
    with Http1(emulator) as control:
        for second in range(seconds):
            messages = [f"{second:03d}-{number}-" for number in range(10)]
            _put(control, [message + PADDING for message in messages])
            sent += messages
    return sent


def _put(control: Http1, messages: list[str]) -> None:
    """Ingest messages and let a second pass, on one connection: a TLS handshake for each request would take longer."""
    body = json.dumps({"logGroup": GROUP, "logStream": "web-1", "messages": messages}).encode()
    assert control.ask("POST", "/_livetail/events", body).status == 200
    assert control.ask("POST", "/_livetail/clock/advance", b'{"seconds": 1}').status == 200


def _heads(frames: list[Frame]) -> list[str]:
    return [message.removesuffix(PADDING) for message in events_of(frames)]


def _counters(emulator: LiveTail, session_id: str) -> Counters:
    (session,) = [session for session in emulator.sessions() if session["sessionId"] == session_id]
    counters = session["counters"]
    handed_over = counters["delivered"] + counters["sampledOut"] + counters["droppedEvents"]
    assert counters["matched"] == handed_over + counters["bufferedEvents"] + counters["pendingEvents"]
    return counters


def _catch_up(tail: Http1Tail | Http2Tail, last: str) -> list[Frame]:
    """Read on until the update that ends with the message `last`."""
    if isinstance(tail, Http2Tail):
        tail.open_windows()
    frames: list[Frame] = []
    while not frames or _heads(frames[-1:])[-1:] != [last]:
        frame = tail.take()
        assert frame is not None
        frames.append(frame)
    return frames


def test_half_a_minute_without_reading(emulator: LiveTailEmulator, kind: Kind) -> None:
    with kind.open(emulator, GROUP) as slow, Http1Tail(emulator, GROUP) as fast, Reading(fast) as reading:
        sent = _ingest(emulator, SECONDS)
        counters = _counters(emulator, slow.session_id)
        assert counters["bufferedUpdates"] == BACKLOG
        assert counters["bufferedEvents"] == BACKLOG * 10
        assert counters["bytes"] < HELD_BELOW_US
        assert counters["updates"] + counters["droppedUpdates"] + BACKLOG == SECONDS
        assert counters["droppedEvents"] == counters["droppedUpdates"] * 10

        received = _heads(_catch_up(slow, sent[-1]))
        handed_over = counters["updates"] * 10
        assert received == sent[:handed_over] + sent[-BACKLOG * 10 :]
        counters = _counters(emulator, slow.session_id)
        assert (counters["bufferedUpdates"], counters["bufferedEvents"]) == (0, 0)

        emulator.put(GROUP, "web-1", ["and on it goes"])
        emulator.advance(1)
        assert _heads(_catch_up(slow, "and on it goes")) == ["and on it goes"]

        emulator.end_session(fast.session_id)
        assert _heads(reading.finish()) == [*sent, "and on it goes"]


def test_streams_of_one_connection_wait_for_their_own_windows_only(manual: LiveTailEmulator) -> None:
    manual.put(GROUP, "web-1", ["before anyone listens"])
    with Http2Tail(manual, GROUP, opens_windows=False, window=65_535) as tail:
        sent = _ingest(manual, 20)
        assert _counters(manual, tail.session_id)["bufferedUpdates"] == BACKLOG
        assert tail.ask().json["sessions"] == 1
        assert _heads(_catch_up(tail, sent[-1]))[-BACKLOG * 10 :] == sent[-BACKLOG * 10 :]


def test_memory_of_the_server_is_bounded(tmp_path: Path) -> None:
    """Measured from outside: sixty megabytes go by a client that never opens its window."""
    with serving(tmp_path, "--clock", "manual", "--retain-events", "1") as command:
        emulator = command.handle
        emulator.put(GROUP, "web-1", ["before anyone listens"])
        with Http2Tail(emulator, GROUP, opens_windows=False) as tail:
            process = psutil.Process(command.process.pid)
            with Http1(emulator) as control:
                for _ in range(BACKLOG + 2):
                    _put(control, ["x" * 1_000_000])
                before = process.memory_info().rss
                for _ in range(60):
                    _put(control, ["x" * 1_000_000])
            assert process.memory_info().rss - before < 40_000_000
            counters = _counters(emulator, tail.session_id)
            assert counters["bufferedUpdates"] == BACKLOG
            assert counters["bytes"] < HELD_BELOW_US


def test_client_of_before_a_reset_does_not_touch_the_session_that_has_its_id_now(
    emulator: LiveTailEmulator, kind: Kind
) -> None:
    """A reset begins the ids again, so a client that is still being written to may share one with a new session."""
    slow = kind.open(emulator, GROUP)
    (before,) = emulator.sessions()
    _ingest(emulator, 12)
    emulator.reset()
    emulator.put(GROUP, "web-1", ["before anyone listens"])
    with Http1Tail(emulator, GROUP) as successor:
        (now,) = emulator.sessions()
        assert now["sessionId"] == before["sessionId"]
        slow.close()
        for number in range(3):
            emulator.put(GROUP, "web-1", [str(number)])
            emulator.advance(1)
            frame = successor.take()
            assert frame is not None
            assert events_of([frame]) == [str(number)]
