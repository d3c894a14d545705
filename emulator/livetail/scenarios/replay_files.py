"""Files to replay: recordings, JSON lines, and the output of `aws logs filter-log-events`; each of them gzip or not.

Of a recording, the times of ingestion give the gaps: they are finer than the updates, which come once a second. A
replayed event is as old at its new ingestion as it was at the old one. And it falls into the same second of the session
as it did, so that a session that begins with the replay gets the same updates again.

JSON lines have `message` and either `offset_ms` or `timestamp`, and may have `logGroup` and `logStream`, also under the
names that AWS has for them.
"""

import re
from collections.abc import Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Final

import msgspec

from livetail.core.clock import SECOND
from livetail.core.errors import ServiceError
from livetail.scenarios.recording import NOT_JSON, Entry, RecordingError, is_recording, read_recording
from livetail.scenarios.replay import Line
from livetail.scenarios.tables import group_problem, stream_problem
from livetail.wire.gzip_body import gunzip

MAX_FILE_BYTES: Final = 64 * 1024 * 1024
MAX_PROBLEMS: Final = 20
_GZIP: Final = b"\x1f\x8b"


class ReplayError(Exception):
    """A file cannot be replayed; `problems` has a sentence for each reason, with its line."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class _PlainLine(msgspec.Struct):
    """A line of a file that is not a recording, or an event of the AWS CLI's output."""

    message: str
    offset_ms: int | None = None
    timestamp: int | None = None
    logGroup: str | None = None
    logGroupName: str | None = None
    logStream: str | None = None
    logStreamName: str | None = None


class _Page(msgspec.Struct):
    events: list[_PlainLine]


def read_replay(path: Path, log_group: str | None = None) -> tuple[tuple[Line, ...], int]:
    """The events of a file and its length in milliseconds.

    Args:
        log_group: for lines that name none; without it they go to `/replay/` and the name of the file.

    Raises:
        ReplayError: it cannot be read, or has bad lines.
    """
    try:
        if not path.is_file():
            raise ReplayError([f"there is no file {str(path)!r}"])
        content = b"" if path.stat().st_size > MAX_FILE_BYTES else path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ReplayError([f"it cannot be read: {reason}"]) from None
    if not content and path.stat().st_size:
        raise ReplayError([f"it has more than {MAX_FILE_BYTES:,} bytes, the limit for what is held in memory"])
    if content.startswith(_GZIP):
        try:
            content = gunzip(content, MAX_FILE_BYTES)
        except ServiceError as error:
            raise ReplayError([f"it cannot be unpacked: {error}"]) from None
    if is_recording(content.partition(b"\n")[0]):
        lines, length = _recorded(content)
    else:
        name = path.name.removesuffix(".gz").rpartition(".")[0] or path.name
        lines, length = _lines(content, log_group or "/replay/" + re.sub(r"[^.\-_/#A-Za-z0-9]", "-", name))
    if not lines:
        raise ReplayError(["it has no events"])
    # A file without an end of its own ends at the next whole second, so that a loop has a gap before it starts over.
    return lines, max(length, (lines[-1].offset // SECOND + 1) * SECOND)


def _recorded(content: bytes) -> tuple[tuple[Line, ...], int]:
    try:
        recording = read_recording(content)
    except RecordingError as error:
        raise ReplayError(_shortened(error.problems)) from None
    seconds = _seconds_of(recording.entries)
    beginning = _beginning(seconds)
    lines: list[Line] = []
    offset = 1  # at 0 no session is open yet
    problems: list[str] = []
    for second, entry in seconds:
        for event in entry.events or ():
            elapsed = event.ingestionTime - beginning
            # What was ingested exactly at the end of a second belongs to the update that it came in.
            offset = max(offset, elapsed + (elapsed == (second - 1) * SECOND))
            # `logGroupIdentifier` is `ACCOUNT:NAME`; other emulators give an ARN, which ends in the name as well.
            group = event.logGroupIdentifier.rpartition(":")[2]
            if reason := _unusable(group, event.logStreamName, event.message):
                problems.append(f"an event of the update at {entry.offset_ms} ms {reason}")
                continue
            age = max(event.ingestionTime - event.timestamp, 0)
            lines.append(Line(offset, group, event.logStreamName, event.message, age))
    if problems:
        raise ReplayError(_shortened(problems))
    return tuple(lines), max((entry.offset_ms for entry in recording.entries), default=0)


def _seconds_of(entries: Sequence[Entry]) -> list[tuple[int, Entry]]:
    """The updates, each with its second of the session, from 1.

    There is one for each second of the service's clock. That may differ from the offsets, which are real time: the
    clock of an emulator may be manual or fast. The offsets only count where updates are missing.
    """
    started = next((entry.offset_ms for entry in entries if entry.kind == "start"), 0)
    updates = [entry for entry in entries if entry.kind == "update"]
    nearest = SECOND // 2 - started
    return [(max(number, (entry.offset_ms + nearest) // SECOND), entry) for number, entry in enumerate(updates, 1)]


def _beginning(seconds: Sequence[tuple[int, Entry]]) -> int:
    """When the session began by the service's clock, in epoch milliseconds.

    It is not recorded, but each update narrows it down: the events of update N were ingested within second N.
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
        # Else the service was late or left a second out, and this update is not used.
    if first is None:
        return 0
    return first if earliest is None or latest is None else min(first, (earliest + latest) // 2)


def _lines(content: bytes, log_group: str) -> tuple[tuple[Line, ...], int]:
    """The events of JSON lines, or of one document of the AWS CLI."""
    decoder = msgspec.json.Decoder(_PlainLine)
    read: list[tuple[int, _PlainLine]] = []
    problems: list[str] = []
    for number, text in enumerate(content.split(b"\n"), 1):
        if not text.strip():
            continue
        try:
            read.append((number, decoder.decode(text)))
        except NOT_JSON as error:
            if not read and not problems and (document := _cli_document(content)) is not None:
                read = list(enumerate(document, 1))
                break
            problems.append(f"line {number}: {error}")
    lines = _dated(read) if any(line.offset_ms is None for _, line in read) else _with_offsets(read, problems)
    found: list[Line] = []
    for number, offset, line in lines:
        group = line.logGroup or line.logGroupName or log_group
        stream = line.logStream or line.logStreamName or "main"
        if reason := _unusable(group, stream, line.message):
            problems.append(f"line {number} {reason}")
        else:
            found.append(Line(offset, group, stream, line.message))
    if problems:
        raise ReplayError(_shortened(problems))
    return tuple(found), 0


def _cli_document(content: bytes) -> "list[_PlainLine] | None":
    """The events of what `aws logs filter-log-events` prints; None if it is something else."""
    try:
        document = msgspec.json.decode(content, type=_Page | list[_PlainLine])
    except NOT_JSON:
        return None
    return document if isinstance(document, list) else document.events


def _with_offsets(
    read: "Sequence[tuple[int, _PlainLine]]", problems: list[str]
) -> "Iterator[tuple[int, int, _PlainLine]]":
    latest = 0
    for number, line in read:
        offset = line.offset_ms or 0
        if offset < latest:
            problems.append(f"line {number}: offset_ms is {offset}, and an earlier line has {latest}")
        else:
            latest = offset
            yield number, offset, line


def _dated(read: "Sequence[tuple[int, _PlainLine]]") -> "Iterator[tuple[int, int, _PlainLine]]":
    """Lines with time stamps, which may be in any order; one without has that of the line before it."""
    latest = 0
    dated = []
    for number, line in read:
        latest = latest if line.timestamp is None else line.timestamp
        dated.append((latest, number, line))
    dated.sort(key=itemgetter(0))
    for timestamp, number, line in dated:
        yield number, timestamp - dated[0][0], line


def _unusable(group: str, stream: str, message: str) -> str | None:
    if problem := group_problem(group):
        return f"has the log group {group!r}, which {problem}"
    if problem := stream_problem(stream):
        return f"has the log stream {stream!r}, which {problem}"
    return None if message else "has an empty message, which no log event has"


def _shortened(problems: Sequence[str]) -> list[str]:
    shown = list(problems[:MAX_PROBLEMS])
    if len(problems) > len(shown):
        shown.append(f"and {len(problems) - len(shown):,} more lines are bad")
    return shown
