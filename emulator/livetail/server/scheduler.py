"""Does what is due: by a timer where the clock runs, by `advance` where it stands still."""

import asyncio
import heapq
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from livetail.core.clock import MAX_INSTANT, ManualClock
from livetail.live.session import Session
from livetail.server.clocks import RunningClock

_log = logging.getLogger(__name__)

_RETRY_MS: Final = 1_000
"""How long after an error in what is due it is tried again."""

STANDSTILL_S: Final = 5.0
"""Real seconds with an open session on a manual clock that is not moved, after which the log says so."""


class ClockRunsByItselfError(Exception):
    """Only a manual clock can be advanced."""


class DueWork(Protocol):
    """What is done at its time: updates are made, scenarios emit log events, fault rules act."""

    @property
    def updates_made(self) -> int:
        """Session updates that have been made so far."""
        ...

    @property
    def has_open_sessions(self) -> bool: ...

    def next_due(self) -> int | None:
        """Epoch milliseconds of the next instant at which something is due."""
        ...

    def run_due(self, now: int) -> Iterable[Session]:
        """Do all that is due by `now`; returns the sessions that have something to take after it."""
        ...

    def shift(self, milliseconds: int) -> None:
        """Move what is due by so much, since the clock was set."""
        ...


class Writers(Protocol):
    """The writers of the sessions."""

    def wake(self, sessions: Iterable[Session]) -> None:
        """Let the writers of these sessions take what there is."""
        ...

    async def wait_until_written(self, sessions: Iterable[Session]) -> None:
        """Wait until the writers of these sessions have written what their clients accept."""
        ...


class Scheduler:
    """Does work when it is due by a clock, and wakes what sleeps by that clock."""

    def __init__(self, clock: ManualClock | RunningClock, work: DueWork, writers: Writers) -> None:
        self._clock = clock
        self._work = work
        self._writers = writers
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due = 0
        self._advancing = asyncio.Lock()
        self._interruptions = 0
        self._waiting: asyncio.Task[object] | None = None
        self._sleepers: list[tuple[int, int, asyncio.Future[bool]]] = []
        self._slept = 0
        self._awake: set[asyncio.Future[bool]] = set()
        self._none_awake = asyncio.Event()
        self._standstill: asyncio.TimerHandle | None = None

    def schedule(self) -> None:
        """Set the timer for what is due next. To be called when something may have become due earlier than before."""
        if isinstance(self._clock, ManualClock):
            if self._standstill is None and self._work.has_open_sessions:
                self._standstill = asyncio.get_running_loop().call_later(STANDSTILL_S, self._warn_of_standstill)
            return
        due = self._next_due()
        if self._timer is not None:
            if due == self._timer_due:
                return
            self._timer.cancel()
            self._timer = None
        if due is not None:
            self._timer_due = due
            self._timer = asyncio.get_running_loop().call_later(self._clock.seconds_until(due), self._on_timer)

    def stop(self) -> None:
        """Cancel the timers, and end what sleeps."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._end_standstill()
        self.interrupt()

    def interrupt(self) -> None:
        """Make an `advance` that is under way stop where it is, and end what sleeps: the clock is set back."""
        self._interruptions += 1
        if self._waiting is not None:
            self._waiting.cancel()
        for _, _, sleeper in self._sleepers:
            sleeper.set_result(False)
        self._sleepers.clear()

    @contextmanager
    def sleeping(self, milliseconds: int) -> Iterator["asyncio.Future[bool]"]:
        """A future to wait for in a `with` block: True after so long by the emulator's clock.

        It is False if a reset or the stop came first. `advance` goes on once the block has been left, and what follows
        it up to the next `await` has been done.
        """
        sleeper: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._slept += 1
        heapq.heappush(self._sleepers, (self._clock.now() + milliseconds, self._slept, sleeper))
        self.schedule()
        try:
            yield sleeper
        finally:
            self._awake.discard(sleeper)
            if not self._awake:
                self._none_awake.set()
            if sleeper.cancelled() or not sleeper.done():
                self._sleepers = [entry for entry in self._sleepers if entry[2] is not sleeper]
                heapq.heapify(self._sleepers)

    async def advance(self, milliseconds: int) -> int:
        """Move a manual clock on, through every instant at which something is due, in order.

        After each instant every writer writes what its client accepts. Returns the number of session updates that were
        made; a reset ends it early. Cancelling it leaves the time where it is by then.

        Raises:
            ClockRunsByItselfError: the clock is not manual.
            ValueError: the time would be after the year 9999.
        """
        clock = self._clock
        if not isinstance(clock, ManualClock):
            raise ClockRunsByItselfError
        interruptions = self._interruptions
        updates = 0
        async with self._advancing:
            if self._interruptions != interruptions:
                return 0
            now = clock.now()
            target = now + milliseconds
            if target > MAX_INSTANT:
                raise ValueError("time ends with the year 9999")
            self._end_standstill()
            updates_before = self._work.updates_made
            while (due := self._next_due()) is not None and due <= target:
                now = max(due, now)
                clock.move_to(now)
                if self._sleepers:
                    self._wake_sleepers(now)
                if self._awake:
                    await self._none_awake.wait()
                    if self._interruptions != interruptions:
                        return updates
                ready = self._run_due(now)
                updates = self._work.updates_made - updates_before
                if ready is None:
                    if self._next_due() == due:  # it would fail for ever
                        break
                    continue
                self._writers.wake(ready)
                await self._wait_for_writers(ready)
                await asyncio.sleep(0)  # so that other requests are handled while hours of a scenario pass
                if self._interruptions != interruptions:
                    return updates
            clock.move_to(target)
            self.schedule()
            return updates

    async def _wait_for_writers(self, sessions: list[Session]) -> None:
        """Wait for the writers of these sessions, but not beyond a reset: a client may read slowly for minutes."""
        interruptions, task = self._interruptions, asyncio.current_task()
        assert task is not None
        self._waiting = task
        try:
            await self._writers.wait_until_written(sessions)
        except asyncio.CancelledError:
            if self._interruptions == interruptions or task.uncancel():
                raise  # the caller has gone
        finally:
            self._waiting = None

    def _next_due(self) -> int | None:
        due = self._work.next_due()
        if self._sleepers:
            return self._sleepers[0][0] if due is None else min(due, self._sleepers[0][0])
        return due

    def _wake_sleepers(self, now: int) -> None:
        """Wake those whose time has come."""
        while self._sleepers and self._sleepers[0][0] <= now:
            sleeper = heapq.heappop(self._sleepers)[2]
            sleeper.set_result(True)
            self._awake.add(sleeper)
            self._none_awake.clear()

    def _run_due(self, now: int) -> list[Session] | None:
        """Do what is due; returns None after an error in it, which is logged."""
        try:
            return list(self._work.run_due(now))
        except Exception:
            _log.exception("something that was due failed")
            return None

    def _on_timer(self) -> None:
        assert not isinstance(self._clock, ManualClock)
        self._timer = None
        now = self._clock.now()
        if (step_ms := self._clock.take_step_back()) > 0:
            _log.warning("the clock of this machine was set back by %d ms; sessions go on from there", step_ms)
            self._work.shift(-step_ms)
            self._sleepers = [(due - step_ms, number, sleeper) for due, number, sleeper in self._sleepers]
        self._wake_sleepers(now)
        ready = self._run_due(now)
        if ready is None:
            self._timer_due = now + _RETRY_MS
            self._timer = asyncio.get_running_loop().call_later(_RETRY_MS / 1000, self._on_timer)
            return
        self._writers.wake(ready)
        self.schedule()

    def _warn_of_standstill(self) -> None:
        self._standstill = None
        if self._work.has_open_sessions:
            _log.warning(
                "a session is open, and for %g s the manual clock has not been moved: no update comes until you move it"
                " (advance in Python, livetail advance, POST /_livetail/clock/advance)",
                STANDSTILL_S,
            )

    def _end_standstill(self) -> None:
        if self._standstill is not None:
            self._standstill.cancel()
            self._standstill = None
