"""Reading fault rules: what a good one says, and a sentence for everything that can be wrong."""

import math
from typing import Any

import pytest

from livetail.faults import FaultError, check_rule, parse_rule
from livetail.faults.effects import EFFECTS
from livetail.faults.fields import NEEDED, Field, Kind
from livetail.faults.model import After, Place
from livetail.faults.presets import PRESETS
from livetail.faults.rule import AFTER_FIELDS, RULE_FIELDS

TYPES = ", ".join(EFFECTS)
GOOD_VALUES: dict[str, Any] = {
    "code": "ThrottlingException",
    "seconds": 1.5,
    "status": 503,
    "bytes": 10,
    "milliseconds": 50,
}


def a_good(type_: str) -> dict[str, Any]:
    """An effect of this type with the keys that it needs."""
    fields = EFFECTS[type_].fields
    return {"type": type_} | {field.name: GOOD_VALUES[field.name] for field in fields if field.default is NEEDED}


def test_the_defaults_of_a_rule() -> None:
    rule = parse_rule({"effect": {"type": "end"}})
    assert (rule.operation, rule.log_group, rule.after, rule.times, rule.probability) == (
        "StartLiveTail",
        None,
        After.NOTHING,
        1,
        1.0,
    )


def test_a_rule_with_everything() -> None:
    given = {
        "operation": "StartLiveTail",
        "where": {"logGroup": "/aws/lambda/*"},
        "after": {"updates": 3},
        "times": 0,
        "probability": 0.25,
        "effect": {"type": "exception", "name": "SessionTimeoutException", "message": "over"},
    }
    rule = parse_rule(given)
    assert (rule.log_group, rule.after, rule.amount, rule.times, rule.probability) == (
        "/aws/lambda/*",
        After.UPDATES,
        3,
        0,
        0.25,
    )
    assert rule.effect.text("name") == "SessionTimeoutException"
    assert rule.effect.optional_text("message") == "over"
    assert rule.given == given


def test_keys_in_snake_case_are_those_of_json() -> None:
    rule = parse_rule(
        {"where": {"log_group": "/a"}, "effect": {"type": "lose", "fraction": 0.5, "bytes_per_second": 100}}
    )
    assert rule.given == {
        "where": {"logGroup": "/a"},
        "effect": {"type": "lose", "fraction": 0.5, "bytesPerSecond": 100},
    }


def test_seconds_become_milliseconds() -> None:
    assert parse_rule({"after": {"seconds": 1.5}, "effect": {"type": "end"}}).amount == 1_500


@pytest.mark.parametrize("type_", EFFECTS)
def test_every_effect_is_read_with_its_defaults(type_: str) -> None:
    rule = parse_rule({"effect": a_good(type_)})
    assert rule.place is EFFECTS[type_].place
    for field in EFFECTS[type_].fields:
        assert rule.effect.values[field.name] == (GOOD_VALUES[field.name] if field.default is NEEDED else field.default)


@pytest.mark.parametrize("type_", EFFECTS)
def test_every_effect_names_the_keys_it_takes(type_: str) -> None:
    [fault] = check_rule({"effect": a_good(type_) | {"secs": 1}})
    keys = ", ".join(field.name for field in EFFECTS[type_].fields) or "none"
    assert fault == f"effect.secs is not a key of the effect {type_}; it takes {keys}"


EFFECT_FIELDS = [(type_, field) for type_, row in EFFECTS.items() for field in row.fields]


@pytest.mark.parametrize(("type_", "field"), EFFECT_FIELDS, ids=lambda part: getattr(part, "name", part))
def test_every_key_of_an_effect_is_checked(type_: str, field: Field) -> None:
    good = a_good(type_)
    if field.default is NEEDED:
        [fault] = check_rule({"effect": {key: value for key, value in good.items() if key != field.name}})
        assert fault.startswith(f"effect.{field.name} is missing; {field.expected}")
    for value in bad_values(field):
        [fault] = check_rule({"effect": good | {field.name: value}})
        assert fault.startswith(f"effect.{field.name} is ") and field.expected in fault
    for value in good_values(field):
        assert check_rule({"effect": good | {field.name: value}}) == []


def bad_values(field: Field) -> list[Any]:
    wrong: list[Any] = [[], {}]
    if field.choices:
        return [*wrong, 1, "", "nothing of the kind"]
    match field.kind:
        case Kind.TEXT:
            return [*wrong, 1, True, "x" * (int(field.most) + 1), "\ud800", *([""] if field.least else [])]
        case Kind.WHOLE:
            return [*wrong, "1", True, 1.5, field.least - 1, field.most + 1]
        case Kind.NUMBER:
            return [*wrong, "1", True, field.least - 0.001, field.most + 1, math.nan, math.inf]
        case Kind.SWITCH:
            return [*wrong, "yes", 0, 1]


def good_values(field: Field) -> list[Any]:
    if field.choices:
        return list(field.choices)
    match field.kind:
        case Kind.TEXT:
            return ["x" * max(1, int(field.least)), "x" * int(field.most), "ü"]
        case Kind.WHOLE | Kind.NUMBER:
            return [int(math.ceil(field.least)), int(field.most)]
        case Kind.SWITCH:
            return [False]


SENTENCES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("no effect", {}, [f"effect is missing; a table with a type, one of {TYPES}, is expected"]),
    ("no type", {"effect": {}}, [f"effect.type is missing; one of {TYPES}"]),
    ("misspelt", {"effect": {"type": "exeption"}}, [f"effect.type is 'exeption'; one of {TYPES}"]),
    ("type of a type", {"effect": {"type": ["end"]}}, [f"effect.type is a list; one of {TYPES}"]),
    (
        "effect is a text",
        {"effect": "end"},
        ["effect is 'end'; a table is expected", f"effect.type is missing; one of {TYPES}"],
    ),
    (
        "unknown key",
        {"effects": [], "effect": {"type": "end"}},
        ["effects is not a key of a fault rule; it takes operation, times, probability, where, after, effect, preset"],
    ),
    (
        "unknown key of where",
        {"where": {"logStream": "x"}, "effect": {"type": "end"}},
        ["where.logStream is not a key of where; it takes logGroup"],
    ),
    ("where is a text", {"where": "/a", "effect": {"type": "end"}}, ["where is '/a'; a table is expected"]),
    (
        "given twice",
        {"where": {"logGroup": "/a", "log_group": "/b"}, "effect": {"type": "end"}},
        ["where.'logGroup' is given twice"],
    ),
    (
        "after two",
        {"after": {"updates": 1, "seconds": 1}, "effect": {"type": "end"}},
        ["after has updates and seconds; it takes one of them"],
    ),
    (
        "after something else",
        {"after": {"minutes": 1}, "effect": {"type": "end"}},
        ["after.minutes is not a key of after; it takes requests, updates, seconds"],
    ),
    (
        "after before",
        {"after": {"updates": -1}, "effect": {"type": "end"}},
        ["after.updates is -1; a whole number from 0 to 1,000,000,000 is expected"],
    ),
    (
        "times",
        {"times": 1.5, "effect": {"type": "end"}},
        ["times is 1.5; a whole number from 0 to 1,000,000,000 is expected"],
    ),
    (
        "probability",
        {"probability": 2, "effect": {"type": "end"}},
        ["probability is 2; a number from 0 to 1 is expected"],
    ),
    (
        "operation",
        {"operation": "start live tail", "effect": {"type": "empty"}},
        ["operation is 'start live tail'; the name of an operation or * is expected"],
    ),
    (
        "a tail's effect on another operation",
        {"operation": "PutLogEvents", "effect": {"type": "cut"}},
        ["operation is 'PutLogEvents'; the effect cut acts on a running tail, so on StartLiveTail"],
    ),
    (
        "a tail's effect on all operations",
        {"operation": "*", "effect": {"type": "end"}},
        ["operation is '*'; the effect end acts on a running tail, so on StartLiveTail"],
    ),
    (
        "a request has no updates",
        {"after": {"updates": 1}, "effect": {"type": "empty"}},
        ["after.updates is given; the effect empty acts on a request and takes requests or seconds"],
    ),
    (
        "nor when it is reset",
        {"operation": "PutLogEvents", "after": {"updates": 1}, "effect": {"type": "reset"}},
        ["after.updates is given; the effect reset acts on a request and takes requests or seconds"],
    ),
    (
        "the first message comes first",
        {"after": {"seconds": 1}, "effect": {"type": "no-initial-response"}},
        [
            "after.seconds is given; the effect no-initial-response acts on the first message of a tail "
            "and takes requests"
        ],
    ),
    (
        "a body that HTTP does not allow",
        {"effect": {"type": "status", "status": 204, "body": "x"}},
        ["effect.body is given; an answer with the status 204 has none"],
    ),
    (
        "a checksum that cannot be valid",
        {"effect": {"type": "corrupt", "part": "crc", "validChecksums": True}},
        ["effect.validChecksums is true; the crc cannot be damaged under a valid checksum"],
    ),
    ("preset", {"preset": "observed-chaos"}, [f"preset is 'observed-chaos'; one of {', '.join(PRESETS)}"]),
    (
        "a preset with an effect of its own",
        {"preset": "observed-loss", "effect": {"type": "end"}},
        ["effect is given beside a preset, which has its own"],
    ),
    (
        "a key that another preset has",
        {"preset": "observed-loss", "minutes": 3},
        ["minutes is not a key of the preset observed-loss; it takes bytesPerSecond"],
    ),
    (
        "a value of a preset",
        {"preset": "observed-disconnect", "minutes": "34"},
        ["minutes is '34'; a number from 0 to 1,440 is expected"],
    ),
    (
        "a preset on another operation",
        {"preset": "observed-disconnect", "operation": "PutLogEvents"},
        ["operation is 'PutLogEvents'; the effect cut acts on a running tail, so on StartLiveTail"],
    ),
    (
        "all at once",
        {"times": -1, "probability": "often", "where": {"group": "x"}, "effect": {"type": "stall", "minutes": 1}},
        [
            "times is -1; a whole number from 0 to 1,000,000,000 is expected",
            "probability is 'often'; a number from 0 to 1 is expected",
            "where.group is not a key of where; it takes logGroup",
            "effect.minutes is not a key of the effect stall; it takes seconds",
            "effect.seconds is missing; a number from 0.001 to 86,400 is expected",
        ],
    ),
]


@pytest.mark.parametrize(("given", "sentences"), [row[1:] for row in SENTENCES], ids=[row[0] for row in SENTENCES])
def test_what_is_wrong_is_said_in_sentences(given: dict[str, Any], sentences: list[str]) -> None:
    assert check_rule(given) == sentences
    with pytest.raises(FaultError) as caught:
        parse_rule(given)
    assert caught.value.faults == tuple(sentences)
    assert str(caught.value) == "; ".join(sentences)


@pytest.mark.parametrize("given", [None, [], "end", 1])
def test_what_is_no_table_is_no_rule(given: Any) -> None:
    [fault] = check_rule(given)
    assert fault.endswith("; a fault rule is a table")


@pytest.mark.parametrize(
    ("operation", "after", "place"),
    [
        ("StartLiveTail", {}, Place.REQUEST),
        ("StartLiveTail", {"requests": 2}, Place.REQUEST),
        ("StartLiveTail", {"updates": 2}, Place.SESSION),
        ("StartLiveTail", {"seconds": 2}, Place.SESSION),
        ("PutLogEvents", {"seconds": 2}, Place.REQUEST),
        ("*", {"seconds": 2}, Place.REQUEST),
    ],
)
def test_a_reset_acts_on_a_tail_when_it_waits_for_one(operation: str, after: dict[str, int], place: Place) -> None:
    assert parse_rule({"operation": operation, "after": after, "effect": {"type": "reset"}}).place is place


@pytest.mark.parametrize(
    ("given", "after", "amount", "effect"),
    [
        ({"preset": "observed-disconnect"}, After.SECONDS, 34 * 60_000, {"bytes": None}),
        ({"preset": "observed-disconnect", "minutes": 0.5}, After.SECONDS, 30_000, {"bytes": None}),
        ({"preset": "observed-silence"}, After.SECONDS, 5 * 60_000, {"seconds": 75}),
        ({"preset": "observed-silence", "seconds": 90}, After.SECONDS, 5 * 60_000, {"seconds": 90}),
        ({"preset": "observed-disorder"}, After.NOTHING, 0, {"milliseconds": 856, "share": 20 / 7_000}),
        ({"preset": "observed-loss"}, After.NOTHING, 0, {"fraction": 1.0, "bytesPerSecond": 3_000_000}),
        ({"preset": "observed-loss", "bytes_per_second": 1}, After.NOTHING, 0, {"fraction": 1.0, "bytesPerSecond": 1}),
    ],
)
def test_a_preset_is_an_ordinary_rule(given: dict[str, Any], after: After, amount: int, effect: dict[str, Any]) -> None:
    rule = parse_rule(given)
    assert rule.effect.type == PRESETS[given["preset"]].effect
    assert (rule.after, rule.amount, dict(rule.effect.values), rule.times) == (after, amount, effect, 0)


def test_a_preset_takes_the_keys_of_a_rule() -> None:
    rule = parse_rule({"preset": "observed-disconnect", "where": {"logGroup": "/a"}, "times": 2, "probability": 0.5})
    assert (rule.log_group, rule.times, rule.probability) == ("/a", 2, 0.5)


@pytest.mark.parametrize("field", [*AFTER_FIELDS, *RULE_FIELDS], ids=lambda field: str(field.name))
def test_every_key_of_a_rule_is_checked(field: Field) -> None:
    for value in bad_values(field):
        table = {"after": {field.name: value}} if field in AFTER_FIELDS else {field.name: value}
        faults = check_rule({"effect": {"type": "end"}} | table)
        assert len(faults) == 1 and f"{field.name} is " in faults[0]
