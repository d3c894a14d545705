"""What the rules do to a session: the bytes that each effect leaves, and when."""

from typing import Any

import pytest

from livetail.faults.messages import Step
from livetail.wire import livetail
from livetail.wire.eventstream import EventStreamError
from tests.unit.faults.sessions import (
    INITIAL_RESPONSE,
    SESSION_START,
    START,
    WrittenSession,
    add,
    play,
    rule,
    rules_with,
    run,
    shown_of,
    update,
)
from tests.unit.wire.codec import decode

SECOND = 1_000


def sends(*messages: bytes) -> list[Step]:
    return [Step(message) for message in messages]


def test_without_a_rule_every_message_comes_through_as_it_is() -> None:
    session = WrittenSession(rules_with())
    session.write(START)
    session.update(START + SECOND)
    assert session.steps == sends(INITIAL_RESPONSE, SESSION_START, update(1))


EXCEPTION = livetail.modeled_exception("SessionStreamingException", "Internal streaming error.")
TIMEOUT = livetail.modeled_exception("SessionTimeoutException", "Session timed out.")
OWN = livetail.modeled_exception("SessionStreamingException", "own")
ERROR = livetail.unmodeled_error("Boom", "it broke")
FAILURE = livetail.unmodeled_error(
    "InternalFailure", "The request processing has failed because of an unknown error, exception or failure."
)
HALF = len(update(1)) // 2

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


# ---- time ------------------------------------------------------------------------------------------------------------


def test_what_is_due_with_an_update_comes_before_it() -> None:
    session = run(rule("exception", after={"seconds": 2}), seconds=3)
    assert session.events() == ["initial-response", "sessionStart", "sessionUpdate", "SessionStreamingException"]


def test_between_two_updates_a_writer_is_woken_for_what_is_due() -> None:
    rules = rules_with()
    add(rules, rule("reset", after={"seconds": 1.5}), START)
    session = WrittenSession(rules)
    session.write(START)
    session.update(START + SECOND)
    assert rules.next_due() == START + 1_500
    assert play(rules, [session], START + SECOND, START + 2 * SECOND) == [START + 1_500]
    assert session.steps[-1] == Step(then="reset")
    assert rules.next_due() is None


def test_seconds_count_from_the_start_of_each_session() -> None:
    rules = rules_with()
    add(rules, rule("end", after={"seconds": 3}, times=0), START - 60 * SECOND)
    first = WrittenSession(rules, session_id="first")
    second = WrittenSession(rules, session_id="second", started_at=START + SECOND)
    first.write(START)
    second.write(START + SECOND)
    assert play(rules, [first, second], START, START + 10 * SECOND) == [START + 3_000, START + 4_000]
    assert first.steps[-1] == second.steps[-1] == Step(then="end")


def test_a_busy_writer_is_woken_once_and_the_rule_acts_when_it_is_back() -> None:
    rules = rules_with()
    add(rules, rule("end", after={"seconds": 1}), START)
    session = WrittenSession(rules)
    session.write(START)
    assert rules.run_due(START + SECOND) == [session.session]
    assert rules.next_due() is None
    assert session.write(START + 5 * SECOND) == [Step(then="end")]


def test_a_stall_writes_nothing_until_it_is_over() -> None:
    rules = rules_with()
    add(rules, rule("stall", after={"updates": 1}, seconds=2.5), START)
    session = WrittenSession(rules)
    session.write(START)
    assert session.update(START + SECOND) == [Step(update(1))]
    assert session.rules.holds_back(START + SECOND)
    assert session.update(START + 2 * SECOND) == []
    assert session.update(START + 3 * SECOND) == []
    assert session.session.counters.buffered_updates == 2
    assert rules.next_due() == START + 3_500
    play(rules, [session], START + 3 * SECOND, START + 4 * SECOND)
    assert session.steps[-2:] == sends(update(2), update(3))
    assert not session.rules.holds_back(START + 3_500)


def test_a_stall_can_be_reset_before_it_is_over() -> None:
    rules = rules_with()
    add(rules, rule("stall", seconds=60), START)
    add(rules, rule("reset", after={"seconds": 2}), START)
    session = WrittenSession(rules)
    session.write(START)
    assert play(rules, [session], START, START + 100 * SECOND) == [START + 2 * SECOND]
    assert session.steps == [Step(INITIAL_RESPONSE), Step(then="reset")]


def test_an_exception_waits_for_the_stall_before_it() -> None:
    rules = rules_with()
    add(rules, rule("stall", seconds=60), START)
    add(rules, rule("exception", after={"seconds": 2}), START)
    session = WrittenSession(rules)
    session.write(START)
    assert play(rules, [session], START, START + 100 * SECOND) == [START + 2 * SECOND, START + 60 * SECOND]
    assert session.steps == [Step(INITIAL_RESPONSE), Step(EXCEPTION, "end")]


def test_of_two_stalls_the_longer_one_counts() -> None:
    rules = rules_with()
    add(rules, rule("stall", seconds=5), START)
    add(rules, rule("stall", seconds=3), START)
    session = WrittenSession(rules)
    session.write(START)
    assert session.write(START + 4 * SECOND) == []
    assert session.write(START + 5 * SECOND) == sends(SESSION_START)


def test_dribble_writes_pieces_with_pauses_and_loses_nothing() -> None:
    rules = rules_with()
    add(rules, rule("dribble", after={"updates": 0}, bytes=50, seconds=0.1), START)
    session = WrittenSession(rules)
    session.write(START)
    session.update(START + SECOND)
    instants = play(rules, [session], START + SECOND, START + 10 * SECOND)
    pieces = -(-len(update(1)) // 50)
    assert session.steps == [
        *sends(INITIAL_RESPONSE, SESSION_START),
        *(Step(update(1)[at : at + 50]) for at in range(0, len(update(1)), 50)),
    ]
    assert instants == [START + SECOND + 100 * (piece + 1) for piece in range(pieces)]
    assert session.events() == ["initial-response", "sessionStart", "sessionUpdate"]


def test_a_message_counts_as_written_with_its_last_piece() -> None:
    rules = rules_with()
    add(rules, rule("dribble", after={"updates": 0}, bytes=50, seconds=0.1), START)
    add(rules, rule("end", after={"updates": 1}), START)
    session = WrittenSession(rules)
    session.write(START)
    session.update(START + SECOND)
    play(rules, [session], START + SECOND, START + 10 * SECOND)
    assert session.events() == ["initial-response", "sessionStart", "sessionUpdate"]
    assert session.is_over


def test_a_reset_after_an_update_comes_behind_the_last_piece_of_it() -> None:
    rules = rules_with()
    add(rules, rule("dribble", after={"updates": 0}, bytes=50, seconds=0.1), START)
    add(rules, rule("reset", after={"updates": 1}), START)
    session = WrittenSession(rules)
    session.write(START)
    session.update(START + SECOND)
    play(rules, [session], START + SECOND, START + 10 * SECOND)
    assert session.events() == ["initial-response", "sessionStart", "sessionUpdate"]
    assert session.steps[-1] == Step(then="reset")


def test_a_session_that_ends_while_it_dribbles_still_has_something_to_write() -> None:
    rules = rules_with()
    add(rules, rule("dribble", bytes=1_000, seconds=1), START)
    session = WrittenSession(rules)
    session.write(START)
    assert session.rules.holds_back(START)
    play(rules, [session], START, START + 10 * SECOND)
    assert not session.rules.holds_back(START + 10 * SECOND)


# ---- rules that come, go and meet ------------------------------------------------------------------------------------


def test_a_rule_that_is_added_later_acts_on_open_sessions() -> None:
    rules = rules_with()
    session = WrittenSession(rules)
    session.write(START)
    session.update(START + SECOND)
    assert session.session.fault_rules is None, "no rule, no state"
    add(rules, rule("exception"), START + SECOND, [session.session])
    assert session.write(START + SECOND) == [Step(EXCEPTION, "end")]


@pytest.mark.parametrize("after", [{"updates": 1}, {"seconds": 0.5}])
def test_what_it_waits_for_may_have_been_before(after: dict[str, float]) -> None:
    rules = rules_with()
    session = WrittenSession(rules)
    session.write(START)
    session.update(START + SECOND)
    add(rules, rule("end", after=after), START + SECOND, [session.session])
    assert session.write(START + SECOND) == [Step(then="end")]


def test_a_rule_for_new_sessions_leaves_out_those_that_are_open() -> None:
    rules = rules_with(rule("stall", seconds=60))
    early, late = WrittenSession(rules), WrittenSession(rules, session_id="late")
    early.write(START)
    add(rules, rule("end") | {"sessions": "new"}, START, [early.session, late.session])
    new = WrittenSession(rules, session_id="new")
    assert early.write(START + 60 * SECOND) == [Step(SESSION_START)]
    assert new.write(START) == [Step(INITIAL_RESPONSE), Step(then="end")]


def test_a_reset_acts_while_the_writer_waits_for_the_client() -> None:
    rules = rules_with(rule("duplicate"), rule("reset", after={"seconds": 2}))
    session = WrittenSession(rules)
    session.write(START)
    assert not session.rules.resets_blocked_writer(START + SECOND)
    assert session.rules.resets_blocked_writer(START + 2 * SECOND)
    assert not session.rules.resets_blocked_writer(START + 2 * SECOND), "once"
    assert session.rules.has_ended_stream
    assert session.write(START + 2 * SECOND) == []


def test_a_rule_names_the_sessions_that_it_has_fired_on_once_each() -> None:
    rules = rules_with(rule("duplicate", times=0))
    for name in ("a", "b"):
        session = WrittenSession(rules, session_id=name)
        session.write(START)
        session.update(START + SECOND)
    (shown,) = shown_of(rules)
    assert shown["fired"] == 4
    assert shown["firedOn"] == [
        {"time": START, "requestId": f"request of {name}", "sessionId": name} for name in ("a", "b")
    ]


@pytest.mark.parametrize("type_", ["stall", "dribble"])
def test_what_is_removed_ends(type_: str) -> None:
    rules = rules_with()
    values: dict[str, Any] = {"bytes": 5} if type_ == "dribble" else {}
    fault = add(rules, rule(type_, seconds=60, **values), START)
    session = WrittenSession(rules)
    session.write(START)
    assert session.rules.holds_back(START)
    rules.remove(fault.rule_id)
    session.write(START)
    assert session.events() == ["initial-response", "sessionStart"]
    assert not session.rules.holds_back(START)
    assert rules.next_due() is None


def test_a_rule_is_about_the_sessions_of_its_log_groups() -> None:
    rules = rules_with()
    add(rules, rule("end", times=0) | {"where": {"logGroup": "/aws/lambda/*"}}, START)
    one, other = (
        WrittenSession(rules, session_id="one"),
        WrittenSession(rules, session_id="other", group="/aws/ecs/checkout"),
    )
    assert [step.then for step in one.write(START)] == ["continue", "end"]
    assert other.session.fault_rules is None


def test_rules_on_one_message_act_in_their_order() -> None:
    rules = rules_with()
    add(rules, rule("duplicate", after={"updates": 0}), START)
    add(rules, rule("unknown-event", after={"updates": 0}), START)
    last = add(rules, rule("cut", after={"updates": 0}, bytes=9), START)
    never = add(rules, rule("truncate", after={"updates": 0}), START)
    session = WrittenSession(rules)
    session.write(START)
    assert session.update(START + SECOND) == [
        Step(update(1)),
        Step(livetail.unknown_event()),
        Step(update(1)[:9], "close"),
    ]
    assert (last.fired, never.fired) == (1, 0)


def test_a_second_ending_does_not_fire() -> None:
    rules = rules_with()
    add(rules, rule("end"), START)
    second = add(rules, rule("exception"), START)
    session = WrittenSession(rules)
    session.write(START)
    assert session.steps == [Step(INITIAL_RESPONSE), Step(then="end")]
    assert second.fired == 0


def test_what_is_about_to_end_is_not_ended_again() -> None:
    rules = rules_with()
    add(rules, rule("stall", seconds=60), START)
    add(rules, rule("exception", after={"seconds": 2}), START)
    second = add(rules, rule("end", after={"seconds": 3}), START)
    session = WrittenSession(rules)
    session.write(START)
    play(rules, [session], START, START + 100 * SECOND)
    assert session.steps == [Step(INITIAL_RESPONSE), Step(EXCEPTION, "end")]
    assert second.fired == 0


def test_what_cannot_fire_any_more_is_not_due() -> None:
    rules = rules_with()
    add(rules, rule("stall", after={"seconds": 2}, seconds=0.5), START)
    first, second = (
        WrittenSession(rules, session_id="first"),
        WrittenSession(rules, session_id="second", started_at=START + SECOND),
    )
    first.write(START)
    second.write(START + SECOND)
    assert play(rules, [first, second], START, START + 10 * SECOND) == [START + 2_000, START + 2_500]


def test_another_rule_does_not_make_a_session_forget_what_has_acted_on_it() -> None:
    rules = rules_with()
    stall = add(rules, rule("stall", times=0, seconds=1), START)
    session = WrittenSession(rules)
    session.write(START)
    add(rules, rule("duplicate"), START, [session.session])
    session.write(START + 2 * SECOND)
    assert stall.fired == 1
    assert session.steps == sends(INITIAL_RESPONSE, SESSION_START, SESSION_START)


def test_a_closed_session_is_not_due() -> None:
    rules = rules_with()
    add(rules, rule("end", after={"seconds": 5}), START)
    session = WrittenSession(rules)
    session.write(START)
    assert rules.next_due() == START + 5 * SECOND
    rules.close_session(session.session)
    assert rules.next_due() is None


def test_the_preset_of_the_disconnect() -> None:
    session = run({"preset": "observed-disconnect", "minutes": 0.05}, seconds=4)
    assert session.steps == [
        *sends(INITIAL_RESPONSE, SESSION_START, update(1), update(2)),
        Step(update(3)[:HALF], "close"),
    ]


def test_the_preset_of_the_silence() -> None:
    session = run({"preset": "observed-silence", "minutes": 0.05, "seconds": 2}, seconds=5)
    assert session.steps == sends(INITIAL_RESPONSE, SESSION_START, *map(update, range(1, 6)))
    quiet = run({"preset": "observed-silence", "minutes": 0.05}, seconds=70)
    assert quiet.steps == sends(INITIAL_RESPONSE, SESSION_START, update(1), update(2))


def test_rules_follow_a_clock_that_is_set_back() -> None:
    rules = rules_with(rule("stall", after={"seconds": 1}, seconds=10), rule("end", after={"seconds": 20}))
    session = WrittenSession(rules)
    session.write(START + 1_000)
    assert rules.next_due() == START + 11_000
    rules.shift(-3_600_000)
    assert rules.next_due() == START + 11_000 - 3_600_000
    session.write(START + 11_000 - 3_600_000)
    assert rules.next_due() == START + 20_000 - 3_600_000
    assert session.write(START + 20_000 - 3_600_000) == [Step(then="end")]
