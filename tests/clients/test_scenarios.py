"""Scenarios in a running emulator, as boto3 and the control plane see them."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import psutil
import pytest

from livetail import LiveTail, LiveTailEmulator, LiveTailError
from tests.cli.running import call_livetail, serving
from tests.clients.scenarios import CLOCK, messages, stored, tail_of, updates
from tests.clients.tailing import PATIENT

SHOP: dict[str, Any] = {
    "seed": 7,
    "log_group": [{"name": "/shop/api", "streams": ["web-1", "web-2"], "retention_days": 7, "tags": {"team": "shop"}}],
    "source": [
        {"log_group": "/shop/api", "format": "json", "rate": 20},
        {"log_group": "/shop/worker", "template": "{time} {level} {uuid}", "rate": {"shape": "poisson", "rate": 5}},
    ],
    "fault": [{"after": {"updates": 2}, "effect": {"type": "end"}}],
}
SHOP_TOML = """
seed = 7

[[log_group]]
name = "/shop/api"
streams = ["web-1", "web-2"]
retention_days = 7
tags = { team = "shop" }

[[source]]
log_group = "/shop/api"
format = "json"
rate = 20

[[source]]
log_group = "/shop/worker"
template = "{time} {level} {uuid}"
rate = { shape = "poisson", rate = 5 }

[[fault]]
after = { updates = 2 }
effect = { type = "end" }
"""


def test_a_scenario_is_named_or_in_a_folder_and_a_file_is_replayed(tmp_path: Path) -> None:
    folder = tmp_path / "scenarios"
    folder.mkdir()
    for name in "ab":
        (folder / f"{name}.toml").write_text(f'[[source]]\nlog_group = "/{name}"\nrate = 1\n')
    printed = tmp_path / "printed.json"
    printed.write_text(json.dumps({"events": [{"timestamp": 5, "message": "m", "logStreamName": "s"}]}, indent=2))
    packed = tmp_path / "lines.jsonl.gz"
    packed.write_bytes(gzip.compress(b'{"offset_ms": 500, "logGroup": "/c", "logStream": "s", "message": "n"}\n'))
    with LiveTailEmulator(clock=CLOCK, scenario=["nasty", folder], replay=[printed, packed]) as emulator:
        assert [one["name"] for one in emulator.scenarios()] == ["nasty", "a", "b", "printed.json", "lines.jsonl.gz"]
        emulator.advance(1)
        logs = emulator.client()
        groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
        assert groups == ["/a", "/b", "/c", "/nasty/lines", "/replay/printed"]
        for group, message in (("/c", "n"), ("/replay/printed", "m")):
            assert [one["message"] for one in logs.filter_log_events(logGroupName=group)["events"]] == [message]
        logs.close()


def test_names_need_not_be_utf_8(tmp_path: Path) -> None:
    scenario, recording = (tmp_path / os.fsdecode(name) for name in (b"\xff.toml", b"\xfe.jsonl"))
    scenario.write_text('[[log_group]]\nname = "/a"\n')
    recording.write_text('{"timestamp": 1, "message": "x"}\n')
    with LiveTailEmulator(
        clock="manual", scenario=[str(scenario)], replay=[str(recording)], allowed_host=[os.fsdecode(b"\xff")]
    ) as emulator:
        assert [played["name"] for played in emulator.scenarios()] == [
            "\N{REPLACEMENT CHARACTER}",
            "\N{REPLACEMENT CHARACTER}.jsonl",
        ]
        assert emulator.settings()["scenario"] == ["\N{REPLACEMENT CHARACTER}.toml"]


def test_a_server_does_not_start_with_what_it_cannot_play(tmp_path: Path) -> None:
    for flag, given, problem in (
        ("--scenario", "nope", "nope: there is no such file; bundled scenarios are audit-trail, burst, demo, "),
        ("--scenario", str(tmp_path / "x.toml"), f"{tmp_path / 'x.toml'}: there is no such file\n"),
        ("--replay", str(tmp_path / "x.json"), f"{tmp_path / 'x.json'}: there is no such file"),
    ):
        run = call_livetail("serve", "--port", "0", flag, given)
        assert (run.returncode, len(run.stderr.splitlines())) == (1, 1)
        assert run.stderr.startswith(f"livetail: {problem}")


# ---- starting and stopping -----------------------------------------------------------------------------------------


def test_groups_of_a_scenario_are_there_before_anything_is_in_them(tmp_path: Path) -> None:
    """Also those that only a source or a replay names, so that sessions can start before the first log event."""
    (tmp_path / "lines.jsonl").write_text(
        '{"offset_ms": 9000, "logGroup": "/late", "logStream": "s", "message": "m"}\n'
    )
    file = tmp_path / "shop.toml"
    file.write_text(SHOP_TOML + '\n[[replay]]\nfile = "lines.jsonl"\n')
    with LiveTailEmulator(scenario=file, clock=CLOCK) as emulator:
        logs = emulator.client(config=PATIENT)
        groups = {group["logGroupName"]: group for group in logs.describe_log_groups()["logGroups"]}
        assert list(groups) == ["/late", "/shop/api", "/shop/worker"]
        assert groups["/shop/api"]["retentionInDays"] == 7
        assert logs.list_tags_log_group(logGroupName="/shop/api")["tags"] == {"team": "shop"}
        streams = logs.describe_log_streams(logGroupName="/shop/api")["logStreams"]
        assert [stream["logStreamName"] for stream in streams] == ["web-1", "web-2"]
        with tail_of(emulator, logs, "/late", "/shop/api", "/shop/worker") as tail:
            assert len(messages(updates(emulator, tail, 2))) > 40
            assert tail.rest() == b""  # the fault of the scenario has ended it
        logs.close()


def test_several_scenarios_play_side_by_side(tmp_path: Path) -> None:
    files = []
    for name, rate in (("one", 3), ("two", 5)):
        file = tmp_path / f"{name}.toml"
        file.write_text(f'[[source]]\nlog_group = "/{name}"\nrate = {rate}\n')
        files.append(file)
    with LiveTailEmulator(scenario=files, clock=CLOCK) as emulator:
        assert [scenario["name"] for scenario in emulator.scenarios()] == ["one", "two"]
        logs = emulator.client(config=PATIENT)
        emulator.advance(10)
        assert (len(stored(logs, "/one")), len(stored(logs, "/two"))) == (30, 50)
        logs.close()


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ('[[source]]\nlog_group = "/x"\nrate = { shape = "brust" }\n', ["{file}:3: source 1: rate.shape is 'brust';"]),
        ("[[source\n", ["{file}:1: it is not TOML: "]),
        (
            '[[replay]]\nfile = "gone.jsonl"\n\n[[fault]]\neffect = { type = "explode" }\n',
            ["{file}:2: replay 1: ", "{file}:5: fault 1: "],
        ),
    ],
)
def test_a_bad_file_keeps_the_server_from_starting(tmp_path: Path, text: str, problems: list[str]) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(text)
    run = call_livetail("serve", "--port", "0", "--scenario", file)
    assert (run.returncode, run.stdout) == (1, "")
    for line, beginning in zip(run.stderr.splitlines(), problems, strict=True):
        assert line.startswith("livetail: " + beginning.replace("{file}", str(file)))


def test_toml_and_json_say_the_same() -> None:
    found = []
    for scenario in (SHOP_TOML, SHOP):
        with LiveTailEmulator(clock=CLOCK, seed=99) as emulator:
            assert emulator.start_scenario(scenario) == "scenario-1"
            assert [fault["effect"] for fault in emulator.faults()] == [{"type": "end"}]
            emulator.advance(10)
            logs = emulator.client(config=PATIENT)
            found.append([stored(logs, group) for group in ("/shop/api", "/shop/worker")])
            logs.close()
    assert found[0] == found[1]
    assert [len(group) > 20 for group in found[0]] == [True, True]


@pytest.mark.parametrize(
    ("scenario", "problem"),
    [
        ("", "scenario: it has no log_group, source, replay or fault, so there is nothing to play"),
        ("[[source", "scenario:1: it is not TOML: "),
        ('[[source]]\nlog_group = "/x"\nfromat = "json"\nrate = 1\n', "scenario:3: source 1: fromat is not a key"),
        ({"source": [{"log_group": "a b", "rate": -1}]}, "scenario: source 1: "),
        ("{ broken", "scenario: it is not JSON: "),
        ('[[replay]]\nfile = "lines.jsonl"\n', "scenario:2: replay 1: "),
        ({"fault": [{"effect": {"type": "explode"}}]}, "scenario: fault 1: "),
    ],
)
def test_a_bad_scenario_is_refused_in_sentences(manual: LiveTailEmulator, scenario: Any, problem: str) -> None:
    with pytest.raises(LiveTailError) as refused:
        manual.start_scenario(scenario)
    assert str(refused.value).startswith(problem)
    assert manual.scenarios() == []
    assert manual.faults() == []


def test_scenarios_are_listed_and_stopped(manual: LiveTailEmulator, logs: Any) -> None:
    manual.advance(5)
    manual.start_scenario('[[source]]\nlog_group = "/a"\nrate = 10\n')
    manual.start_scenario('[[source]]\nlog_group = "/b"\nrate = { shape = "once", count = 4 }\n')
    started_at = manual.now()
    manual.advance(2)
    assert manual.scenarios() == [
        {"id": "scenario-1", "name": "scenario", "startedAt": started_at, "sources": 1, "replays": 0, "done": False},
        {"id": "scenario-2", "name": "scenario", "startedAt": started_at, "sources": 1, "replays": 0, "done": True},
    ]
    manual.stop_scenarios()
    assert manual.scenarios() == []
    manual.advance(60)
    assert (len(stored(logs, "/a")), len(stored(logs, "/b"))) == (20, 4)


def test_a_log_group_that_is_there_keeps_its_settings(manual: LiveTailEmulator, logs: Any) -> None:
    logs.create_log_group(logGroupName="/kept", logGroupClass="DELIVERY")
    declared = {"name": "/kept", "retention_days": 7, "tags": {"a": "b"}, "streams": ["s"]}
    manual.start_scenario({"log_group": [declared]})
    (group,) = logs.describe_log_groups()["logGroups"]
    assert (group["logGroupClass"], group["retentionInDays"]) == ("DELIVERY", 2)
    assert logs.list_tags_log_group(logGroupName="/kept")["tags"] == {}
    assert [stream["logStreamName"] for stream in logs.describe_log_streams(logGroupName="/kept")["logStreams"]] == [
        "s"
    ]


def test_a_scenario_may_start_while_a_session_listens(manual: LiveTailEmulator, logs: Any) -> None:
    logs.create_log_group(logGroupName="/a")
    with tail_of(manual, logs, "/a") as tail:
        assert messages(updates(manual, tail, 1)) == []
        manual.start_scenario('[[source]]\nlog_group = "/a"\nrate = 30\n')
        assert [len(update["sessionResults"]) for update in updates(manual, tail, 3)] == [30, 30, 30]


def test_a_scenario_on_a_running_clock_needs_no_push(real: LiveTailEmulator) -> None:
    """The timer is set for it, although nothing else was due."""
    real.start_scenario('[[source]]\nlog_group = "/a"\nrate = 100\n')
    logs = real.client(config=PATIENT)
    with tail_of(real, logs, "/a") as tail:
        assert len(tail.messages()) > 50
    logs.close()


def test_after_a_reset_the_scenarios_of_the_start_play_again(tmp_path: Path) -> None:
    file = tmp_path / "shop.toml"
    file.write_text(SHOP_TOML)
    with LiveTailEmulator(clock=CLOCK, scenario=file) as emulator:
        logs = emulator.client(config=PATIENT)
        found = []
        for _ in range(2):
            assert [scenario["id"] for scenario in emulator.scenarios()] == ["shop-1"]
            assert len(emulator.faults()) == 1
            emulator.advance(10)
            found.append(stored(logs, "/shop/api"))
            emulator.start_scenario('[[source]]\nlog_group = "/other"\nrate = 1\n')
            emulator.clear_faults()
            emulator.reset()
        logs.close()
    assert len(found[0]) == 200
    assert found[0] == found[1]


def test_an_unknown_file_is_an_error_of_the_start() -> None:
    with pytest.raises(Exception, match=r"nowhere\.toml: there is no such file"):
        LiveTailEmulator(scenario="nowhere.toml")


# ---- rates ---------------------------------------------------------------------------------------------------------


def test_fifty_thousand_events_a_second_take_no_more_memory_than_is_retained(tmp_path: Path) -> None:
    """Four seconds are 200,000; with 20,000 retained, they may not take more memory than the first of them."""
    file = tmp_path / "flood.toml"
    file.write_text('[[source]]\nlog_group = "/flood"\nlog_streams = ["a", "b"]\nrate = 50_000\n')
    arguments = ["--scenario", str(file), "--clock", CLOCK, "--retain-events", "20000"]
    with serving(*arguments) as (process, lines):
        emulator = LiveTail(lines[0].removeprefix("Ready. "))
        logs = emulator.client(config=PATIENT)
        server = psutil.Process(process.pid)
        idle = server.memory_info().rss
        with tail_of(emulator, logs, "/flood") as tail:
            assert {len(update["sessionResults"]) for update in updates(emulator, tail, 1)} == {500}
            early = server.memory_info().rss
            assert len(updates(emulator, tail, 3)) == 3
            late = server.memory_info().rss
            (session,) = emulator.sessions()
        (group,) = logs.describe_log_groups()["logGroups"]
        assert len(stored(logs, "/flood")) == 20_000
        logs.close()
    assert session["counters"]["matched"] == 200_000
    assert group["storedBytes"] < 30_000 * 200
    megabyte = 1024 * 1024
    assert early - idle < 40 * megabyte  # 20,000 events and a batch of each stream, at a kilobyte each
    assert late - early < 8 * megabyte  # if all were kept, it would be sixty


def test_a_rate_beyond_the_machine_does_not_block_the_server(tmp_path: Path) -> None:
    """It falls behind, and still responds and stops."""
    file = tmp_path / "flood.toml"
    file.write_text('[[source]]\nlog_group = "/flood"\nformat = "json"\nrate = 1_000_000\n')
    with serving("--scenario", str(file), "--retain-events", "1000") as (process, lines):
        emulator = LiveTail(lines[0].removeprefix("Ready. "))
        for _ in range(3):
            assert len(emulator.scenarios()) == 1
        process.terminate()
        assert process.wait(30) == 0
