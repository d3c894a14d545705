"""Scenarios in a running emulator, as boto3 and the control plane see them; what each bundled one promises is there."""

import gzip
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from botocore.exceptions import EventStreamError
from urllib3.exceptions import ProtocolError

from livetail import LiveTail, LiveTailEmulator, LiveTailError
from livetail.scenarios import fixtures
from tests.cli.running import call_livetail, serving
from tests.clients.tailing import PATIENT, Tail

CLOCK = "manual@2026-01-01T00:00:00Z"

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


@contextmanager
def playing(name: str) -> Iterator[tuple[LiveTailEmulator, Any]]:
    """An emulator that plays a bundled scenario from 2026 on, and a client of it."""
    with LiveTailEmulator(clock=CLOCK, scenario=fixtures.path(name), seed=7) as emulator:
        logs = emulator.client(config=PATIENT)
        yield emulator, logs
        logs.close()


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
    for flag, given, told in (
        ("--scenario", "nope", "nope: there is no such file; bundled scenarios are audit-trail, burst, demo, "),
        ("--scenario", str(tmp_path / "x.toml"), f"{tmp_path / 'x.toml'}: there is no such file\n"),
        ("--replay", str(tmp_path / "x.json"), f"{tmp_path / 'x.json'}: there is no such file"),
    ):
        run = call_livetail("serve", "--port", "0", flag, given)
        assert (run.returncode, len(run.stderr.splitlines())) == (1, 1)
        assert run.stderr.startswith(f"livetail: {told}")


def tail_of(emulator: LiveTail, logs: Any, *groups: str, **filters: Any) -> Tail:
    return Tail(logs, *map(emulator.log_group_arn, groups), **filters)


def updates(emulator: LiveTail, tail: Tail, seconds: int) -> list[dict[str, Any]]:
    """The updates of so many seconds, read one by one: a reader that keeps up."""
    found = []
    for _ in range(seconds):
        emulator.advance(1)
        found.append(tail.update())
    return found


def messages(found: list[dict[str, Any]]) -> list[str]:
    return [result["message"] for update in found for result in update["sessionResults"]]


def stored(logs: Any, group: str, pattern: str = "") -> list[str]:
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, filterPattern=pattern)
    return [event["message"] for page in pages for event in page["events"]]


# ---- starting and stopping -----------------------------------------------------------------------------------------


def test_groups_of_a_scenario_are_there_before_anything_is_in_them(tmp_path: Path) -> None:
    """Also those that only a source or a replay names; so they can be tailed from the beginning."""
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
    ("text", "told"),
    [
        ('[[source]]\nlog_group = "/x"\nrate = { shape = "brust" }\n', ["{file}:3: source 1: rate.shape is 'brust';"]),
        ("[[source\n", ["{file}:1: it is not TOML: "]),
        (
            '[[replay]]\nfile = "gone.jsonl"\n\n[[fault]]\neffect = { type = "explode" }\n',
            ["{file}:2: replay 1: ", "{file}:5: fault 1: "],
        ),
    ],
)
def test_a_bad_file_keeps_the_server_from_starting(tmp_path: Path, text: str, told: list[str]) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(text)
    run = call_livetail("serve", "--port", "0", "--scenario", file)
    assert (run.returncode, run.stdout) == (1, "")
    for line, beginning in zip(run.stderr.splitlines(), told, strict=True):
        assert line.startswith("livetail: " + beginning.replace("{file}", str(file)))


def test_toml_and_json_say_the_same() -> None:
    said = []
    for scenario in (SHOP_TOML, SHOP):
        with LiveTailEmulator(clock=CLOCK, seed=99) as emulator:
            assert emulator.start_scenario(scenario) == "scenario-1"
            assert [fault["effect"] for fault in emulator.faults()] == [{"type": "end"}]
            emulator.advance(10)
            logs = emulator.client(config=PATIENT)
            said.append([stored(logs, group) for group in ("/shop/api", "/shop/worker")])
            logs.close()
    assert said[0] == said[1]
    assert [len(group) > 20 for group in said[0]] == [True, True]


@pytest.mark.parametrize(
    ("scenario", "told"),
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
def test_a_bad_scenario_is_refused_in_sentences(manual: LiveTailEmulator, scenario: Any, told: str) -> None:
    with pytest.raises(LiveTailError) as refused:
        manual.start_scenario(scenario)
    assert str(refused.value).startswith(told)
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
        said = []
        for _ in range(2):
            assert [scenario["id"] for scenario in emulator.scenarios()] == ["shop-1"]
            assert len(emulator.faults()) == 1
            emulator.advance(10)
            said.append(stored(logs, "/shop/api"))
            emulator.start_scenario('[[source]]\nlog_group = "/other"\nrate = 1\n')
            emulator.clear_faults()
            emulator.reset()
        logs.close()
    assert len(said[0]) == 200
    assert said[0] == said[1]


def test_an_unknown_file_is_told_to_whoever_starts_an_emulator() -> None:
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


def test_more_than_the_machine_can_make_leaves_the_server_at_hand(tmp_path: Path) -> None:
    """It falls behind, and answers and stops all the same."""
    file = tmp_path / "flood.toml"
    file.write_text('[[source]]\nlog_group = "/flood"\nformat = "json"\nrate = 1_000_000\n')
    with serving("--scenario", str(file), "--retain-events", "1000") as (process, lines):
        emulator = LiveTail(lines[0].removeprefix("Ready. "))
        for _ in range(3):
            assert len(emulator.scenarios()) == 1
        process.terminate()
        assert process.wait(30) == 0


# ---- the bundled scenarios: what the comment at the head of each says to look at -----------------------------------


def test_the_demo_is_sampled_in_second_four() -> None:
    with playing("demo") as (emulator, logs), tail_of(emulator, logs, "/demo/shop", "/demo/orders") as tail:
        found = updates(emulator, tail, 36)
    sampled = [second for second, update in enumerate(found) if update["sessionMetadata"]["sampled"]]
    assert sampled == [4, 5, 34, 35]
    assert all(len(found[second]["sessionResults"]) == 500 for second in sampled)
    assert all(0 <= len(update["sessionResults"]) < 20 for update in found if update not in [found[s] for s in sampled])


def test_the_burst_is_sampled_but_the_log_group_has_it_all_and_a_filter_shows_it_all() -> None:
    with playing("burst") as (emulator, logs):
        tail = tail_of(emulator, logs, "/burst/api")
        filtered = tail_of(emulator, logs, "/burst/api", logEventFilterPattern="ERROR")
        everything, errors = [], []
        for _ in range(30):
            emulator.advance(1)
            everything.append(tail.update())
            errors.append(filtered.update())
        assert [second for second, update in enumerate(everything) if update["sessionMetadata"]["sampled"]] == [
            *range(4, 9)
        ]
        assert {len(update["sessionResults"]) for update in everything} == {20, 500}
        assert not any(update["sessionMetadata"]["sampled"] for update in errors)
        assert sorted(messages(errors)) == sorted(stored(logs, "/burst/api", "ERROR"))
        assert len(stored(logs, "/burst/api")) == 25 * 20 + 5 * 3_000
        shares = {session["counters"]["sampledOut"] for session in emulator.sessions()}
        assert shares == {0, 5 * 2_500}
        tail.close()
        filtered.close()


def test_the_flaky_service_throttles_fails_and_breaks_off_and_then_all_is_well() -> None:
    with playing("flaky") as (emulator, logs):
        arn = emulator.log_group_arn("/flaky/worker")
        with pytest.raises(logs.exceptions.ThrottlingException, match="Rate exceeded"):
            logs.start_live_tail(logGroupIdentifiers=[arn])

        with Tail(logs, arn) as tail:
            assert len(messages(updates(emulator, tail, 3))) == 15
            with pytest.raises(EventStreamError) as failed:
                tail.update()
            assert failed.value.response["Error"] == {
                "Code": "SessionStreamingException",
                "Message": "The session was interrupted.",
            }

        with Tail(logs, arn) as tail:
            assert len(messages(updates(emulator, tail, 5))) == 25
            emulator.advance(1)
            with pytest.raises(ProtocolError):
                tail.update()

        with Tail(logs, arn) as tail:
            assert len(messages(updates(emulator, tail, 60))) == 300


def test_the_slow_consumer_loses_its_oldest_updates() -> None:
    with playing("slow-consumer") as (emulator, logs), tail_of(emulator, logs, "/slow/orders") as tail:
        first = updates(emulator, tail, 5)
        emulator.advance(10)
        assert _backlog(emulator) == {"bufferedUpdates": 10, "droppedUpdates": 0, "droppedEvents": 0}
        emulator.advance(15)
        assert _backlog(emulator) == {"bufferedUpdates": 10, "droppedUpdates": 15, "droppedEvents": 15 * 450}
        emulator.advance(10)
        late = [tail.update() for _ in range(15)]
    assert not any(update["sessionMetadata"]["sampled"] for update in first + late)
    seconds = [_second(update) for update in first + late]
    # The pause ended at second 35, in which the backlog had the ten seconds before it.
    assert seconds[:5] == [1, 2, 3, 4, 5]
    assert seconds[5:] == list(range(seconds[5], seconds[5] + 15))
    assert seconds[5] in (25, 26)


def _backlog(emulator: LiveTail) -> dict[str, int]:
    (session,) = emulator.sessions()
    return {name: session["counters"][name] for name in ("bufferedUpdates", "droppedUpdates", "droppedEvents")}


def _second(update: dict[str, Any]) -> int:
    """The second of the scenario in which the events of an update were ingested."""
    (second,) = {-((1_767_225_600_000 - int(event["ingestionTime"])) // 1_000) for event in update["sessionResults"]}
    return second


def _unauthorised(record: dict[str, Any]) -> bool:
    code = record.get("errorCode") or ""
    return bool(code.endswith("UnauthorizedOperation") or code.startswith("AccessDenied"))


def _failed_sign_in(record: dict[str, Any]) -> bool:
    return record["eventName"] == "ConsoleLogin" and record.get("errorMessage") == "Failed authentication"


def test_the_audit_trail_has_what_its_patterns_look_for() -> None:
    unauthorised, sign_ins, rejected = re.findall(r"^#   (.*)$", fixtures.path("audit-trail").read_text(), re.MULTILINE)
    with playing("audit-trail") as (emulator, logs):
        tails = [
            tail_of(emulator, logs, "/audit/cloudtrail", logEventFilterPattern=unauthorised),
            tail_of(emulator, logs, "/audit/cloudtrail", logEventFilterPattern=sign_ins),
            tail_of(emulator, logs, "/audit/vpc-flow", logEventFilterPattern=rejected),
        ]
        found: list[list[str]] = [[] for _ in tails]
        for _ in range(90):
            emulator.advance(1)
            for tail, texts in zip(tails, found, strict=True):
                texts += tail.messages()
        records = [json.loads(message) for message in stored(logs, "/audit/cloudtrail")]
        flows = stored(logs, "/audit/vpc-flow")
        for tail in tails:
            tail.close()
    assert len(records) == 90 * 6
    for texts, wanted in zip(found, (_unauthorised, _failed_sign_in), strict=False):
        expected = sorted(record["eventID"] for record in records if wanted(record))
        assert expected
        assert sorted(json.loads(text)["eventID"] for text in texts) == expected
    ssh = [flow for flow in flows if (fields := flow.split())[6:8] == ["22", "6"] and fields[12] == "REJECT"]
    assert ssh
    assert sorted(found[2]) == sorted(ssh)


def test_the_lambda_fleet_shows_cold_starts_errors_and_single_invocations() -> None:
    functions = [f"/aws/lambda/{name}" for name in ("checkout", "thumbnails", "mailer", "nightly-report")]
    with playing("lambda-fleet") as (emulator, logs):
        cold = tail_of(emulator, logs, *functions, logEventFilterPattern='"Init Duration"')
        failed = tail_of(emulator, logs, *functions, logEventFilterPattern='"[ERROR]"')
        starts, errors = [], []
        for _ in range(60):
            emulator.advance(1)
            starts += cold.update()["sessionResults"]
            errors += failed.messages()
        cold.close()
        failed.close()
        assert {event["logGroupIdentifier"].partition(":")[2] for event in starts} == set(functions)
        assert all(event["message"].startswith("REPORT RequestId: ") for event in starts)
        # An execution environment starts cold once, and writes to a log stream of its own.
        assert len({event["logStreamName"] for event in starts}) == len(starts)
        assert errors
        request_id = starts[0]["message"].split()[2]
        group = starts[0]["logGroupIdentifier"].partition(":")[2]
        invocation = stored(logs, group, f'"{request_id}"')
        kinds = [message.split()[0] for message in invocation]
        assert (kinds[0], kinds[-2:]) == ("START", ["END", "REPORT"])
        assert len(kinds) >= 3


def test_one_problem_of_the_shop_shows_in_four_log_groups() -> None:
    groups = ["/shop/nginx", "/shop/api", "/shop/orders", "/shop/payments"]
    with playing("shop") as (emulator, logs):
        patterns = ["ERROR", "503", "{ $.status >= 500 }"]
        tails = [tail_of(emulator, logs, *groups, logEventFilterPattern=pattern) for pattern in patterns]
        found: list[list[dict[str, Any]]] = [[] for _ in tails]
        for _ in range(60):
            emulator.advance(1)
            for tail, events in zip(tails, found, strict=True):
                events += tail.update()["sessionResults"]
        for tail in tails:
            tail.close()
    errors, unavailable, failed = found
    assert {event["logGroupIdentifier"].partition(":")[2] for event in errors} == set(groups) - {"/shop/nginx"}
    assert {event["logGroupIdentifier"].partition(":")[2] for event in unavailable} >= {"/shop/nginx", "/shop/api"}
    assert {event["logGroupIdentifier"].partition(":")[2] for event in failed} == {"/shop/api"}
    assert all(json.loads(event["message"])["status"] >= 500 for event in failed)
    incident = [event["ingestionTime"] for event in failed if "checkout failed" in event["message"]]
    assert [time - 1_767_225_600_000 for time in incident] == [5_400]
