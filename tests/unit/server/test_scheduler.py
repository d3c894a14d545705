"""The scheduler with a work and writers that merely note what is asked of them."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

import pytest

from livetail.core.clock import MAX_INSTANT, ManualClock
from livetail.live.session import Session
from livetail.server import scheduler as scheduler_module
from livetail.server.clocks import RunningClock
from livetail.server.scheduler import Scheduler
from livetail.server.tail_writer import TailWriters


class _DueWork:
    """Instants, and what was run when. `late` adds instants while others are run."""

    def __init__(self, *dues: int) -> None:
        self.dues = sorted(dues)
        self.ran: list[int] = []
        self.updates_made = 0
        self.late: dict[int, int] = {}
        self.on_run: Callable[[int], None] = lambda now: None
        self.shifts: list[int] = []

    def shift(self, milliseconds: int) -> None:
        self.shifts.append(milliseconds)
        self.dues = [due + milliseconds for due in self.dues]

    def next_due(self) -> int | None:
        return self.dues[0] if self.dues else None

    def run_due(self, now: int) -> Iterable[Session]:
        self.ran.append(now)
        gone = [due for due in self.dues if due <= now]
        self.dues = [due for due in self.dues if due > now]
        self.dues = sorted(self.dues + [self.late.pop(due) for due in gone if due in self.late])
        self.updates_made += len(gone)
        self.on_run(now)
        return [None] * len(gone)  # type: ignore[list-item]  # nothing here looks into a session


class _Writers(TailWriters):
    def __init__(self) -> None:
        self.open_sessions = 0
        self.calls: list[tuple[str, int]] = []
        self.slow: asyncio.Event | None = None
        self.called = asyncio.Event()
        self.on_wait: Callable[[], None] = lambda: None

    def wake(self, sessions: Iterable[Session]) -> None:
        self.calls.append(("wake", len(list(sessions))))

    async def wait_until_written(self, sessions: Iterable[Session]) -> None:
        self.calls.append(("write", len(list(sessions))))
        self.called.set()
        self.on_wait()
        if self.slow is not None:
            await self.slow.wait()

    def end_waits(self) -> None:
        if self.slow is not None:
            self.slow.set()

    def __len__(self) -> int:
        return self.open_sessions


def _run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 10))


def test_advance_goes_through_every_instant_in_order() -> None:
    clock, work, writers = ManualClock(1_000), _DueWork(3_000, 2_000, 2_000, 6_001), _Writers()

    async def test() -> None:
        assert await Scheduler(clock, work, writers).advance(5_000) == 3
        assert work.ran == [2_000, 3_000]
        assert clock.now() == 6_000
        assert writers.calls == [("wake", 2), ("write", 2), ("wake", 1), ("write", 1)]

    _run(test())


def test_advance_sees_what_becomes_due_on_the_way() -> None:
    clock, work = ManualClock(0), _DueWork(1)
    work.late = {1: 5, 5: 9, 9: 11}

    async def test() -> None:
        assert await Scheduler(clock, work, _Writers()).advance(10) == 3
        assert work.ran == [1, 5, 9]
        assert work.dues == [11]

    _run(test())


def test_advance_by_nothing_runs_what_is_due_now() -> None:
    clock, work = ManualClock(5), _DueWork(3, 5, 6)

    async def test() -> None:
        assert await Scheduler(clock, work, _Writers()).advance(0) == 2
        assert (work.ran, clock.now()) == ([5], 5)

    _run(test())


def test_advances_wait_for_each_other() -> None:
    clock, work, writers = ManualClock(0), _DueWork(10, 30), _Writers()

    async def test() -> None:
        writers.slow = asyncio.Event()
        scheduler = Scheduler(clock, work, writers)
        both = [asyncio.ensure_future(scheduler.advance(20)) for _ in range(2)]
        for _ in range(20):
            await asyncio.sleep(0)
        assert writers.calls
        assert clock.now() == 10
        writers.slow.set()
        assert await asyncio.gather(*both) == [1, 1]
        assert clock.now() == 40

    _run(test())


def test_interrupted_advance_leaves_the_clock_alone() -> None:
    clock, work, writers = ManualClock(0), _DueWork(10, 30), _Writers()

    async def test() -> None:
        scheduler = Scheduler(clock, work, writers)

        def reset(now: int) -> None:
            scheduler.interrupt()
            clock.reset()

        work.on_run = reset
        assert await scheduler.advance(20) == 1
        assert clock.now() == 0

    _run(test())


def test_advance_lets_others_work_between_instants() -> None:
    """The server responds also while it plays hours of a scenario without a session."""
    clock, work = ManualClock(0), _DueWork(*range(1, 1_001))

    async def test() -> None:
        seen: list[int] = []
        advancing = asyncio.ensure_future(Scheduler(clock, work, _Writers()).advance(1_000))
        while not advancing.done():
            seen.append(clock.now())
            await asyncio.sleep(0)
        assert len(set(seen)) > 2

    _run(test())


def test_timer_rings_when_something_is_due() -> None:
    clock = RunningClock(1_000)

    async def test() -> None:
        rang = asyncio.Event()
        start = clock.now()
        work = _DueWork(start + 10_000)
        work.late = {start + 10_000: start + 20_000}
        work.on_run = lambda now: None if work.dues else rang.set()
        scheduler = Scheduler(clock, work, _Writers())
        scheduler.schedule()
        scheduler.schedule()
        await rang.wait()
        assert work.ran[0] >= start + 10_000 and work.ran[-1] >= start + 20_000
        assert not work.dues

    _run(test())


def test_timer_follows_what_becomes_due_earlier() -> None:
    clock = RunningClock(1_000)

    async def test() -> None:
        rang = asyncio.Event()
        work = _DueWork(clock.now() + 3_600_000_000)
        work.on_run = lambda now: rang.set()
        scheduler = Scheduler(clock, work, _Writers())
        scheduler.schedule()
        work.dues.insert(0, clock.now() + 10_000)
        scheduler.schedule()
        await rang.wait()
        scheduler.stop()

    _run(test())


def test_stopped_timer_does_not_run() -> None:
    clock = RunningClock(1_000)

    async def test() -> None:
        work = _DueWork(clock.now() + 1_000)
        scheduler = Scheduler(clock, work, _Writers())
        scheduler.schedule()
        scheduler.stop()
        scheduler.stop()
        due = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(0.01, due.set_result, None)
        await due
        assert work.ran == []

    _run(test())


def test_manual_clock_has_no_timer() -> None:
    scheduler = Scheduler(ManualClock(0), _DueWork(1), _Writers())
    scheduler.schedule()  # outside a loop: a timer would need one
    scheduler.stop()


def test_an_error_in_what_is_due_does_not_stop_time(caplog: pytest.LogCaptureFixture) -> None:
    clock, work = ManualClock(0), _DueWork(10, 20)

    def fail_first(now: int) -> None:
        if now == 10:
            raise RuntimeError("broken")

    work.on_run = fail_first
    assert asyncio.run(Scheduler(clock, work, _Writers()).advance(30)) == 2
    assert (clock.now(), work.ran) == (30, [10, 20])
    assert "due work failed" in caplog.text


def test_what_fails_for_ever_does_not_hold_time(caplog: pytest.LogCaptureFixture) -> None:
    class Stuck(_DueWork):
        def run_due(self, now: int) -> Iterable[Session]:
            raise RuntimeError("broken")

    clock = ManualClock(0)
    assert asyncio.run(Scheduler(clock, Stuck(10), _Writers()).advance(30)) == 0
    assert clock.now() == 30


def test_a_running_clock_continues_after_an_error(caplog: pytest.LogCaptureFixture) -> None:
    clock = RunningClock(1_000)

    async def test() -> None:
        rang = asyncio.Event()
        work = _DueWork(clock.now() + 1_000, clock.now() + 2_000)

        def fail_first(now: int) -> None:
            if len(work.ran) == 1:
                raise RuntimeError("broken")
            rang.set()

        work.on_run = fail_first
        scheduler = Scheduler(clock, work, _Writers())
        scheduler.schedule()
        await rang.wait()
        scheduler.stop()

    _run(test())


def test_time_ends_with_the_year_9999() -> None:
    clock = ManualClock(MAX_INSTANT - 10)
    scheduler = Scheduler(clock, _DueWork(), _Writers())
    with pytest.raises(ValueError, match="year 9999"):
        asyncio.run(scheduler.advance(11))
    assert clock.now() == MAX_INSTANT - 10
    asyncio.run(scheduler.advance(10))
    assert clock.now() == MAX_INSTANT


def test_a_reset_does_not_make_the_number_of_updates_negative() -> None:
    clock, work, writers = ManualClock(0), _DueWork(10, 20, 30), _Writers()

    async def test() -> None:
        scheduler = Scheduler(clock, work, writers)

        def forget() -> None:
            work.updates_made = 0

        def reset(now: int) -> None:
            if now == 20:
                scheduler.interrupt()
                writers.on_wait = forget

        work.on_run = reset
        assert await scheduler.advance(30) == 2

    _run(test())


def test_a_cancelled_advance_does_not_hold_the_next() -> None:
    clock, work, writers = ManualClock(0), _DueWork(10, 20), _Writers()

    async def test() -> None:
        writers.slow = asyncio.Event()
        scheduler = Scheduler(clock, work, writers)
        first = asyncio.ensure_future(scheduler.advance(30))
        await writers.called.wait()
        first.cancel()
        writers.slow.set()
        assert await scheduler.advance(5) == 0
        assert clock.now() == 15

    _run(test())


def test_work_follows_a_clock_that_was_set_back(caplog: pytest.LogCaptureFixture) -> None:
    class SetBack(RunningClock):
        def take_step_back(self) -> int:
            return 3_600_000

    clock = SetBack(1_000)

    async def test() -> None:
        rang = asyncio.Event()
        work = _DueWork(clock.now() + 1_000)
        work.on_run = lambda now: rang.set()
        scheduler = Scheduler(clock, work, _Writers())

        async def sleep_an_hour() -> bool:
            with scheduler.sleeping(3_600_000 + 1_000) as sleep:
                return await sleep

        sleep = asyncio.ensure_future(sleep_an_hour())
        await asyncio.sleep(0)
        await rang.wait()
        assert await sleep, "what sleeps is moved too"
        scheduler.stop()
        assert work.shifts[0] == -3_600_000

    _run(test())
    assert "set back by 3600000 ms" in caplog.text


def test_a_manual_clock_that_stands_still_under_a_session_is_in_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler_module, "STANDSTILL_S", 0.001)

    async def test() -> None:
        writers = _Writers()
        scheduler = Scheduler(ManualClock(0), _DueWork(10), writers)
        scheduler.schedule()
        assert scheduler._timer is None, "no session, no warning"
        writers.open_sessions = 1
        scheduler.schedule()
        warned = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(0.01, warned.set_result, None)  # after the timer of the warning
        await warned
        await scheduler.advance(1)
        scheduler.stop()

    _run(test())
    (record,) = caplog.records
    assert "the manual clock has not been moved" in record.message


def test_reset_ends_an_advance_that_waits_for_a_slow_client() -> None:
    clock, work, writers = ManualClock(0), _DueWork(10, 30), _Writers()

    async def test() -> None:
        writers.slow = asyncio.Event()
        scheduler = Scheduler(clock, work, writers)
        advancing = asyncio.ensure_future(scheduler.advance(20))
        await writers.called.wait()
        scheduler.interrupt()
        assert await advancing == 1
        assert clock.now() == 10
        writers.slow = None
        assert await scheduler.advance(1) == 0

    _run(test())
