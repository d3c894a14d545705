"""Runs what is due: by a timer if the clock runs by itself, in `advance` if it is manual."""

import asyncio
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from operator import itemgetter
from typing import Final, Protocol

from livetail.core.clock import MAX_INSTANT, ManualClock
from livetail.live.session import Session
from livetail.server.clocks import RunningClock
from livetail.server.tail_writer import TailWriters

_log = logging.getLogger(__name__)

_RETRY_MS: Final = 1_000
"""After an error in due work, the time until it is tried again."""

STANDSTILL_S: Final = 5.0
"""Real seconds until a warning if a session is open and the manual clock is not moved."""


class DueWork(Protocol):
    """Session updates, scenarios and fault rules, with the instants at which they are due in epoch milliseconds."""

    @property
    def updates_made(self) -> int: ...  # session updates so far

    def next_due(self) -> int | None: ...

    def run_due(self, now: int) -> Iterable[Session]: ...  # the sessions that may have messages to write

    def shift(self, milliseconds: int) -> None: ...  # move all due times, because the clock was set


class Scheduler:
    """Does work when it is due by a clock, and ends pauses by that clock (`sleeping`)."""

    def __init__(self, clock: ManualClock | RunningClock, work: DueWork, writers: TailWriters) -> None:
        self._clock = clock
        self._work = work
        self._writers = writers
        self._timer: asyncio.TimerHandle | None = None  # for what is due; if the clock is manual, for a warning
        self._timer_due = 0
        self._advancing = asyncio.Lock()
        self._interruptions = 0
        self._sleepers: dict[asyncio.Future[bool], int] = {}
        """The pauses that have not ended, each with the instant of its end."""
        self._awake: set[asyncio.Future[bool]] = set()
        self._none_awake = asyncio.Event()

    def schedule(self) -> None:
        """Set the timer for what is due next. Call it when something may be due earlier than before."""
        if isinstance(self._clock, ManualClock):
            if self._timer is None and len(self._writers):
                self._timer = asyncio.get_running_loop().call_later(STANDSTILL_S, self._warn_of_standstill)
            return
        due = self._next_due()
        if self._timer is not None and due == self._timer_due:
            return
        self._cancel_timer()
        if due is not None:
            self._timer_due = due
            self._timer = asyncio.get_running_loop().call_later(self._clock.seconds_until(due), self._on_timer)

    def stop(self) -> None:
        """Cancel the timer, and end all pauses."""
        self._cancel_timer()
        self.interrupt()

    def interrupt(self) -> None:
        """Stop a running `advance` at the present time, and end all pauses: the clock is set back."""
        self._interruptions += 1
        self._writers.end_waits()  # a client may read slowly for minutes
        for sleeper in self._sleepers:
            sleeper.set_result(False)
        self._sleepers.clear()

    @contextmanager
    def sleeping(self, milliseconds: int) -> Iterator["asyncio.Future[bool]"]:
        """A future to wait for in a `with` block: True when this time has passed on the emulator's clock.

        It is False if a reset or the stop came first. `advance` continues when the block has been left and the code
        after it has run up to its next `await`.
        """
        sleeper: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._sleepers[sleeper] = self._clock.now() + milliseconds
        self.schedule()
        try:
            yield sleeper
        finally:
            self._sleepers.pop(sleeper, None)
            self._awake.discard(sleeper)
            if not self._awake:
                self._none_awake.set()

    async def advance(self, milliseconds: int) -> int:
        """Move a manual clock on, through every instant at which something is due, in order.

        After each instant every writer writes what its client accepts. Returns the number of session updates that were
        made; a reset ends it early. If it is cancelled, the time stays where it is then.

        Raises:
            ValueError: the time would be after the year 9999.
        """
        clock = self._clock
        assert isinstance(clock, ManualClock)
        interruptions = self._interruptions
        updates = 0
        async with self._advancing:
            if self._interruptions != interruptions:
                return 0
            now = clock.now()
            target = now + milliseconds
            if target > MAX_INSTANT:
                raise ValueError("time ends with the year 9999")
            self._cancel_timer()
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
                    if self._next_due() == due:  # it would fail again and again
                        break
                    continue
                self._writers.wake(ready)
                await self._writers.wait_until_written(ready)
                await asyncio.sleep(0)  # so that other requests are handled while hours of a scenario pass
                if self._interruptions != interruptions:
                    return updates
            clock.move_to(target)
            self.schedule()
            return updates

    def _next_due(self) -> int | None:
        due = self._work.next_due()
        if self._sleepers:
            wake_at = min(self._sleepers.values())
            return wake_at if due is None else min(due, wake_at)
        return due

    def _wake_sleepers(self, now: int) -> None:
        """End the pauses that are over."""
        for sleeper, wake_at in sorted(self._sleepers.items(), key=itemgetter(1)):
            if wake_at <= now:
                del self._sleepers[sleeper]
                self._awake.add(sleeper)
                self._none_awake.clear()
                sleeper.set_result(True)

    def _run_due(self, now: int) -> list[Session] | None:
        """Do what is due; returns None after an error in it, which is logged."""
        try:
            return list(self._work.run_due(now))
        except Exception:
            _log.exception("due work failed")
            return None

    def _on_timer(self) -> None:
        assert not isinstance(self._clock, ManualClock)
        self._timer = None
        now = self._clock.now()
        if (step_ms := self._clock.take_step_back()) > 0:
            _log.warning("the clock of this machine was set back by %d ms; sessions go on from there", step_ms)
            self._work.shift(-step_ms)
            self._sleepers = {sleeper: wake_at - step_ms for sleeper, wake_at in self._sleepers.items()}
        self._wake_sleepers(now)
        ready = self._run_due(now)
        if ready is None:
            self._timer_due = now + _RETRY_MS
            self._timer = asyncio.get_running_loop().call_later(_RETRY_MS / 1000, self._on_timer)
            return
        self._writers.wake(ready)
        self.schedule()

    def _warn_of_standstill(self) -> None:
        self._timer = None
        if len(self._writers):
            _log.warning(
                "a session is open, and for %g s the manual clock has not been moved: no update comes until you move it"
                " (advance in Python, livetail advance, POST /_livetail/clock/advance)",
                STANDSTILL_S,
            )

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
