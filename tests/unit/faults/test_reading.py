"""Reading fault rules: which are valid, and a sentence for each problem."""

import math
from typing import Any

import pytest

from livetail import faults
from livetail.faults import FaultRule, FaultRuleError, as_json, parse_rule
from livetail.faults.effects import EFFECTS, ActsOn
from livetail.faults.presets import PRESETS
from livetail.faults.reading import catalogue, keys_of
from livetail.faults.rules import After, Where
from tests.unit.faults.sessions import problems_of

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
    needed = [key["name"] for key in keys_of(EFFECTS[type_]) if key["required"]]
    return {"type": type_} | {name: GOOD_VALUES[name] for name in needed}


def rule_of(given: object) -> FaultRule:
    return parse_rule(given).full_rule()


def test_the_defaults_of_a_rule() -> None:
    rule = rule_of({"effect": {"type": "end"}})
    assert (rule.matches("StartLiveTail", []), rule.matches("PutLogEvents", [])) == (True, False)
    assert (rule.max_firings, rule.probability, rule.where, rule.after) == (1, 1.0, Where(), After())


def test_a_rule_with_everything() -> None:
    given = {
        "operation": "StartLiveTail",
        "where": {"logGroup": "/aws/lambda/*"},
        "after": {"updates": 3},
        "times": 0,
        "probability": 0.25,
        "sessions": "new",
        "effect": {"type": "exception", "name": "SessionTimeoutException", "message": "over"},
    }
    rule = rule_of(given)
    assert (rule.where.log_group, rule.after.updates, rule.max_firings, rule.probability, rule.sessions) == (
        "/aws/lambda/*",
        3,
        0,
        0.25,
        "new",
    )
    assert as_json(rule) == given


def test_keys_in_snake_case_are_those_of_json() -> None:
    rule = parse_rule({"where": {"log_group": "/a"}, "effect": {"type": "lose", "bytes_per_second": 100}})
    assert as_json(rule) == {"where": {"logGroup": "/a"}, "effect": {"type": "lose", "bytesPerSecond": 100}}


def test_seconds_become_milliseconds() -> None:
    assert rule_of({"after": {"seconds": 1.5}, "effect": {"type": "end"}}).after.milliseconds == 1_500


@pytest.mark.parametrize("type_", EFFECTS)
def test_every_effect_is_read_and_shown_as_it_was_given(type_: str) -> None:
    rule = rule_of({"effect": a_good(type_)})
    assert rule.acts_on is EFFECTS[type_].acts_on
    assert as_json(rule) == {"effect": a_good(type_)}


EFFECT_KEYS = [(type_, key) for type_, effect in EFFECTS.items() for key in keys_of(effect)]


@pytest.mark.parametrize(("type_", "key"), EFFECT_KEYS, ids=[f"{type_}.{key['name']}" for type_, key in EFFECT_KEYS])
def test_every_key_of_an_effect_is_checked(type_: str, key: dict[str, Any]) -> None:
    good, name = a_good(type_), key["name"]
    if key["required"]:
        [problem] = problems_of({"effect": {other: value for other, value in good.items() if other != name}})
        assert problem.startswith(f"effect.{name} is missing; ")
    for value in bad_values(key):
        [problem] = problems_of({"effect": good | {name: value}})
        assert problem.startswith(f"effect.{name} is ") and problem.endswith(" is expected")
    for value in good_values(key):
        assert problems_of({"effect": good | {name: value}}) == []


def bad_values(key: dict[str, Any]) -> list[Any]:
    if "enum" in key:
        return [[], {}, 1, "", "nothing of the kind"]
    match key["type"]:
        case "string":
            return [[], {}, 1, True, "x" * (key["maxLength"] + 1), "\ud800", *([""] if key.get("minLength") else [])]
        case "integer":
            return [[], {}, "1", True, 1.5, key["minimum"] - 1, key["maximum"] + 1, 10**400, 10**5000]
        case "number":
            numbers = [key["minimum"] - 0.001, key["maximum"] + 1, math.nan, math.inf, 10**400, -(10**400)]
            return [[], {}, "1", True, *numbers]
        case "boolean":
            return [[], {}, "yes", 0, 1]
        case _:
            return [[], "x", {"x": [[]]}][:2]


def good_values(key: dict[str, Any]) -> list[Any]:
    if "enum" in key:
        return list(key["enum"])
    match key["type"]:
        case "string":
            return ["x" * max(1, key.get("minLength", 0)), "x" * key["maxLength"], "ü"]
        case "integer" | "number":
            return [math.ceil(key["minimum"]), int(key["maximum"])]
        case "boolean":
            return [False]
        case _:
            return [{"a": "b"}]


@pytest.mark.parametrize("depth", [100, 500, 5_000])
def test_what_is_nested_deeply_is_a_problem_like_any_other(depth: int) -> None:
    nested: Any = 1
    for _ in range(depth):
        nested = [nested]
    for given in ({"effect": nested}, {"effect": {"type": nested}}, {"where": nested}, {"preset": nested}):
        assert problems_of(given)


SESSIONS_ALONE = "on StartLiveTail only"
SENTENCES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("no effect", {}, ["effect is missing; a table is expected"]),
    ("no type", {"effect": {}}, [f"effect.type is missing; one of {TYPES} is expected"]),
    ("misspelt", {"effect": {"type": "exeption"}}, [f"effect.type is 'exeption'; one of {TYPES} is expected"]),
    ("type of a type", {"effect": {"type": ["end"]}}, [f"effect.type is a list; one of {TYPES} is expected"]),
    ("effect is a text", {"effect": "end"}, ["effect is 'end'; a table is expected"]),
    ("unknown key", {"effects": [], "effect": {"type": "end"}}, ["effects is not a key of a fault rule; did you mean"]),
    ("key of where", {"where": {"x": "x"}, "effect": {"type": "end"}}, ["where.x is not a key of where; it takes log"]),
    (
        "key of an effect",
        {"effect": {"type": "cut", "secs": 1}},
        ["effect.secs is not a key of the effect cut; it takes"],
    ),
    ("where is a text", {"where": "/a", "effect": {"type": "end"}}, ["where is '/a'; a table is expected"]),
    (
        "given twice",
        {"where": {"logGroup": "/a", "log_group": "/b"}, "effect": {"type": "end"}},
        ["where.log_group is given twice"],
    ),
    (
        "after two",
        {"after": {"updates": 1, "seconds": 1}, "effect": {"type": "end"}},
        ["after has updates and seconds; it takes one of them"],
    ),
    (
        "after before",
        {"after": {"updates": -1}, "effect": {"type": "end"}},
        ["after.updates is -1; a whole number from 0 to 1,000,000,000 is expected"],
    ),
    (
        "operation",
        {"operation": "start live tail", "effect": {"type": "empty"}},
        ["operation is 'start live tail'; the name of an operation or * is expected"],
    ),
    (
        "another operation",
        {"operation": "PutLogEvents", "effect": {"type": "cut"}},
        [f"operation is 'PutLogEvents'; the effect cut acts {SESSIONS_ALONE}"],
    ),
    (
        "all operations",
        {"operation": "*", "effect": {"type": "end"}},
        [f"operation is '*'; the effect end acts {SESSIONS_ALONE}"],
    ),
    (
        "a page of something else",
        {"operation": "PutLogEvents", "effect": {"type": "empty-page"}},
        ["operation is 'PutLogEvents'; the effect empty-page acts on FilterLogEvents and GetLogEvents only"],
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
        ["after.seconds is given; the effect no-initial-response acts on the first message of a session and takes "],
    ),
    (
        "a sequence of sessions",
        {"sequence": {"fail": 1, "pass": 1}, "effect": {"type": "cut"}},
        ["sequence is given; the effect cut acts on the messages of a session, not on requests"],
    ),
    (
        "nothing to carry out",
        {"after": {"updates": 1}, "effect": {"type": "reset", "carryOut": True}},
        ["effect.carryOut is true; a reset of a running session has no operation to carry out"],
    ),
    (
        "a body that HTTP does not allow",
        {"effect": {"type": "status", "status": 204, "body": "x"}},
        ["effect.body is given; a response with the status 204 has none"],
    ),
    (
        "a checksum that cannot be valid",
        {"effect": {"type": "corrupt", "part": "crc", "validChecksums": True}},
        ["effect.validChecksums is true; the crc cannot be damaged under a valid checksum"],
    ),
    ("preset", {"preset": "chaos"}, [f"preset is 'chaos'; one of {', '.join(PRESETS)} is expected"]),
    (
        "a preset with an effect of its own",
        {"preset": "observed-loss", "effect": {"type": "end"}},
        ["effect is not a key of the preset observed-loss; it takes "],
    ),
    ("a value of a preset", {"preset": "throttling", "pass": 0}, ["pass is 0; a whole number from 1 to "]),
    (
        "a preset on another operation",
        {"preset": "observed-disconnect", "operation": "PutLogEvents"},
        [f"operation is 'PutLogEvents'; the effect cut acts {SESSIONS_ALONE}"],
    ),
    (
        "all at once",
        {"times": -1, "probability": "often", "where": {"group": "x"}, "effect": {"type": "stall", "minutes": 1}},
        [
            "times is -1; a whole number from 0 to 1,000,000,000 is expected",
            "probability is 'often'; a number from 0 to 1 is expected",
            "where.group is not a key of where; did you mean 'logGroup'?",
            "effect.minutes is not a key of the effect stall; it takes seconds",
            "effect.seconds is missing; a number from 0.001 to 86,400 is expected",
        ],
    ),
]


@pytest.mark.parametrize(("given", "sentences"), [row[1:] for row in SENTENCES], ids=[row[0] for row in SENTENCES])
def test_problems_are_sentences(given: dict[str, Any], sentences: list[str]) -> None:
    found = problems_of(given)
    assert len(found) == len(sentences)
    for sentence, beginning in zip(found, sentences, strict=True):
        assert sentence.startswith(beginning)
    with pytest.raises(FaultRuleError) as caught:
        parse_rule(given)
    assert str(caught.value) == "; ".join(found)


@pytest.mark.parametrize("given", [None, [], "end", 1])
def test_what_is_no_table_is_no_rule(given: Any) -> None:
    [problem] = problems_of(given)
    assert problem.endswith("; a table is expected")


@pytest.mark.parametrize(
    ("operation", "after", "acts_on"),
    [
        ("StartLiveTail", {}, ActsOn.REQUEST),
        ("StartLiveTail", {"requests": 2}, ActsOn.REQUEST),
        ("StartLiveTail", {"updates": 2}, ActsOn.SESSION),
        ("StartLiveTail", {"seconds": 2}, ActsOn.SESSION),
        ("PutLogEvents", {"seconds": 2}, ActsOn.REQUEST),
        ("*", {"seconds": 2}, ActsOn.REQUEST),
    ],
)
def test_a_reset_acts_on_a_session_when_it_waits_for_one(
    operation: str, after: dict[str, int], acts_on: ActsOn
) -> None:
    assert rule_of({"operation": operation, "after": after, "effect": {"type": "reset"}}).acts_on is acts_on


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"preset": "observed-disconnect", "minutes": 0.5}, faults.cut(after_seconds=30, times=0)),
        ({"preset": "observed-silence"}, faults.stall(75, after_seconds=300, times=0)),
        (
            {"preset": "observed-disorder", "where": {"logGroup": "/a"}},
            faults.reorder(856, 20 / 7_000, times=0, log_group="/a"),
        ),
        ({"preset": "observed-loss", "bytes_per_second": 1, "times": 2}, faults.lose(bytes_per_second=1, times=2)),
        ({"preset": "read-delay"}, faults.hide_events(10, times=0)),
        ({"preset": "empty-pages", "probability": 0.5}, faults.empty_page(times=3, probability=0.5)),
        (
            {"preset": "throttling", "pass": 4},
            faults.error("ThrottlingException", operation="*", times=0, sequence=(3, 4)),
        ),
    ],
)
def test_a_preset_is_an_ordinary_rule(given: dict[str, Any], rule: FaultRule) -> None:
    assert rule_of(given) == rule


def test_a_value_of_the_wrong_kind_is_found_where_the_rule_is_made() -> None:
    with pytest.raises(ValueError, match="effect.seconds is -1; a number from"):
        faults.stall(-1)
    with pytest.raises(FaultRuleError, match="after has updates and seconds"):
        faults.cut(after_updates=1, after_seconds=1)
    with pytest.raises(FaultRuleError, match=r"minutes is '3'; a number"):
        faults.observed_disconnect("3")  # type: ignore[arg-type]


MAKERS = {name.replace("-", "_"): name for name in (*EFFECTS, *PRESETS)}


@pytest.mark.parametrize("maker", MAKERS)
def test_every_effect_and_preset_has_a_maker_with_its_keys(maker: str) -> None:
    name = MAKERS[maker]
    table = EFFECTS.get(name) or PRESETS[name]
    needed = [GOOD_VALUES[key["name"]] for key in keys_of(table) if key["required"]]
    rule = getattr(faults, maker)(*needed, log_group="/a", times=2)
    shown = as_json(rule)
    assert shown["where"] == {"logGroup": "/a"} and shown["times"] == 2
    assert (shown["effect"] if name in EFFECTS else shown) == (
        a_good(name) if name in EFFECTS else shown | {"preset": name}
    )
    assert parse_rule(shown) == rule


def test_the_catalogue_has_every_effect_and_preset_with_its_keys() -> None:
    listed = catalogue()
    assert [one["name"] for one in listed["effects"]] == list(EFFECTS)
    assert [one["name"] for one in listed["presets"]] == list(PRESETS)
    cut = next(one for one in listed["effects"] if one["name"] == "cut")
    assert (cut["actsOn"], cut["operations"]) == ("the messages of a session", ["StartLiveTail"])
    assert [(key["name"], key["type"], key["required"]) for key in cut["keys"]] == [("bytes", "integer", False)]
    for one in (*listed["effects"], *listed["presets"]):
        assert one["description"].endswith(".")
        for key in one["keys"]:
            assert key["description"].endswith(".") and ("type" in key or "enum" in key)
