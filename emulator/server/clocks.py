"""The clocks that move by themselves, and the choice of one by the settings."""

import time
from typing import Protocol

from emulator.core.clock import Clock, ManualClock
from emulator.settings import ClockSetting

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
    """The time of this machine, except that it never runs backwards."""

    def __init__(self) -> None:
        self._latest = 0

    def now(self) -> int:
        self._latest = max(self._latest, time.time_ns() // 1_000_000)
        return self._latest

    def seconds_until(self, instant: int) -> float:
        return max(0.0, instant / 1000 - time.time())

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
