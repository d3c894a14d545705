"""Scenario files that are valid."""

from fractions import Fraction
from pathlib import Path

import pytest

from livetail.faults import as_json
from livetail.scenarios import ScenarioError
from livetail.scenarios.rates import Burst, Constant, Once, Poisson, Ramp, Rate, Sine
from livetail.scenarios.scenario import Scenario, load, load_replay, parse
from livetail.scenarios.tables import LogGroup
from tests.unit.scenarios.builders import play, toml_source

FULL = """
seed = 7

[[log_group]]
name = "/shop/api"
class = "INFREQUENT_ACCESS"
retention_days = 7
tags = { team = "shop" }
streams = ["web-1", "web-2"]

[[source]]
log_group = "/shop/api"
log_streams = ["web-1"]
format = "json"
rate = 20
start = "1m30s"
duration = "5m"

[[source]]
log_group = "/shop/other"
template = "{time} {level}"
rate = { shape = "burst", base = 5, peak = 2000, every = "30s", length = "2s" }

[[replay]]
file = "lines.jsonl"
speed = 10
loop = true
start = "3s"

[[fault]]
operation = "StartLiveTail"
where = { log_group = "/shop/*" }
after = { updates = 3 }
effect = { type = "error-message", code = "InternalError" }
"""
LINE = '{"offset_ms": 0, "logGroup": "/g", "logStream": "s", "message": "m"}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "lines.jsonl").write_text(LINE)
    (tmp_path / "shop.toml").write_text(FULL)
    return tmp_path


def check_full(scenario: Scenario) -> None:
    assert scenario.name == "shop"
    assert scenario.seed == 7
    assert scenario.log_groups == (
        LogGroup(
            name="/shop/api",
            log_class="INFREQUENT_ACCESS",
            retention_days=7,
            tags={"team": "shop"},
            streams=["web-1", "web-2"],
        ),
        LogGroup(name="/shop/other"),
        LogGroup(name="/g"),
    )
    first, second = scenario.sources
    assert (first.log_group, first.log_streams, first.format) == ("/shop/api", ["web-1"], "json")
    assert (first.any_rate, first.start, first.duration) == (Constant(20), "1m30s", "5m")
    assert second.any_rate == Burst(5, 2000, "30s", "2s")
    assert (second.format, second.start, second.duration) == (None, "0s", None)
    (replay,) = scenario.replays
    assert (replay.speed, replay.loop, replay.start_ms) == (Fraction(10), True, 3_000)
    assert [as_json(rule) for rule in scenario.faults] == [
        {
            "operation": "StartLiveTail",
            "where": {"logGroup": "/shop/*"},
            "after": {"updates": 3},
            "effect": {"type": "error-message", "code": "InternalError"},
        },
    ]
    assert scenario.rate == 20 + (28 * 5 + 4_000) / 30


def test_reads_everything(folder: Path) -> None:
    check_full(load(folder / "shop.toml"))


def test_reads_the_same_as_json(folder: Path) -> None:
    import json
    import tomllib

    document = tomllib.loads(FULL)
    check_full(parse(json.dumps(document).encode(), "shop.toml", folder))


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("0.1", Constant(0.1)),
        ('{ shape = "constant", rate = 2.5 }', Constant(2.5)),
        ('{ shape = "poisson", rate = 3 }', Poisson(3)),
        ('{ shape = "ramp", from = 0, to = 10, over = "1m" }', Ramp(0, 10, "1m")),
        ('{ shape = "sine", mean = 9, amplitude = 9, every = "1h" }', Sine(9, 9, "1h")),
        (
            '{ shape = "sine", mean = 9, amplitude = 0, every = "1h", phase = "1m" }',
            Sine(9, 0, "1h", "1m"),
        ),
        (
            '{ shape = "burst", base = 0, peak = 1, every = "2s", length = "2s", phase = "1s" }',
            Burst(0, 1, "2s", "2s", "1s"),
        ),
        ('{ shape = "once", count = 12 }', Once(12)),
    ],
)
def test_rates(text: str, rate: Rate) -> None:
    assert parse(toml_source(rate=text).encode()).sources[0].any_rate == rate


def test_a_source_writes_text_unless_it_says_otherwise() -> None:
    assert play(toml_source(), 5) == play(toml_source(format="'text'"), 5) != play(toml_source(format="'java'"), 5)


def test_a_file_is_replayed_without_a_scenario(folder: Path) -> None:
    scenario = load_replay(folder / "lines.jsonl")
    assert (scenario.name, [group.name for group in scenario.log_groups]) == ("lines.jsonl", ["/g"])
    with pytest.raises(ScenarioError) as refused:
        load_replay(folder / "shop.toml")
    assert all(problem.startswith(f"{folder / 'shop.toml'}: line ") for problem in refused.value.problems[:-1])
