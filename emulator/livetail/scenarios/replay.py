"""Log events from a file, with the time between them.

A file is read and checked when the scenario is loaded, and kept in memory: so a bad line is reported before anything is
played, and the file may change meanwhile. The files are recordings, JSON lines, and the output of
`aws logs filter-log-events`; each of them gzip or not.

In a recording, the ingestion times give the time between events: they are finer than the updates, which come once a
second. A replayed event has the same age at its ingestion as the recorded one. It is in the same second of the session,
so that a session that begins with the replay gets the same updates again.

JSON lines have `message` and either `offset_ms` or `timestamp`, and may have `logGroup` and `logStream`, also under the
names that AWS has for them.
"""

import contextlib
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from operator import itemgetter
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from livetail.core.clock import SECOND
from livetail.core.errors import ServiceError
from livetail.scenarios import ScenarioError
from livetail.scenarios.recording import NOT_JSON, Entry, EventLine, is_recording, read_page, read_recording
from livetail.scenarios.tables import group_problem, stream_problem
from livetail.wire.gzip_body import gunzip

MAX_FILE_BYTES: Final = 64 * 1024 * 1024
MAX_PROBLEMS: Final = 20
_GZIP: Final = b"\x1f\x8b"


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


def read_file(path: Path, max_bytes: int) -> bytes:
    """The content of a file.

    Raises:
        ScenarioError: it cannot be read, or has more bytes.
    """
    try:
        if not path.is_file():
            raise ScenarioError(["there is no such file"])
        if path.stat().st_size > max_bytes:
            raise ScenarioError([f"it has more than {max_bytes:,} bytes, which is the limit"])
        return path.read_bytes()
    except OSError as error:
        raise ScenarioError([f"it cannot be read: {error.strerror or error}"]) from None


def read_replay(path: Path, log_group: str | None = None) -> Replay:
    """A replay of a file, once and as it was recorded.

    Args:
        log_group: for lines that name none; without it they go to `/replay/` and the name of the file.

    Raises:
        ScenarioError: it cannot be read, or has bad lines; a sentence for each, with its line.
    """
    content = read_file(path, MAX_FILE_BYTES)
    if content.startswith(_GZIP):
        try:
            content = gunzip(content, MAX_FILE_BYTES)
        except ServiceError as error:
            raise ScenarioError([f"it cannot be unpacked: {error}"]) from None
    problems: list[str] = []
    lines: list[Line] = []
    length_ms = 0
    found: Iterable[tuple[str, Line]] = ()
    if not is_recording(content.partition(b"\n")[0]):
        name = path.name.removesuffix(".gz").rpartition(".")[0] or path.name
        found = _plain(content, log_group or "/replay/" + re.sub(r"[^.\-_/#A-Za-z0-9]", "-", name), problems)
    else:
        try:
            entries = read_recording(content)
            found = _recorded(entries)
            length_ms = max((entry.offset_ms for entry in entries), default=0)
        except ScenarioError as error:
            problems += error.problems
    for place, line in found:
        if problem := group_problem(line.log_group):
            problems.append(f"{place}: the log group {problem}")
        elif problem := stream_problem(line.log_stream):
            problems.append(f"{place}: the log stream {problem}")
        elif not line.message:
            problems.append(f"{place}: the message is empty; a log event has at least one character")
        else:
            lines.append(line)
    if problems[MAX_PROBLEMS:]:
        problems[MAX_PROBLEMS:] = [f"and {len(problems) - MAX_PROBLEMS:,} more lines are bad"]
    if problems or not lines:
        raise ScenarioError(problems or ["it has no events"])
    # A file without an end of its own ends at the next whole second, so that a loop has a gap before it starts over.
    return Replay(tuple(lines), max(length_ms, (lines[-1].offset_ms // SECOND + 1) * SECOND))


def _recorded(entries: Sequence[Entry]) -> Iterator[tuple[str, Line]]:
    """The events of a recording, each with its place in the words of a problem."""
    seconds = _seconds_of(entries)
    beginning = _beginning(seconds)
    offset_ms = 1  # at 0 no session is open yet
    for second, entry in seconds:
        for event in entry.events or ():
            elapsed_ms = event.ingestionTime - beginning
            # An event that was ingested exactly at the end of a second belongs to the update that had it.
            offset_ms = max(offset_ms, elapsed_ms + (elapsed_ms == (second - 1) * SECOND))
            # `logGroupIdentifier` is `ACCOUNT:NAME`; other emulators give an ARN, which ends in the name as well.
            group = event.logGroupIdentifier.rpartition(":")[2]
            age_ms = max(event.ingestionTime - event.timestamp, 0)
            line = Line(offset_ms, group, event.logStreamName, event.message, age_ms)
            yield f"an event of the update at {entry.offset_ms} ms", line


def _seconds_of(entries: Sequence[Entry]) -> list[tuple[int, Entry]]:
    """The updates, each with its second of the session, from 1.

    There is one for each second of the service's clock. That may differ from the offsets, which are real time: the
    clock of an emulator may be manual or fast. The offsets only count where updates are missing.
    """
    started_ms = next((entry.offset_ms for entry in entries if entry.kind == "start"), 0)
    updates = [entry for entry in entries if entry.kind == "update"]
    nearest_ms = SECOND // 2 - started_ms
    return [(max(number, (entry.offset_ms + nearest_ms) // SECOND), entry) for number, entry in enumerate(updates, 1)]


def _beginning(seconds: Sequence[tuple[int, Entry]]) -> int:
    """When the session began by the service's clock, in epoch milliseconds.

    It is not recorded, but each update limits it: the events of update N were ingested within second N.
    """
    first, earliest, latest = 0, -sys.maxsize, sys.maxsize
    for second, entry in seconds:
        times = [event.ingestionTime for event in entry.events or ()]
        if not times:
            continue
        first = first or min(times) - (second - 1) * SECOND
        lower, upper = max(earliest, max(times) - second * SECOND), min(latest, min(times) - (second - 1) * SECOND)
        if lower <= upper:
            earliest, latest = lower, upper
        # Else the service was late or left a second out, and this update is not used.
    return first if latest == sys.maxsize else min(first, (earliest + latest) // 2)


def _plain(content: bytes, log_group: str, problems: list[str]) -> Iterator[tuple[str, Line]]:
    """The events of JSON lines, or of one document of the AWS CLI, in the order of time, each with its place.

    An event without a time has that of the one before it. Lines that are something else are added to `problems`.
    """
    decoder = msgspec.json.Decoder(EventLine)
    read: list[tuple[int, EventLine]] = []
    for number, text in enumerate(content.split(b"\n"), 1):
        if not text.strip():
            continue
        try:
            read.append((number, decoder.decode(text)))
        except NOT_JSON as error:
            if not read and not problems:
                with contextlib.suppress(*NOT_JSON):
                    read = list(enumerate(read_page(content), 1))
                    break
            problems.append(f"line {number}: {error}")
    has_offsets = all(event.offset_ms is not None for _, event in read)
    timed: list[tuple[int, int, EventLine]] = []
    time_ms = 0
    for number, event in read:
        given = event.offset_ms if has_offsets else event.timestamp
        time_ms = time_ms if given is None else given
        timed.append((time_ms, number, event))
    timed.sort(key=itemgetter(0))
    beginning_ms = 0 if has_offsets else timed[0][0]
    for time_ms, number, event in timed:
        group = event.logGroup or event.logGroupName or log_group
        stream = event.logStream or event.logStreamName or "main"
        yield f"line {number}", Line(time_ms - beginning_ms, group, stream, event.message)
