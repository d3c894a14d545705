"""`livetail put`: send lines to a running emulator through PutLogEvents, in batches that the service would accept.

A batch is sent when it is full, or shortly after its first line when more lines are slow to come; so what a program
writes into a pipe now and then is sent right away.
"""

import argparse
import re
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Final

import msgspec

from livetail.cli.command_parser import CommandError, number
from livetail.cli.endpoint import add_endpoint_flag, add_region_flag
from livetail.cli.lines import Input, open_input
from livetail.cli.terminal import Progress, counted
from livetail.control_client import ControlClient
from livetail.core.limits import EVENT_OVERHEAD_BYTES, MAX_BATCH_BYTES, MAX_BATCH_EVENTS
from livetail.errors import AwsError, LiveTailError

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
MAX_MESSAGE_BYTES: Final = MAX_BATCH_BYTES - EVENT_OVERHEAD_BYTES
MAX_BATCH_SPAN_MS: Final = 24 * 3_600_000

MAX_WAIT_S: Final = 0.2
"""How long a line waits for others."""

MAX_JSON_BYTES: Final = 8 * MAX_BATCH_BYTES
"""A line of JSON: a character of a message may take six bytes there."""

_EVENT_START: Final = r"[^\s]"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("group", metavar="GROUP", help="log group; made if it is missing")
    parser.add_argument("stream", metavar="STREAM", help="log stream; made if it is missing")
    parser.add_argument("file", metavar="FILE", nargs="?", default="-", help="file of lines, gzip or not [stdin]")
    parser.add_argument(
        "--json",
        action="store_true",
        help='lines are JSON: {"timestamp": MS, "message": "…"}; or the output of aws logs filter-log-events',
    )
    parser.add_argument(
        "--multiline",
        action="store_true",
        help="a line that begins with white space belongs to the log event before it",
    )
    parser.add_argument(
        "--multiline-start",
        type=_pattern,
        metavar="REGEX",
        help="a log event begins with a line that this regular expression matches at its beginning",
    )
    rate = number("a number of log events per second above 0 and up to 1,000,000", 1_000_000)
    parser.add_argument("--rate", type=rate, metavar="N", help="log events per second at most [as fast as it goes]")
    add_region_flag(parser)
    add_endpoint_flag(parser)


def run(arguments: argparse.Namespace) -> int:
    sender = _Sender(arguments.emulator, arguments.group, arguments.stream, arguments.region)
    progress = Progress()
    with open_input(arguments.file) as source:
        if arguments.json:
            events = _json_events(source)
        else:
            starts = arguments.multiline_start or (re.compile(_EVENT_START) if arguments.multiline else None)
            events = _text_events(source, starts)
        try:
            sender.prepare()
            for batch in _batches(events, arguments.rate):
                sender.send(batch)
                progress.show(counted(sender.sent, "log event"), source.size and source.position / source.size)
        finally:
            progress.finish()
            if sys.exc_info()[0] in (None, KeyboardInterrupt):
                print(sender.summary(), file=sys.stderr)
    sender.check_rejected()
    sender.check_kept()
    return 0


class _Event(msgspec.Struct):
    """A log event; `timestamp` is None where the emulator's time is to be taken."""

    message: str
    timestamp: int | None = None


class _Page(msgspec.Struct):
    """The output of `aws logs filter-log-events` and `get-log-events`."""

    events: list[_Event]


@dataclass(slots=True)
class _Batch:
    """The log events of one request, in any order; `empty` counts the empty messages that were left out."""

    events: list[_Event] = field(default_factory=list)
    size_bytes: int = 0
    empty: int = 0
    earliest: int | None = None
    latest: int | None = None

    def has_room_for(self, event: _Event, size_bytes: int, max_events: int) -> bool:
        if len(self.events) >= max_events or self.size_bytes + size_bytes > MAX_BATCH_BYTES:
            return False
        stamp = event.timestamp
        if stamp is None or self.earliest is None or self.latest is None:
            return (stamp is None) == (self.earliest is None) or not self.events
        return max(self.latest, stamp) - min(self.earliest, stamp) <= MAX_BATCH_SPAN_MS

    def add(self, event: _Event, size_bytes: int) -> None:
        self.events.append(event)
        self.size_bytes += size_bytes
        if (stamp := event.timestamp) is not None:
            self.earliest = stamp if self.earliest is None else min(self.earliest, stamp)
            self.latest = stamp if self.latest is None else max(self.latest, stamp)


class _Sender:
    """Sends batches to one log stream and counts them."""

    def __init__(self, client: ControlClient, group: str, stream: str, region: str | None) -> None:
        self._client = client
        self._region = region
        self._names = {"logGroupName": group, "logStreamName": stream}
        self.sent = self.rejected = self.empty = 0

    def prepare(self) -> None:
        """Make the log group and the log stream."""
        group = {"logGroupName": self._names["logGroupName"]}
        for operation, names in (("CreateLogGroup", group), ("CreateLogStream", self._names)):
            try:
                self._client.call(operation, names, self._region)
            except AwsError as error:
                if error.code != "ResourceAlreadyExistsException":
                    raise

    def send(self, batch: _Batch) -> None:
        self.empty += batch.empty
        if not batch.events:
            return
        try:
            now = self._now() if batch.earliest is None else 0
            # The service wants them in the order of their time stamps.
            events = [{"timestamp": event.timestamp or now, "message": event.message} for event in batch.events]
            events.sort(key=itemgetter("timestamp"))
            response = self._client.call("PutLogEvents", {**self._names, "logEvents": events}, self._region)
        except LiveTailError as error:
            raise CommandError(f"{error} (after {counted(self.sent, 'log event')})") from None
        rejected = _count_rejected(response.get("rejectedLogEventsInfo"), len(events))
        self.rejected += rejected
        self.sent += len(events) - rejected

    def summary(self) -> str:
        left_out = f"; {counted(self.empty, 'empty line')} left out" if self.empty else ""
        return f"{counted(self.sent, 'log event')} sent{left_out}"

    def check_rejected(self) -> None:
        """Raises CommandError if PutLogEvents has rejected events for their time stamps."""
        if self.rejected:
            raise CommandError(
                f"PutLogEvents rejected {counted(self.rejected, 'log event')} as too old or too new for the emulator's "
                "clock; serve --clock manual@TIME, with a time close to theirs, takes them"
            )

    def check_kept(self) -> None:
        """Say on stderr when the server no longer keeps all that was sent."""
        name = self._names["logGroupName"]
        groups = self._client.request("GET", "/log-groups")["logGroups"]
        region = self._region or self._client.request("GET", "/settings")["region"]
        kept = sum(group["events"] for group in groups if (group["logGroupName"], group["region"]) == (name, region))
        if kept < self.sent:
            print(
                f"livetail: the server keeps the newest {counted(kept, 'log event')} of {name}; "
                "serve --retain-events and --retain-bytes keep more",
                file=sys.stderr,
            )

    def _now(self) -> int:
        """The time of the emulator, which may differ from that of this machine."""
        return int(self._client.request("GET", "/clock")["now"])


def _count_rejected(info: object, sent: int) -> int:
    """How many of `sent` events a `rejectedLogEventsInfo` names: those before two indexes and those from a third on."""
    if not isinstance(info, dict):
        return 0
    too_old = max(int(info.get(name) or 0) for name in ("tooOldLogEventEndIndex", "expiredLogEventEndIndex"))
    too_new = info.get("tooNewLogEventStartIndex")
    return min(sent, too_old + (sent - int(too_new) if too_new is not None else 0))


def _batches(events: Iterable[_Event | None], rate: float | None) -> Iterator[_Batch]:
    """The events in batches; None among them means that nothing came for a while. Ctrl-C sends what is there."""
    max_events = MAX_BATCH_EVENTS if rate is None else max(1, min(MAX_BATCH_EVENTS, int(rate * MAX_WAIT_S)))
    batch = _Batch()
    deadline = next_batch_at = time.monotonic()

    def paced(ready: _Batch) -> _Batch:
        """Wait until the batch may be sent at this rate."""
        nonlocal next_batch_at
        if rate is not None:
            time.sleep(max(0.0, next_batch_at - time.monotonic()))
            next_batch_at = max(next_batch_at, time.monotonic() - MAX_WAIT_S) + len(ready.events) / rate
        return ready

    try:
        for event in events:
            if event is not None and event.message:
                size = len(event.message.encode()) + EVENT_OVERHEAD_BYTES
                if batch.events and not batch.has_room_for(event, size, max_events):
                    yield paced(batch)
                    batch = _Batch()
                if not batch.events:
                    deadline = time.monotonic() + MAX_WAIT_S
                batch.add(event, size)
            elif event is not None:
                batch.empty += 1
            if batch.events and (event is None or time.monotonic() >= deadline):
                yield paced(batch)
                batch = _Batch()
    except KeyboardInterrupt:
        yield batch
        raise
    yield paced(batch)


def _text_events(source: Input, starts: "re.Pattern[str] | None") -> Iterator[_Event | None]:
    """An event for each line, or for each line that `starts` matches with those up to the next one."""
    event: list[str] = []
    size = line_number = 0
    for line in source.lines(MAX_MESSAGE_BYTES, MAX_WAIT_S):
        text = None if line is None else line.rstrip(b"\r").decode(errors="replace")
        if text is not None:
            line_number += 1
            _check_size(text, f"line {line_number}")
        if starts is None:
            yield None if text is None else _Event(text)
            continue
        if event and (text is None or starts.match(text) or size + len(text.encode()) + 1 > MAX_MESSAGE_BYTES):
            yield _Event("\n".join(event))
            event, size = [], 0
        if text is None:
            yield None
        else:
            event.append(text)
            size += len(text.encode()) + 1
    if event:
        yield _Event("\n".join(event))


def _json_events(source: Input) -> Iterator[_Event | None]:
    """The events of JSON lines, or of one document as the AWS CLI prints it.

    Raises:
        CommandError: something is not JSON, or not a log event.
    """
    decoder = msgspec.json.Decoder(_Event)
    lines = source.lines(MAX_JSON_BYTES, MAX_WAIT_S)
    line_number = 0
    is_first = True
    for line in lines:
        if line is None:
            yield None
            continue
        line_number += 1
        if not line.strip():
            continue
        try:
            event = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            if not is_first:
                raise CommandError(f"line {line_number} is not a log event: {error}") from None
            for event in _events_of_document(line, lines, error):
                _check_size(event.message, "the message of an event")
                yield event
            return
        is_first = False
        _check_size(event.message, f"the message in line {line_number}")
        yield event


def _events_of_document(first: bytes, others: Iterable[bytes | None], error: Exception) -> list[_Event]:
    """The events of one JSON document. `error` is why its first line is not a log event by itself."""
    content = b"\n".join((first, *(line for line in others if line is not None)))
    try:
        document = msgspec.json.decode(content, type=_Page | list[_Event])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as other_error:
        is_document = first.strip() in (b"{", b"[") or b'"events"' in first
        raise CommandError(
            f"the document is not the output of aws logs filter-log-events: {other_error}"
            if is_document
            else f"line 1 is not a log event: {error}"
        ) from None
    return document if isinstance(document, list) else document.events


def _check_size(message: str, where: str) -> None:
    if len(message.encode()) > MAX_MESSAGE_BYTES:
        raise CommandError(f"{where} has more than {MAX_MESSAGE_BYTES:,} bytes, which is the limit")


def _pattern(text: str) -> "re.Pattern[str]":
    try:
        return re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a regular expression: {error}") from None
