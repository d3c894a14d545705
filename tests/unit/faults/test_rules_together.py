"""Fault rules that are added, removed and meet on one session."""

from typing import Any

import pytest

from livetail.faults.messages import Step
from livetail.wire import livetail
from tests.unit.faults.sessions import (
    EXCEPTION,
    HALF,
    INITIAL_RESPONSE,
    SECOND,
    SESSION_START,
    START,
    WrittenSession,
    add,
    play,
    rule,
    rules_with,
    run,
    sends,
    shown_of,
    update,
)


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
