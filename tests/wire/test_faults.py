"""What each fault looks like in bytes, over HTTP/1.1 and HTTP/2: the columns of docs/faults.md of these names."""

import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from livetail import LiveTailEmulator
from livetail.testing.handle import LiveTail
from tests.wire.frames import build, events_of, split
from tests.wire.http1 import aws_headers
from tests.wire.pieces import GROUP, Body, Wire, Wire1, Wire2, is_quiet, read_body, read_messages
from tests.wire.sockets import TIMEOUT, eventually

EMPTY_UPDATE: Final = build(
    {":event-type": "sessionUpdate", ":content-type": "application/x-amz-json-1.1", ":message-type": "event"},
    b'{"sessionMetadata":{"sampled":false},"sessionResults":[]}',
)


def _of_length(data: bytes, length: int) -> list[bytes]:
    return [data[at : at + length] for at in range(0, len(data), length)]


@pytest.fixture(params=[Wire1, Wire2], ids=["http1", "http2"])
def wire(request: pytest.FixtureRequest, manual: LiveTailEmulator) -> Iterator[Wire]:
    manual.put(GROUP, "web-1", ["before anyone listens"])
    kind: Callable[[LiveTail], Wire] = request.param
    with kind(manual) as wire:
        yield wire


def _effect(effect_type: str, **keys: Any) -> dict[str, Any]:
    return {"effect": {"type": effect_type, **keys}}


def _play(manual: LiveTailEmulator, wire: Wire, rule: dict[str, Any], seconds: float = 2) -> Body:
    """All that is written to a tail that lasts so long, with a rule that lets its first update pass."""
    manual.add_fault({"after": {"updates": 1}, **rule})
    wire.open()
    manual.put(GROUP, "web-1", ["first"])
    manual.advance(1)
    manual.put(GROUP, "web-1", ["second"])
    manual.advance(seconds - 1)
    for session in manual.sessions():
        manual.end_session(session["sessionId"])
    return read_body(wire)


WHOLE: Final = ["initial-response", "sessionStart", "sessionUpdate", "sessionUpdate"]


def test_without_a_fault(manual: LiveTailEmulator, wire: Wire) -> None:
    body = _play(manual, wire, {"where": {"logGroup": "/other"}, **_effect("cut")})
    assert body.kinds == WHOLE and body.ended_by == "end"
    if isinstance(wire, Wire1):
        assert body.pieces == body.messages


# ---- requests --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("effect", "error"), [("reset", ConnectionResetError), ("empty", ConnectionError)])
def test_connection_is_closed_without_a_response(
    manual: LiveTailEmulator, wire: Wire, effect: str, error: type[Exception]
) -> None:
    manual.add_fault(_effect(effect))
    wire.begin()
    with pytest.raises(error) as caught:
        while True:
            wire.wait_for_more()
    assert type(caught.value) is error
    assert wire.untouched
    assert (manual.requests()[0]["status"], manual.sessions()) == (0, [])


@pytest.mark.parametrize("effect", ["reset", "empty"])
def test_connection_takes_its_other_streams_along(manual: LiveTailEmulator, effect: str) -> None:
    manual.put(GROUP, "web-1", ["before anyone listens"])
    manual.add_fault({"operation": "DescribeLogGroups", **_effect(effect)})
    with Wire2(manual) as client, Wire2(manual) as bystander:
        client.open()
        bystander.open()
        client.start("POST", "/", b"{}", aws_headers("DescribeLogGroups"))
        assert read_body(client).ended_by == ("RST" if effect == "reset" else "FIN")
        assert eventually(lambda: len(manual.sessions()) == 1)
        manual.end_session(manual.sessions()[0]["sessionId"])
        assert read_body(bystander).kinds == WHOLE[:2]


@pytest.mark.parametrize("status", [200, 204, 413, 503])
def test_status(manual: LiveTailEmulator, wire: Wire, status: int) -> None:
    text = "" if status == 204 else "<h1>nöt now</h1>"
    manual.add_fault({"operation": "DescribeLogGroups", **_effect("status", status=status, body=text)})
    response = wire.call("DescribeLogGroups", {})
    assert (response.status, response.body) == (status, text.encode())
    assert response.headers["content-type"] == "text/plain"
    assert wire.call("DescribeLogGroups", {}).status == 200


def test_error_is_one_of_the_service(manual: LiveTailEmulator, wire: Wire) -> None:
    rule = {"operation": "DescribeLogGroups", "times": 0}
    manual.add_fault({**rule, **_effect("error", code="ThrottlingException", status=429)})
    response = wire.call("DescribeLogGroups", {})
    assert (response.status, response.json) == (429, {"__type": "ThrottlingException", "message": "Rate exceeded"})
    assert response.headers["content-type"] == "application/x-amz-json-1.1"
    assert response.headers["x-amzn-requestid"] == manual.requests()[0]["requestId"]


def test_delayed_response_is_sent_at_its_instant(manual: LiveTailEmulator, wire: Wire) -> None:
    manual.add_fault(_effect("delay", seconds=1.5))
    wire.begin()
    assert eventually(lambda: len(manual.requests()) == 1)
    manual.advance(1.499)
    assert wire.untouched and manual.sessions() == []
    manual.advance(0.001)
    manual.wait_for_sessions(1)


# ---- what ends a tail ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "written"),
    [({}, len(EMPTY_UPDATE) // 2), ({"bytes": 0}, 0), ({"bytes": 7}, 7), ({"bytes": 9_999}, len(EMPTY_UPDATE) - 1)],
    ids=str,
)
@pytest.mark.parametrize(("effect", "ended_by"), [("cut", "FIN"), ("truncate", "end")])
def test_part_of_a_message(
    manual: LiveTailEmulator, wire: Wire, effect: str, ended_by: str, keys: dict[str, int], written: int
) -> None:
    manual.add_fault({"after": {"updates": 1}, **_effect(effect, **keys)})
    wire.open()
    manual.advance(3)
    body = read_body(wire)
    assert body.ended_by == ended_by
    (initial, start, update), rest = split(body.data)
    assert update.raw == EMPTY_UPDATE and rest == EMPTY_UPDATE[:written]
    if isinstance(wire, Wire1):
        assert body.pieces == [initial.raw, start.raw, update.raw, *([rest] if rest else [])]
    else:
        assert (wire.was_reset, wire.goes_away) == ({}, False)
    assert manual.sessions() == []


@pytest.mark.parametrize("after", [{"updates": 1}, {"seconds": 2}], ids=str)
def test_reset_comes_behind_what_was_written(manual: LiveTailEmulator, wire: Wire, after: dict[str, float]) -> None:
    body = _play(manual, wire, {"after": after, **_effect("reset")}, seconds=3)
    assert (body.kinds, body.ended_by) == (WHOLE[:3], "RST")
    assert events_of(body.frames) == ["first"]


@pytest.mark.parametrize("effect", ["cut", "reset"])
def test_lost_connection_of_a_tail_takes_its_other_streams_along(manual: LiveTailEmulator, effect: str) -> None:
    manual.put(GROUP, "web-1", ["before anyone listens"])
    manual.put("/app/other", "web-1", ["before anyone listens"])
    manual.add_fault({"where": {"logGroup": GROUP}, "after": {"updates": 1}, **_effect(effect)})
    with Wire2(manual) as client:
        client.open()
        request = {"logGroupIdentifiers": [manual.log_group_arn("/app/other")]}
        other = client.start("POST", "/", json.dumps(request).encode(), aws_headers("StartLiveTail"))
        manual.wait_for_sessions(2)
        manual.advance(3)
        assert read_body(client).ended_by == ("RST" if effect == "reset" else "FIN")
        assert other not in client.ended
        assert eventually(lambda: manual.sessions() == [])


EXCEPTION_HEADERS: Final = {
    ":exception-type": "SessionTimeoutException",
    ":content-type": "application/x-amz-json-1.1",
    ":message-type": "exception",
}
ERROR_HEADERS: Final = {":error-code": "Made Up", ":error-message": "größer", ":message-type": "error"}


@pytest.mark.parametrize(
    ("effect", "last"),
    [
        (
            {"type": "exception", "name": "SessionTimeoutException", "message": "größer"},
            build(EXCEPTION_HEADERS, '{"message":"größer"}'.encode()),
        ),
        ({"type": "error-message", "code": "Made Up", "message": "größer"}, build(ERROR_HEADERS, b"")),
        ({"type": "end"}, b""),
    ],
    ids=["exception", "error-message", "end"],
)
def test_stream_ends_and_the_connection_stays_usable(
    manual: LiveTailEmulator, wire: Wire, effect: dict[str, Any], last: bytes
) -> None:
    body = _play(manual, wire, {"effect": effect})
    assert (b"".join(body.messages[3:]), body.ended_by) == (last, "end")
    assert body.kinds[:3] == WHOLE[:3]
    assert wire.ask().json["sessions"] == 0


# ---- what happens to messages ----------------------------------------------------------------------------------------


HEADERS_LENGTH: Final = int.from_bytes(EMPTY_UPDATE[4:8], "big")
PLACES: Final = {"prelude": 3, "headers": 12 + 1 + len(":event-type"), "payload": 12 + HEADERS_LENGTH, "crc": -1}


@pytest.mark.parametrize("part", PLACES)
def test_corrupt_changes_one_byte(manual: LiveTailEmulator, wire: Wire, part: str) -> None:
    manual.add_fault({"after": {"updates": 1}, **_effect("corrupt", part=part)})
    wire.open()
    manual.advance(3)
    manual.clear_faults()
    manual.end_session(manual.sessions()[0]["sessionId"])
    body = read_body(wire)
    good, damaged, after = _of_length(body.data[-3 * len(EMPTY_UPDATE) :], len(EMPTY_UPDATE))
    assert good == after == EMPTY_UPDATE
    place = PLACES[part] % len(damaged)
    assert [at for at, byte in enumerate(EMPTY_UPDATE) if damaged[at] != byte] == [place]


@pytest.mark.parametrize("part", ["headers", "payload"])
def test_corrupt_under_valid_checksums(manual: LiveTailEmulator, wire: Wire, part: str) -> None:
    manual.add_fault({"after": {"updates": 1}, **_effect("corrupt", part=part, validChecksums=True)})
    wire.open()
    manual.advance(2)
    manual.end_session(manual.sessions()[0]["sessionId"])
    damaged = read_body(wire).data[-len(EMPTY_UPDATE) :]
    changed = [at for at, byte in enumerate(EMPTY_UPDATE[:-4]) if damaged[at] != byte]
    assert changed == [PLACES[part]] and damaged[-4:] != EMPTY_UPDATE[-4:]
    if part == "payload":
        (frame,), rest = split(damaged)  # it looks at the checksums
        assert not rest and frame.payload[1:] == EMPTY_UPDATE[13 + HEADERS_LENGTH : -4]


def test_duplicate_is_the_same_bytes_again(manual: LiveTailEmulator, wire: Wire) -> None:
    body = _play(manual, wire, _effect("duplicate"))
    assert body.kinds == [*WHOLE, "sessionUpdate"]
    assert body.messages[3] == body.messages[4]


def test_unknown_event_comes_before_the_message(manual: LiveTailEmulator, wire: Wire) -> None:
    body = _play(manual, wire, _effect("unknown-event", name="sessionNote"))
    assert body.kinds == [*WHOLE[:3], "sessionNote", "sessionUpdate"]
    assert body.frames[3].headers == {
        ":event-type": "sessionNote",
        ":content-type": "application/x-amz-json-1.1",
        ":message-type": "event",
    }
    assert body.frames[3].json == {}


def test_no_initial_response(manual: LiveTailEmulator, wire: Wire) -> None:
    body = _play(manual, wire, {"after": {}, **_effect("no-initial-response")})
    assert body.kinds == WHOLE[1:] and events_of(body.frames) == ["first", "second"]


@pytest.mark.parametrize("effect", [{"type": "lose"}, {"type": "reorder", "milliseconds": 60_000, "share": 1}], ids=str)
def test_log_events_that_are_missing_leave_whole_updates(
    manual: LiveTailEmulator, wire: Wire, effect: dict[str, Any]
) -> None:
    body = _play(manual, wire, {"effect": effect})
    assert body.messages[3] == EMPTY_UPDATE
    # What is held back comes when the session ends.
    assert events_of(body.frames) == (["first"] if effect["type"] == "lose" else ["first", "second"])


def test_stall_writes_nothing_and_then_the_backlog(manual: LiveTailEmulator, wire: Wire) -> None:
    manual.add_fault({"after": {"updates": 1}, **_effect("stall", seconds=20.5)})
    wire.open()
    manual.advance(21.499)
    assert read_messages(wire, 3)[2] == EMPTY_UPDATE
    assert is_quiet(wire)
    assert manual.sessions()[0]["counters"]["droppedUpdates"] == 10
    manual.advance(0.001)
    assert read_messages(wire, 10) == [EMPTY_UPDATE] * 10
    assert is_quiet(wire)


# ---- dribble ---------------------------------------------------------------------------------------------------------


def test_dribble_is_a_piece_at_a_time(manual: LiveTailEmulator, wire: Wire) -> None:
    manual.add_fault({"after": {"updates": 1}, **_effect("dribble", bytes=40, seconds=0.2)})
    wire.open()
    manual.advance(2)
    assert read_messages(wire, 3)[2] == EMPTY_UPDATE
    for piece in _of_length(EMPTY_UPDATE, 40):
        assert wire.piece() == piece
        assert is_quiet(wire)
        manual.advance(0.199)
        assert is_quiet(wire)
        manual.advance(0.001)
    manual.advance(0.2)  # now the next update is due
    assert wire.piece() == EMPTY_UPDATE[:40]


def test_rest_of_a_dribble_comes_when_its_rule_is_removed(manual: LiveTailEmulator, wire: Wire) -> None:
    fault = manual.add_fault({"after": {"updates": 1}, **_effect("dribble", bytes=40, seconds=60)})
    wire.open()
    manual.advance(2)
    assert read_messages(wire, 3)[2] == EMPTY_UPDATE
    assert wire.piece() == EMPTY_UPDATE[:40]
    assert is_quiet(wire)
    manual.remove_fault(fault)
    assert wire.piece() == EMPTY_UPDATE[40:]


# ---- under TLS -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def secured() -> Iterator[LiveTailEmulator]:
    """One CA for all tests: to make it takes longer than the rest."""
    with LiveTailEmulator(clock="manual@2026-01-01T00:00:00Z", seed=7, tls=True) as emulator:
        yield emulator


@pytest.mark.parametrize("kind", [Wire1, Wire2], ids=["http1", "http2"])
@pytest.mark.parametrize("effect", ["cut", "reset"])
def test_tls(secured: LiveTailEmulator, kind: Callable[[LiveTail], Wire], effect: str) -> None:
    secured.reset()
    secured.put(GROUP, "web-1", ["before anyone listens"])
    with kind(secured) as wire:
        body = _play(secured, wire, {"times": 0, **_effect(effect)})
        assert split(body.data)[0][2:]
        is_told = effect == "reset" and sys.version_info >= (3, 13)  # before, ssl took a reset for an end
        assert body.ended_by == ("RST" if is_told else "FIN")
    secured.assert_no_sessions()
    with kind(secured) as wire:
        _play_unread(secured, wire)
        assert _ended_below_tls(wire.socket) == ("RST" if effect == "reset" else "FIN")


def _play_unread(emulator: LiveTailEmulator, wire: Wire) -> None:
    wire.open()
    emulator.advance(3)


def _ended_below_tls(sock: socket.socket) -> str:
    """How the connection ended, whatever was in its records."""
    with socket.socket(fileno=os.dup(sock.fileno())) as plain:
        plain.settimeout(TIMEOUT)
        try:
            while plain.recv(65536):
                pass
        except ConnectionResetError:
            return "RST"
        return "FIN"
