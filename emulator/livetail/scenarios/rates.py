"""When events happen: the shapes of a rate, integrated exactly.

Every shape but `poisson` is defined by its number of events as a function of time: the integral of its rate, rounded
down. The n-th event happens in the first millisecond in which that number reaches n. So counts never drift, and nothing
is kept for each event.

The integrals of straight pieces (constant, ramp, burst) are exact, in whole numbers. That of a sine is exact over whole
periods and rounded to a millionth of an event in between.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from livetail.core.chance import Random
from livetail.core.clock import DAY, SECOND

LIFETIME_MS = 100 * 365 * DAY
"""How long a source without a duration goes on, in milliseconds: no test is so long, and every date in it is valid."""

_MILLIONTHS = 1_000_000


Count: TypeAlias = Callable[[int], int]
"""How many events have happened once so many milliseconds (0 or more) have passed; it never falls."""


def _over_common_denominator(*rates: Fraction) -> tuple[int, ...]:
    """The numerators of `rates` over their common denominator, and that denominator last."""
    denominator = math.lcm(*(rate.denominator for rate in rates))
    return (*(int(rate * denominator) for rate in rates), denominator)


@dataclass(frozen=True, slots=True)
class Constant:
    """`rate` events per second, evenly spaced."""

    rate: Fraction

    def counter(self) -> Count:
        numerator, denominator = self.rate.numerator, self.rate.denominator * SECOND
        return lambda elapsed: numerator * elapsed // denominator

    def average(self) -> Fraction:
        return self.rate


@dataclass(frozen=True, slots=True)
class Ramp:
    """A rate that goes evenly from `start` to `end` events per second within `over` milliseconds, and stays there."""

    start: Fraction
    end: Fraction
    over: int

    def counter(self) -> Count:
        over = self.over
        low, high, denominator = _over_common_denominator(self.start, self.end)
        # Everything is counted double, for the sake of the half in the area of a triangle.
        denominator *= 2 * SECOND

        def count(elapsed: int) -> int:
            if elapsed >= over:
                return ((low + high) * over + 2 * high * (elapsed - over)) // denominator
            return (2 * low * elapsed * over + (high - low) * elapsed * elapsed) // (denominator * over)

        return count

    def average(self) -> Fraction:
        return self.end


@dataclass(frozen=True, slots=True)
class Sine:
    """`mean` events per second, give or take `amplitude` (at most `mean`), up and down every `every` milliseconds.

    It begins at the mean, on the way up; `phase` milliseconds of the first period are skipped.
    """

    mean: Fraction
    amplitude: Fraction
    every: int
    phase: int = 0

    def counter(self) -> Count:
        every, phase = self.every, self.phase
        numerator, denominator = self.mean.numerator * _MILLIONTHS, self.mean.denominator * SECOND
        swing = float(self.amplitude) * _MILLIONTHS * every / SECOND / (2 * math.pi)

        def millionths(elapsed: int) -> int:
            # Reducing the angle to one period first keeps the same precision in the hundredth hour as in the first.
            angle = 2 * math.pi * (elapsed % every) / every
            return numerator * elapsed // denominator + round(swing * (1 - math.cos(angle)))

        skipped = millionths(phase)
        return lambda elapsed: (millionths(elapsed + phase) - skipped) // _MILLIONTHS

    def average(self) -> Fraction:
        return self.mean


@dataclass(frozen=True, slots=True)
class Burst:
    """`base` events per second, and `peak` for the last `length` milliseconds of every `every`.

    `phase` milliseconds of the first period are skipped.
    """

    base: Fraction
    peak: Fraction
    every: int
    length: int
    phase: int = 0

    def counter(self) -> Count:
        every, phase, calm = self.every, self.phase, self.every - self.length
        base, peak, denominator = _over_common_denominator(self.base, self.peak)
        denominator *= SECOND
        period = base * calm + peak * self.length

        def scaled(elapsed: int) -> int:
            periods, within = divmod(elapsed, every)
            before = min(within, calm)
            return periods * period + base * before + peak * (within - before)

        skipped = scaled(phase)
        return lambda elapsed: (scaled(elapsed + phase) - skipped) // denominator

    def average(self) -> Fraction:
        return (self.base * (self.every - self.length) + self.peak * self.length) / self.every


@dataclass(frozen=True, slots=True)
class Once:
    """`events` events at once, when the source starts."""

    events: int

    def counter(self) -> Count:
        events = self.events
        return lambda elapsed: events

    def average(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Poisson:
    """Independent events, `rate` per second on average, as many visitors make them."""

    rate: Fraction

    def average(self) -> Fraction:
        return self.rate


Shape: TypeAlias = Constant | Ramp | Sine | Burst | Once
"""A rate whose number of events up to an instant is certain. `average` is in events per second over the long run."""

Rate: TypeAlias = Shape | Poisson


class Counted:
    """The events of a `Shape`, taken in the order of time, until `limit`. Times are milliseconds since its start."""

    def __init__(self, shape: Shape, limit: int) -> None:
        self._count = shape.counter()
        self._limit = limit
        self._taken = 0
        self._until = -1

    def next(self) -> int | None:
        """The time of the next event that was not taken yet; None when there is none."""
        count, taken, limit = self._count, self._taken, self._limit
        before = self._until
        if before >= limit or count(limit) <= taken:
            return None
        step = 1
        while count(min(before + step, limit)) <= taken:
            before += step
            step *= 2
        after = min(before + step, limit)
        while after - before > 1:
            middle = (before + after) // 2
            if count(middle) > taken:
                after = middle
            else:
                before = middle
        return after

    def take(self, until: int, max_events: int) -> list[int]:
        """The times of the next events up to and including `until`, in order, `max_events` (1 or more) at most."""
        until = min(until, self._limit)
        if until <= self._until:
            return []
        times: list[int] = []
        total = self._count(until)
        end = min(total, self._taken + max_events)
        # The first millisecond stands by itself: what a shape makes at once is there before any time has passed.
        self._spread(times, self._until, until, self._taken, end)
        self._taken = end
        # Where some are left, the last millisecond is looked at again: more may have happened in it.
        self._until = until if end == total else times[-1] - 1
        return times

    def _spread(self, times: list[int], after: int, until: int, low: int, high: int) -> None:
        """Add the times of the events `low`+1 to `high`, which happen after `after` and up to `until`."""
        if high <= low:
            return
        if until - after == 1:
            times.extend([until] * (high - low))
            return
        middle = (after + until) // 2
        count = min(self._count(middle), high)
        self._spread(times, after, middle, low, count)
        self._spread(times, middle, until, count, high)


class PoissonArrivals:
    """The same for a Poisson process: the gaps between its events are drawn one by one."""

    def __init__(self, rate: Fraction, limit: int, random: Random) -> None:
        self._mean_gap = SECOND / float(rate)
        self._limit = limit
        self._random = random.random
        self._next = -math.log(1.0 - self._random()) * self._mean_gap

    def next(self) -> int | None:
        instant = math.ceil(self._next)
        return instant if instant <= self._limit else None

    def take(self, until: int, max_events: int) -> list[int]:
        until = min(until, self._limit)
        following, gap = self._next, self._mean_gap
        if following > until:
            return []
        random, log, ceil = self._random, math.log, math.ceil
        times: list[int] = []
        while following <= until and len(times) < max_events:
            times.append(ceil(following))
            following -= log(1.0 - random()) * gap
        self._next = following
        return times


Arrivals: TypeAlias = Counted | PoissonArrivals
