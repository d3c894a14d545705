"""Each shape gives exactly the counts that its definition integrates to."""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from statistics import mean, pvariance

import pytest

from livetail.core.chance import Chance
from livetail.core.clock import HOUR, MINUTE, SECOND
from livetail.scenarios.rates import Burst, Constant, Once, Poisson, Ramp, Rate, Sine

CONSTANT = Constant(2.3)
RAMP_UP = Ramp(2, 50, "6s")
RAMP_DOWN = Ramp(9, 0, "5001ms")
BURST = Burst(5, 2000, "3s", "200ms")
BURST_IN_MIDDLE = Burst(0.5, 300, "3001ms", "333ms", phase="2345ms")
QUIET_BURST = Burst(0, 40, "5s", "250ms")


def times(shape: Rate, limit: int, *, seed: int = 1) -> list[int]:
    """When the events of a shape happen."""
    return list(shape.times(limit, Chance(seed).stream("arrivals")))


def piecewise(level_at: Callable[[Fraction], Fraction], until: int) -> Iterator[int]:
    """The floor of the integral after each millisecond, added up from the rate in the middle of each.

    This is exact for rates that are straight within every millisecond.
    """
    integral = Fraction(0)
    for millisecond in range(until):
        integral += level_at(Fraction(2 * millisecond + 1, 2)) / SECOND
        yield integral.numerator // integral.denominator


def ramp(low: int, high: int, over: int) -> Callable[[Fraction], Fraction]:
    return lambda at: low + (high - low) * at / over if at < over else Fraction(high)


def burst(base: Fraction, peak: int, every: int, length: int, phase: int = 0) -> Callable[[Fraction], Fraction]:
    return lambda at: Fraction(peak) if (at + phase) % every >= every - length else base


@pytest.mark.parametrize(
    ("shape", "definition"),
    [
        (CONSTANT, lambda at: Fraction("2.3")),
        (RAMP_UP, ramp(2, 50, 6_000)),
        (RAMP_DOWN, ramp(9, 0, 5_001)),
        (BURST, burst(Fraction(5), 2000, 3_000, 200)),
        (BURST_IN_MIDDLE, burst(Fraction(1, 2), 300, 3_001, 333, phase=2_345)),
        (QUIET_BURST, burst(Fraction(0), 40, 5_000, 250)),
    ],
)
def test_count_is_the_floor_of_the_integral_in_each_millisecond(
    shape: Rate, definition: Callable[[Fraction], Fraction]
) -> None:
    expected = list(piecewise(definition, 11 * SECOND))
    count_at = shape.counter()
    assert [count_at(elapsed) for elapsed in range(1, len(expected) + 1)] == expected
    happened = Counter(times(shape, len(expected)))
    total = 0
    for elapsed, count in enumerate(expected, 1):
        total += happened[elapsed]
        assert total == count


@pytest.mark.parametrize(("phase", "amplitude"), [(0, 8), (7_000, 8), (15_000, 12), (29_999, 3)])
def test_sine_follows_its_integral(phase: int, amplitude: int) -> None:
    every = 30_000
    shape = Sine(12, amplitude, "30s", f"{phase}ms")

    def integral(elapsed: int) -> float:
        angle = 2 * math.pi / every
        swing = amplitude / angle * (math.cos(angle * phase) - math.cos(angle * (elapsed + phase)))
        return (12 * elapsed + swing) / SECOND

    count = shape.counter()
    for elapsed in range(0, 3 * MINUTE, 250):
        assert count(elapsed) == pytest.approx(integral(elapsed), abs=1.001)
        assert count(elapsed) <= integral(elapsed) + 0.001


@pytest.mark.parametrize("phase", [0, 1, 10_007, 44_999])
def test_whole_periods_of_a_sine_are_exact_and_do_not_drift(phase: int) -> None:
    shape = Sine(16.8, 16.8, "45s", f"{phase}ms")
    count = shape.counter()
    counts = [count(period * 45_000) for period in range(0, 2_000)]
    assert counts == [756 * period for period in range(0, 2_000)]


@pytest.mark.parametrize(
    ("shape", "per_hour"),
    [
        (Constant(0.1), 360),
        (Constant(50_000), 180_000_000),
        (Burst(5, 2000, "30s", "2s"), 120 * (28 * 5 + 2 * 2000)),
        (Sine(100, 40, "1m"), 360_000),
    ],
)
def test_hours_do_not_drift(shape: Rate, per_hour: int) -> None:
    count = shape.counter()
    assert [count(hours * HOUR) for hours in (1, 10, 1000)] == [per_hour, 10 * per_hour, 1000 * per_hour]


def test_once_is_there_before_any_time_has_passed() -> None:
    assert times(Once(3), HOUR) == [0, 0, 0]


def test_nothing_happens_before_the_first_event_is_whole() -> None:
    assert times(Constant(20), 49) == []
    assert times(Constant(20), 100) == [50, 100]


def test_a_long_calm_is_crossed() -> None:
    assert times(Burst(0, 1000, "24h", "1s"), 48 * HOUR)[:2] == [24 * HOUR - SECOND + 1, 24 * HOUR - SECOND + 2]


def test_the_limit_is_the_last_instant() -> None:
    assert times(Constant(10), 1_000)[-1] == 1_000
    assert times(Constant(10), 999)[-1] == 900


def test_a_rate_that_ends_at_zero_is_over() -> None:
    assert len(times(RAMP_DOWN, 100 * HOUR)) == 22


def test_poisson_is_poisson() -> None:
    """600 seconds at 50 a second: the mean within five deviations, and counts that vary as much as their mean."""
    drawn = times(Poisson(50), 600 * SECOND)
    assert abs(len(drawn) - 30_000) < 5 * math.sqrt(30_000)
    per_second = Counter((time - 1) // SECOND for time in drawn)
    counts = [per_second[second] for second in range(600)]
    assert 0.8 < pvariance(counts) / mean(counts) < 1.2
    gaps = [after - before for before, after in zip(drawn, drawn[1:], strict=False)]
    # Of exponential gaps, e to the -1 are longer than the mean.
    assert sum(gap > 20 for gap in gaps) / len(gaps) == pytest.approx(math.exp(-1), abs=0.03)


def test_poisson_differs_by_seed_and_repeats_with_it() -> None:
    drawn = times(Poisson(5), MINUTE)
    assert drawn == times(Poisson(5), MINUTE) != times(Poisson(5), MINUTE, seed=2)
    assert drawn[-1] <= MINUTE


@pytest.mark.parametrize(
    ("shape", "average"),
    [(CONSTANT, 2.3), (RAMP_UP, 50), (BURST, (28 * 5 + 4000) / 30), (Poisson(7), 7)],
)
def test_average(shape: Rate, average: float) -> None:
    assert shape.average() == pytest.approx(average, rel=0.0001)
