"""The hub: who hears what, quotas, and ticks in order."""

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from livetail.core.arns import LogGroupArn
from livetail.core.chance import Chance
from livetail.core.clock import SECOND, ManualClock
from livetail.core.errors import LimitExceededException
from livetail.live.hub import Hub, Owner
from livetail.live.session import Session, State
from livetail.live.subscription import Subscription
from tests.unit.live.building import ARN, START, batch, subscription, update_in

if TYPE_CHECKING:
    from livetail.patterns import Matcher

OWNER = Owner("123456789012", "us-east-1")


def hub(clock: ManualClock | None = None, **limits: int) -> Hub:
    return Hub(clock or ManualClock(START), Chance(1), **limits)


def opened(room: Hub, wanted: Subscription | None = None, owner: Owner = OWNER) -> Session:
    tail = room.open(wanted or subscription(), owner, "request")
    tail.take()
    tail.take()
    return tail


def heard(room: Hub, tail: Session) -> list[str]:
    room.run_due(tail.next_due)
    return update_in(tail.take())[0]


def test_a_session_hears_its_groups_and_no_others() -> None:
    room = hub()
    tail = opened(room)
    room.publish(ARN, batch(["mine"]))
    room.publish(LogGroupArn.of("us-east-1", "123456789012", "/other"), batch(["other"]))
    room.publish(LogGroupArn.of("eu-west-1", "123456789012", "/app"), batch(["elsewhere"]))
    assert heard(room, tail) == ["mine"]


def test_a_session_hears_nothing_of_what_came_before_it() -> None:
    room = hub()
    room.publish(ARN, batch(["before"]))
    assert heard(room, opened(room)) == []


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["web-1", "web-2", "job-1"]),
        ({"log_stream_names": ("web-1",)}, ["web-1"]),
        ({"log_stream_names": ("web", "job-1")}, ["job-1"]),
        ({"log_stream_name_prefixes": ("web",)}, ["web-1", "web-2"]),
        ({"log_stream_name_prefixes": ("job-", "web-2")}, ["web-2", "job-1"]),
    ],
)
def test_streams_are_chosen_by_exact_name_or_by_prefix(
    filters: dict[str, tuple[str, ...]], expected: list[str]
) -> None:
    room = hub()
    tail = opened(room, subscription(**filters))  # type: ignore[arg-type]
    for stream in ("web-1", "web-2", "job-1"):
        room.publish(ARN, batch([stream], stream=stream))
    assert heard(room, tail) == expected


def test_a_pattern_is_matched_when_events_are_ingested() -> None:
    room = hub()
    tail = opened(room, subscription("ERROR"))
    room.publish(ARN, batch(["an ERROR", "fine", "ERROR again"]))
    assert heard(room, tail) == ["an ERROR", "ERROR again"]


class _CountingMatcher:
    """Stands in for a compiled pattern, to see how often it is asked."""

    pattern = "counted"
    matches_everything = False

    def __init__(self) -> None:
        self.asked = 0

    def matches(self, subject: object) -> bool:
        self.asked += 1
        return True


def test_an_event_is_matched_once_per_pattern_not_once_per_session() -> None:
    room = hub(max_sessions=0)
    matcher = _CountingMatcher()
    for number in range(30):
        names = ("s", f"unused-{number % 3}")
        opened(room, replace(subscription(log_stream_names=names), matcher=cast("Matcher", matcher)))
    room.publish(ARN, batch(["a", "b"]))
    assert matcher.asked == 2


def test_the_sixteenth_session_is_refused_and_a_place_is_free_at_once() -> None:
    room = hub()
    tails = [opened(room) for _ in range(15)]
    with pytest.raises(LimitExceededException, match="^Rate exceeded$"):
        opened(room)
    opened(room, owner=Owner("123456789012", "eu-west-1"))
    opened(room, owner=Owner("000000000000", "us-east-1"))
    room.close(tails[3])
    opened(room)


def test_no_limit_to_sessions() -> None:
    room = hub(max_sessions=0)
    for _ in range(100):
        opened(room)
    assert len(room) == 100


def test_starts_per_second_are_limited_when_a_rate_is_set() -> None:
    clock = ManualClock(START)
    room = hub(clock, max_sessions=0, session_rate=5)
    for _ in range(5):
        opened(room)
    with pytest.raises(LimitExceededException, match="^Rate exceeded$"):
        opened(room)
    clock.move_to(START + SECOND - 1)
    with pytest.raises(LimitExceededException):
        opened(room)
    clock.move_to(START + SECOND)
    opened(room)


def test_sessions_tick_on_their_own_grids_in_order() -> None:
    clock = ManualClock(START)
    room = hub(clock)
    first = opened(room)
    clock.move_to(START + 300)
    second = opened(room)
    assert room.next_due() == START + 1000
    assert room.run_due(START + 1000) == [first]
    assert room.next_due() == START + 1300
    assert room.run_due(START + 1300) == [second]
    assert room.run_due(START + 2500) == [first, second]


def test_a_session_that_has_gone_is_never_due_and_hears_nothing() -> None:
    room = hub()
    tail = opened(room)
    room.close(tail)
    assert room.next_due() is None
    room.publish(ARN, batch(["late"]))
    assert tail.counters.matched == 0
    room.close(tail)  # closing again changes nothing
    assert len(room) == 0


def test_a_session_that_timed_out_stays_open_until_its_client_has_all() -> None:
    room = hub(session_timeout_ms=SECOND)
    tail = opened(room)
    assert room.run_due(START + SECOND) == [tail]
    assert (tail.state, len(room), room.next_due()) == (State.ENDING, 1, None)
    room.publish(ARN, batch(["late"]))
    while tail.take() is not None:
        pass
    room.close(tail)
    assert len(room) == 0


@pytest.mark.parametrize("ending", ["timeout", "deleted"])
def test_a_session_that_has_ended_frees_its_place_before_its_client_has_read_that(ending: str) -> None:
    room = hub(max_sessions=1, session_timeout_ms=SECOND)
    session = opened(room)
    with pytest.raises(LimitExceededException):
        opened(room)
    match ending:
        case "timeout":
            room.run_due(session.next_due)
        case "deleted":
            room.end(session)
    assert session.state is State.ENDING
    assert session.ended_by == ending
    opened(room)
    room.close(session)
    assert session.ended_by == ending
    with pytest.raises(LimitExceededException):
        opened(room)


def test_sessions_that_ended_leave_nothing_while_time_stands_still() -> None:
    room = hub(max_sessions=0)
    kept = opened(room)
    for _ in range(1_000):
        room.close(opened(room))
    assert len(room._due) < 200
    assert room._owners.keys() == {kept.session_id}
    assert room.next_due() == kept.next_due


def test_updates_go_on_when_the_clock_is_set_back() -> None:
    room = hub()
    first, second = opened(room), opened(room)
    room.shift(-3_600_000)
    room.publish(ARN, batch(["after"]))
    assert first.next_due == START - 3_600_000 + SECOND
    assert room.run_due(first.next_due) == [first, second]
    assert update_in(first.take())[0] == update_in(second.take())[0] == ["after"]


def test_updates_that_are_made_are_counted_and_timeouts_without_one_are_not() -> None:
    room = hub(session_timeout_ms=1_500)
    session = opened(room)
    room.run_due(session.next_due)
    assert room.totals.updates_made == 1
    room.run_due(session.next_due)
    assert session.ended_by == "timeout"
    assert room.totals.updates_made == 1
