"""Log events from a file, with the time between them.

The file is read and checked when the scenario is loaded (`replay_files`) and kept in memory: so a bad line is reported
before anything is played, and the file may change meanwhile.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple


class Line(NamedTuple):
    """An event to replay.

    Attributes:
        offset_ms: since the beginning of the recording.
        age_ms: from its timestamp to its ingestion.
    """

    offset_ms: int
    log_group: str
    log_stream: str
    message: str
    age_ms: int = 0


@dataclass(frozen=True, slots=True)
class Replay:
    """The lines to replay, and how.

    Attributes:
        lines: the events, in the order of their offsets.
        length_ms: from the beginning to the end, after which a loop starts again.
        speed: how many times as fast as recorded.
        loop: whether it starts again each time it has ended.
        start_ms: after the scenario's start.
    """

    lines: tuple[Line, ...]
    length_ms: int
    speed: Fraction = Fraction(1)
    loop: bool = False
    start_ms: int = 0


class ReplayCursor:
    """The position in a replay. Times are milliseconds since its start."""

    def __init__(self, replay: Replay, limit_ms: int) -> None:
        self._replay = replay
        self._limit_ms = limit_ms
        self._offsets_ms = [line.offset_ms for line in replay.lines]
        self._position = 0
        self._round = 0

    def _time_ms(self, position: int) -> int:
        replay = self._replay
        offset_ms = self._round * replay.length_ms + self._offsets_ms[position]
        return offset_ms * replay.speed.denominator // replay.speed.numerator

    def next(self) -> int | None:
        """The time of the next line; None when there is none."""
        if self._position == len(self._offsets_ms):
            return None
        time_ms = self._time_ms(self._position)
        return time_ms if time_ms <= self._limit_ms else None

    def take(self, until_ms: int, max_lines: int) -> Iterator[tuple[int, Line]]:
        """The next lines up to and including `until_ms`, `max_lines` at most, with their times."""
        replay, until_ms = self._replay, min(until_ms, self._limit_ms)
        while self._position < len(self._offsets_ms) and max_lines > 0:
            # All due lines of this round, found by bisection, not line by line.
            due_ms = (until_ms + 1) * replay.speed.numerator - 1
            due_ms = due_ms // replay.speed.denominator - self._round * replay.length_ms
            end = bisect_right(self._offsets_ms, due_ms, lo=self._position)
            end = min(end, self._position + max_lines)
            max_lines -= end - self._position
            for position in range(self._position, end):
                yield self._time_ms(position), replay.lines[position]
            self._position = end
            if end < len(self._offsets_ms) or not replay.loop:
                return
            self._position = 0
            self._round += 1
