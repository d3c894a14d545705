"""Scenarios in an emulator: the work of each step, and that no scenario delays the others or the clock."""

import logging

import pytest

from livetail.faults import parse_rule
from livetail.scenarios import ScenarioError
from livetail.scenarios.player import Emission
from livetail.scenarios.scenario import parse
from livetail.server.emulator import Emulator
from livetail.server.scenarios import MAX_EVENTS_AT_ONCE, MAX_RUNNING
from livetail.settings import Settings

ONCE = parse(b'[[source]]\nlog_group = "/once"\nrate = { shape = "once", count = 5000 }\n')
STEADY = parse(b'[[source]]\nlog_group = "/steady"\nrate = 10\n')


def emulator(clock: str = "manual@2026-01-01T00:00:00Z") -> Emulator:
    return Emulator(Settings.resolve({"clock": clock, "seed": 1}))


def ingested(of: Emulator, group: str) -> int:
    return of.service.accounts.region("123456789012", "us-east-1").groups[group].ingested


def test_what_is_due_at_one_instant_is_ingested_in_slices() -> None:
    one = emulator()
    one.start_scenario(ONCE)
    counts = []
    while (due := one.next_due()) is not None:
        one.run_due(due)
        counts.append(ingested(one, "/once"))
    assert counts == [MAX_EVENTS_AT_ONCE * number for number in range(1, 6)]


def test_a_running_clock_rests_between_slices() -> None:
    one = emulator("real")
    one.start_scenario(ONCE)
    due = one.next_due()
    assert due is not None
    one.run_due(due)
    assert ingested(one, "/once") == MAX_EVENTS_AT_ONCE
    resting = one.next_due()
    assert resting is not None
    one.run_due(resting - 1)
    assert ingested(one, "/once") == MAX_EVENTS_AT_ONCE
    one.run_due(resting)
    assert ingested(one, "/once") == 2 * MAX_EVENTS_AT_ONCE


def test_a_scenario_that_fails_is_stopped_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    one = emulator()
    failing = one.start_scenario(STEADY)
    one.start_scenario(ONCE)

    def fail() -> list[Emission]:
        raise ValueError("broken")

    monkeypatch.setattr(one.scenarios.running[failing], "take", fail)
    with caplog.at_level(logging.ERROR):
        for _ in range(10):
            one.run_due(one.clock.now() + 1_000)
    assert f"the scenario {failing} failed and has been stopped" in caplog.text
    assert ingested(one, "/once") == 5_000
    assert list(one.scenarios.running) == ["scenario-2"]


def test_there_is_a_limit_to_what_is_played_at_a_time() -> None:
    one = emulator()
    for _ in range(MAX_RUNNING):
        one.start_scenario(STEADY)
    with pytest.raises(ScenarioError, match="50 scenarios are being played, which is the limit; stop them first"):
        one.start_scenario(STEADY)
    one.scenarios.stop_all()
    for _ in range(MAX_RUNNING + 1):
        one.start_scenario(ONCE)
        for _ in range(5):
            one.run_due(one.clock.now() + 100)
    assert len(one.scenarios.running) == MAX_RUNNING


def test_scenarios_and_fault_rules_follow_a_clock_that_is_set_back() -> None:
    one = emulator("real")
    player = one.scenarios.running[one.start_scenario(STEADY)]
    rule = one.add_fault(
        parse_rule({"after": {"seconds": 1}, "operation": "PutLogEvents", "effect": {"type": "empty"}})
    )
    due, started_at, added_at = one.next_due(), player.started_at, rule.added_at
    assert due is not None
    one.shift(-3_600_000)
    assert one.next_due() == due - 3_600_000
    assert player.started_at == started_at - 3_600_000
    assert rule.added_at == added_at - 3_600_000
