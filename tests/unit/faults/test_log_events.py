"""What becomes of log events under `lose` and `reorder`."""

import json
from typing import Any

import pytest

from livetail.faults.session_rules import SessionRules
from livetail.live.encoding import session_update_json
from livetail.live.window import EVENTS_PER_UPDATE, Selection, Update
from livetail.store.batch import Batch, LogEvent
from tests.unit.faults.sessions import START, WrittenSession, add, rule, rules_with

SECOND = 1_000


def batch(ingested: int, messages: list[str]) -> Batch:
    return Batch(
        log_group_identifier="123456789012:/a",
        log_stream_name="s",
        ingestion_time=ingested,
        sequence=0,
        events=[LogEvent(START, message) for message in messages],
    )


def update_of(*batches: Batch, sampled: bool = False) -> Update:
    selections = tuple(map(Selection.of, batches))
    return Update(selections, sum(map(len, batches)), sampled)


def messages(update: Update) -> list[str]:
    return [event.message for selection in update.selections for event in selection.events]


def session_rules(*rules: dict[str, Any]) -> SessionRules:
    return WrittenSession(rules_with(*rules)).rules


def numbered(count: int, size: int = 1) -> list[str]:
    return [f"{number:0{size}}" for number in range(count)]


def test_without_a_rule_an_update_is_the_very_same() -> None:
    update = update_of(batch(START, ["a"]))
    assert session_rules(rule("end")).change_update(update, START + SECOND) is update


def test_all_is_lost_unless_a_rule_says_less() -> None:
    rules = session_rules(rule("lose"))
    update = rules.change_update(update_of(batch(START, numbered(7)), sampled=True), START + SECOND)
    assert (update.selections, update.events, update.sampled) == ((), 0, True)
    assert (rules.lost_events, rules.held_events) == (7, 0)


def test_a_fraction_is_lost_and_the_rest_stays_in_order() -> None:
    rules = session_rules(rule("lose", fraction=0.3))
    update = rules.change_update(update_of(batch(START, numbered(400, 4))), START + SECOND)
    assert update.events + rules.lost_events == 400
    assert 90 <= rules.lost_events <= 150
    assert messages(update) == sorted(messages(update))
    assert not update.sampled


@pytest.mark.parametrize(
    ("limit", "elapsed", "sizes", "kept"),
    [
        (100, 1_000, [50, 50, 1], [50, 50]),
        (100, 1_000, [60, 60, 10], [60]),
        (100, 1_000, [101], []),
        (100, 2_000, [60, 60, 60, 60], [60, 60, 60]),
        (100, 500, [60, 20], []),
        (0, 1_000, [1], []),
        (100, 1_000, [], []),
    ],
)
def test_only_what_is_beyond_the_bytes_of_a_second_is_lost(
    limit: int, elapsed: int, sizes: list[int], kept: list[int]
) -> None:
    rules = session_rules(rule("lose", bytesPerSecond=limit))
    update = rules.change_update(update_of(*(batch(START, ["x" * size]) for size in sizes)), START + elapsed)
    assert [len(message) for message in messages(update)] == kept
    assert rules.lost_events == len(sizes) - len(kept)


def test_each_second_has_its_own_bytes() -> None:
    rules = session_rules(rule("lose", bytesPerSecond=100))
    for second in range(1, 4):
        update = rules.change_update(update_of(batch(START, ["x" * 80, "y" * 80])), START + second * SECOND)
        assert messages(update) == ["x" * 80]


def test_bytes_are_those_of_utf8() -> None:
    rules = session_rules(rule("lose", bytesPerSecond=5))
    assert messages(rules.change_update(update_of(batch(START, ["äöü"])), START + SECOND)) == []


def test_part_of_the_excess_may_get_through() -> None:
    rules = session_rules(rule("lose", bytesPerSecond=100, fraction=0.5))
    update = rules.change_update(update_of(batch(START, ["x"] * 500)), START + SECOND)
    assert 150 <= rules.lost_events <= 250
    assert update.events == 500 - rules.lost_events


def test_the_preset_of_the_loss() -> None:
    """3.9 MB in a second: what is beyond 3 MB is lost, and `sampled` stays false."""
    rules = session_rules({"preset": "observed-loss"})
    update = rules.change_update(update_of(batch(START, ["x" * 30_000] * 130)), START + SECOND)
    assert (update.events, rules.lost_events, update.sampled) == (100, 30, False)


def test_a_late_event_comes_behind_later_ones_or_with_the_next_update() -> None:
    rules = session_rules(rule("reorder", milliseconds=1_000, share=1.0))
    moments = [START + 10 * number for number in range(100)]
    update = update_of(*(batch(moment, [str(moment)]) for moment in moments))
    first = messages(rules.change_update(update, START + SECOND))
    assert first != sorted(first)
    assert rules.held_events == 100 - len(first) > 0
    second = messages(rules.change_update(update_of(), START + 2 * SECOND))
    assert sorted(first + second) == [str(moment) for moment in moments]
    assert rules.held_events == 0


def test_late_events_come_behind_those_of_the_next_update() -> None:
    rules = session_rules(rule("reorder", milliseconds=60_000, share=0.5))
    sent: list[str] = []
    for second in range(1, 121):
        now = START + second * SECOND
        sent += messages(rules.change_update(update_of(batch(now - 1, [f"{second:04}"])), now))
    assert 0 < rules.held_events < 120
    for update in rules.flush():
        sent += messages(update)
    assert rules.held_events == 0
    assert sorted(sent) == [f"{second:04}" for second in range(1, 121)]
    assert sent != sorted(sent)


def test_what_comes_in_time_comes_with_the_update_of_that_very_instant() -> None:
    rules = session_rules(rule("reorder", milliseconds=1, share=0.0))
    assert messages(rules.change_update(update_of(batch(START + SECOND, ["x"])), START + SECOND)) == ["x"]


def test_late_by_a_millisecond_is_no_more_than_that() -> None:
    rules = session_rules(rule("reorder", milliseconds=1, share=1.0))
    update = update_of(*(batch(START + moment, [f"{moment:03}"]) for moment in range(500)))
    assert messages(rules.change_update(update, START + 500)) == numbered(500, 3)


def test_the_preset_of_the_disorder() -> None:
    """About 20 in 7,000 late, by 856 ms at most."""
    rules = session_rules({"preset": "observed-disorder"})
    sent: list[int] = []
    for second in range(140):
        moments = [START + second * SECOND + 20 * number for number in range(50)]
        batches = [batch(moment, [str(moment)]) for moment in moments]
        sent += map(int, messages(rules.change_update(update_of(*batches), START + (second + 1) * SECOND)))
    for update in rules.flush():
        sent += map(int, messages(update))
    assert len(sent) == 7_000
    latest = 0
    late = []
    for moment in sent:
        latest = max(latest, moment)
        if moment < latest:
            late.append(latest - moment)
    assert 8 <= len(late) <= 35
    assert max(late) <= 856


def test_an_update_never_grows_beyond_its_size() -> None:
    rules = session_rules(rule("reorder", milliseconds=2_000, share=0.5))
    seen = 0
    for second in range(1, 6):
        update = rules.change_update(
            update_of(batch(START + second * SECOND - 1, ["x"] * EVENTS_PER_UPDATE)), START + second * SECOND
        )
        assert update.events == len(messages(update)) <= EVENTS_PER_UPDATE
        seen += update.events
    rest = rules.flush()
    assert all(update.events <= EVENTS_PER_UPDATE and not update.sampled for update in rest)
    assert seen + sum(update.events for update in rest) == 5 * EVENTS_PER_UPDATE


def test_what_is_held_back_does_not_keep_the_rest_of_its_batch_in_memory() -> None:
    rules = session_rules(rule("reorder", milliseconds=60_000, share=0.05))
    for second in range(1, 4):
        rules.change_update(update_of(batch(START + second * SECOND, ["x" * 100] * 200)), START + second * SECOND)
    assert rules.held_events > 0
    held = [selection for update in rules.flush() for selection in update.selections]
    assert {len(selection.encoded) for selection in held} == {1}


def test_when_the_rule_is_removed_the_next_update_brings_all_that_was_held_back() -> None:
    rules = rules_with()
    add(rules, rule("reorder", milliseconds=60_000, share=1.0), START)
    session = WrittenSession(rules).rules
    first = session.change_update(update_of(batch(START + 900, numbered(9))), START + SECOND)
    assert (first.events, session.held_events) == (0, 9)
    rules.clear()
    second = session.change_update(update_of(batch(START + 1_900, ["new"])), START + 2 * SECOND)
    assert (second.events, session.held_events) == (10, 0)
    third = update_of(batch(START + 2_900, ["x"]))
    assert session.change_update(third, START + 3 * SECOND) is third


@pytest.mark.parametrize("after", [{"seconds": 2.5}, {"updates": 2}])
def test_an_effect_on_log_events_waits_as_every_rule_does(after: dict[str, float]) -> None:
    rules = rules_with()
    add(rules, rule("lose", after=after), START)
    session = WrittenSession(rules)
    session.write(START)
    delivered = []
    for second in range(1, 5):
        now = START + second * SECOND
        delivered.append(session.rules.change_update(update_of(batch(now, ["x"])), now).events)
        session.update(now)
    assert delivered == [1, 1, 0, 0]


def test_a_lasting_effect_fires_once_per_session_and_times_counts_the_sessions() -> None:
    rules = rules_with()
    fault = add(rules, rule("lose", times=2), START)
    sessions = [WrittenSession(rules, session_id=str(number)).rules for number in range(3)]
    for now in (START + SECOND, START + 2 * SECOND):
        delivered = [each.change_update(update_of(batch(now, ["x"])), now).events for each in sessions]
        assert delivered == [0, 0, 1]
    assert fault.fired == 2


def test_events_of_one_batch_come_out_of_order_in_the_bytes_too() -> None:
    """The encoder takes a selection of all events of a batch in the batch's own order."""
    rules = session_rules(rule("reorder", milliseconds=1_000, share=0.5))
    update = rules.change_update(update_of(batch(START - 1, numbered(100, 3))), START + SECOND)
    assert update.events == 100
    (parts,) = session_update_json(update)
    came = [event["message"] for event in json.loads(b"".join(parts))["sessionResults"]]
    assert came == messages(update) != numbered(100, 3)
    assert sorted(came) == numbered(100, 3)


def test_what_is_lost_is_never_held_back() -> None:
    both = session_rules(rule("reorder", milliseconds=60_000, share=1.0), rule("lose", fraction=0.5))
    update = both.change_update(update_of(batch(START + 900, numbered(400))), START + SECOND)
    assert update.events + both.lost_events + both.held_events == 400
    assert 150 <= both.lost_events <= 250


def test_late_events_follow_a_clock_that_is_set_back() -> None:
    rules = session_rules(rule("reorder", milliseconds=1_000, share=1.0))
    first = rules.change_update(update_of(batch(START + SECOND, numbered(50))), START + SECOND)
    assert rules.held_events == 50 - first.events > 0
    rules.shift(-3_600_000)
    second = rules.change_update(update_of(), START + 2 * SECOND - 3_600_000)
    assert (second.events, rules.held_events) == (50 - first.events, 0)
