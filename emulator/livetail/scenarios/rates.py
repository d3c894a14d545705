"""When events happen: the shapes of a rate, integrated exactly.

Every shape but `poisson` is defined by its number of events as a function of time: the integral of its rate, rounded
down. The n-th event happens in the first millisecond in which that number reaches n. So counts never drift, and nothing
is kept for each event.

The integrals of straight pieces (constant, ramp, burst) are exact, in whole numbers. That of a sine is exact over whole
periods and rounded to a millionth of an event in between.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import repeat
from typing import Annotated, ClassVar, Final, TypeAlias

from msgspec import Meta, field

from livetail.core.chance import Random
from livetail.core.clock import DAY, SECOND, parse_duration
from livetail.core.tables import Path, Table, shown

MAX_RATE: Final = 1_000_000
MIN_RATE: Final = 0.000001
MAX_DURATION_MS: Final = 366 * DAY

_MILLIONTHS: Final = 1_000_000


def _duration_problem(text: str) -> str | None:
    try:
        milliseconds = parse_duration(text)
    except ValueError:
        return f"is {shown(text)}; {_DURATION} is expected"
    return f"is {shown(text)}; a year, '366d', is the maximum" if milliseconds > MAX_DURATION_MS else None


def _longer_than_zero(text: str) -> str | None:
    return _duration_problem(text) or (None if parse_duration(text) else f"is {shown(text)}; it has to be longer")


_DURATION: Final = "a duration such as '250ms', '90s', '15m' or '1h30m'"
_RATE: Final = "a number of events per second from 0.000001 to 1,000,000"

Duration = Annotated[str, Meta(extra={"check": _longer_than_zero, "expected": _DURATION})]
DurationOrZero = Annotated[str, Meta(extra={"check": _duration_problem, "expected": _DURATION})]
PerSecond = Annotated[float, Meta(ge=MIN_RATE, le=MAX_RATE, extra={"expected": _RATE})]
PerSecondOrZero = Annotated[
    float, Meta(ge=0, le=MAX_RATE, extra={"expected": "a number of events per second from 0 to 1,000,000"})
]

Count: TypeAlias = Callable[[int], int]
"""The number of events after a number of milliseconds (0 or more); it never decreases."""


def _over_common_denominator(*rates: float) -> tuple[int, ...]:
    """The numerators of `rates` over their common denominator, and that denominator last; 0.1 is exactly a tenth."""
    fractions = [Fraction(str(rate)) for rate in rates]
    denominator = math.lcm(*(rate.denominator for rate in fractions))
    return (*(int(rate * denominator) for rate in fractions), denominator)


class Rate(Table, frozen=True, tag_field="shape"):
    """A rate as a scenario file has it. Rates are events per second; durations are texts such as `90s`."""

    title: ClassVar[str] = "the shape"

    def counter(self) -> Count:
        """The number of its events; Poisson has none, and overrides the methods that use it."""
        raise NotImplementedError

    def average(self) -> float:
        """Events per second on average over its first day."""
        return self.counter()(DAY) * SECOND / DAY

    def times(self, limit_ms: int, random: Random) -> Iterator[int]:
        """The times of its events in order, in milliseconds after its start, up to and including `limit_ms`."""
        count, time_ms, events = self.counter(), -1, 0
        events_at_limit = count(limit_ms)
        while events < events_at_limit:
            # The next event is after `near_ms`, and at `far_ms` at the latest.
            near_ms, far_ms = time_ms, time_ms + 1
            while far_ms < limit_ms and count(far_ms) <= events:
                near_ms, far_ms = far_ms, 2 * far_ms - time_ms
            between = range(near_ms + 1, min(far_ms, limit_ms))
            time_ms = near_ms + 1 + bisect_right(between, events, key=count)
            already, events = events, count(time_ms)
            yield from repeat(time_ms, events - already)


class Constant(Rate, frozen=True, tag="constant"):
    """Evenly spaced events."""

    rate: PerSecond

    def counter(self) -> Count:
        numerator, denominator = _over_common_denominator(self.rate)
        return lambda elapsed_ms: numerator * elapsed_ms // (denominator * SECOND)


class Poisson(Rate, frozen=True, tag="poisson"):
    """Independent events, `rate` per second on average, as many visitors make them."""

    rate: PerSecond

    def average(self) -> float:
        return self.rate

    def times(self, limit_ms: int, random: Random) -> Iterator[int]:
        mean_gap_ms, time_ms = SECOND / self.rate, 0.0
        while (time_ms := time_ms - math.log(1.0 - random.random()) * mean_gap_ms) <= limit_ms:
            yield math.ceil(time_ms)


class Ramp(Rate, frozen=True, tag="ramp"):
    """A rate that goes evenly from one value to another within `over`, and stays there."""

    start: PerSecondOrZero = field(name="from")
    end: PerSecondOrZero = field(name="to")
    over: Duration

    def check(self) -> Iterable[tuple[Path, str]]:
        if self.start == self.end == 0:
            yield ("to",), "is 0, as is rate.from; nothing would ever happen"

    def counter(self) -> Count:
        over_ms = parse_duration(self.over)
        low, high, denominator = _over_common_denominator(self.start, self.end)
        # All values are doubled, because the area of a triangle has a factor of one half.
        denominator *= 2 * SECOND

        def count(elapsed_ms: int) -> int:
            if elapsed_ms >= over_ms:
                return ((low + high) * over_ms + 2 * high * (elapsed_ms - over_ms)) // denominator
            doubled = 2 * low * elapsed_ms * over_ms + (high - low) * elapsed_ms * elapsed_ms
            return doubled // (denominator * over_ms)

        return count


class Sine(Rate, frozen=True, tag="sine"):
    """`mean` events per second, give or take `amplitude`, up and down once in every period.

    It begins at the mean, on the way up; `phase` of the first period is skipped.
    """

    mean: PerSecond
    amplitude: PerSecondOrZero
    every: Duration
    phase: DurationOrZero = "0s"

    def check(self) -> Iterable[tuple[Path, str]]:
        if self.amplitude > self.mean:
            yield ("amplitude",), f"is {self.amplitude:g}; it may be rate.mean at most, {self.mean:g}"

    def counter(self) -> Count:
        period_ms, phase_ms = parse_duration(self.every), parse_duration(self.phase)
        mean, denominator = _over_common_denominator(self.mean)
        numerator, denominator = mean * _MILLIONTHS, denominator * SECOND
        swing = self.amplitude * _MILLIONTHS * period_ms / SECOND / (2 * math.pi)

        def millionths(elapsed_ms: int) -> int:
            # Reducing the angle to one period first keeps the same precision in the hundredth hour as in the first.
            angle = 2 * math.pi * (elapsed_ms % period_ms) / period_ms
            return numerator * elapsed_ms // denominator + round(swing * (1 - math.cos(angle)))

        skipped = millionths(phase_ms)
        return lambda elapsed_ms: (millionths(elapsed_ms + phase_ms) - skipped) // _MILLIONTHS


class Burst(Rate, frozen=True, tag="burst"):
    """`base` events per second, and `peak` for the last `length` of every period; `phase` of the first is skipped."""

    base: PerSecondOrZero
    peak: PerSecond
    every: Duration
    length: Duration
    phase: DurationOrZero = "0s"

    def check(self) -> Iterable[tuple[Path, str]]:
        if parse_duration(self.length) > parse_duration(self.every):
            yield ("length",), f"is {self.length!r}, longer than rate.every, {self.every!r}"

    def counter(self) -> Count:
        period_ms, phase_ms = parse_duration(self.every), parse_duration(self.phase)
        calm_ms = period_ms - parse_duration(self.length)
        base, peak, denominator = _over_common_denominator(self.base, self.peak)
        denominator *= SECOND

        def scaled(elapsed_ms: int) -> int:
            periods, within = divmod(elapsed_ms, period_ms)
            calm = periods * calm_ms + min(within, calm_ms)
            return base * calm + peak * (elapsed_ms - calm)

        skipped = scaled(phase_ms)
        return lambda elapsed_ms: (scaled(elapsed_ms + phase_ms) - skipped) // denominator


class Once(Rate, frozen=True, tag="once"):
    """`count` events at once, when the source starts."""

    count: Annotated[int, Meta(ge=1, le=MAX_RATE)]

    def counter(self) -> Count:
        return lambda _: self.count


AnyRate: TypeAlias = Constant | Poisson | Ramp | Sine | Burst | Once
