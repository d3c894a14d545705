"""Log events out of a file, with the gaps that they had.

The file is read and checked when the scenario is loaded (`replay_files`) and held in memory: so a bad line is reported
before anything is played, and what is played cannot change meanwhile.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple


class Line(NamedTuple):
    """An event to replay.

    Attributes:
        offset: milliseconds since the beginning of the recording.
        age: milliseconds from its time stamp to its ingestion.
    """

    offset: int
    log_group: str
    log_stream: str
    message: str
    age: int = 0


@dataclass(frozen=True, slots=True)
class Replay:
    """What to replay, and how.

    Attributes:
        file: the name that the scenario gives it.
        lines: the events, in the order of their offsets.
        length: milliseconds from the beginning to the end, after which a loop starts over.
        speed: how much faster than it was.
        loop: whether it starts over for ever.
        start: milliseconds after the scenario's start.
    """

    file: str
    lines: tuple[Line, ...]
    length: int
    speed: Fraction = Fraction(1)
    loop: bool = False
    start: int = 0


class ReplayCursor:
    """How far a replay has come. Times are milliseconds since its start."""

    def __init__(self, replay: Replay, limit: int) -> None:
        self._replay = replay
        self._limit = limit
        self._offsets = [line.offset for line in replay.lines]
        self._position = 0
        self._round = 0

    def _time(self, position: int) -> int:
        replay = self._replay
        offset = self._round * replay.length + self._offsets[position]
        return offset * replay.speed.denominator // replay.speed.numerator

    def next(self) -> int | None:
        """The time of the next line; None when there is none."""
        if self._position == len(self._offsets):
            return None
        time = self._time(self._position)
        return time if time <= self._limit else None

    def take(self, until: int, max_lines: int) -> Iterator[tuple[int, Line]]:
        """The next lines up to and including `until`, `max_lines` at most, with their times."""
        replay, until = self._replay, min(until, self._limit)
        while self._position < len(self._offsets) and max_lines > 0:
            # The latest offset of this round that is due, found at once rather than line by line.
            due = (until + 1) * replay.speed.numerator - 1
            due = due // replay.speed.denominator - self._round * replay.length
            end = bisect_right(self._offsets, due, lo=self._position)
            end = min(end, self._position + max_lines)
            max_lines -= end - self._position
            for position in range(self._position, end):
                yield self._time(position), replay.lines[position]
            self._position = end
            if end < len(self._offsets) or not replay.loop:
                return
            self._position = 0
            self._round += 1
