"""Log lines out of a file, with the gaps they had.

The file is a recording, or has lines of `{"offset_ms", "logGroup", "logStream", "message"}`.
The file is read and checked when the scenario is loaded, and held in memory, at most `LARGEST_FILE` of it: so a bad
line is reported before anything is played, and what is played cannot change under way.

Of a recording, the times of ingestion give the gaps: they are finer than the updates, which come once a second. A
replayed event lies as long before its new ingestion as it did before the old one. And it lies in the same second of the
session as it did, so that a session that begins with the replay gets the same updates again.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import msgspec

from livetail.core.clock import SECOND
from livetail.scenarios.names import group_fault, stream_fault
from livetail.scenarios.recording import Entry, RecordingError, is_recording, read_recording

__all__ = ["LARGEST_FILE", "Line", "Replay", "ReplayCursor", "ReplayError", "read_replay"]

LARGEST_FILE = 64 * 1024 * 1024
_MAX_PROBLEMS = 20


class ReplayError(Exception):
    """A file cannot be replayed; `faults` has a sentence for each reason, with its line."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


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


class _PlainLine(msgspec.Struct):
    offset_ms: int
    logGroup: str
    logStream: str
    message: str


def read_replay(path: Path) -> tuple[tuple[Line, ...], int]:
    """The events of a file and its length in milliseconds.

    Raises:
        ReplayError: it cannot be read, or has bad lines.
    """
    try:
        if not path.is_file():
            raise ReplayError([f"there is no file {str(path)!r}"])
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise ReplayError(
                [f"it has {size:,} bytes; a replay is held in memory, so it may have {LARGEST_FILE:,} at most"]
            )
        content = path.read_bytes()
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
        raise ReplayError([f"it cannot be read: {reason}"]) from None
    lines, length = _recorded(content) if is_recording(content.partition(b"\n")[0]) else _plain(content)
    if not lines:
        raise ReplayError(["it has no events"])
    # Without an end of its own a file ends on the next whole second, so that a loop has a gap where it starts over.
    return lines, max(length, (lines[-1].offset // SECOND + 1) * SECOND)


def _recorded(content: bytes) -> tuple[tuple[Line, ...], int]:
    try:
        recording = read_recording(content)
    except RecordingError as fault:
        raise ReplayError(_shortened(fault.faults)) from None
    seconds = _seconds_of(recording.entries)
    beginning = _beginning(seconds)
    lines: list[Line] = []
    offset = 1  # at 0 nobody listens yet
    faults: list[str] = []
    for second, entry in seconds:
        for event in entry.events or ():
            elapsed = event.ingestionTime - beginning
            # What arrived at the very turn of a second belongs to the update that it came in.
            offset = max(offset, elapsed + (elapsed == (second - 1) * SECOND))
            # `logGroupIdentifier` is `ACCOUNT:NAME`; other emulators give an ARN, which ends in the name as well.
            group = event.logGroupIdentifier.rpartition(":")[2]
            if reason := _unusable(group, event.logStreamName, event.message):
                faults.append(f"an event of the update at {entry.offset_ms} ms {reason}")
                continue
            age = max(event.ingestionTime - event.timestamp, 0)
            lines.append(Line(offset, group, event.logStreamName, event.message, age))
    if faults:
        raise ReplayError(_shortened(faults))
    return tuple(lines), max((entry.offset_ms for entry in recording.entries), default=0)


def _seconds_of(entries: Sequence[Entry]) -> list[tuple[int, Entry]]:
    """The updates, each with the second of the session that it stands for; the first one is 1.

    There is one for each second, by the clock of the service, which need not be that of the recording: an emulator's
    clock may stand still, or run. Where some are missing, the offsets tell.
    """
    started = next((entry.offset_ms for entry in entries if entry.kind == "start"), 0)
    updates = [entry for entry in entries if entry.kind == "update"]
    nearest = SECOND // 2 - started
    return [(max(number, (entry.offset_ms + nearest) // SECOND), entry) for number, entry in enumerate(updates, 1)]


def _beginning(seconds: Sequence[tuple[int, Entry]]) -> int:
    """When the session began by the service's clock, in epoch milliseconds.

    Nothing says so, but each update does its part to tell: what it has was ingested within its second.
    """
    earliest = latest = first = None
    for second, entry in seconds:
        times = [event.ingestionTime for event in entry.events or ()]
        if not times:
            continue
        lower, upper = max(times) - second * SECOND, min(times) - (second - 1) * SECOND
        first = upper if first is None else first
        if earliest is not None and latest is not None:
            lower, upper = max(earliest, lower), min(latest, upper)
        if lower <= upper:
            earliest, latest = lower, upper
        # Else the service was late, or has skipped a second; the others still tell.
    if first is None:
        return 0
    return first if earliest is None or latest is None else min(first, (earliest + latest) // 2)


def _plain(content: bytes) -> tuple[tuple[Line, ...], int]:
    decoder = msgspec.json.Decoder(_PlainLine)
    lines: list[Line] = []
    faults: list[str] = []
    latest = 0
    for number, text in enumerate(content.split(b"\n"), 1):
        if not text.strip():
            continue
        try:
            line = decoder.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            faults.append(f"line {number}: {fault}")
            continue
        if line.offset_ms < latest:
            faults.append(f"line {number}: offset_ms is {line.offset_ms}, and an earlier line has {latest}")
        elif reason := _unusable(line.logGroup, line.logStream, line.message):
            faults.append(f"line {number} {reason}")
        else:
            latest = line.offset_ms
            lines.append(Line(line.offset_ms, line.logGroup, line.logStream, line.message))
    if faults:
        raise ReplayError(_shortened(faults))
    return tuple(lines), 0


def _unusable(group: str, stream: str, message: str) -> str | None:
    if fault := group_fault(group):
        return f"has the log group {group!r}, which {fault}"
    if fault := stream_fault(stream):
        return f"has the log stream {stream!r}, which {fault}"
    return None if message else "has an empty message, which no log event has"


def _shortened(faults: Sequence[str]) -> list[str]:
    shown = list(faults[:_MAX_PROBLEMS])
    if len(faults) > len(shown):
        shown.append(f"and {len(faults) - len(shown):,} more lines are bad")
    return shown


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

    def take(self, until: int) -> Iterator[tuple[int, Line]]:
        """All lines up to and including `until` that were not taken yet, with their times."""
        replay, until = self._replay, min(until, self._limit)
        while self._position < len(self._offsets):
            # The latest offset of this round that is due, found at once rather than line by line.
            due = (until + 1) * replay.speed.numerator - 1
            due = due // replay.speed.denominator - self._round * replay.length
            end = bisect_right(self._offsets, due, lo=self._position)
            for position in range(self._position, end):
                yield self._time(position), replay.lines[position]
            self._position = end
            if end < len(self._offsets) or not replay.loop:
                return
            self._position = 0
            self._round += 1
