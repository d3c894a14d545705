"""The clocks that move by themselves, and the choice of one by the settings."""

import time
from typing import Protocol

from livetail.core.clock import Clock, ManualClock
from livetail.settings import ClockSetting

__all__ = ["RealClock", "RunningClock", "ScaledClock", "make_clock"]


class RunningClock(Clock, Protocol):
    """A clock that moves by itself, so that one can wait for an instant."""

    def seconds_until(self, instant: int) -> float:
        """Real seconds until `instant` (epoch milliseconds); 0 if it has passed."""
        ...

    def reset(self) -> None:
        """Set the time back to where it started, where that can be done."""
        ...


class RealClock:
    """The time of this machine, except that it never runs backwards.

    When the machine is set back, by an hour say, this clock goes on from where it was: time that stood still for an
    hour would silence all tails for as long. When the machine has slept or is set forward, it follows.
    """

    def __init__(self) -> None:
        self._ahead = 0
        self._latest = time.time_ns()
        self._read_at = time.monotonic_ns()

    def now(self) -> int:
        wall, monotonic = time.time_ns() + self._ahead, time.monotonic_ns()
        steady = self._latest + (monotonic - self._read_at)
        if wall < self._latest:
            self._ahead += steady - wall
            wall = steady
        self._latest, self._read_at = wall, monotonic
        return wall // 1_000_000

    def seconds_until(self, instant: int) -> float:
        self.now()
        return max(0.0, instant / 1000 - self._latest / 1e9)

    def reset(self) -> None:
        """Nothing: the real time goes on."""


class ScaledClock:
    """A clock that starts at the real time and runs `speed` times as fast."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self.reset()

    def reset(self) -> None:
        self._epoch = time.time_ns() // 1_000_000
        self._origin = time.monotonic_ns()

    def now(self) -> int:
        return self._epoch + int((time.monotonic_ns() - self._origin) * self._speed / 1_000_000)

    def seconds_until(self, instant: int) -> float:
        return max(0.0, (instant - self.now()) / 1000 / self._speed)


def make_clock(setting: ClockSetting) -> ManualClock | RunningClock:
    """The clock that the settings ask for."""
    if setting.mode == "manual":
        return ManualClock(RealClock().now() if setting.start is None else setting.start)
    if setting.mode == "scaled":
        return ScaledClock(setting.speed)
    return RealClock()
