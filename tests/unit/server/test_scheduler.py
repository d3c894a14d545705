"""The timekeeper with a timetable and writers that merely note what is asked of them."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

import pytest

from livetail.core.clock import ManualClock
from livetail.live.session import Session
from livetail.server.clocks import RealClock, ScaledClock
from livetail.server.scheduler import ClockRunsByItselfError, Timekeeper


class _Timetable:
    """Instants, and what was run when. `late` adds instants while others are run."""

    def __init__(self, *dues: int) -> None:
        self.dues = sorted(dues)
        self.ran: list[int] = []
        self.updates_made = 0
        self.late: dict[int, int] = {}
        self.on_run: Callable[[int], None] = lambda now: None

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


class _Tails:
    def __init__(self) -> None:
        self.calls: list[tuple[str, int]] = []
        self.slow: asyncio.Event | None = None

    def wake(self, sessions: Iterable[Session]) -> None:
        self.calls.append(("wake", len(list(sessions))))

    async def settle(self, sessions: Iterable[Session]) -> None:
        self.calls.append(("settle", len(list(sessions))))
        if self.slow is not None:
            await self.slow.wait()


def _run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 10))


def test_advance_goes_through_every_instant_in_order() -> None:
    clock, timetable, tails = ManualClock(1_000), _Timetable(3_000, 2_000, 2_000, 6_001), _Tails()

    async def test() -> None:
        assert await Timekeeper(clock, timetable, tails).advance(5_000) == 3
        assert timetable.ran == [2_000, 3_000]
        assert clock.now() == 6_000
        assert tails.calls == [("wake", 2), ("settle", 2), ("wake", 1), ("settle", 1)]

    _run(test())


def test_advance_sees_what_becomes_due_on_the_way() -> None:
    clock, timetable = ManualClock(0), _Timetable(1)
    timetable.late = {1: 5, 5: 9, 9: 11}

    async def test() -> None:
        assert await Timekeeper(clock, timetable, _Tails()).advance(10) == 3
        assert timetable.ran == [1, 5, 9]
        assert timetable.dues == [11]

    _run(test())


def test_advance_by_nothing_runs_what_is_due_now() -> None:
    clock, timetable = ManualClock(5), _Timetable(3, 5, 6)

    async def test() -> None:
        assert await Timekeeper(clock, timetable, _Tails()).advance(0) == 2
        assert (timetable.ran, clock.now()) == ([5], 5)

    _run(test())


def test_advances_wait_for_each_other() -> None:
    clock, timetable, tails = ManualClock(0), _Timetable(10, 30), _Tails()

    async def test() -> None:
        tails.slow = asyncio.Event()
        timekeeper = Timekeeper(clock, timetable, tails)
        both = [asyncio.ensure_future(timekeeper.advance(20)) for _ in range(2)]
        for _ in range(20):
            await asyncio.sleep(0)
        assert tails.calls
        assert clock.now() == 10
        tails.slow.set()
        assert await asyncio.gather(*both) == [1, 1]
        assert clock.now() == 40

    _run(test())


def test_interrupted_advance_leaves_the_clock_alone() -> None:
    clock, timetable, tails = ManualClock(0), _Timetable(10, 30), _Tails()

    async def test() -> None:
        timekeeper = Timekeeper(clock, timetable, tails)

        def reset(now: int) -> None:
            timekeeper.interrupt()
            clock.reset()

        timetable.on_run = reset
        assert await timekeeper.advance(20) == 1
        assert clock.now() == 0

    _run(test())


def test_advance_lets_others_work_between_instants() -> None:
    """Hours of scenario without a tail are no reason for the server to answer nobody."""
    clock, timetable = ManualClock(0), _Timetable(*range(1, 1_001))

    async def test() -> None:
        seen: list[int] = []
        advancing = asyncio.ensure_future(Timekeeper(clock, timetable, _Tails()).advance(1_000))
        while not advancing.done():
            seen.append(clock.now())
            await asyncio.sleep(0)
        assert len(set(seen)) > 2

    _run(test())


@pytest.mark.parametrize("clock", [RealClock(), ScaledClock(60)])
def test_running_clock_is_not_advanced(clock: RealClock | ScaledClock) -> None:
    async def test() -> None:
        with pytest.raises(ClockRunsByItselfError):
            await Timekeeper(clock, _Timetable(), _Tails()).advance(1)

    _run(test())


def test_timer_rings_when_something_is_due() -> None:
    clock = ScaledClock(1_000)

    async def test() -> None:
        rang = asyncio.Event()
        start = clock.now()
        timetable = _Timetable(start + 10_000)
        timetable.late = {start + 10_000: start + 20_000}
        timetable.on_run = lambda now: None if timetable.dues else rang.set()
        timekeeper = Timekeeper(clock, timetable, _Tails())
        timekeeper.schedule()
        timekeeper.schedule()
        await rang.wait()
        assert timetable.ran[0] >= start + 10_000 and timetable.ran[-1] >= start + 20_000
        assert not timetable.dues

    _run(test())


def test_timer_follows_what_becomes_due_earlier() -> None:
    clock = ScaledClock(1_000)

    async def test() -> None:
        rang = asyncio.Event()
        timetable = _Timetable(clock.now() + 3_600_000_000)
        timetable.on_run = lambda now: rang.set()
        timekeeper = Timekeeper(clock, timetable, _Tails())
        timekeeper.schedule()
        timetable.dues.insert(0, clock.now() + 10_000)
        timekeeper.schedule()
        await rang.wait()
        timekeeper.stop()

    _run(test())


def test_stopped_timer_does_not_ring() -> None:
    clock = ScaledClock(1_000)

    async def test() -> None:
        timetable = _Timetable(clock.now() + 1_000)
        timekeeper = Timekeeper(clock, timetable, _Tails())
        timekeeper.schedule()
        timekeeper.stop()
        timekeeper.stop()
        due = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(0.01, due.set_result, None)
        await due
        assert timetable.ran == []

    _run(test())


def test_manual_clock_has_no_timer() -> None:
    timekeeper = Timekeeper(ManualClock(0), _Timetable(1), _Tails())
    timekeeper.schedule()  # outside a loop: a timer would need one
    timekeeper.stop()
