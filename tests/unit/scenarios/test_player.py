"""Playing: what is due when, and that it does not depend on the steps in which time passes."""

from pathlib import Path

import pytest

from livetail.core.chance import Chance
from livetail.scenarios.formats import FORMATS
from livetail.scenarios.player import GRID_MS, MAX_SLICE_WEIGHT, Player
from livetail.scenarios.scenario import load, parse
from tests.unit.scenarios.builders import STARTED_AT, Emission, events_of, play, player, run_until

SHOP = """
seed = 7

[[log_group]]
name = "/shop/api"
streams = ["web-1", "web-2"]

[[source]]
log_group = "/shop/api"
format = "json"
rate = 20

[[source]]
log_group = "/shop/orders"
log_streams = ["a", "b", "c"]
rate = { shape = "poisson", rate = 30 }
start = "1s"
"""
SECOND_HALF = """
[[source]]
log_group = "/shop/mail"
format = "lambda"
rate = 5
"""


def test_a_minute_has_what_its_rate_says() -> None:
    emissions = [emission for emission in play(SHOP, 60) if emission.log_group == "/shop/api"]
    assert len(events_of(emissions)) == 1200
    assert {emission.log_stream for emission in emissions} == {"web-1", "web-2"}


def test_events_lie_between_their_instant_and_the_one_before() -> None:
    for emission in play(SHOP, 30):
        assert (emission.at - STARTED_AT) % GRID_MS == 0
        assert emission.events
        for event in emission.events:
            assert emission.at - GRID_MS < event.timestamp <= emission.at


def test_time_stamps_of_a_stream_never_go_back() -> None:
    latest: dict[tuple[str, str], int] = {}
    for emission in play(SHOP + SECOND_HALF, 60):
        key = (emission.log_group, emission.log_stream)
        for event in emission.events:
            assert event.timestamp >= latest.get(key, 0)
            latest[key] = event.timestamp


def test_one_seed_is_one_run() -> None:
    assert play(SHOP, 20) == play(SHOP, 20)
    unseeded = SHOP.replace("seed = 7", "")
    assert play(unseeded, 20, seed=1) == play(unseeded, 20, seed=1)
    assert play(unseeded, 20, seed=1) != play(unseeded, 20, seed=2)


def test_the_seed_of_the_file_goes_before_that_of_the_emulator() -> None:
    assert play(SHOP, 5, seed=1) == play(SHOP, 5, seed=2)
    assert play(SHOP, 5) != play(SHOP.replace("seed = 7", "seed = 8"), 5)


def test_another_source_leaves_the_first_ones_as_they_were() -> None:
    longer = [emission for emission in play(SHOP + SECOND_HALF, 20) if emission.log_group != "/shop/mail"]
    assert longer == play(SHOP, 20)


def test_high_rates_need_few_instants() -> None:
    playing = player('[[source]]\nlog_group = "/x"\nrate = 50000\nduration = "2s"')
    instants = []
    total = 0
    while (due := playing.next_due()) is not None:
        instants.append(due)
        total += len(events_of(run_until(playing, due)))
    assert total == 100_000
    assert len(instants) == 20


def test_low_rates_are_due_only_when_something_happens() -> None:
    playing = player('[[source]]\nlog_group = "/x"\nrate = 0.01')
    assert playing.next_due() == STARTED_AT + 100_000
    assert run_until(playing, STARTED_AT + 99_999) == []
    assert len(events_of(run_until(playing, STARTED_AT + 100_000))) == 1
    assert playing.next_due() == STARTED_AT + 200_000


def test_once_is_due_at_the_start() -> None:
    playing = player('[[source]]\nlog_group = "/x"\nrate = { shape = "once", count = 3 }')
    assert playing.next_due() == STARTED_AT
    assert [(emission.at, len(emission.events)) for emission in run_until(playing, STARTED_AT)] == [(STARTED_AT, 3)]
    assert playing.next_due() is None


def test_start_and_duration_bound_a_source() -> None:
    emissions = play('[[source]]\nlog_group = "/x"\nrate = 10\nstart = "2050ms"\nduration = "3s"', 60)
    times = [event.timestamp - STARTED_AT for event in events_of(emissions)]
    assert times[0] == 2_150
    assert times[-1] == 5_050
    assert len(times) == 30


def test_sources_of_one_stream_are_merged_by_time() -> None:
    text = """
        [[source]]
        log_group = "/x"
        log_streams = ["s"]
        template = "first"
        rate = 100
        [[source]]
        log_group = "/x"
        log_streams = ["s"]
        template = "second"
        rate = 70
    """
    emissions = play(text, 3)
    assert len({emission.at for emission in emissions}) == len(emissions) == 30
    assert len(events_of(emissions)) == 510
    for emission in emissions:
        times = [event.timestamp for event in emission.events]
        assert times == sorted(times)


def test_streams_come_from_the_source_its_group_or_its_format() -> None:
    text = """
        [[log_group]]
        name = "/declared"
        streams = ["d-1"]
        [[source]]
        log_group = "/declared"
        rate = 50
        [[source]]
        log_group = "/named"
        log_streams = ["n-1"]
        rate = 50
        [[source]]
        log_group = "/plain"
        rate = 50
        [[source]]
        log_group = "/template"
        template = "x"
        rate = 50
        [[source]]
        log_group = "/aws/lambda/f"
        format = "lambda"
        rate = 50
        [[source]]
        log_group = "/audit"
        format = "cloudtrail"
        rate = 50
        [[source]]
        log_group = "/vpc"
        format = "vpc-flow"
        rate = 50
    """
    streams: dict[str, set[str]] = {}
    for emission in play(text, 2):
        streams.setdefault(emission.log_group, set()).add(emission.log_stream)
    assert streams["/declared"] == {"d-1"}
    assert streams["/named"] == {"n-1"}
    assert streams["/plain"] == streams["/template"] == {"main"}
    assert streams["/audit"] == {"123456789012_CloudTrail_us-east-1"}
    assert len(streams["/aws/lambda/f"]) == 3
    assert all(name.startswith("2026/01/01/[$LATEST]") for name in streams["/aws/lambda/f"])
    assert all(name.startswith("eni-0") and name.endswith("-all") for name in streams["/vpc"])


@pytest.mark.parametrize("step", [1, 37, 100, 333, 60_000])
def test_slicing_changes_nothing(step: int) -> None:
    text = SHOP + SECOND_HALF
    playing = player(text)
    sliced: list[Emission] = []
    for until in range(STARTED_AT, STARTED_AT + 10_000, step):
        sliced += run_until(playing, until)
    sliced += run_until(playing, STARTED_AT + 10_000)
    assert sliced == play(text, 10)


def test_a_player_that_is_late_catches_up() -> None:
    playing = player(SHOP)
    due = playing.next_due()
    assert due is not None
    emissions = run_until(playing, due + 5_000)
    assert emissions == play(SHOP, (due + 5_000 - STARTED_AT) / 1000)
    assert run_until(playing, due + 5_000) == []
    after = playing.next_due()
    assert after is not None
    assert after > due + 5_000


def test_scenarios_without_a_seed_differ_by_nothing_but_the_seed() -> None:
    scenario = parse(b'[[source]]\nlog_group = "/x"\nrate = 5', "x.toml")
    runs = [run_until(Player(scenario, STARTED_AT, Chance(seed)), STARTED_AT + 5_000) for seed in (1, 2)]
    assert runs[0] != runs[1]


def test_load_and_parse_agree(tmp_path: Path) -> None:
    file = tmp_path / "shop.toml"
    file.write_text(SHOP)
    assert load(file) == load(str(file))
    assert load(file).name == "shop"


@pytest.mark.parametrize(
    "rate",
    ['{ shape = "once", count = 5000 }', "100000", '{ shape = "poisson", rate = 50000 }'],
    ids=["once", "constant", "poisson"],
)
def test_what_is_due_at_one_instant_comes_in_slices(rate: str) -> None:
    text = f'[[source]]\nlog_group = "/a"\nrate = {rate}\n\n[[source]]\nlog_group = "/b"\nrate = 10\n'
    playing = player(text)
    slices = []
    while (due := playing.next_due()) is not None and due <= STARTED_AT + 100:
        slices.append(playing.take())
    sizes = [sum(len(emission.events) for emission in one) for one in slices]
    assert max(sizes) <= MAX_SLICE_WEIGHT
    assert len(slices) >= 5
    of_a = [emission for part in slices for emission in part if emission.log_group == "/a"]
    times = [event.timestamp for emission in of_a for event in emission.events]
    assert times == sorted(times)
    assert all(time <= STARTED_AT + 100 for time in times)
    if "poisson" not in rate:
        assert len(times) == (5_000 if "once" in rate else 10_000)


def test_large_lines_make_small_slices() -> None:
    playing = player('[[source]]\nlog_group = "/a"\ntemplate = "' + "x" * 200_000 + '"\nrate = 1000\n')
    assert sum(len(emission.events) for emission in playing.take()) == 6


def test_a_replay_comes_in_slices(tmp_path: Path) -> None:
    content = '{"offset_ms": 5, "logGroup": "/a", "logStream": "s", "message": "m"}\n' * 2_500
    (tmp_path / "lines.jsonl").write_text(content)
    playing = player('[[replay]]\nfile = "lines.jsonl"\n', directory=tmp_path)
    sizes = [sum(len(emission.events) for emission in playing.take()) for _ in range(4)]
    assert sizes == [1_000, 1_000, 500, 0]


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_scenario_follows_a_clock_that_is_set_back(format_name: str, tmp_path: Path) -> None:
    (tmp_path / "lines.jsonl").write_text('{"offset_ms": 5000, "message": "m"}\n')
    text = f'[[source]]\nlog_group = "/x"\nformat = "{format_name}"\nrate = 20\n[[replay]]\nfile = "lines.jsonl"\n'
    playing = player(text, directory=tmp_path)
    run_until(playing, STARTED_AT + 3_000)
    hour = 3_600_000
    playing.started_at -= hour
    emissions = run_until(playing, STARTED_AT + 10_000 - hour)
    times = [emission.at + hour for emission in emissions]
    assert (times[0], times[-1]) == (STARTED_AT + 3_100, STARTED_AT + 10_000)
    assert [emission.at for emission in emissions if emission.log_group != "/x"] == [STARTED_AT + 5_000 - hour]
    for emission in emissions:
        assert all(event.timestamp <= emission.at for event in emission.events)
        assert not any("Duration: -" in event.message for event in emission.events)
    assert len(events_of(emissions)) == 20 * 7 + 1
