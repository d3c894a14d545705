"""Sessions on the control plane: the open ones, those that have ended, and what a reset does to them."""

from typing import Any

import pytest

from livetail import LiveTailEmulator
from livetail.server import tail_writer as tail_module
from tests.wire.frames import events_of
from tests.wire.http1 import Http1, Http1Tail, refused, request_bytes

GROUP = "/app/api"
START = 1_767_225_600_000

Parameters = dict[str, Any]


class TestSessions:
    def test_session(self, grouped: LiveTailEmulator) -> None:
        with Http1Tail(grouped, GROUP, logStreamNamePrefixes=["web-"], logEventFilterPattern="ERROR") as tail:
            grouped.put(GROUP, "web-1", ["ERROR one", "two", "ERROR three"])
            assert grouped.sessions() == [
                {
                    "sessionId": tail.session_id,
                    "requestId": tail.head.headers["x-amzn-requestid"],
                    "state": "streaming",
                    "startedAt": START,
                    "logGroupIdentifiers": [grouped.log_group_arn(GROUP)],
                    "logStreamNames": None,
                    "logStreamNamePrefixes": ["web-"],
                    "logEventFilterPattern": "ERROR",
                    "httpVersion": "1.1",
                    "userAgent": None,
                    "counters": {
                        "updates": 0,
                        "matched": 2,
                        "delivered": 0,
                        "sampledOut": 0,
                        "droppedUpdates": 0,
                        "droppedEvents": 0,
                        "bufferedUpdates": 0,
                        "bufferedEvents": 0,
                        "pendingEvents": 2,
                        "bytes": sum(len(frame.raw) for frame in tail.opening),
                    },
                }
            ]

    def test_wait_until_there_are_enough(self, grouped: LiveTailEmulator) -> None:
        with Http1(grouped) as waiting:
            waiting.send(request_bytes("GET", "/_livetail/sessions?wait=2"))
            with Http1Tail(grouped, GROUP), Http1Tail(grouped, GROUP):
                assert len(waiting.read_response().json["sessions"]) == 2

    @pytest.mark.parametrize(("query", "wanted"), [("wait=2", "at least 2"), ("max=0", "at most 0")])
    def test_wait_that_times_out(self, grouped: LiveTailEmulator, client: Http1, query: str, wanted: str) -> None:
        with Http1Tail(grouped, GROUP):
            sentence = refused(client.ask("GET", f"/_livetail/sessions?{query}&timeout=0.05"), 408)
        assert sentence == f"1 sessions were open after 0.05 s, not {wanted}"

    def test_wait_does_not_count_sessions_that_are_over(
        self, grouped: LiveTailEmulator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A client that does not read holds its connection; its session is removed by the reset."""
        monkeypatch.setattr(tail_module, "STALL_S", 0.2)
        with Http1Tail(grouped, GROUP, receive_buffer=4096):
            for _ in range(3):
                grouped.put(GROUP, "web-1", ["x" * 400_000])
                grouped.advance(1)
            grouped.reset()
            assert grouped.sessions() == []
            with Http1(grouped) as client:
                refused(client.ask("GET", "/_livetail/sessions?wait=1&timeout=0.05"), 408)


class TestEndedSessions:
    def ended(self, client: Http1, count: int = 1) -> list[Parameters]:
        assert client.ask("GET", "/_livetail/sessions?max=0").status == 200
        sessions: list[Parameters] = client.ask("GET", "/_livetail/sessions/ended").json["sessions"]
        assert len(sessions) == count
        return sessions

    def test_session(self, grouped: LiveTailEmulator, client: Http1) -> None:
        with Http1Tail(grouped, GROUP, logEventFilterPattern="ERROR") as tail:
            (open_session,) = grouped.sessions()
            grouped.put(GROUP, "web-1", ["ERROR one", "two"])
            grouped.advance(1)
            grouped.end_session(tail.session_id)
            tail.take_all()
        (session,) = self.ended(client)
        counters = session.pop("counters")
        assert (counters["updates"], counters["matched"], counters["delivered"]) == (1, 1, 1)
        before = {key: value for key, value in open_session.items() if key != "counters"}
        assert session == {**before, "state": "ended", "endedAt": START + 1_000, "endedBy": "deleted"}

    def test_client_that_leaves(self, grouped: LiveTailEmulator, client: Http1) -> None:
        Http1Tail(grouped, GROUP).close()
        assert self.ended(client)[0]["endedBy"] == "client"

    def test_timeout(self) -> None:
        with LiveTailEmulator(clock="manual", session_timeout="2s") as emulator, Http1(emulator) as client:
            emulator.put(GROUP, "web-1", ["before anyone listens"])
            with Http1Tail(emulator, GROUP) as tail:
                emulator.advance(2)
                tail.take_all()
            assert self.ended(client)[0]["endedBy"] == "timeout"

    @pytest.mark.parametrize("effect", ["exception", "end", "cut", "reset", "truncate"])
    def test_fault(self, grouped: LiveTailEmulator, client: Http1, effect: str) -> None:
        grouped.add_fault({"after": {"updates": 1}, "effect": {"type": effect}})
        with Http1Tail(grouped, GROUP):
            grouped.advance(2)
            assert self.ended(client)[0]["endedBy"] == "fault"

    def test_reset(self, grouped: LiveTailEmulator, client: Http1) -> None:
        with Http1Tail(grouped, GROUP) as tail:
            grouped.reset()
            tail.take_all()
        assert self.ended(client)[0]["endedBy"] == "reset"

    def test_last_hundred(self, grouped: LiveTailEmulator, client: Http1) -> None:
        for _ in range(103):
            Http1Tail(grouped, GROUP).close()
            assert client.ask("GET", "/_livetail/sessions?max=0").status == 200
        self.ended(client, 100)


def test_reset_ends_sessions_and_deletes_the_rest(grouped: LiveTailEmulator, client: Http1) -> None:
    with Http1Tail(grouped, GROUP) as tail:
        grouped.put(GROUP, "web-1", ["not yet in an update"])
        grouped.advance(5)
        grouped.reset()
        frames = tail.take_all()
        assert [frame.kind for frame in frames] == ["sessionUpdate"] * 5
        assert events_of(frames) == ["not yet in an update"]
    assert (grouped.sessions(), grouped.requests(), grouped.now()) == ([], [], START)
    assert client.call("DescribeLogGroups", {}).json == {"logGroups": []}


def test_events_with_a_time_of_their_own(grouped: LiveTailEmulator) -> None:
    with Http1Tail(grouped, GROUP) as tail:
        events = [{"timestamp": 2_000, "message": "later"}, {"timestamp": 1_000, "message": "sooner"}, "now"]
        grouped.put("/made/by/this", "s", ["elsewhere"])
        grouped.put(GROUP, "made-by-this", events)  # type: ignore[arg-type]
        grouped.advance(1)
        update = tail.take()
        assert update is not None
        results = update.json["sessionResults"]
        assert [(event["timestamp"], event["message"]) for event in results] == [
            (1_000, "sooner"),
            (2_000, "later"),
            (START, "now"),
        ]
        assert {event["ingestionTime"] for event in results} == {START}
