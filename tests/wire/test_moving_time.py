"""Time as the control plane moves it: through every instant in order, for all who tail, and never against a reset."""

import threading
from contextlib import ExitStack
from time import monotonic

import pytest

from livetail import LiveTailEmulator
from livetail.server import tail_writer as tail_module
from tests.wire.http1 import Http1, Http1Tail, request_bytes
from tests.wire.reading import Reading
from tests.wire.sockets import eventually

GROUP = "/app/api"
START = 1_767_225_600_000


def test_clock(client: Http1) -> None:
    assert client.ask("GET", "/_livetail/clock").json == {"mode": "manual", "now": START}


@pytest.mark.parametrize("clock", ["real", "60x"])
def test_clock_that_runs_cannot_be_moved(clock: str) -> None:
    with LiveTailEmulator(clock=clock) as emulator, Http1(emulator) as client:
        refused = client.ask("POST", "/_livetail/clock/advance", b'{"seconds": 1}')
        assert refused.status == 409
        assert "manual" in refused.json["error"]
        assert client.ask("GET", "/_livetail/clock").json["mode"] == clock


def test_advance_returns_the_time_and_the_updates(grouped: LiveTailEmulator, client: Http1) -> None:
    with Http1Tail(grouped, GROUP), Http1Tail(grouped, GROUP):
        response = client.ask("POST", "/_livetail/clock/advance", b'{"seconds": 2.5}')
        assert response.json == {"now": START + 2_500, "updates": 4}
        response = client.ask("POST", "/_livetail/clock/advance", b'{"seconds": 0}')
        assert response.json == {"now": START + 2_500, "updates": 0}


def test_updates_are_sent_when_advance_returns(grouped: LiveTailEmulator) -> None:
    with Http1Tail(grouped, GROUP) as tail:
        grouped.advance(3)
        (session,) = grouped.sessions()
        assert session["counters"]["updates"] == 3
        assert [frame and frame.kind for frame in (tail.take(), tail.take(), tail.take())] == ["sessionUpdate"] * 3


def test_two_advances_add_up(grouped: LiveTailEmulator) -> None:
    with Http1Tail(grouped, GROUP) as tail, Reading(tail) as reading:
        threads = [threading.Thread(target=grouped.advance, args=(600,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert grouped.now() == START + 1_200_000
        grouped.end_session(tail.session_id)
        assert len(reading.finish()) == 1_200


def test_stalled_clients_are_waited_for_together(grouped: LiveTailEmulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Time does not crawl because many clients have stopped reading: patience is had once, not once for each."""
    patience = 1.0
    clients = 8
    monkeypatch.setattr(tail_module, "STALL_S", patience)
    with ExitStack() as stack:
        for _ in range(clients):
            stack.enter_context(Http1Tail(grouped, GROUP, receive_buffer=4096))
        grouped.put(GROUP, "web-1", ["x" * 4_000_000])
        began = monotonic()
        grouped.advance(1)
        assert monotonic() - began < 2 * patience


def test_reset_stops_an_advance(grouped: LiveTailEmulator) -> None:
    """The clock is at its start afterwards, also if it was being moved."""
    with Http1Tail(grouped, GROUP) as tail, Reading(tail) as reading, Http1(grouped) as moving:
        moving.send(request_bytes("POST", "/_livetail/clock/advance", body=b'{"seconds": 10000}'))
        assert eventually(lambda: grouped.now() > START)
        grouped.reset()
        assert moving.read_response().status == 200
        assert grouped.now() == START
        assert 0 < len(reading.finish()) < 10_000


def test_reset_stops_the_advances_behind_it(grouped: LiveTailEmulator) -> None:
    with Http1Tail(grouped, GROUP) as tail, Reading(tail) as reading:
        with Http1(grouped) as first, Http1(grouped) as second:
            first.send(request_bytes("POST", "/_livetail/clock/advance", body=b'{"seconds": 10000}'))
            assert eventually(lambda: grouped.now() > START)
            second.send(request_bytes("POST", "/_livetail/clock/advance", body=b'{"seconds": 10000}'))
            assert len(grouped.sessions()) == 1
            grouped.reset()
            assert (first.read_response().status, second.read_response().status) == (200, 200)
        assert grouped.now() == START
        reading.finish()


def test_server_responds_while_time_moves(grouped: LiveTailEmulator) -> None:
    with Http1Tail(grouped, GROUP) as tail, Reading(tail) as reading, Http1(grouped) as moving:
        moving.send(request_bytes("POST", "/_livetail/clock/advance", body=b'{"seconds": 2000}'))
        seen = {grouped.now()}
        while max(seen) < START + 2_000_000:
            seen.add(grouped.now())
        assert len(seen) > 2
        assert moving.read_response().json["updates"] == 2_000
        grouped.end_session(tail.session_id)
        assert len(reading.finish()) == 2_000
