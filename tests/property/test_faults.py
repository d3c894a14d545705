"""Fault rules over generated schedules: against a naive model, the same for the same seed, and no log event astray."""

import random
from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from livetail.faults.effects import EFFECTS
from livetail.faults.messages import Step
from livetail.faults.presets import PRESETS
from livetail.faults.reading import keys_of
from livetail.faults.session_rules import SessionRules
from livetail.live.window import EVENTS_PER_UPDATE, Selection, Update
from livetail.store.batch import Batch, LogEvent
from tests.unit.faults.sessions import SESSION_START, START, WrittenSession, play, problems_of, rules_with, update
from tests.unit.wire.codec import decode

AFTER: st.SearchStrategy[dict[str, int]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"requests": st.integers(0, 4)}),
    st.fixed_dictionaries({"seconds": st.integers(0, 4)}),
)
TAIL_AFTER = AFTER | st.fixed_dictionaries({"updates": st.integers(0, 4)})
TIMES = st.integers(0, 4)
SEEDS = st.integers(0, 2**32 - 1)


# ---- when rules fire -------------------------------------------------------------------------------------------------


@given(AFTER, TIMES, st.lists(st.integers(0, 3_000), max_size=15))
def test_a_certain_rule_fires_on_requests_as_a_naive_count_says(
    after: dict[str, int], times: int, moments: list[int]
) -> None:
    rules = rules_with({"after": after, "times": times, "effect": {"type": "empty"}})
    fired = 0
    for number, moment in enumerate(sorted(moments), 1):
        due = number > after.get("requests", 0) and moment >= 1_000 * after.get("seconds", 0)
        expected = due and (times == 0 or fired < times)
        fired += expected
        assert bool(rules.fire_on_request("StartLiveTail", "r", [], START + moment)) is expected


@given(TAIL_AFTER, TIMES, st.integers(1, 4))
def test_messages_are_doubled_as_a_naive_count_says(after: dict[str, int], times: int, sessions: int) -> None:
    rules = rules_with({"after": after, "times": times, "effect": {"type": "duplicate"}})
    fired = 0
    for number in range(1, sessions + 1):
        session = WrittenSession(rules, session_id=str(number))
        for second in range(6):
            steps = session.write(START) if second == 0 else session.update(START + 1_000 * second)
            written = second - 1  # updates before this message; -1 before sessionStart
            due = (
                number > after.get("requests", 0)
                and second >= after.get("seconds", 0)
                and written >= after.get("updates", -1)
            )
            expected = due and (times == 0 or fired < times)
            fired += expected
            assert len(steps) == (second == 0) + 1 + expected and steps[-1] == steps[-1 - expected]


@given(TAIL_AFTER, TIMES, st.integers(1, 4))
def test_sessions_are_ended_as_a_naive_count_says(after: dict[str, int], times: int, sessions: int) -> None:
    rules = rules_with({"after": after, "times": times, "effect": {"type": "end"}})
    fired = 0
    for number in range(1, sessions + 1):
        session = WrittenSession(rules, session_id=str(number))
        session.write(START)
        for second in range(1, 6):
            session.update(START + 1_000 * second)
        expected = number > after.get("requests", 0) and (times == 0 or fired < times)
        fired += expected
        assert session.is_over is expected
        updates = session.events().count("sessionUpdate")
        if not expected:
            assert updates == 5
        elif "updates" in after:
            assert updates == after["updates"]
        else:
            assert updates == max(0, after.get("seconds", 0) - 1)


# ---- the same again --------------------------------------------------------------------------------------------------

NEEDED: dict[str, dict[str, Any]] = {
    "error": {"code": "X"},
    "delay": {"seconds": 1},
    "status": {"status": 500},
    "stall": {"seconds": 1.5},
    "dribble": {"bytes": 60, "seconds": 0.2},
    "reorder": {"milliseconds": 900, "share": 0.5},
    "lose": {"fraction": 0.5},
}
RULES = st.builds(
    lambda type_, after, times, probability: {
        "after": {} if type_ == "no-initial-response" else after,
        "times": times,
        "probability": probability,
        "effect": {"type": type_} | NEEDED.get(type_, {}),
    },
    st.sampled_from([name for name, row in EFFECTS.items() if not row.acts_on.is_request]),
    TAIL_AFTER,
    TIMES,
    st.sampled_from([0.3, 0.7, 1.0]),
)


def rehearse(rules: list[dict[str, Any]], seed: int, batches: list[int]) -> tuple[list[list[Step]], list[Any]]:
    """Two sessions under some rules: what is written to each, and how often each rule fired."""
    in_force = rules_with(*rules, seed=seed)
    sessions = [WrittenSession(in_force, session_id=str(number)) for number in range(2)]
    for session in sessions:
        session.write(START)
    for second, size in enumerate(batches, 1):
        play(in_force, sessions, START + 1_000 * (second - 1), START + 1_000 * second)
        for session in sessions:
            for selection in an_update(second, size).selections:
                session.session.offer(selection)
            session.update(START + 1_000 * second)
    return [session.steps for session in sessions], [rule.fired for rule in in_force]


@given(st.lists(RULES, min_size=1, max_size=4), SEEDS, st.lists(st.integers(0, 5), max_size=4))
def test_the_same_seed_gives_the_same_steps(rules: list[dict[str, Any]], seed: int, batches: list[int]) -> None:
    once, again = rehearse(rules, seed, batches), rehearse(rules, seed, batches)
    assert once == again
    for one, fired in zip(rules, once[1], strict=True):
        assert one["times"] == 0 or fired <= one["times"]


def test_another_seed_gives_other_steps() -> None:
    rules = [{"times": 0, "probability": 0.5, "effect": {"type": "duplicate"}}]
    outcomes = {repr(rehearse(rules, seed, [1] * 20)) for seed in range(5)}
    assert len(outcomes) == 5


HARMLESS = ("stall", "dribble", "duplicate", "unknown-event")


@given(st.lists(RULES.filter(lambda one: one["effect"]["type"] in HARMLESS), min_size=1, max_size=4), SEEDS)
def test_what_only_takes_time_or_adds_loses_no_message_and_breaks_none(rules: list[dict[str, Any]], seed: int) -> None:
    in_force = rules_with(*rules, seed=seed)
    session = WrittenSession(in_force)
    session.write(START)
    for second in range(1, 6):
        play(in_force, [session], START + 1_000 * (second - 1), START + 1_000 * second)
        session.update(START + 1_000 * second)
    play(in_force, [session], START, START + 3_600_000)
    assert not session.session.counters.buffered_updates
    wanted = decode(b"".join([SESSION_START, *map(update, range(1, 6))]))
    found = [message for message in decode(session.sent) if message.header(":event-type") != "unknownEvent"]
    assert [message for at, message in enumerate(found) if at == 0 or message != found[at - 1]][1:] == wanted


# ---- log events ------------------------------------------------------------------------------------------------------


def an_update(second: int, size: int, spread: int = 100) -> Update:
    """The update of a second in which `size` events were ingested, each in a request of its own."""
    batches = [
        Batch(
            log_group_identifier="123456789012:/a",
            log_stream_name="s",
            ingestion_time=START + 1_000 * (second - 1) + min(999, spread * number),
            sequence=0,
            events=[LogEvent(START, f"{second}/{number}")],
        )
        for number in range(size)
    ]
    return Update(tuple(map(Selection.of, batches)), size, sampled=False)


def content(made: Update) -> list[tuple[int, str]]:
    """The events of an update: when each was ingested, and its message."""
    found = [(selection.ingestion_time, event.message) for selection in made.selections for event in selection.events]
    assert len(found) == made.events <= EVENTS_PER_UPDATE
    return found


def session_rules(seed: int, *effects: dict[str, Any]) -> SessionRules:
    return WrittenSession(rules_with(*({"effect": effect} for effect in effects), seed=seed)).rules


SIZES = st.lists(st.integers(0, 20) | st.just(500), max_size=3)
MILLISECONDS = st.sampled_from([1, 250, 856, 3_000])
SHARES = st.floats(0, 1)


@given(SEEDS, SIZES, MILLISECONDS, SHARES, st.sampled_from([1, 100]))
def test_reorder_loses_nothing_and_disturbs_the_order_by_so_many_milliseconds_only(
    seed: int, sizes: list[int], milliseconds: int, share: float, spread: int
) -> None:
    disturbing = session_rules(seed, {"type": "reorder", "milliseconds": milliseconds, "share": share})
    given_: list[tuple[int, str]] = []
    sent: list[tuple[int, str]] = []
    for second, size in enumerate(sizes, 1):
        made = an_update(second, size, spread)
        given_ += content(made)
        sent += content(disturbing.change_update(made, START + 1_000 * second))
        assert len(sent) + disturbing.held_events == len(given_)
    for made in disturbing.flush():
        sent += content(made)
    assert disturbing.held_events == disturbing.lost_events == 0
    assert Counter(sent) == Counter(given_)
    latest = 0
    for ingested, _ in sent:
        assert ingested >= latest - milliseconds
        latest = max(latest, ingested)
    if not share:
        assert sent == given_


@given(SEEDS, SIZES, SHARES, st.none() | st.integers(0, 50))
def test_lose_counts_exactly_and_keeps_the_order(
    seed: int, sizes: list[int], fraction: float, per_second: int | None
) -> None:
    losing = session_rules(seed, {"type": "lose", "fraction": fraction, "bytesPerSecond": per_second})
    all_given = all_sent = 0
    for second, size in enumerate(sizes, 1):
        made = an_update(second, size)
        sent = content(losing.change_update(made, START + 1_000 * second))
        left = iter(content(made))
        assert all(event in left for event in sent), "what is left is in its old order"
        safe, room = 0, per_second or 0
        for _, message in content(made):
            room -= len(message)
            safe += room >= 0 and per_second is not None
        assert sent[:safe] == content(made)[:safe], "what fits into the second is safe"
        if fraction == 1:
            assert len(sent) == safe
        all_given, all_sent = all_given + size, all_sent + len(sent)
        assert losing.lost_events == all_given - all_sent
    assert losing.held_events == 0


@given(SEEDS, SIZES, SHARES, SHARES, MILLISECONDS)
def test_the_sum_of_the_events_is_right_at_every_instant(
    seed: int, sizes: list[int], fraction: float, share: float, milliseconds: int
) -> None:
    both = session_rules(
        seed,
        {"type": "reorder", "milliseconds": milliseconds, "share": share},
        {"type": "lose", "fraction": fraction},
    )
    matched = delivered = 0
    for second, size in enumerate(sizes, 1):
        matched += size
        delivered += both.change_update(an_update(second, size), START + 1_000 * second).events
        assert matched == delivered + both.lost_events + both.held_events
    delivered += sum(made.events for made in both.flush())
    assert matched == delivered + both.lost_events


# ---- anything at all ------------------------------------------------------------------------------------------------

TEXTS = st.text("aA_0\n\ud800\U0001f600", max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        "operation",
        "where",
        "after",
        "times",
        "probability",
        "effect",
        "preset",
        "minutes",
        "log_group",
        "type",
        "seconds",
        "sequence",
        "sessions",
    ]
)


@given(st.dictionaries(KEYS, JSON | st.dictionaries(KEYS, JSON, max_size=3), max_size=5))
def test_whatever_is_given_is_a_rule_or_has_sentences(given_: dict[str, Any]) -> None:
    for sentence in problems_of(given_):
        assert sentence and "\n" not in sentence


@given(st.sampled_from([*EFFECTS, *PRESETS]), st.randoms(use_true_random=False))
def test_the_catalogue_says_what_is_taken(name: str, chance: random.Random) -> None:
    table = EFFECTS.get(name) or PRESETS[name]
    made = {key["name"]: example_of(key, chance) for key in keys_of(table) if key["required"] or chance.random() < 0.5}
    for given_ in ({"effect": {"type": name} | made},) if name in EFFECTS else ({"preset": name} | made,):
        problems = problems_of(given_)
        # The body of a status and the part of a corruption also depend on another key.
        assert not problems or name in ("status", "corrupt")


def example_of(schema: dict[str, Any], chance: random.Random) -> Any:
    """A value that a schema allows."""
    if "enum" in schema:
        return chance.choice(schema["enum"])
    match schema["type"]:
        case "string":
            return "x" * max(1, schema.get("minLength", 0))
        case "boolean":
            return chance.random() < 0.5
        case "object":
            return {"k": "v"}
        case "integer":
            return chance.randint(schema["minimum"], schema["maximum"])
    return chance.uniform(schema["minimum"], schema["maximum"])
