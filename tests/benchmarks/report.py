"""The tables that the benchmarks print: a measurement of the emulator, the same one of the null application, the
ratio of both, and what is aimed at."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a single measurement, or one per round, of which the median is shown.

    Rounds go in pairs, close to each other in time, so the median of their ratios says more than the ratio of the
    medians on a machine that others use as well.
    """

    what: str
    unit: str
    ours: Sequence[float]
    null: Sequence[float]
    target: str = ""

    @classmethod
    def of(cls, what: str, unit: str, ours: float, null: float, target: str = "") -> "Row":
        """A line of single measurements."""
        return cls(what, unit, (ours,), (null,), target)

    def __str__(self) -> str:
        ours, null = _number(statistics.median(self.ours)), _number(statistics.median(self.null))
        ratio = ""
        if all(self.null):
            ratios = [one / other for one, other in zip(self.ours, self.null, strict=True)]
            ratio = f"{statistics.median(ratios):.2f}"
        return f"  {self.what:<42}{ours:>10}{null:>10} {self.unit:<10}{ratio:>6}  {self.target}".rstrip()


def show(title: str, rows: Sequence[Row], notes: Sequence[str] = ()) -> None:
    """Print a table and what is to be said about it."""
    print(f"\n{title}\n  {'':<42}{'livetail':>10}{'null':>10} {'':<10}{'ratio':>6}  aim")
    for row in rows:
        print(row)
    for note in notes:
        print(f"  {note}", flush=True)


def spread(name: str, values: Sequence[float], unit: str) -> str:
    """How far the runs behind a median lie apart."""
    return (
        f"{name}: median of {len(values)} is {_number(statistics.median(values))} {unit}, "
        f"from {_number(min(values))} to {_number(max(values))}"
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 or value == int(value) else f"{value:.3g}"
