"""`livetail put`: send lines to a running emulator through PutLogEvents, in batches that the service would accept.

A batch is sent when it is full, or `MAX_WAIT_S` after its first line, so that the lines of a slow pipe are not delayed.
"""

import argparse
import math
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
from livetail.cli.input import Input, open_input
from livetail.cli.terminal import Progress, counted
from livetail.control_client import ControlClient
from livetail.core.limits import EVENT_OVERHEAD_BYTES, MAX_BATCH_BYTES, MAX_BATCH_EVENTS
from livetail.errors import AwsError, LiveTailError
from livetail.scenarios.recording import NOT_JSON, EventLine, read_page

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
MAX_MESSAGE_BYTES: Final = MAX_BATCH_BYTES - EVENT_OVERHEAD_BYTES
MAX_BATCH_SPAN_MS: Final = 24 * 3_600_000

MAX_WAIT_S: Final = 0.2
"""How long a line waits for others."""

MAX_JSON_BYTES: Final = 8 * MAX_BATCH_BYTES
"""The maximum of a line of JSON, where a character may take six bytes."""


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
        type=_regular_expression,
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
        starts = arguments.multiline_start or (re.compile(r"\S") if arguments.multiline else None)
        events = _json_events(source) if arguments.json else _text_events(source, starts)
        try:
            sender.make_stream()
            for batch in _batches(events, arguments.rate):
                sender.send(batch)
                share = source.size_bytes and source.position / source.size_bytes
                progress.show(counted(sender.sent, "log event"), share)
        finally:
            progress.finish()
            if sys.exc_info()[0] in (None, KeyboardInterrupt):
                print(sender.summary(), file=sys.stderr)
    sender.check()
    return 0


@dataclass(slots=True)
class _Batch:
    """The log events of one request, in any order; those without a timestamp get the emulator's time, all of them.

    Attributes:
        size_bytes: as the service counts them.
        empty: how many empty messages were skipped.
    """

    events: list[EventLine] = field(default_factory=list)
    size_bytes: int = 0
    empty: int = 0
    earliest: float = math.inf
    latest: float = -math.inf

    @property
    def is_timed(self) -> bool:
        return self.latest >= self.earliest

    def add(self, event: EventLine, max_events: int) -> bool:
        """Add an event; returns False if it has to be in another request."""
        size_bytes = self.size_bytes + len(event.message.encode()) + EVENT_OVERHEAD_BYTES
        earliest, latest = self.earliest, self.latest
        if event.timestamp is not None:
            earliest, latest = min(earliest, event.timestamp), max(latest, event.timestamp)
        if self.events and (
            len(self.events) >= max_events
            or size_bytes > MAX_BATCH_BYTES
            or latest - earliest > MAX_BATCH_SPAN_MS
            or self.is_timed != (event.timestamp is not None)
        ):
            return False
        self.events.append(event)
        self.size_bytes, self.earliest, self.latest = size_bytes, earliest, latest
        return True


class _Sender:
    """Sends batches to one log stream and counts them."""

    def __init__(self, emulator: ControlClient, group: str, stream: str, region: str | None) -> None:
        self._emulator = emulator
        self._region = region
        self._group, self._stream = {"logGroupName": group}, {"logGroupName": group, "logStreamName": stream}
        self.sent = self.rejected = self.empty = 0

    def make_stream(self) -> None:
        """Make the log group and the log stream."""
        for operation, names in (("CreateLogGroup", self._group), ("CreateLogStream", self._stream)):
            try:
                self._emulator.call(operation, names, self._region)
            except AwsError as error:
                if error.code != "ResourceAlreadyExistsException":
                    raise

    def send(self, batch: _Batch) -> None:
        self.empty += batch.empty
        if not batch.events:
            return
        try:
            # The emulator's time, which may differ from that of this machine.
            now = 0 if batch.is_timed else self._emulator.request("GET", "/clock")["now"]
            events = [{"timestamp": event.timestamp or now, "message": event.message} for event in batch.events]
            events.sort(key=itemgetter("timestamp"))  # PutLogEvents needs them in order
            response = self._emulator.call("PutLogEvents", {**self._stream, "logEvents": events}, self._region)
        except LiveTailError as error:
            raise CommandError(f"{error} (after {counted(self.sent, 'log event')})") from None
        info = response.get("rejectedLogEventsInfo") or {}
        too_old = max(info.get("tooOldLogEventEndIndex", 0), info.get("expiredLogEventEndIndex", 0))
        accepted = max(0, info.get("tooNewLogEventStartIndex", len(events)) - too_old)
        self.rejected += len(events) - accepted
        self.sent += accepted

    def summary(self) -> str:
        skipped = f"; {counted(self.empty, 'empty line')} skipped" if self.empty else ""
        return f"{counted(self.sent, 'log event')} sent{skipped}"

    def check(self) -> None:
        """Print a warning if the server does not keep all that was sent.

        Raises:
            CommandError: PutLogEvents has rejected events for their timestamps.
        """
        if self.rejected:
            raise CommandError(
                f"PutLogEvents rejected {counted(self.rejected, 'log event')} as too old or too new for the emulator's "
                "clock; serve --clock manual@TIME, with a time close to theirs, takes them"
            )

        name = self._group["logGroupName"]
        region = self._region or self._emulator.request("GET", "/settings")["region"]
        groups = self._emulator.request("GET", "/log-groups")["logGroups"]
        kept = sum(group["events"] for group in groups if (group["logGroupName"], group["region"]) == (name, region))
        if kept < self.sent:
            print(
                f"livetail: the server keeps the newest {counted(kept, 'log event')} of {name}; "
                "serve --retain-events and --retain-bytes keep more",
                file=sys.stderr,
            )


def _batches(events: Iterable[EventLine | None], rate: float | None) -> Iterator[_Batch]:
    """The events in batches; an event of None means that no line came for `MAX_WAIT_S`. Ctrl-C sends the rest."""
    max_events = MAX_BATCH_EVENTS if rate is None else max(1, min(MAX_BATCH_EVENTS, int(rate * MAX_WAIT_S)))
    batch = _Batch()
    deadline = next_batch_at = time.monotonic()

    def at_its_time(ready: _Batch) -> _Batch:
        nonlocal next_batch_at
        if rate is not None:
            time.sleep(max(0.0, next_batch_at - time.monotonic()))
            next_batch_at = max(next_batch_at, time.monotonic() - MAX_WAIT_S) + len(ready.events) / rate
        return ready

    try:
        for event in events:
            if event is not None and not event.message:
                batch.empty += 1
            elif event is not None:
                if not batch.add(event, max_events):
                    yield at_its_time(batch)
                    batch = _Batch()
                    batch.add(event, max_events)
                if len(batch.events) == 1:
                    deadline = time.monotonic() + MAX_WAIT_S
            if batch.events and (event is None or time.monotonic() >= deadline):
                yield at_its_time(batch)
                batch = _Batch()
    except KeyboardInterrupt:
        yield batch
        raise
    yield at_its_time(batch)


def _text_events(source: Input, starts: "re.Pattern[str] | None") -> Iterator[EventLine | None]:
    """An event for each line; with `starts`, for each line that it matches and the lines up to the next match."""
    event: list[str] = []
    size_bytes = number = 0
    for line in source.lines(MAX_MESSAGE_BYTES, MAX_WAIT_S):
        text, length = None, 0
        if line is not None:
            number += 1
            text = line.rstrip(b"\r").decode(errors="replace")
            length = _check_size(text, f"line {number}") + 1  # with the line feed
        if starts is None:
            yield None if text is None else EventLine(text)
            continue
        if event and (text is None or starts.match(text) or size_bytes + length > MAX_MESSAGE_BYTES):
            yield EventLine("\n".join(event))
            event, size_bytes = [], 0
        if text is None:
            yield None
        else:
            event.append(text)
            size_bytes += length
    if event:
        yield EventLine("\n".join(event))


def _json_events(source: Input) -> Iterator[EventLine | None]:
    """The events of JSON lines, or of one document as the AWS CLI prints it.

    Raises:
        CommandError: something is not JSON, or not a log event.
    """
    decoder = msgspec.json.Decoder(EventLine)
    lines = source.lines(MAX_JSON_BYTES, MAX_WAIT_S)
    number, is_first = 0, True
    for line in lines:
        if line is None:
            yield None
            continue
        number += 1
        if not line.strip():
            continue
        try:
            event = decoder.decode(line)
        except NOT_JSON as error:
            problem = f"line {number} is not a log event: {error}"
            if not is_first:
                raise CommandError(problem) from None
            try:
                events = read_page(b"\n".join((line, *filter(None, lines))))
            except NOT_JSON as page_error:
                problem += f"; all of it is not the output of aws logs filter-log-events: {page_error}"
                raise CommandError(problem) from None
            for event in events:
                _check_size(event.message, "the message of an event")
                yield event
            return
        is_first = False
        _check_size(event.message, f"the message in line {number}")
        yield event


def _check_size(message: str, where: str) -> int:
    """The bytes of a message. Raises CommandError if they are too many."""
    size_bytes = len(message.encode())
    if size_bytes > MAX_MESSAGE_BYTES:
        raise CommandError(f"{where} has more than {MAX_MESSAGE_BYTES:,} bytes, which is the limit")
    return size_bytes


def _regular_expression(text: str) -> "re.Pattern[str]":
    try:
        return re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a regular expression: {error}") from None
