"""The session as a state machine: what it sends and when, and what it accepts in which state."""

import itertools
import json
from collections.abc import Callable

import pytest

from livetail.core.clock import HOUR, SECOND
from livetail.live.session import TRANSITIONS, Ending, IllegalInputError, Input, Session, State
from livetail.wire import livetail
from tests.unit.live.building import START, fresh_session, numbered, read, session, update_in

FAILURE = livetail.modeled_exception("SessionStreamingException", "broken")

GIVE: dict[Input, Callable[[Session], object]] = {
    "offer": lambda tail: tail.offer(numbered(0, 1)),
    "make_update": lambda tail: tail.make_update(tail.next_due),
    "end": lambda tail: tail.end(Ending.DELETED),
    "close": lambda tail: tail.close(),
}


def is_over(tail: Session) -> bool:
    return tail.state is State.ENDED


def session_in(state: State) -> Session:
    tail = session()
    if state is State.ENDING:
        tail.make_update(tail.next_due)
        tail.end(Ending.DELETED)
    if state is State.ENDED:
        tail.close()
    assert tail.state is state
    return tail


@pytest.mark.parametrize(("state", "given"), list(itertools.product(State, GIVE)))
def test_every_pair_of_state_and_input_is_in_the_table_or_refused(state: State, given: Input) -> None:
    tail = session_in(state)
    target = TRANSITIONS.get((state, given))
    if target is None:
        with pytest.raises(IllegalInputError, match=f"that is {state.value} takes no {given}"):
            GIVE[given](tail)
        assert tail.state is state
    else:
        GIVE[given](tail)
        assert tail.state is target


def test_the_first_messages_are_there_at_once() -> None:
    tail = fresh_session()
    assert read(tail.take()).header(":event-type") == "initial-response"
    start = read(tail.take())
    assert start.header(":event-type") == "sessionStart"
    assert json.loads(start.payload) == {
        "requestId": "request",
        "sessionId": "session",
        "logGroupIdentifiers": ["arn:aws:logs:us-east-1:123456789012:log-group:/app"],
    }
    assert tail.take() is None


def test_an_update_comes_every_second_also_when_nothing_matched() -> None:
    tail = session()
    assert tail.next_due == START + SECOND
    tail.make_update(START + SECOND)
    assert update_in(tail.take()) == ([], False)
    assert tail.next_due == START + 2 * SECOND
    tail.offer(numbered(0, 3))
    tail.make_update(START + 2 * SECOND)
    assert update_in(tail.take()) == (["0", "1", "2"], False)
    assert tail.take() is None


def test_an_update_carries_what_the_service_says_of_an_event() -> None:
    tail = session()
    tail.offer(numbered(7, 1))
    tail.make_update(tail.next_due)
    update = json.loads(read(tail.take()).payload)
    assert update == {
        "sessionMetadata": {"sampled": False},
        "sessionResults": [
            {
                "logStreamName": "s",
                "logGroupIdentifier": "123456789012:/app",
                "message": "7",
                "timestamp": START,
                "ingestionTime": START,
            }
        ],
    }


@pytest.mark.parametrize(("matched", "delivered", "sampled"), [(499, 499, False), (500, 500, False), (501, 500, True)])
def test_an_update_holds_500_events_and_is_sampled_above(matched: int, delivered: int, sampled: bool) -> None:
    tail = session()
    tail.offer(numbered(0, matched))
    tail.make_update(tail.next_due)
    events, said_sampled = update_in(tail.take())
    assert (len(events), said_sampled) == (delivered, sampled)
    assert events == sorted(set(events), key=int)
    assert tail.counters.sampled_out == matched - delivered


def test_a_tick_that_comes_late_keeps_to_the_grid() -> None:
    tail = session()
    tail.make_update(START + 3 * SECOND + 250)
    assert update_in(tail.take()) == ([], False)
    assert tail.take() is None, "one update stands for the seconds that were missed"
    assert tail.next_due == START + 4 * SECOND


def test_a_slow_client_loses_the_oldest_updates_beyond_ten() -> None:
    tail = session()
    for second in range(13):
        tail.offer(numbered(second, 1))
        tail.make_update(tail.next_due)
    counters = tail.counters
    assert (counters.buffered_updates, counters.dropped_updates, counters.dropped_events) == (10, 3, 3)
    assert [update_in(tail.take())[0] for _ in range(10)] == [[str(second)] for second in range(3, 13)]


def test_a_session_times_out_after_what_is_buffered() -> None:
    tail = session(timeout=2 * SECOND)
    tail.offer(numbered(0, 1))
    tail.make_update(START + SECOND)
    tail.make_update(START + 2 * SECOND)
    assert tail.state is State.ENDING
    assert update_in(tail.take()) == (["0"], False)
    assert update_in(tail.take()) == ([], False)
    last = read(tail.take())
    assert last.header(":exception-type") == "SessionTimeoutException"
    assert json.loads(last.payload) == {"message": "Session timed out."}
    assert tail.take() is None
    assert is_over(tail)


def test_three_hours_are_10800_updates_and_the_timeout() -> None:
    tail = session()
    for _ in range(3 * HOUR // SECOND):
        tail.make_update(tail.next_due)
        tail.take()
    assert tail.counters.updates + tail.counters.buffered_updates == 10_800
    assert read(tail.take()).header(":exception-type") == "SessionTimeoutException"


def test_events_of_the_last_part_of_a_second_are_not_lost_at_a_timeout_between_updates() -> None:
    tail = session(timeout=1500)
    tail.make_update(START + SECOND)
    assert tail.next_due == START + 1500
    tail.offer(numbered(0, 2))
    tail.make_update(START + 1500)
    assert update_in(tail.take()) == ([], False)
    assert update_in(tail.take()) == (["0", "1"], False)
    assert read(tail.take()).header(":exception-type") == "SessionTimeoutException"


def test_a_failure_comes_after_what_is_buffered() -> None:
    tail = session()
    tail.offer(numbered(0, 1))
    tail.make_update(tail.next_due)
    tail.end(Ending.EXCEPTION, FAILURE)
    assert update_in(tail.take()) == (["0"], False)
    assert tail.take() == (livetail.MessageKind.LAST, FAILURE)
    assert tail.take() is None
    assert is_over(tail)


def test_every_message_says_its_kind() -> None:
    tail = fresh_session()
    tail.make_update(tail.next_due)
    tail.end(Ending.EXCEPTION, FAILURE)
    kinds = [message.kind.name for message in iter(tail.take, None)]
    assert kinds == ["INITIAL_RESPONSE", "SESSION_START", "SESSION_UPDATE", "LAST"]


def test_a_clean_end_has_no_message_of_its_own() -> None:
    tail = session()
    tail.end(Ending.DELETED)
    assert tail.take() is None
    assert is_over(tail)


def test_bytes_counts_what_was_handed_over() -> None:
    tail = fresh_session()
    handed = [message.data for message in iter(tail.take, None)]
    tail.make_update(tail.next_due)
    handed += [message.data for message in iter(tail.take, None)]
    assert tail.counters.bytes == len(b"".join(handed)) > 0


def test_an_update_that_the_client_has_not_accepted_is_not_delivered() -> None:
    tail = session()
    for first in (0, 3):
        tail.offer(numbered(first, 3))
        tail.make_update(tail.next_due)
        tail.take()
        if first == 0:
            tail.accept()
    tail.close()
    counters = tail.counters
    assert (counters.updates, counters.delivered, counters.pending_events) == (1, 3, 3)
    assert tail.ended_by == "client"
