r"""The recording of a Live Tail session: JSON lines, a header first.

    {"livetail": 1, "logGroupIdentifiers": ["arn:aws:logs:…:log-group:/shop/api"], "recordedAt": 1767225600000}
    {"offset_ms": 12, "kind": "start", "session": {"requestId": "…", "sessionId": "…", …}}
    {"offset_ms": 1015, "kind": "update", "sampled": false, "events": [{"logGroupIdentifier": …, "logStreamName": …,
                        "timestamp": …, "ingestionTime": …, "message": …}, …]}
    {"offset_ms": 5020, "kind": "exception", "name": "SessionStreamingException", "message": "…"}
    {"offset_ms": 5021, "kind": "end", "reason": "exception"}

Offsets are milliseconds since StartLiveTail was called. Keys that AWS has are spelled as AWS spells them. Each line is
written at once; an incomplete last line is ignored.
"""

from typing import Annotated, Any, BinaryIO, Final, Literal

import msgspec

from livetail.scenarios import ScenarioError

VERSION: Final = 1

NOT_JSON: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""The errors of msgspec for JSON that is not as expected."""

Kind = Literal["start", "update", "exception", "end"]


class Header(msgspec.Struct, frozen=True, omit_defaults=True):
    """The first line: `livetail` is the version of the format; the rest is the origin of the recording."""

    livetail: int
    logGroupIdentifiers: tuple[str, ...] = ()
    recordedAt: int | None = None
    endpoint: str | None = None


class RecordedEvent(msgspec.Struct, frozen=True):
    """One event of an update, as StartLiveTail gives it; times in epoch milliseconds."""

    logGroupIdentifier: str = ""
    logStreamName: str = ""
    timestamp: int = 0
    ingestionTime: int = 0
    message: str = ""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line after the header. Which of the last fields it has depends on its kind.

    Attributes:
        offset_ms: since StartLiveTail was called.
        session: the `sessionStart` event.
        sampled: whether the events of the update are a sample.
        name: of the exception, whose text is `message`.
        reason: closed, stopped, exception, cut, silent or damaged; `message` is the error.
    """

    offset_ms: int
    kind: Kind
    session: dict[str, Any] | None = None
    sampled: bool | None = None
    events: tuple[RecordedEvent, ...] | None = None
    name: str | None = None
    message: str | None = None
    reason: str | None = None


class EventLine(msgspec.Struct):
    """A log event in a file that is not a recording: a line of JSON, or an event of the AWS CLI's output."""

    message: str
    timestamp: int | None = None
    offset_ms: Annotated[int, msgspec.Meta(ge=0)] | None = None
    logGroup: str | None = None
    logGroupName: str | None = None
    logStream: str | None = None
    logStreamName: str | None = None


class _Page(msgspec.Struct):
    events: list[EventLine]


def write_line(file: BinaryIO, line: Header | Entry) -> None:
    """Write a line of a recording, at once."""
    file.write(msgspec.json.encode(line) + b"\n")
    file.flush()


def is_recording(first_line: bytes) -> bool:
    """Whether a file with this first line is a recording."""
    try:
        return "livetail" in msgspec.json.decode(first_line, type=dict[str, Any])
    except NOT_JSON:
        return False


def read_recording(content: bytes) -> list[Entry]:
    """The lines of a recording after its header.

    Raises:
        ScenarioError: it has bad lines, except for an incomplete last one; all of them are named.
    """
    first, *lines = content.split(b"\n")
    problems: list[str] = []
    entries: list[Entry] = []
    try:
        header = msgspec.json.decode(first, type=Header)
    except NOT_JSON as error:
        raise ScenarioError([f"line 1: no header of a recording: {error}"]) from None
    if header.livetail != VERSION:
        raise ScenarioError([f"line 1: version {header.livetail} of the format is unknown; {VERSION} is known"])
    decoder = msgspec.json.Decoder(Entry)
    for number, line in enumerate(lines, 2):
        if not line.strip():
            continue
        try:
            entries.append(decoder.decode(line))
        except NOT_JSON as error:
            # A complete line ends in a line feed. What follows the last one counts if it can be read.
            if number <= len(lines):
                problems.append(f"line {number}: {error}")
    if problems:
        raise ScenarioError(problems)
    return entries


def read_page(content: bytes) -> list[EventLine]:
    """The log events of one JSON document: the output of `aws logs filter-log-events`, or the list in it.

    Raises:
        One of NOT_JSON: it is something else.
    """
    page: _Page | list[EventLine] = msgspec.json.decode(content, type=_Page | list[EventLine])
    return page if isinstance(page, list) else page.events
