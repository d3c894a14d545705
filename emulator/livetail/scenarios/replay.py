"""Log events from a file, with the time between them.

The file is read and checked when the scenario is loaded (`replay_files`) and kept in memory: so a bad line is reported
before anything is played, and the file may change meanwhile.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
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

    def times(self, limit_ms: int) -> Iterator[int]:
        """The times of its lines in order, in milliseconds after its start, up to and including `limit_ms`."""
        recorded_ms, real_ms = self.speed.as_integer_ratio()
        for begins_ms in count(0, self.length_ms) if self.loop else (0,):
            for line in self.lines:
                time_ms = (begins_ms + line.offset_ms) * real_ms // recorded_ms
                if time_ms > limit_ms:
                    return
                yield time_ms
