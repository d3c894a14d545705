"""`livetail record`, then a replay of the file: it is the same session again."""

from pathlib import Path

import pytest

from livetail import LiveTailEmulator
from livetail.cli import record
from tests.cli.record.recorder import (
    CLOCK,
    GROUP,
    MIXED,
    end_session,
    messages,
    read,
    record_while,
    tailed,
    updates_of,
)


def test_a_replay_is_the_session_again(tmp_path: Path, output: Path) -> None:
    """The same updates, not only the same messages: of the burst those that the sample took."""
    scenario = tmp_path / "mixed.toml"
    scenario.write_text(MIXED)
    groups = ["/mixed/api", "/mixed/worker", "/mixed/payments"]
    with LiveTailEmulator(clock=CLOCK, seed=7, scenario=scenario) as emulator:

        def act() -> None:
            emulator.advance(20)
            end_session(emulator)

        run = record_while(emulator, act, *map(emulator.log_group_arn, groups), "-o", output)
        assert run.returncode == 0, run.stderr
        (session,) = emulator.ended_sessions()
    recorded = read(output)
    updates = updates_of(recorded)
    assert sum(map(len, updates)) == session["counters"]["delivered"]
    sampled = [entry.sampled for entry in recorded if entry.kind == "update"]
    assert sampled == [second in (9, 10, 19, 20) for second in range(1, 21)]
    assert {len(update) for update, some in zip(updates, sampled, strict=True) if some} == {500}
    assert len({stream for update in updates for _, stream, _ in update}) == 6

    replay = tmp_path / "replay.toml"
    replay.write_text(f'[[replay]]\nfile = "{output.name}"\n')
    with LiveTailEmulator(clock=CLOCK, seed=99, scenario=replay) as emulator:
        assert tailed(emulator, groups, 20) == updates
        assert emulator.sessions() == []
        assert [scenario["done"] for scenario in emulator.scenarios()] == [True]


def test_what_a_test_puts_between_two_steps_comes_in_the_same_updates_again(
    emulator: LiveTailEmulator, tmp_path: Path, output: Path
) -> None:
    other = "/record/worker"
    emulator.put(other, "w", ["early too"])

    def act() -> None:
        for step in range(5):
            emulator.put(GROUP, "web-1", [f"{step} one", f"{step} two"])
            emulator.put(other, "w", [f"{step} three"])
            emulator.put(GROUP, "web-2", [f"{step} four"])
            emulator.advance(1)
        end_session(emulator)

    assert record_while(emulator, act, *map(emulator.log_group_arn, (GROUP, other)), "-o", output).returncode == 0
    assert messages(output) == [[f"{step} {word}" for word in ("one", "two", "three", "four")] for step in range(5)]
    replay = tmp_path / "replay.toml"
    replay.write_text(f'[[replay]]\nfile = "{output.name}"\n')
    with LiveTailEmulator(clock=CLOCK, scenario=replay) as again:
        assert tailed(again, [GROUP, other], 5) == updates_of(read(output))


def test_a_recording_of_a_running_clock_ends_after_its_seconds_and_replays_in_order(
    tmp_path: Path, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty times as fast as the real time, so that messages never cease; the updates need not be the same ones."""
    monkeypatch.setattr(record, "MAX_STOP_S", 0.1)
    scenario = tmp_path / "steady.toml"
    scenario.write_text('[[source]]\nlog_group = "/steady"\nlog_streams = ["a", "b"]\nformat = "json"\nrate = 20\n')
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:/steady"
    with LiveTailEmulator(clock="30x", scenario=scenario) as emulator:
        run = record_while(emulator, lambda: None, arn, "-o", output, "--seconds", "0.2")
    assert run.returncode == 0
    entries = read(output)
    assert entries[-1].reason == "stopped"
    updates = updates_of(entries)
    first = [event for update in updates for event in update]
    assert len(first) > 50
    replay = tmp_path / "replay.toml"
    replay.write_text(f'[[replay]]\nfile = "{output.name}"\n')
    with LiveTailEmulator(clock=CLOCK, scenario=replay) as again:
        assert [event for update in tailed(again, ["/steady"], len(updates) + 10) for event in update] == first
