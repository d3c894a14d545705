"""What makes things happen when they are due: a timer where the clock runs, `advance` where it stands still."""

import asyncio
from collections.abc import Iterable
from typing import Protocol

from emulator.core.clock import ManualClock
from emulator.live.session import Session
from emulator.server.clocks import RunningClock

__all__ = ["ClockRunsByItselfError", "Timekeeper", "Timetable"]


class ClockRunsByItselfError(Exception):
    """Only a manual clock can be advanced."""


class Timetable(Protocol):
    """Something in which things become due."""

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
    """Runs a timetable by a clock."""

    def __init__(self, clock: ManualClock | RunningClock, timetable: Timetable, tails: Tails) -> None:
        self._clock = clock
        self._timetable = timetable
        self._tails = tails
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due = 0
        self._advancing = asyncio.Lock()
        self._interruptions = 0

    def schedule(self) -> None:
        """Set the timer for what is due next. To be called when something may have become due earlier than before."""
        if isinstance(self._clock, ManualClock):
            return
        due = self._timetable.next_due()
        if self._timer is not None:
            if due == self._timer_due:
                return
            self._timer.cancel()
            self._timer = None
        if due is not None:
            self._timer_due = due
            self._timer = asyncio.get_running_loop().call_later(self._clock.seconds_until(due), self._ring)

    def stop(self) -> None:
        """Forget the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def interrupt(self) -> None:
        """Make an `advance` that is under way stop where it is: the clock has been set back under it."""
        self._interruptions += 1

    async def advance(self, milliseconds: int) -> int:
        """Move a manual clock on, through every instant at which something is due, in order.

        After each instant every writer hands over what its client accepts. Answers how many session updates came of it.

        Raises:
            ClockRunsByItselfError: the clock is not manual.
        """
        clock = self._clock
        if not isinstance(clock, ManualClock):
            raise ClockRunsByItselfError
        async with self._advancing:
            target = clock.now() + milliseconds
            interruptions = self._interruptions
            updates = 0
            while (due := self._timetable.next_due()) is not None and due <= target:
                clock.move_to(max(due, clock.now()))
                ticked = list(self._timetable.run_due(clock.now()))
                updates += len(ticked)
                self._tails.wake(ticked)
                await self._tails.settle(ticked)
                if self._interruptions != interruptions:
                    return updates
            clock.move_to(target)
            return updates

    def _ring(self) -> None:
        self._timer = None
        self._tails.wake(self._timetable.run_due(self._clock.now()))
        self.schedule()
