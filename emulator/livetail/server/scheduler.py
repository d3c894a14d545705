"""What makes things happen when they are due: a timer where the clock runs, `advance` where it stands still."""

import asyncio
import heapq
import logging
from collections.abc import Iterable
from typing import Final, Protocol

from livetail.core.clock import ManualClock
from livetail.live.session import Session
from livetail.server.clocks import RunningClock

__all__ = ["ClockRunsByItselfError", "Timekeeper", "Timetable"]


_log = logging.getLogger(__name__)

_TURNS: Final = 20


class ClockRunsByItselfError(Exception):
    """Only a manual clock can be advanced."""


class Timetable(Protocol):
    """Something in which things become due."""

    @property
    def updates_made(self) -> int:
        """Session updates that have been made so far."""
        ...

    def next_due(self) -> int | None:
        """Epoch milliseconds of the next instant at which something is due."""
        ...

    def run_due(self, now: int) -> Iterable[Session]:
        """Do all that is due by `now`; answers the sessions that have something to take after it."""
        ...


class Tails(Protocol):
    """The writers of the sessions."""

    def wake(self, sessions: Iterable[Session]) -> None:
        """Let the writers of these sessions take what there is."""
        ...

    async def settle(self, sessions: Iterable[Session]) -> None:
        """Wait until the writers of these sessions have handed over what their clients accept."""
        ...


class Timekeeper:
    """Runs a timetable by a clock, and wakes whoever sleeps by that clock."""

    def __init__(self, clock: ManualClock | RunningClock, timetable: Timetable, tails: Tails) -> None:
        self._clock = clock
        self._timetable = timetable
        self._tails = tails
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due = 0
        self._advancing = asyncio.Lock()
        self._interruptions = 0
        self._sleepers: list[tuple[int, int, asyncio.Future[bool]]] = []
        self._slept = 0

    def schedule(self) -> None:
        """Set the timer for what is due next. To be called when something may have become due earlier than before."""
        if isinstance(self._clock, ManualClock):
            return
        due = self._next_due()
        if self._timer is not None:
            if due == self._timer_due:
                return
            self._timer.cancel()
            self._timer = None
        if due is not None:
            self._timer_due = due
            self._timer = asyncio.get_running_loop().call_later(self._clock.seconds_until(due), self._ring)

    def stop(self) -> None:
        """Forget the timer, and let nobody sleep any longer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.interrupt()

    def interrupt(self) -> None:
        """Make an `advance` that is under way stop where it is, and wake all sleepers: the clock is set back."""
        self._interruptions += 1
        for _, _, sleeper in self._sleepers:
            _wake(sleeper, False)
        self._sleepers.clear()

    async def sleep(self, milliseconds: int) -> bool:
        """Wait so long by the emulator's clock; returns False if a reset or the stop ended it before."""
        sleeper: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._slept += 1
        entry = (self._clock.now() + milliseconds, self._slept, sleeper)
        heapq.heappush(self._sleepers, entry)
        self.schedule()
        try:
            return await sleeper
        finally:
            if entry in self._sleepers:  # cancelled
                self._sleepers.remove(entry)
                heapq.heapify(self._sleepers)

    async def advance(self, milliseconds: int) -> int:
        """Move a manual clock on, through every instant at which something is due, in order.

        After each instant every writer hands over what its client accepts. Answers how many session updates came of it.

        Raises:
            ClockRunsByItselfError: the clock is not manual.
        """
        clock = self._clock
        if not isinstance(clock, ManualClock):
            raise ClockRunsByItselfError
        interruptions = self._interruptions
        async with self._advancing:
            if self._interruptions != interruptions:
                return 0
            target = clock.now() + milliseconds
            before = self._timetable.updates_made
            while (due := self._next_due()) is not None and due <= target:
                clock.move_to(max(due, clock.now()))
                if self._wake_sleepers(clock.now()):
                    await _let_others_run()
                ready = list(self._timetable.run_due(clock.now()))
                self._tails.wake(ready)
                await self._tails.settle(ready)
                await asyncio.sleep(0)  # hours of a scenario are no reason to answer nobody
                if self._interruptions != interruptions:
                    break
            else:
                clock.move_to(target)
            return self._timetable.updates_made - before

    def _next_due(self) -> int | None:
        due = self._timetable.next_due()
        if self._sleepers:
            return self._sleepers[0][0] if due is None else min(due, self._sleepers[0][0])
        return due

    def _wake_sleepers(self, now: int) -> bool:
        """Wake those whose time has come; answers whether there were any."""
        woken = False
        while self._sleepers and self._sleepers[0][0] <= now:
            _wake(heapq.heappop(self._sleepers)[2], True)
            woken = True
        return woken

    def _ring(self) -> None:
        self._timer = None
        now = self._clock.now()
        self._wake_sleepers(now)
        try:
            self._tails.wake(self._timetable.run_due(now))
        except Exception:
            _log.exception("something that was due failed")  # time goes on all the same
        self.schedule()


def _wake(sleeper: "asyncio.Future[bool]", has_slept: bool) -> None:
    if not sleeper.done():
        sleeper.set_result(has_slept)


async def _let_others_run() -> None:
    """Give what has been woken the turns of the loop that it takes to answer a request or to open a session."""
    for _ in range(_TURNS):
        await asyncio.sleep(0)
