"""Templates: what a field gives, which fields agree, and what is refused."""

import json
import re
from collections import Counter
from statistics import mean

import pytest

from livetail.core.chance import Chance
from livetail.scenarios import ScenarioError
from livetail.scenarios.templates import FIELDS, TemplateFormat
from tests.unit.scenarios.builders import STARTED_AT

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def written(template: str, count: int = 1, *, seed: int = 1) -> list[str]:
    maker = TemplateFormat(template, Chance(seed).stream("test"), ("main",), Chance(seed))
    return [event.message for event in maker.events(range(STARTED_AT, STARTED_AT + count), [0] * count)]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("plain text", r"plain text"),
        ("100% of {{braces}} }} {{", r"100% of \{braces\} \} \{"),
        ("{time}", r"2026-01-01T00:00:00\.000Z"),
        ("{time:access}", r"01/Jan/2026:00:00:00 \+0000"),
        ("{time:s} {time:ms}", r"1767225600 1767225600000"),
        ("{level}", r"INFO|WARN|ERROR"),
        ("{method} {path}", r"(GET|POST|PUT|DELETE) /\S*"),
        ("{status}", r"[2-5]\d\d"),
        ("{latency_ms}", r"\d+"),
        ("{ip}", r"(203\.0\.113|198\.51\.100|192\.0\.2)\.\d+"),
        ("{user}", r"u\d{4}"),
        ("{uuid} {request_id}", rf"{UUID} {UUID}"),
        ("{int:-5..-5}", r"-5"),
        ("{float:0..1}", r"0\.\d{3}"),
        ("{hex:8}", r"[0-9a-f]{8}"),
        ("{colour:red}", r"red"),
        ("%s %d {colour:50%=1}", r"%s %d 50%"),
    ],
)
def test_fields(template: str, expected: str) -> None:
    assert re.fullmatch(expected, written(template)[0])


def test_a_field_has_one_value_per_event_but_draws_are_new_each_time() -> None:
    for line in written("{request_id} {request_id} {user} {user} {shade:a,b,c,d} {shade}", 50):
        first, second, user, same_user, shade, same_shade = line.split()
        assert (first, user, shade) == (second, same_user, same_shade)
    lines = written("{int:1..1000000} {int:1..1000000} {hex:8} {hex:8} {uuid} {uuid}", 50)
    assert all(len(set(line.split())) == 6 for line in lines)


def test_ranges_hold_both_ends() -> None:
    assert set(written("{int:1..3}", 200)) == {"1", "2", "3"}


def test_weights_are_kept_to() -> None:
    counts = Counter(written("{level:INFO=90,ERROR=10}", 10_000))
    assert 8_800 < counts["INFO"] < 9_200
    assert counts["INFO"] + counts["ERROR"] == 10_000
    counts = Counter(written("{colour:red,green=2,blue}", 8_000))
    assert 3_700 < counts["green"] < 4_300


@pytest.mark.parametrize("template", ["{level} {status} {latency_ms}", "{level} {status:200=8,404,500=2} {latency_ms}"])
def test_level_follows_status_and_failures_are_slow(template: str) -> None:
    slow: list[int] = []
    quick: list[int] = []
    for line in written(template, 3_000):
        level, status, latency = line.split()
        assert (level == "ERROR") == (status >= "500")
        assert level != "INFO" or status < "400"
        (slow if status >= "500" else quick).append(int(latency))
    assert min(slow) > 1_000 > mean(quick)


def test_status_follows_a_weighted_level() -> None:
    for line in written("{level:INFO=5,WARN=3,ERROR=2} {status}", 2_000):
        level, status = line.split()
        assert status[0] in {"INFO": "23", "WARN": "4", "ERROR": "5"}[level]


def test_weights_for_both_stand_as_they_are() -> None:
    assert set(written("{level:INFO} {status:500}", 20)) == {"INFO 500"}


def test_json_can_be_written_with_doubled_braces() -> None:
    line = written('{{"time":"{time}","level":"{level}","latency":{latency_ms}}}')[0]
    assert set(json.loads(line)) == {"time", "level", "latency"}


def test_the_readme_template_repeats_with_its_seed() -> None:
    template = "{time} {level:INFO=90,ERROR=10} {method} {path} {latency_ms}"
    assert written(template, 50) == written(template, 50)
    assert written(template, 50) != written(template, 50, seed=2)


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("", "the template is empty, and a log event is not"),
        ("a {level", "column 3: '{' is not closed; write '{{' for a brace"),
        ("a } b", "column 3: '}' closes nothing; write '}}' for a brace"),
        ("{}", "column 1: {} does not begin with the name of a field; there are time, level,"),
        (
            "{levl}",
            "column 1: {levl} is not a field; a choice of your own is {levl:A=9,B=1}, and there are time, level,",
        ),
        ("{int}", "column 1: {int} needs a range from low to high, such as {int:1..100}"),
        ("{int:9..1}", "column 1: {int:9..1} needs a range"),
        ("{int:0..1.5}", "column 1: {int:0..1.5} needs a range"),
        ("{float:a..b}", "column 1: {float:a..b} needs a range"),
        ("{hex:0}", "column 1: {hex:0} needs a number of digits from 1 to 1,024"),
        ("{hex:99999999999}", "column 1: {hex:99999999999} needs a number of digits"),
        ("{time:noon}", "column 1: {time:noon} is not a way to write the time; there are {time}, {time:access}"),
        ("{uuid:4}", "column 1: {uuid:4} takes nothing after a colon"),
        ("{level:INFO=x}", "column 1: {level:INFO=x} has 'INFO=x', which is not VALUE or VALUE=WEIGHT"),
        ("{level:INFO=0}", "column 1: {level:INFO=0} has 'INFO=0', which is not VALUE or VALUE=WEIGHT"),
        ("{level:INFO=" + "9" * 5_000 + "}", "which is not VALUE or VALUE=WEIGHT"),
        ("{level:}", "column 1: {level:} has '', which is not VALUE or VALUE=WEIGHT"),
        ("{status:ok}", "column 1: {status:ok} has 'ok', which is not an HTTP status from 100 to 599"),
        ("{status:" + "200," * 5_000 + "600}", f"column 1: {{status:{'200,' * 13}… has '600', which is not an HTTP"),
        ("{a:x} {a:y}", "column 7: {a:y} has its values already; repeat it as {a}"),
    ],
)
def test_refuses(template: str, problem: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        written(template)
    assert problem in refused.value.problems[0]
    assert len(refused.value.problems[0]) < 300


def test_all_problems_come_at_once() -> None:
    with pytest.raises(ScenarioError) as refused:
        written("{levl} } {int:5}")
    assert [problem.partition(":")[0] for problem in refused.value.problems] == ["column 8", "column 1", "column 10"]


def test_every_documented_field_can_be_used() -> None:
    arguments = {"int": ":1..2", "float": ":1..2", "hex": ":2"}
    for name in FIELDS:
        assert written(f"{{{name}{arguments.get(name, '')}}}")[0]


def test_events_are_numbered() -> None:
    assert written("{seq}/{seq}", 3) == ["1/1", "2/2", "3/3"]


def test_a_template_is_bounded() -> None:
    for text, problem in (
        ("x" * 262_145, "it has more than 262,144 characters"),
        ("{seq}" * 1_001, "or 1,000 fields"),
        ("{hex:1024}" * 300, "its lines would have about 307,800 bytes; 262,144 are the limit"),
        ("{x:" + "y" * 2_000 + "}" + "{x}" * 200, "its lines would have about 402,402 bytes; 262,144 are the limit"),
    ):
        with pytest.raises(ScenarioError, match=problem):
            written(text)
