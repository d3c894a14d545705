"""`livetail record ARN… -o FILE`: capture a Live Tail session with its timing, so that a scenario can replay it.

It calls AWS as the SDK is configured, or any other endpoint. Each message is written as soon as it arrives. After a
signal, all received messages are still written, so that nothing is lost.
"""

import argparse
import contextlib
import math
import os
import queue
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from livetail.cli.aws_client import Arrived, aws_client, code_and_message, sentence, start_session
from livetail.cli.command_parser import CommandError, seconds
from livetail.cli.endpoint import endpoint
from livetail.cli.terminal import Progress, counted
from livetail.errors import import_extra
from livetail.scenarios.recording import VERSION, Entry, Header, Kind, RecordedEvent, write_line

SILENCE_BEFORE_STOP_S: Final = 0.4
"""After a stop was requested, the recording ends when no message has come for this time."""

MAX_STOP_S: Final = 1.0
"""It ends after this time even if messages still come."""

_TICK_S: Final = 0.1
"""How often a wait looks for a stop: a signal that comes just before the wait does not end it."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Capture a Live Tail session with its timing, until it ends, Ctrl-C, or --seconds. It calls AWS, as the SDK "
        "is configured, unless there is an --endpoint."
    )
    parser.add_argument("arns", nargs="+", metavar="ARN", help="log group to tail")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="file for the recording; - is stdout")
    parser.add_argument("--force", action="store_true", help="overwrite FILE if it exists")
    parser.add_argument("--endpoint", metavar="URL", type=endpoint, help="an emulator, or another endpoint [AWS]")
    parser.add_argument("--seconds", type=seconds, metavar="N", help="end after N seconds [when the session ends]")
    parser.add_argument("--filter-pattern", metavar="PATTERN", help="record only what this filter pattern matches")
    for name, what in (("names", "of these names"), ("name-prefixes", "whose names begin like this")):
        parser.add_argument(f"--log-stream-{name}", nargs="+", action="extend", metavar="NAME", help=f"streams {what}")


def run(arguments: argparse.Namespace) -> int:
    import_extra("boto3", "record")
    _check_output(arguments.output, overwrite=arguments.force)
    session: dict[str, Any] = {
        "logGroupIdentifiers": arguments.arns,
        "logEventFilterPattern": arguments.filter_pattern,
        "logStreamNames": arguments.log_stream_names,
        "logStreamNamePrefixes": arguments.log_stream_name_prefixes,
    }
    session = {name: value for name, value in session.items() if value is not None}
    # No timeout: an endpoint may send nothing for any time, since its clock may stand still.
    url = None if arguments.endpoint is None else arguments.endpoint.url
    client = aws_client(url, None, region=_region(arguments.arns[0]))
    with _stop_signals() as stops:
        recorded_at, asked_at = time.time_ns() // 1_000_000, time.monotonic()
        arrived = start_session(client, session)
        _wait_for_session(arrived, stops)
        header = Header(VERSION, tuple(arguments.arns), recorded_at, str(client.meta.endpoint_url))
        with _output(arguments.output, overwrite=arguments.force) as file:
            write_line(file, header)
            recorder = _Recorder(file, asked_at)
            ends_at = math.inf if arguments.seconds is None else time.monotonic() + arguments.seconds
            end = recorder.record(arrived, stops, ends_at)
    where = "" if arguments.output == "-" else f" in {arguments.output}"
    print(f"{recorder.counts()}{where}; the session {end.text}", file=sys.stderr)
    if end.broken is not None:
        raise CommandError(f"the connection broke off: {end.broken}")
    return 0


@contextlib.contextmanager
def _stop_signals() -> Iterator[list[float]]:
    """The times (monotonic seconds) of SIGINT and SIGTERM, which do nothing else in the block."""
    stops: list[float] = []
    numbers = (signal.SIGINT, signal.SIGTERM)
    previous = [signal.signal(number, lambda *_: stops.append(time.monotonic())) for number in numbers]
    try:
        yield stops
    finally:
        for number, handler in zip(numbers, previous, strict=True):
            signal.signal(number, handler)


def _wait_for_session(arrived: Arrived, stops: list[float]) -> None:
    """Wait until the session has begun."""
    from botocore.exceptions import ClientError

    while not stops:
        with contextlib.suppress(queue.Empty):
            error = arrived.get(timeout=_TICK_S)
            if isinstance(error, ClientError):
                raise CommandError("StartLiveTail was refused: {}: {}".format(*code_and_message(error)))
            if isinstance(error, Exception):
                raise CommandError(f"there is no session: {sentence(error)}")
            return
    raise CommandError("stopped before the session began", status=130)


@dataclass(frozen=True, slots=True)
class _End:
    """How a session ended.

    Attributes:
        reason: the reason in the recording.
        text: what the command prints after "the session".
        exception: name and message of the exception that ended it.
        broken: the error that broke the connection.
    """

    reason: str
    text: str
    exception: tuple[str, str] | None = None
    broken: str | None = None


def _next(arrived: Arrived, stops: list[float], ends_at: float) -> dict[str, Any] | _End:
    """Wait for the next message of a session; returns its end if there is none.

    A stop is requested by a signal, or at `ends_at` (monotonic seconds). A second one ends the wait at once.
    """
    waiting_since = time.monotonic()
    while True:
        now = time.monotonic()
        if not stops and now >= ends_at:
            stops.append(now)
        if stops:
            silence_s = now - max(stops[0], waiting_since)
            if len(stops) > 1 or silence_s >= SILENCE_BEFORE_STOP_S or now - stops[0] >= MAX_STOP_S:
                return _End("stopped", "was stopped")
        with contextlib.suppress(queue.Empty):
            message = arrived.get(timeout=_TICK_S)
            return message if isinstance(message, dict) else _end_by(message)


def _end_by(error: Exception | None) -> _End:
    """The end of a session by an error of boto3; None is a clean end."""
    from botocore.exceptions import EventStreamError, HTTPClientError
    from urllib3.exceptions import HTTPError, ReadTimeoutError

    match error:
        case None:
            return _End("closed", "has ended")
        case EventStreamError():
            name, message = code_and_message(error)
            return _End("exception", f"ended in {name}", exception=(name, message))
        case ReadTimeoutError():
            return _End("silent", "timed out", broken=sentence(error))
        case HTTPClientError() | HTTPError() | OSError():
            return _End("cut", "broke off", broken=sentence(error))
    # For some bytes that are no message, boto3 raises errors that it does not define itself.
    return _End("damaged", "cannot be read", broken=f"{type(error).__name__}: {sentence(error)}")


@dataclass(slots=True)
class _Recorder:
    """Writes the messages of a session to a recording. Offsets are milliseconds since `asked_at` (monotonic s)."""

    file: BinaryIO
    asked_at: float
    updates: int = 0
    events: int = 0
    sampled: int = 0

    def record(self, arrived: Arrived, stops: list[float], ends_at: float) -> _End:
        """Record until the session ends or a stop is requested."""
        progress = Progress()
        while not isinstance(message := _next(arrived, stops, ends_at), _End):
            if "sessionStart" in message:
                self._write("start", session=message["sessionStart"])
            if "sessionUpdate" in message:
                self._write_update(message["sessionUpdate"])
            progress.show(self.counts())
        progress.finish()
        if message.exception is not None:
            name, text = message.exception
            self._write("exception", name=name, message=text)
        self._write("end", reason=message.reason, message=message.broken)
        return message

    def _write_update(self, update: dict[str, Any]) -> None:
        events = msgspec.convert(update.get("sessionResults") or (), tuple[RecordedEvent, ...])
        sampled = bool((update.get("sessionMetadata") or {}).get("sampled"))
        self._write("update", sampled=sampled, events=events)
        self.updates += 1
        self.events += len(events)
        self.sampled += sampled

    def _write(self, kind: Kind, **content: Any) -> None:
        write_line(self.file, Entry(round((time.monotonic() - self.asked_at) * 1000), kind, **content))

    def counts(self) -> str:
        updates, events = counted(self.updates, "update"), counted(self.events, "log event")
        return f"{updates} ({self.sampled:,} sampled) with {events}"


def _region(arn: str) -> str | None:
    """The region of an ARN, such as arn:aws:logs:us-east-1:123456789012:log-group:/app/api; None if it has none."""
    return (arn.split(":")[3] or None) if arn.count(":") >= 5 else None


def _check_output(name: str, *, overwrite: bool) -> None:
    """Check the file before the session begins, so that a bad name does not cost log events."""
    if name == "-":
        return
    if not overwrite and os.path.lexists(name):
        raise CommandError(f"{name} exists already; --force overwrites it")
    if not Path(name).parent.is_dir():
        raise CommandError(f"cannot write {name}: there is no folder {Path(name).parent}")


@contextlib.contextmanager
def _output(name: str, *, overwrite: bool) -> Iterator[BinaryIO]:
    """The file to write. Raises CommandError if it cannot be opened or written."""
    if name == "-":
        yield sys.stdout.buffer
        return
    try:
        with open(name, "wb" if overwrite else "xb") as file:
            yield file
    except OSError as error:
        raise CommandError(f"cannot write {name}: {error.strerror}") from None
