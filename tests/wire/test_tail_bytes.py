"""What a tail looks like on the wire, byte for byte."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from livetail import LiveTailEmulator
from tests.wire.frames import Frame, build, events_of
from tests.wire.http1 import Http1, Http1Tail, aws_headers, request_bytes
from tests.wire.http2 import Http2Tail
from tests.wire.reading import Reading

GROUP = "/app/api"
START = 1_767_225_600_000
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


@pytest.fixture
def group(manual: LiveTailEmulator) -> str:
    manual.put(GROUP, "web-1", ["before anyone listens"])
    return GROUP


def _event(name: str, payload: bytes, content_type: str = "application/x-amz-json-1.1") -> bytes:
    return build({":event-type": name, ":content-type": content_type, ":message-type": "event"}, payload)


def test_head_of_a_tail(manual: LiveTailEmulator, group: str) -> None:
    with Http1Tail(manual, group) as tail:
        request_id = tail.opening[1].json["requestId"]
        assert re.fullmatch(UUID, request_id)
        assert tail.head.head == (
            b"HTTP/1.1 200 \r\n"
            b"x-amzn-RequestId: " + request_id.encode() + b"\r\n"
            b"Content-Type: application/vnd.amazon.eventstream\r\n"
            b"date: " + tail.head.headers["date"].encode() + b"\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )


def test_head_of_a_tail_over_http2(manual: LiveTailEmulator, group: str) -> None:
    with Http2Tail(manual, group) as tail:
        assert tail.heads[tail.stream] == [
            (":status", "200"),
            ("x-amzn-requestid", tail.opening[1].json["requestId"]),
            ("content-type", "application/vnd.amazon.eventstream"),
            ("date", dict(tail.heads[tail.stream])["date"]),
        ]


def test_date_is_the_real_time_also_where_the_clock_is_moved(manual: LiveTailEmulator, group: str) -> None:
    """SDKs compare it with their own clock."""
    manual.advance(3 * 3600)
    with Http1Tail(manual, group) as tail:
        date = parsedate_to_datetime(tail.head.headers["date"])
        assert abs(datetime.now(UTC) - date) < timedelta(minutes=1)


def test_first_messages_come_before_time_moves(manual: LiveTailEmulator, group: str) -> None:
    # The clock stands still, so nothing but the request itself can have set them off.
    with Http1Tail(manual, group, logStreamNames=["web-1"], logEventFilterPattern="ERROR") as tail:
        initial, start = tail.opening
        assert initial.raw == _event("initial-response", b"{}", "application/x-amz-json-1.1")
        described = {
            "requestId": tail.head.headers["x-amzn-requestid"],
            "sessionId": tail.session_id,
            "logGroupIdentifiers": [manual.log_group_arn(group)],
            "logStreamNames": ["web-1"],
            "logEventFilterPattern": "ERROR",
        }
        assert start.raw == _event("sessionStart", json.dumps(described, separators=(",", ":")).encode())
        assert re.fullmatch(UUID, tail.session_id)


def test_session_start_omits_what_the_request_does_not_have(manual: LiveTailEmulator, group: str) -> None:
    with Http1Tail(manual, group) as tail:
        assert list(tail.opening[1].json) == ["requestId", "sessionId", "logGroupIdentifiers"]


def test_updates(manual: LiveTailEmulator, group: str) -> None:
    with Http1Tail(manual, group) as tail:
        manual.put(GROUP, "web-1", ['ERROR \u00e9\u20ac\U0001f600 "quoted" \\ \n\t\x7f'])
        assert manual.advance(2) == 2
        update, empty = tail.take(), tail.take()
        assert update is not None and empty is not None
        assert empty.raw == _event("sessionUpdate", b'{"sessionMetadata":{"sampled":false},"sessionResults":[]}')
        assert update.headers == empty.headers
        assert update.json == {
            "sessionMetadata": {"sampled": False},
            "sessionResults": [
                {
                    "logStreamName": "web-1",
                    "logGroupIdentifier": f"123456789012:{GROUP}",
                    "message": 'ERROR \u00e9\u20ac\U0001f600 "quoted" \\ \n\t\x7f',
                    "timestamp": START,
                    "ingestionTime": START,
                }
            ],
        }


@pytest.fixture
def soon_over() -> Iterator[LiveTailEmulator]:
    """Its sessions end after a minute; tests/clients/test_boto3_sessions.py waits for three hours of moved time."""
    with LiveTailEmulator(clock="manual", session_timeout="1m") as emulator:
        emulator.put(GROUP, "web-1", ["before anyone listens"])
        yield emulator


def test_timeout_ends_the_stream_cleanly_and_leaves_the_connection_usable(soon_over: LiveTailEmulator) -> None:
    with Http1Tail(soon_over, GROUP) as tail, Reading(tail) as reading:
        soon_over.advance(59)
        soon_over.put(GROUP, "web-1", ["the last one"])
        soon_over.advance(1)
        frames = reading.finish()
        assert [frame.kind for frame in frames] == ["sessionUpdate"] * 60 + ["SessionTimeoutException"]
        assert events_of(frames) == ["the last one"]
        exception = {":exception-type": "SessionTimeoutException", ":content-type": "application/x-amz-json-1.1"}
        payload = json.dumps(frames[-1].json, separators=(",", ":")).encode()
        assert frames[-1].raw == build({**exception, ":message-type": "exception"}, payload)
        assert list(frames[-1].json) == ["message"]
        assert tail.ask().json["sessions"] == 0


def test_timeout_ends_an_http2_stream_cleanly(soon_over: LiveTailEmulator) -> None:
    with Http2Tail(soon_over, GROUP) as tail:
        with Reading(tail) as reading:
            soon_over.advance(60)
            assert [frame.kind for frame in reading.finish()][-1] == "SessionTimeoutException"
        assert tail.ask().json["sessions"] == 0


def test_deleted_session_ends_without_an_exception(manual: LiveTailEmulator, group: str) -> None:
    with Http1Tail(manual, group) as http1, Http2Tail(manual, group) as http2:
        for tail in (http1, http2):
            manual.end_session(tail.session_id)
            assert tail.take_all() == []
        assert manual.sessions() == []


def test_http_1_0_gets_the_stream_without_chunks(manual: LiveTailEmulator, group: str) -> None:
    request = json.dumps({"logGroupIdentifiers": [manual.log_group_arn(group)]}).encode()
    with Http1(manual) as client:
        client.send(request_bytes(headers=aws_headers("StartLiveTail"), body=request, host=None, version="HTTP/1.0"))
        head = client.read_head()
        assert b"ransfer-" not in head and b"ontent-Length" not in head
        (session,) = manual.wait_for_sessions(1)
        assert session["httpVersion"] == "1.0"
        manual.end_session(session["sessionId"])
        body = client.unread
        while data := client.socket.recv(65536):
            body += data
        assert body.startswith(_event("initial-response", b"{}", "application/x-amz-json-1.1"))
        assert body.endswith(_event("sessionStart", _start_payload(session)))


def _start_payload(session: Mapping[str, Any]) -> bytes:
    described = {name: session[name] for name in ("requestId", "sessionId", "logGroupIdentifiers")}
    return json.dumps(described, separators=(",", ":")).encode()


class TestRepeating:
    """The same seed, clock and requests give the same bytes, but for the Date, which is the real time."""

    @staticmethod
    def _record(emulator: LiveTailEmulator) -> bytes:
        emulator.put(GROUP, "web-1", ["first"])
        recorded = b""
        with Http1Tail(emulator, GROUP) as tail, Http1(emulator) as other:
            recorded += tail.head.head + b"".join(frame.raw for frame in tail.opening)
            refused = other.call("StartLiveTail", {"logGroupIdentifiers": []})
            recorded += refused.head + refused.body
            for _ in range(3):
                emulator.put(GROUP, "web-1", [f"message {number}" for number in range(800)])
                emulator.advance(1)
            emulator.end_session(tail.session_id)
            recorded += b"".join(frame.raw for frame in tail.take_all())
            return re.sub(rb"\r\ndate: [^\r]+", b"", recorded)

    def _record_with(self, seed: int) -> bytes:
        with LiveTailEmulator(clock="manual@2026-01-01T00:00:00Z", seed=seed) as emulator:
            return self._record(emulator)

    def test_same_seed_gives_the_same_bytes(self) -> None:
        assert self._record_with(7) == self._record_with(7)

    def test_other_seed_gives_other_samples(self) -> None:
        assert self._samples(self._record_with(7)) != self._samples(self._record_with(8))

    def test_reset_begins_again(self, manual: LiveTailEmulator) -> None:
        first = self._record(manual)
        manual.reset()
        assert self._record(manual) == first

    @staticmethod
    def _samples(recorded: bytes) -> list[bytes]:
        return re.findall(rb'"message":"(message \d+)"', recorded)


def test_sample_has_exactly_500_events_in_order(manual: LiveTailEmulator, group: str) -> None:
    with Http1Tail(manual, group) as tail:
        manual.put(GROUP, "web-1", [f"{number:04d}" for number in range(2000)])
        manual.advance(1)
        update = tail.take()
        assert isinstance(update, Frame)
        messages = events_of([update])
        assert len(messages) == 500 and messages == sorted(set(messages))
        assert update.json["sessionMetadata"] == {"sampled": True}
