"""The clocks that move by themselves, the choice of one by the settings, and the Date of responses.

A test may freeze the time of its process while a server runs in a thread of it. freezegun replaces the functions of
`time`, and time-machine changes what they return, `clock_gettime_ns(CLOCK_REALTIME)` included. Neither changes what
`clock_gettime_ns` returns for the clocks that are read on Linux; elsewhere time-machine gives the real time.
"""

import sys
import time
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Final
from wsgiref.handlers import format_date_time

from livetail.core.clock import ManualClock
from livetail.settings import ClockSetting

_REALTIME_COARSE: Final = 5
"""CLOCK_REALTIME_COARSE of Linux (clock_gettime(2)): the time of CLOCK_REALTIME, exact to some milliseconds."""

_MAX_DRIFT_NS: Final = 500_000_000


def _real_ns() -> int:
    """The real time in nanoseconds, where time-machine may have changed what `time` returns."""
    time_machine = sys.modules.get("time_machine")
    if time_machine is not None and time_machine.escape_hatch.is_travelling():
        return int(time_machine.escape_hatch.time.time_ns())
    return time.clock_gettime_ns(time.CLOCK_REALTIME)


wall_ns: Final[Callable[[], int]] = (
    partial(time.clock_gettime_ns, _REALTIME_COARSE) if sys.platform == "linux" else _real_ns
)
"""Returns the time of this machine in epoch nanoseconds, also while a test changes the time of its process."""

_uptime_ns: Final = partial(time.clock_gettime_ns, time.CLOCK_MONOTONIC)

uptime_s: Final = partial(time.clock_gettime, time.CLOCK_MONOTONIC)
"""Returns seconds since some instant, for an event loop that no test can freeze. It is called often."""


class RunningClock:
    """The time of this machine, or `speed` times as fast from the start on.

    It advances with the machine's uptime. If that differs by half a second from the machine's clock, because the clock
    was set or the machine has slept, it follows the machine's clock; it does not at another speed.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self.reset()

    def reset(self) -> None:
        """Read the machine's clock again."""
        self._start_ns, self._start_uptime_ns = wall_ns(), _uptime_ns()
        self._step_back_ns = 0

    def now(self) -> int:
        passed_ns = _uptime_ns() - self._start_uptime_ns
        if self._speed != 1:
            return (self._start_ns + int(passed_ns * self._speed)) // 1_000_000
        now_ns = self._start_ns + passed_ns
        ahead_ns = now_ns - wall_ns()
        if abs(ahead_ns) > _MAX_DRIFT_NS:
            self._start_ns -= ahead_ns
            self._step_back_ns += max(0, ahead_ns)
            now_ns -= ahead_ns
        return now_ns // 1_000_000

    def seconds_until(self, instant: int) -> float:
        """Real seconds until `instant` (epoch milliseconds); 0 if it has passed."""
        return max(0.0, (instant - self.now()) / 1000 / self._speed)

    def take_step_back(self) -> int:
        """By how many milliseconds the machine's clock was set back since the last call."""
        step_ns, self._step_back_ns = self._step_back_ns, 0
        return step_ns // 1_000_000


def make_clock(setting: ClockSetting) -> ManualClock | RunningClock:
    """The clock of the settings."""
    if setting.mode == "manual":
        return ManualClock(wall_ns() // 1_000_000 if setting.start is None else setting.start)
    return RunningClock(setting.speed)


@lru_cache(maxsize=1)  # within a second there are many responses
def http_date(second: int) -> bytes:
    """The Date of a response, in epoch seconds, as HTTP writes it.

    It is the real time, not that of the emulator's clock: after an error with a Date that is minutes off, SDKs correct
    their clocks by it and retry, so that an AccessDeniedException would not reach the program. If signatures are
    checked, it is the time of the emulator's clock, by which they are checked.
    """
    return format_date_time(second).encode()
