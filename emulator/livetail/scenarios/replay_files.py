"""Files to replay: recordings, JSON lines, and the output of `aws logs filter-log-events`; each of them gzip or not.

In a recording, the ingestion times give the time between events: they are finer than the updates, which come once a
second. A replayed event has the same age at its ingestion as the recorded one. It is in the same second of the session,
so that a session that begins with the replay gets the same updates again.

JSON lines have `message` and either `offset_ms` or `timestamp`, and may have `logGroup` and `logStream`, also under the
names that AWS has for them.
"""

import re
import sys
from collections.abc import Sequence
from operator import itemgetter
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import msgspec

from livetail.core.clock import SECOND
from livetail.core.errors import ServiceError
from livetail.scenarios import ScenarioError
from livetail.scenarios.model import group_problem, stream_problem
from livetail.scenarios.recording import NOT_JSON, Entry, is_recording, read_page, read_recording
from livetail.scenarios.replay import Line
from livetail.wire.gzip_body import gunzip

MAX_FILE_BYTES: Final = 64 * 1024 * 1024
MAX_PROBLEMS: Final = 20
_GZIP: Final = b"\x1f\x8b"


class _PlainLine(msgspec.Struct):
    """A line of a file that is not a recording, or an event of the AWS CLI's output."""

    message: str
    offset_ms: Annotated[int, msgspec.Meta(ge=0)] | None = None
    timestamp: int | None = None
    logGroup: str | None = None
    logGroupName: str | None = None
    logStream: str | None = None
    logStreamName: str | None = None


_Numbered: TypeAlias = tuple[int, _PlainLine]
"""A line with its number in the file."""


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


def read_replay(path: Path, log_group: str | None = None) -> tuple[tuple[Line, ...], int]:
    """The events of a file and its length in milliseconds.

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
    length_ms = 0
    if is_recording(content.partition(b"\n")[0]):
        lines, length_ms = _recorded(content, problems)
    else:
        name = path.name.removesuffix(".gz").rpartition(".")[0] or path.name
        lines = _plain(content, log_group or "/replay/" + re.sub(r"[^.\-_/#A-Za-z0-9]", "-", name), problems)
    if problems[MAX_PROBLEMS:]:
        problems[MAX_PROBLEMS:] = [f"and {len(problems) - MAX_PROBLEMS:,} more lines are bad"]
    if problems or not lines:
        raise ScenarioError(problems or ["it has no events"])
    # A file without an end of its own ends at the next whole second, so that a loop has a gap before it starts over.
    return tuple(lines), max(length_ms, (lines[-1].offset_ms // SECOND + 1) * SECOND)


def _recorded(content: bytes, problems: list[str]) -> tuple[list[Line], int]:
    """The events of a recording, and its length in milliseconds."""
    try:
        entries = read_recording(content).entries
    except ScenarioError as error:
        problems += error.problems
        return [], 0
    seconds = _seconds_of(entries)
    beginning = _beginning(seconds)
    lines: list[Line] = []
    offset_ms = 1  # at 0 no session is open yet
    for second, entry in seconds:
        for event in entry.events or ():
            elapsed_ms = event.ingestionTime - beginning
            # An event that was ingested exactly at the end of a second belongs to the update that had it.
            offset_ms = max(offset_ms, elapsed_ms + (elapsed_ms == (second - 1) * SECOND))
            # `logGroupIdentifier` is `ACCOUNT:NAME`; other emulators give an ARN, which ends in the name as well.
            group = event.logGroupIdentifier.rpartition(":")[2]
            line = Line(
                offset_ms, group, event.logStreamName, event.message, max(event.ingestionTime - event.timestamp, 0)
            )
            _add(line, f"an event of the update at {entry.offset_ms} ms", lines, problems)
    return lines, max((entry.offset_ms for entry in entries), default=0)


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


def _plain(content: bytes, log_group: str, problems: list[str]) -> list[Line]:
    """The events of JSON lines, or of one document of the AWS CLI."""
    decoder = msgspec.json.Decoder(_PlainLine)
    read: list[_Numbered] = []
    for number, text in enumerate(content.split(b"\n"), 1):
        if not text.strip():
            continue
        try:
            read.append((number, decoder.decode(text)))
        except NOT_JSON as error:
            if not read and not problems and (events := _events_of_page(content)) is not None:
                read = list(enumerate(events, 1))
                break
            problems.append(f"line {number}: {error}")
    lines: list[Line] = []
    for offset_ms, number, line in _in_order(read):
        group = line.logGroup or line.logGroupName or log_group
        stream = line.logStream or line.logStreamName or "main"
        _add(Line(offset_ms, group, stream, line.message), f"line {number}", lines, problems)
    return lines


def _events_of_page(content: bytes) -> list[_PlainLine] | None:
    try:
        return read_page(content, _PlainLine)
    except NOT_JSON:
        return None


def _in_order(read: Sequence[_Numbered]) -> list[tuple[int, int, _PlainLine]]:
    """The lines with offset and number, in the order of time; one without a time has that of the line before it."""
    has_offsets = all(line.offset_ms is not None for _, line in read)
    timed = []
    time_ms = 0
    for number, line in read:
        given = line.offset_ms if has_offsets else line.timestamp
        time_ms = time_ms if given is None else given
        timed.append((time_ms, number, line))
    timed.sort(key=itemgetter(0))
    beginning_ms = 0 if has_offsets else timed[0][0]
    return [(time_ms - beginning_ms, number, line) for time_ms, number, line in timed]


def _add(line: Line, where: str, lines: list[Line], problems: list[str]) -> None:
    """Add the line if it can be a log event, else add its problem."""
    if problem := group_problem(line.log_group):
        problems.append(f"{where}: the log group {problem}")
    elif problem := stream_problem(line.log_stream):
        problems.append(f"{where}: the log stream {problem}")
    elif not line.message:
        problems.append(f"{where}: the message is empty; a log event has at least one character")
    else:
        lines.append(line)
