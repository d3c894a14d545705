"""What the rules do to a running tail: the bytes that each effect leaves, and when."""

from typing import Any

import pytest

from livetail.core.chance import Chance
from livetail.faults import Faults
from livetail.faults.steps import Cut, End, Reset, Send
from livetail.wire import livetail
from livetail.wire.eventstream import decode
from livetail.wire.eventstream_errors import EventStreamError, TruncatedMessage
from tests.unit.faults.tails import INITIAL_RESPONSE, SESSION_START, START, Tail, play, rule, run, update

SECOND = 1_000


def sends(*messages: bytes) -> list[Send]:
    return [Send(message) for message in messages]


def test_without_a_rule_every_message_comes_through_as_it_is() -> None:
    tail = Tail(Faults(Chance(7)))
    tail.write(START)
    tail.update(START + SECOND)
    assert tail.steps == sends(INITIAL_RESPONSE, SESSION_START, update(1))


EXCEPTION = livetail.modeled_exception("SessionStreamingException", "Internal streaming error.")
TIMEOUT = livetail.modeled_exception("SessionTimeoutException", "Session timed out.")
OWN = livetail.modeled_exception("SessionStreamingException", "own")
ERROR = livetail.unmodeled_error("Boom", "it broke")
FAILURE = livetail.unmodeled_error(
    "InternalFailure", "The request processing has failed because of an unknown error, exception or failure."
)
HALF = len(update(1)) // 2

AFTER_TWO_UPDATES: list[tuple[str, dict[str, Any], list[Any]]] = [
    ("exception", {}, [Send(EXCEPTION), End()]),
    ("exception", {"name": "SessionTimeoutException"}, [Send(TIMEOUT), End()]),
    ("exception", {"message": "own"}, [Send(OWN), End()]),
    ("error-message", {"code": "Boom", "message": "it broke"}, [Send(ERROR), End()]),
    ("error-message", {}, [Send(FAILURE), End()]),
    ("end", {}, [End()]),
    ("reset", {}, [Reset()]),
    ("cut", {}, [Cut(update(3)[:HALF])]),
    ("cut", {"bytes": 7}, [Cut(update(3)[:7])]),
    ("cut", {"bytes": 0}, [Cut(b"")]),
    ("cut", {"bytes": 1_000_000}, [Cut(update(3)[:-1])]),
    ("truncate", {}, [Send(update(3)[:HALF]), End()]),
    ("truncate", {"bytes": 7}, [Send(update(3)[:7]), End()]),
    ("truncate", {"bytes": 0}, [End()]),
    ("duplicate", {}, sends(update(3), update(3), update(4))),
    ("unknown-event", {}, sends(livetail.unknown_event(), update(3), update(4))),
    ("unknown-event", {"name": "sessionPause"}, sends(livetail.unknown_event("sessionPause"), update(3), update(4))),
]


@pytest.mark.parametrize(("type_", "values", "steps"), AFTER_TWO_UPDATES)
def test_effects_after_two_updates(type_: str, values: dict[str, Any], steps: list[Any]) -> None:
    tail = run(rule(type_, after={"updates": 2}, **values), seconds=4)
    assert tail.steps == [*sends(INITIAL_RESPONSE, SESSION_START, update(1), update(2)), *steps]


@pytest.mark.parametrize("type_", ["exception", "error-message", "end", "cut", "truncate", "reset"])
def test_a_tail_that_is_over_takes_nothing_more_from_its_session(type_: str) -> None:
    tail = run(rule(type_, after={"updates": 2}), seconds=4)
    assert tail.is_over
    assert tail.messages


def test_session_effects_fire_as_soon_as_the_update_is_written_not_with_the_next() -> None:
    faults = Faults(Chance(7))
    faults.add(rule("exception", after={"updates": 1}), START)
    tail = Tail(faults)
    tail.write(START)
    assert tail.update(START + SECOND) == [Send(update(1)), Send(EXCEPTION), End()]


@pytest.mark.parametrize("type_", ["cut", "truncate", "corrupt", "duplicate", "unknown-event", "exception", "end"])
def test_nothing_but_its_own_effect_touches_the_initial_response(type_: str) -> None:
    tail = run(rule(type_, times=0))
    assert tail.steps[0] == Send(INITIAL_RESPONSE)
    assert tail.steps[1] != Send(SESSION_START) or tail.steps[1:3] == sends(SESSION_START, SESSION_START)


def test_at_once_is_right_after_the_initial_response() -> None:
    assert run(rule("exception")).steps == [*sends(INITIAL_RESPONSE, EXCEPTION), End()]


def test_after_no_updates_is_after_session_start() -> None:
    assert run(rule("end", after={"updates": 0})).steps == [*sends(INITIAL_RESPONSE, SESSION_START), End()]
    cut = run(rule("cut", after={"updates": 0}, bytes=5)).steps
    assert cut == [*sends(INITIAL_RESPONSE, SESSION_START), Cut(update(1)[:5])]


def test_no_initial_response() -> None:
    tail = run(rule("no-initial-response"), seconds=1)
    assert tail.steps == sends(SESSION_START, update(1))


# ---- corrupt ---------------------------------------------------------------------------------------------------------

CORRUPTIONS = [
    ("prelude", False, "PreludeChecksumMismatch", slice(0, 4)),
    ("headers", False, "MessageChecksumMismatch", slice(12, -4)),
    ("payload", False, "MessageChecksumMismatch", slice(12, -4)),
    ("crc", False, "MessageChecksumMismatch", slice(-4, None)),
    ("headers", True, "InvalidHeaderValueType", slice(12, None)),
    ("payload", True, None, slice(12, None)),
]


@pytest.mark.parametrize(("part", "valid", "error", "where"), CORRUPTIONS)
def test_corruption_damages_the_named_part_alone(part: str, valid: bool, error: str | None, where: slice) -> None:
    tail = run(rule("corrupt", after={"updates": 1}, part=part, validChecksums=valid), seconds=3)
    damaged = tail.steps[3]
    assert isinstance(damaged, Send)
    intact = bytearray(update(2))
    assert len(damaged.data) == len(intact)
    intact[where] = damaged.data[where]
    assert bytes(intact) == damaged.data != update(2)
    decoder = tail.decoder()
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
        assert type(caught.value).__name__ == error


def test_a_corrupted_message_is_followed_by_whole_ones() -> None:
    tail = run(rule("corrupt", after={"updates": 1}), seconds=3)
    assert tail.steps[4] == Send(update(3))


@pytest.mark.parametrize("type_", ["cut", "truncate"])
def test_what_is_cut_off_leaves_an_incomplete_message(type_: str) -> None:
    tail = run(rule(type_, after={"updates": 1}), seconds=3)
    decoder = tail.decoder()
    assert len(list(decoder)) == 3
    with pytest.raises(TruncatedMessage):
        decoder.end_of_input()


# ---- time ------------------------------------------------------------------------------------------------------------


def test_what_is_due_with_an_update_comes_before_it() -> None:
    tail = run(rule("exception", after={"seconds": 2}), seconds=3)
    assert tail.events() == ["initial-response", "sessionStart", "sessionUpdate", "SessionStreamingException"]


def test_between_two_updates_a_writer_is_woken_for_what_is_due() -> None:
    faults = Faults(Chance(7))
    faults.add(rule("reset", after={"seconds": 1.5}), START)
    tail = Tail(faults)
    tail.write(START)
    tail.update(START + SECOND)
    assert faults.next_due() == START + 1_500
    assert play(faults, [tail], START + SECOND, START + 2 * SECOND) == [START + 1_500]
    assert tail.steps[-1] == Reset()
    assert faults.next_due() is None


def test_seconds_count_from_the_start_of_each_session() -> None:
    faults = Faults(Chance(7))
    faults.add(rule("end", after={"seconds": 3}, times=0), START - 60 * SECOND)
    first = Tail(faults, session_id="first")
    second = Tail(faults, session_id="second", started_at=START + SECOND)
    first.write(START)
    second.write(START + SECOND)
    assert play(faults, [first, second], START, START + 10 * SECOND) == [START + 3_000, START + 4_000]
    assert first.steps[-1] == second.steps[-1] == End()


def test_a_due_that_a_busy_writer_misses_is_said_once_and_acts_when_the_writer_is_back() -> None:
    faults = Faults(Chance(7))
    faults.add(rule("end", after={"seconds": 1}), START)
    tail = Tail(faults)
    tail.write(START)
    assert faults.run_due(START + SECOND) == ["s"]
    assert faults.next_due() is None
    assert tail.write(START + 5 * SECOND) == [End()]


def test_a_stall_writes_nothing_until_it_is_over() -> None:
    faults = Faults(Chance(7))
    faults.add(rule("stall", after={"updates": 1}, seconds=2.5), START)
    tail = Tail(faults)
    tail.write(START)
    assert tail.update(START + SECOND) == [Send(update(1))]
    assert tail.faults.holds_back(START + SECOND)
    assert tail.update(START + 2 * SECOND) == []
    assert tail.update(START + 3 * SECOND) == []
    assert list(tail.messages) == [update(2), update(3)], "they wait in the session, where the backlog is"
    assert faults.next_due() == START + 3_500
    play(faults, [tail], START + 3 * SECOND, START + 4 * SECOND)
    assert tail.steps[-2:] == sends(update(2), update(3))
    assert not tail.faults.holds_back(START + 3_500)


def test_a_stall_can_be_reset_before_it_is_over() -> None:
    faults = Faults(Chance(7))
    faults.add(rule("stall", seconds=60), START)
    faults.add(rule("reset", after={"seconds": 2}), START)
    tail = Tail(faults)
    tail.write(START)
    assert play(faults, [tail], START, START + 100 * SECOND) == [START + 2 * SECOND]
    assert tail.steps == [Send(INITIAL_RESPONSE), Reset()]


def test_an_exception_waits_for_the_stall_before_it() -> None:
    faults = Faults(Chance(7))
    faults.add(rule("stall", seconds=60), START)
    faults.add(rule("exception", after={"seconds": 2}), START)
    tail = Tail(faults)
    tail.write(START)
    assert play(faults, [tail], START, START + 100 * SECOND) == [START + 2 * SECOND, START + 60 * SECOND]
    assert tail.steps == [*sends(INITIAL_RESPONSE, EXCEPTION), End()]


def test_of_two_stalls_the_longer_one_counts() -> None:
    faults = Faults(Chance(7))
    faults.add(rule("stall", seconds=5), START)
    faults.add(rule("stall", seconds=3), START)
    tail = Tail(faults)
    tail.write(START)
    assert tail.write(START + 4 * SECOND) == []
    assert tail.write(START + 5 * SECOND) == sends(SESSION_START)


def test_dribble_writes_pieces_with_pauses_and_loses_nothing() -> None:
    faults = Faults(Chance(7))
    faults.add(rule("dribble", after={"updates": 0}, bytes=50, seconds=0.1), START)
    tail = Tail(faults)
    tail.write(START)
    tail.update(START + SECOND)
    instants = play(faults, [tail], START + SECOND, START + 10 * SECOND)
    pieces = -(-len(update(1)) // 50)
    assert tail.steps == [
        *sends(INITIAL_RESPONSE, SESSION_START),
        *(Send(update(1)[at : at + 50]) for at in range(0, len(update(1)), 50)),
    ]
    assert instants == [START + SECOND + 100 * (piece + 1) for piece in range(pieces)]
    assert tail.events() == ["initial-response", "sessionStart", "sessionUpdate"]


def test_a_message_counts_as_written_with_its_last_piece() -> None:
    faults = Faults(Chance(7))
    faults.add(rule("dribble", after={"updates": 0}, bytes=50, seconds=0.1), START)
    faults.add(rule("end", after={"updates": 1}), START)
    tail = Tail(faults)
    tail.write(START)
    tail.update(START + SECOND)
    play(faults, [tail], START + SECOND, START + 10 * SECOND)
    assert tail.events() == ["initial-response", "sessionStart", "sessionUpdate"]
    assert tail.is_over


def test_a_reset_after_an_update_comes_behind_the_last_piece_of_it() -> None:
    faults = Faults(Chance(7))
    faults.add(rule("dribble", after={"updates": 0}, bytes=50, seconds=0.1), START)
    faults.add(rule("reset", after={"updates": 1}), START)
    tail = Tail(faults)
    tail.write(START)
    tail.update(START + SECOND)
    play(faults, [tail], START + SECOND, START + 10 * SECOND)
    assert tail.events() == ["initial-response", "sessionStart", "sessionUpdate"]
    assert tail.steps[-1] == Reset()


def test_a_session_that_ends_while_it_dribbles_still_has_something_to_write() -> None:
    faults = Faults(Chance(7))
    faults.add(rule("dribble", bytes=1_000, seconds=1), START)
    tail = Tail(faults)
    tail.write(START)
    assert tail.faults.holds_back(START)
    play(faults, [tail], START, START + 10 * SECOND)
    assert not tail.faults.holds_back(START + 10 * SECOND)


# ---- rules that come, go and meet ------------------------------------------------------------------------------------


def test_a_rule_that_is_added_later_acts_on_open_sessions() -> None:
    faults = Faults(Chance(7))
    tail = Tail(faults)
    tail.write(START)
    tail.update(START + SECOND)
    faults.add(rule("exception"), START + SECOND)
    assert tail.write(START + SECOND) == [Send(EXCEPTION), End()]


@pytest.mark.parametrize("after", [{"updates": 1}, {"seconds": 0.5}])
def test_what_it_waits_for_may_have_been_before(after: dict[str, float]) -> None:
    faults = Faults(Chance(7))
    tail = Tail(faults)
    tail.write(START)
    tail.update(START + SECOND)
    faults.add(rule("end", after=after), START + SECOND)
    assert tail.write(START + SECOND) == [End()]


@pytest.mark.parametrize("type_", ["stall", "dribble"])
def test_what_is_removed_ends(type_: str) -> None:
    faults = Faults(Chance(7))
    values: dict[str, Any] = {"bytes": 5} if type_ == "dribble" else {}
    fault = faults.add(rule(type_, seconds=60, **values), START)
    tail = Tail(faults)
    tail.write(START)
    assert tail.faults.holds_back(START)
    faults.remove(fault.fault_id)
    assert tail.faults.holds_back(START) is (type_ == "dribble"), "the rest of a message is there to be written"
    tail.write(START)
    assert tail.events() == ["initial-response", "sessionStart"]
    assert not tail.faults.holds_back(START)
    assert faults.next_due() is None


def test_a_rule_is_about_the_sessions_of_its_log_groups() -> None:
    faults = Faults(Chance(7))
    faults.add(rule("end", times=0) | {"where": {"logGroup": "/aws/lambda/*"}}, START)
    one, other = Tail(faults, session_id="one"), Tail(faults, session_id="other", group="/aws/ecs/checkout")
    one.write(START)
    other.write(START)
    assert one.is_over
    assert other.steps == sends(INITIAL_RESPONSE, SESSION_START)


def test_rules_on_one_message_act_in_their_order() -> None:
    faults = Faults(Chance(7))
    faults.add(rule("duplicate", after={"updates": 0}), START)
    faults.add(rule("unknown-event", after={"updates": 0}), START)
    last = faults.add(rule("cut", after={"updates": 0}, bytes=9), START)
    never = faults.add(rule("truncate", after={"updates": 0}), START)
    tail = Tail(faults)
    tail.write(START)
    assert tail.update(START + SECOND) == [Send(update(1)), Send(livetail.unknown_event()), Cut(update(1)[:9])]
    assert (last.fired, never.fired) == (1, 0)


def test_a_second_ending_does_not_fire() -> None:
    faults = Faults(Chance(7))
    faults.add(rule("end"), START)
    second = faults.add(rule("exception"), START)
    tail = Tail(faults)
    tail.write(START)
    assert tail.steps == [Send(INITIAL_RESPONSE), End()]
    assert second.fired == 0


def test_what_is_about_to_end_is_not_ended_again() -> None:
    faults = Faults(Chance(7))
    faults.add(rule("stall", seconds=60), START)
    faults.add(rule("exception", after={"seconds": 2}), START)
    second = faults.add(rule("end", after={"seconds": 3}), START)
    tail = Tail(faults)
    tail.write(START)
    play(faults, [tail], START, START + 100 * SECOND)
    assert tail.steps == [*sends(INITIAL_RESPONSE, EXCEPTION), End()]
    assert second.fired == 0


def test_what_cannot_fire_any_more_is_not_due() -> None:
    faults = Faults(Chance(7))
    faults.add(rule("stall", after={"seconds": 2}, seconds=0.5), START)
    first, second = Tail(faults, session_id="first"), Tail(faults, session_id="second", started_at=START + SECOND)
    first.write(START)
    second.write(START + SECOND)
    assert play(faults, [first, second], START, START + 10 * SECOND) == [START + 2_000, START + 2_500]


def test_another_rule_does_not_make_a_session_forget_what_has_acted_on_it() -> None:
    faults = Faults(Chance(7))
    stall = faults.add(rule("stall", times=0, seconds=1), START)
    tail = Tail(faults)
    tail.write(START)
    faults.add(rule("duplicate"), START)
    tail.write(START + 2 * SECOND)
    assert stall.fired == 1
    assert tail.steps == sends(INITIAL_RESPONSE, SESSION_START, SESSION_START)


def test_a_closed_tail_is_not_due() -> None:
    faults = Faults(Chance(7))
    faults.add(rule("end", after={"seconds": 5}), START)
    tail = Tail(faults)
    tail.write(START)
    assert faults.next_due() == START + 5 * SECOND
    tail.faults.close()
    assert faults.next_due() is None


def test_the_preset_of_the_disconnect() -> None:
    tail = run({"preset": "observed-disconnect", "minutes": 0.05}, seconds=4)
    assert tail.steps == [*sends(INITIAL_RESPONSE, SESSION_START, update(1), update(2)), Cut(update(3)[:HALF])]


def test_the_preset_of_the_silence() -> None:
    tail = run({"preset": "observed-silence", "minutes": 0.05, "seconds": 2}, seconds=5)
    assert tail.steps == sends(INITIAL_RESPONSE, SESSION_START, *map(update, range(1, 6)))
    quiet = run({"preset": "observed-silence", "minutes": 0.05}, seconds=70)
    assert quiet.steps == sends(INITIAL_RESPONSE, SESSION_START, update(1), update(2))
