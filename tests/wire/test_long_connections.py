"""Long connections: a thousand requests, and a thousand more, with and without a session at the same time."""

import json
from time import monotonic

from livetail import LiveTailEmulator
from tests.wire.frames import events_of
from tests.wire.http1 import Http1, Http1Tail, aws_headers
from tests.wire.http2 import Http2Tail

GROUP = "/app/api"
MANY = 1_100
"""Hypercorn ends a connection at its thousandth request unless it is configured otherwise."""


def test_http1(manual: LiveTailEmulator) -> None:
    with Http1(manual) as client:
        for _ in range(MANY):
            response = client.ask()
            assert response.status == 200 and "connection" not in response.headers


def test_http2_with_a_tail_beside(manual: LiveTailEmulator) -> None:
    manual.put(GROUP, "web-1", ["before anyone listens"])
    with Http2Tail(manual, GROUP) as client:
        for _ in range(MANY):
            assert client.ask().status == 200
        assert not client.goes_away
        manual.put(GROUP, "web-1", ["still here"])
        manual.advance(1)
        update = client.take()
        assert update is not None and events_of([update]) == ["still here"]


def test_hundred_tails_on_one_http2_connection() -> None:
    with LiveTailEmulator(clock="manual", max_sessions=0) as emulator:
        emulator.put(GROUP, "web-1", ["before anyone listens"])
        request = json.dumps({"logGroupIdentifiers": [emulator.log_group_arn(GROUP)]}).encode()
        with Http2Tail(emulator, GROUP, window=2**31 - 1) as client:
            streams = [client.start("POST", "/", request, aws_headers("StartLiveTail")) for _ in range(100)]
            emulator.wait_for_sessions(101)
            assert emulator.advance(1) == 101
            for session in emulator.sessions():
                emulator.end_session(session["sessionId"])
            for stream in streams:
                assert b"sessionUpdate" in client.response(stream).body


def test_tail_follows_a_tail_on_one_connection(manual: LiveTailEmulator) -> None:
    manual.put(GROUP, "web-1", ["before anyone listens"])
    with Http1Tail(manual, GROUP) as tail:
        manual.end_session(tail.session_id)
        assert tail.take_all() == []
        response = tail.call("StartLiveTail", {"logGroupIdentifiers": ["none"]})
        assert response.status == 400
        assert tail.ask().json["sessions"] == 0


def test_updates_come_every_second_by_the_real_clock(real: LiveTailEmulator) -> None:
    """A client that sends nothing for seconds does not time out, and no update is early."""
    real.put(GROUP, "web-1", ["before anyone listens"])
    began = monotonic()
    with Http1Tail(real, GROUP) as tail:
        for second in (1, 2):
            update = tail.take()
            assert update is not None and update.kind == "sessionUpdate"
            assert monotonic() - began > second - 0.01
