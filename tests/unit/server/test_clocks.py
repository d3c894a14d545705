"""The clocks that run, against a time of this machine that the test sets, and the Date of responses."""

import pytest

from livetail.core.clock import ManualClock
from livetail.server import clocks
from livetail.server.clocks import RunningClock, http_date, make_clock
from livetail.settings import ClockSetting


class _Machine:
    """The time of the machine, in seconds: what the wall shows, and how long it has been up."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall = 1_000.0
        self.uptime = 50.0
        monkeypatch.setattr(clocks, "wall_ns", lambda: round(self.wall * 1e9))
        monkeypatch.setattr(clocks, "_uptime_ns", lambda: round(self.uptime * 1e9))

    def passes(self, seconds: float) -> None:
        self.wall += seconds
        self.uptime += seconds


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> _Machine:
    return _Machine(monkeypatch)


def test_real_clock(machine: _Machine) -> None:
    clock = RunningClock()
    assert clock.now() == 1_000_000
    machine.passes(2.5)
    assert clock.now() == 1_002_500
    assert clock.seconds_until(1_003_000) == pytest.approx(0.5)
    assert clock.seconds_until(1_000_000) == 0
    clock.reset()
    assert clock.now() == 1_002_500


@pytest.mark.parametrize("step", [-3_600, -1, 1, 3_600])
def test_real_clock_follows_a_machine_whose_clock_is_set(machine: _Machine, step: int) -> None:
    clock = RunningClock()
    machine.wall += step
    assert clock.now() == 1_000_000 + step * 1000
    assert clock.take_step_back() == max(0, -step * 1000)
    assert clock.take_step_back() == 0
    machine.passes(2)
    assert clock.now() == 1_002_000 + step * 1000


def test_real_clock_does_not_jitter_with_the_coarse_clock_of_the_machine(machine: _Machine) -> None:
    clock = RunningClock()
    for wall in (1_000.004, 999.996, 1_000.1):
        machine.wall = wall
        assert clock.now() == 1_000_000
    assert clock.take_step_back() == 0


def test_scaled_clock(machine: _Machine) -> None:
    clock = RunningClock(60)
    assert clock.now() == 1_000_000
    machine.passes(2)
    assert clock.now() == 1_120_000
    assert clock.seconds_until(1_180_000) == pytest.approx(1)
    assert clock.seconds_until(1_000_000) == 0


def test_scaled_clock_does_not_follow_the_wall(machine: _Machine) -> None:
    clock = RunningClock(2)
    machine.wall -= 3_600
    machine.uptime += 1
    assert clock.now() == 1_002_000


def test_scaled_clock_starts_again_at_the_real_time(machine: _Machine) -> None:
    clock = RunningClock(60)
    machine.passes(10)
    clock.reset()
    assert clock.now() == 1_010_000


def test_choice(machine: _Machine) -> None:
    real, scaled = make_clock(ClockSetting()), make_clock(ClockSetting("scaled", None, 60.0))
    machine.passes(1)
    assert (real.now(), scaled.now()) == (1_001_000, 1_060_000)
    machine.passes(-1)
    manual = make_clock(ClockSetting("manual"))
    assert isinstance(manual, ManualClock) and manual.now() == 1_000_000
    manual = make_clock(ClockSetting("manual", 5))
    assert isinstance(manual, ManualClock) and manual.now() == 5
    manual.move_to(10)
    manual.reset()
    assert manual.now() == 5


@pytest.mark.parametrize(
    ("second", "date"),
    [
        (0, b"Thu, 01 Jan 1970 00:00:00 GMT"),
        (784_111_777, b"Sun, 06 Nov 1994 08:49:37 GMT"),
        (1_709_208_000, b"Thu, 29 Feb 2024 12:00:00 GMT"),
        (253_402_300_799, b"Fri, 31 Dec 9999 23:59:59 GMT"),
    ],
)
def test_date(second: int, date: bytes) -> None:
    assert http_date(second) == date
