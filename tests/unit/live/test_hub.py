"""The hub: which session receives what, quotas, and updates in order."""

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


def make_hub(clock: ManualClock | None = None, **limits: int) -> Hub:
    return Hub(clock or ManualClock(START), Chance(1), **limits)


def opened(hub: Hub, wanted: Subscription | None = None, owner: Owner = OWNER) -> Session:
    tail = hub.open(wanted or subscription(), owner, "request")
    tail.take()
    tail.take()
    return tail


def received(hub: Hub, tail: Session) -> list[str]:
    hub.run_due(tail.next_due)
    return update_in(tail.take())[0]


def test_a_session_receives_its_groups_and_no_others() -> None:
    hub = make_hub()
    tail = opened(hub)
    hub.publish(ARN, batch(["mine"]))
    hub.publish(LogGroupArn.of("us-east-1", "123456789012", "/other"), batch(["other"]))
    hub.publish(LogGroupArn.of("eu-west-1", "123456789012", "/app"), batch(["elsewhere"]))
    assert received(hub, tail) == ["mine"]


def test_a_session_receives_nothing_of_what_came_before_it() -> None:
    hub = make_hub()
    hub.publish(ARN, batch(["before"]))
    assert received(hub, opened(hub)) == []


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
    hub = make_hub()
    tail = opened(hub, subscription(**filters))  # type: ignore[arg-type]
    for stream in ("web-1", "web-2", "job-1"):
        hub.publish(ARN, batch([stream], stream=stream))
    assert received(hub, tail) == expected


def test_a_pattern_is_matched_when_events_are_ingested() -> None:
    hub = make_hub()
    tail = opened(hub, subscription("ERROR"))
    hub.publish(ARN, batch(["an ERROR", "fine", "ERROR again"]))
    assert received(hub, tail) == ["an ERROR", "ERROR again"]


class _CountingMatcher:
    """Replaces a compiled pattern, to count its calls."""

    pattern = "counted"
    matches_everything = False

    def __init__(self) -> None:
        self.asked = 0

    def matches(self, subject: object) -> bool:
        self.asked += 1
        return True


def test_an_event_is_matched_once_per_pattern_not_once_per_session() -> None:
    hub = make_hub(max_sessions=0)
    matcher = _CountingMatcher()
    for number in range(30):
        names = ("s", f"unused-{number % 3}")
        opened(hub, replace(subscription(log_stream_names=names), matcher=cast("Matcher", matcher)))
    hub.publish(ARN, batch(["a", "b"]))
    assert matcher.asked == 2


def test_the_sixteenth_session_is_refused_and_a_place_is_free_at_once() -> None:
    hub = make_hub()
    tails = [opened(hub) for _ in range(15)]
    with pytest.raises(LimitExceededException, match="^Rate exceeded$"):
        opened(hub)
    opened(hub, owner=Owner("123456789012", "eu-west-1"))
    opened(hub, owner=Owner("000000000000", "us-east-1"))
    hub.close(tails[3])
    opened(hub)


def test_no_limit_to_sessions() -> None:
    hub = make_hub(max_sessions=0)
    for _ in range(100):
        opened(hub)
    assert len(hub) == 100


def test_starts_per_second_are_limited_when_a_rate_is_set() -> None:
    clock = ManualClock(START)
    hub = make_hub(clock, max_sessions=0, session_rate=5)
    for _ in range(5):
        opened(hub)
    with pytest.raises(LimitExceededException, match="^Rate exceeded$"):
        opened(hub)
    clock.move_to(START + SECOND - 1)
    with pytest.raises(LimitExceededException):
        opened(hub)
    clock.move_to(START + SECOND)
    opened(hub)


def test_sessions_tick_on_their_own_grids_in_order() -> None:
    clock = ManualClock(START)
    hub = make_hub(clock)
    first = opened(hub)
    clock.move_to(START + 300)
    second = opened(hub)
    assert hub.next_due() == START + 1000
    assert hub.run_due(START + 1000) == [first]
    assert hub.next_due() == START + 1300
    assert hub.run_due(START + 1300) == [second]
    assert hub.run_due(START + 2500) == [first, second]


def test_a_session_that_has_gone_is_never_due_and_receives_nothing() -> None:
    hub = make_hub()
    tail = opened(hub)
    hub.close(tail)
    assert hub.next_due() is None
    hub.publish(ARN, batch(["late"]))
    assert tail.counters.matched == 0
    hub.close(tail)  # closing again changes nothing
    assert len(hub) == 0


def test_a_session_that_timed_out_stays_open_until_its_client_has_all() -> None:
    hub = make_hub(session_timeout_ms=SECOND)
    tail = opened(hub)
    assert hub.run_due(START + SECOND) == [tail]
    assert (tail.state, len(hub), hub.next_due()) == (State.ENDING, 1, None)
    hub.publish(ARN, batch(["late"]))
    while tail.take() is not None:
        pass
    hub.close(tail)
    assert len(hub) == 0


@pytest.mark.parametrize("ending", ["timeout", "deleted"])
def test_a_session_that_has_ended_frees_its_place_before_its_client_has_read_that(ending: str) -> None:
    hub = make_hub(max_sessions=1, session_timeout_ms=SECOND)
    session = opened(hub)
    with pytest.raises(LimitExceededException):
        opened(hub)
    match ending:
        case "timeout":
            hub.run_due(session.next_due)
        case "deleted":
            hub.end(session)
    assert session.state is State.ENDING
    assert session.ended_by == ending
    opened(hub)
    hub.close(session)
    assert session.ended_by == ending
    with pytest.raises(LimitExceededException):
        opened(hub)


def test_sessions_that_ended_leave_nothing_while_time_stands_still() -> None:
    hub = make_hub(max_sessions=0)
    kept = opened(hub)
    for _ in range(1_000):
        hub.close(opened(hub))
    assert len(hub._due) < 200
    assert hub._owners.keys() == {kept.session_id}
    assert hub.next_due() == kept.next_due


def test_updates_go_on_when_the_clock_is_set_back() -> None:
    hub = make_hub()
    first, second = opened(hub), opened(hub)
    hub.shift(-3_600_000)
    hub.publish(ARN, batch(["after"]))
    assert first.next_due == START - 3_600_000 + SECOND
    assert hub.run_due(first.next_due) == [first, second]
    assert update_in(first.take())[0] == update_in(second.take())[0] == ["after"]


def test_updates_that_are_made_are_counted_and_timeouts_without_one_are_not() -> None:
    hub = make_hub(session_timeout_ms=1_500)
    session = opened(hub)
    hub.run_due(session.next_due)
    assert hub.totals.updates_made == 1
    hub.run_due(session.next_due)
    assert session.ended_by == "timeout"
    assert hub.totals.updates_made == 1
