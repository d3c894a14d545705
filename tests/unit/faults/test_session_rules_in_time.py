"""When the rules act on a session, and effects that take time: stall and dribble."""

from livetail.faults.messages import Step
from tests.unit.faults.sessions import (
    EXCEPTION,
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
    update,
)


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
