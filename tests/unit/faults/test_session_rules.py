"""What each effect of a rule does to a session: the bytes that it leaves."""

from typing import Any

import pytest

from livetail.faults.messages import Step
from livetail.wire import livetail
from livetail.wire.eventstream import EventStreamError
from tests.unit.faults.sessions import (
    EXCEPTION,
    HALF,
    INITIAL_RESPONSE,
    SECOND,
    SESSION_START,
    START,
    WrittenSession,
    add,
    rule,
    rules_with,
    run,
    sends,
    update,
)
from tests.unit.wire.codec import decode


def test_without_a_rule_every_message_comes_through_as_it_is() -> None:
    session = WrittenSession(rules_with())
    session.write(START)
    session.update(START + SECOND)
    assert session.steps == sends(INITIAL_RESPONSE, SESSION_START, update(1))


TIMEOUT = livetail.modeled_exception("SessionTimeoutException", "Session timed out.")
OWN = livetail.modeled_exception("SessionStreamingException", "own")
ERROR = livetail.unmodeled_error("Boom", "it broke")
FAILURE = livetail.unmodeled_error(
    "InternalFailure", "The request processing has failed because of an unknown error, exception or failure."
)
AFTER_TWO_UPDATES: list[tuple[str, dict[str, Any], list[Any]]] = [
    ("exception", {}, [Step(EXCEPTION, "end")]),
    ("exception", {"name": "SessionTimeoutException"}, [Step(TIMEOUT, "end")]),
    ("exception", {"message": "own"}, [Step(OWN, "end")]),
    ("error-message", {"code": "Boom", "message": "it broke"}, [Step(ERROR, "end")]),
    ("error-message", {}, [Step(FAILURE, "end")]),
    ("end", {}, [Step(then="end")]),
    ("reset", {}, [Step(then="reset")]),
    ("cut", {}, [Step(update(3)[:HALF], "close")]),
    ("cut", {"bytes": 7}, [Step(update(3)[:7], "close")]),
    ("cut", {"bytes": 0}, [Step(b"", "close")]),
    ("cut", {"bytes": 1_000_000}, [Step(update(3)[:-1], "close")]),
    ("truncate", {}, [Step(update(3)[:HALF], "end")]),
    ("truncate", {"bytes": 7}, [Step(update(3)[:7], "end")]),
    ("truncate", {"bytes": 0}, [Step(then="end")]),
    ("duplicate", {}, sends(update(3), update(3), update(4))),
    ("unknown-event", {}, sends(livetail.unknown_event(), update(3), update(4))),
    ("unknown-event", {"name": "sessionPause"}, sends(livetail.unknown_event("sessionPause"), update(3), update(4))),
]


@pytest.mark.parametrize(("type_", "values", "steps"), AFTER_TWO_UPDATES)
def test_effects_after_two_updates(type_: str, values: dict[str, Any], steps: list[Any]) -> None:
    session = run(rule(type_, after={"updates": 2}, **values), seconds=4)
    assert session.steps == [*sends(INITIAL_RESPONSE, SESSION_START, update(1), update(2)), *steps]


@pytest.mark.parametrize("type_", ["exception", "error-message", "end", "cut", "truncate", "reset"])
def test_an_ended_stream_takes_no_more_messages(type_: str) -> None:
    session = run(rule(type_, after={"updates": 2}), seconds=4)
    assert session.is_over
    assert session.session.counters.buffered_updates


def test_session_effects_fire_as_soon_as_the_update_is_written_not_with_the_next() -> None:
    rules = rules_with()
    add(rules, rule("exception", after={"updates": 1}), START)
    session = WrittenSession(rules)
    session.write(START)
    assert session.update(START + SECOND) == [Step(update(1)), Step(EXCEPTION, "end")]


@pytest.mark.parametrize("type_", ["cut", "truncate", "corrupt", "duplicate", "unknown-event", "exception", "end"])
def test_nothing_but_its_own_effect_touches_the_initial_response(type_: str) -> None:
    session = run(rule(type_, times=0))
    assert session.steps[0] == Step(INITIAL_RESPONSE)
    assert session.steps[1] != Step(SESSION_START) or session.steps[1:3] == sends(SESSION_START, SESSION_START)


def test_at_once_is_right_after_the_initial_response() -> None:
    assert run(rule("exception")).steps == [Step(INITIAL_RESPONSE), Step(EXCEPTION, "end")]


def test_after_no_updates_is_after_session_start() -> None:
    assert run(rule("end", after={"updates": 0})).steps == [*sends(INITIAL_RESPONSE, SESSION_START), Step(then="end")]
    cut = run(rule("cut", after={"updates": 0}, bytes=5)).steps
    assert cut == [*sends(INITIAL_RESPONSE, SESSION_START), Step(update(1)[:5], "close")]


def test_no_initial_response() -> None:
    session = run(rule("no-initial-response"), seconds=1)
    assert session.steps == sends(SESSION_START, update(1))


# ---- corrupt ---------------------------------------------------------------------------------------------------------

CORRUPTIONS = [
    ("prelude", False, "prelude checksum mismatch", slice(0, 4)),
    ("headers", False, "message checksum mismatch", slice(12, -4)),
    ("payload", False, "message checksum mismatch", slice(12, -4)),
    ("crc", False, "message checksum mismatch", slice(-4, None)),
    ("headers", True, "unknown value type", slice(12, None)),
    ("payload", True, None, slice(12, None)),
]


@pytest.mark.parametrize(("part", "valid", "error", "where"), CORRUPTIONS)
def test_corruption_damages_the_named_part_alone(part: str, valid: bool, error: str | None, where: slice) -> None:
    session = run(rule("corrupt", after={"updates": 1}, part=part, validChecksums=valid), seconds=3)
    damaged = session.steps[3]
    assert damaged.then == "continue"
    intact = bytearray(update(2))
    assert len(damaged.data) == len(intact)
    intact[where] = damaged.data[where]
    assert bytes(intact) == damaged.data != update(2)
    decoder = session.decoder()
    messages = [decoder.next_message() for _ in range(3)]
    assert None not in messages, "what comes before it is whole"
    if error is None:
        message = decoder.next_message()
        assert message is not None
        assert message.headers == decode(update(2))[0].headers
        assert message.payload[1:] == decode(update(2))[0].payload[1:]
        with pytest.raises(UnicodeDecodeError):
            message.payload.decode()
    else:
        with pytest.raises(EventStreamError) as caught:
            decoder.next_message()
        assert error in caught.value.problem


def test_a_corrupted_message_is_followed_by_whole_ones() -> None:
    session = run(rule("corrupt", after={"updates": 1}), seconds=3)
    assert session.steps[4] == Step(update(3))


@pytest.mark.parametrize("type_", ["cut", "truncate"])
def test_what_is_cut_off_leaves_an_incomplete_message(type_: str) -> None:
    session = run(rule(type_, after={"updates": 1}), seconds=3)
    decoder = session.decoder()
    assert len(list(decoder)) == 3
    with pytest.raises(EventStreamError, match="the stream ends after"):
        decoder.end_of_input()
