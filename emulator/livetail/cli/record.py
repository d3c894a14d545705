"""`livetail record ARN… -o FILE`: capture a Live Tail session with its timing, so that a scenario can replay it.

It calls AWS as the SDK is configured, or any other endpoint. Each line is written before the next message is read, and
after a signal all received messages are still written, so that nothing is lost.
"""

import argparse
import contextlib
import math
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO, Final

from livetail.cli.aws_client import aws_client, code_and_message, sentence
from livetail.cli.command_parser import CommandError, import_extra, seconds
from livetail.cli.endpoint import endpoint
from livetail.cli.terminal import Progress, counted
from livetail.scenarios.recording import VERSION, Header, RecordingWriter

SILENCE_BEFORE_STOP_S: Final = 0.4
"""After a stop was requested, the recording ends when no message has come for this time."""

MAX_STOP_S: Final = 1.0
"""It ends after this time even if messages still come."""

_TICK_S: Final = 0.1


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
    # No timeout: an endpoint may send nothing for any time, since its clock may stand still.
    url = None if arguments.endpoint is None else arguments.endpoint.url
    client = aws_client(url, None, region=_region(arguments.arns[0]))
    with _Stop() as stop:
        recorded_at, asked_at = time.time_ns() // 1_000_000, time.monotonic()
        stream = _start(client, {name: value for name, value in session.items() if value is not None}, stop)
        header = Header(VERSION, tuple(arguments.arns), recorded_at, str(client.meta.endpoint_url))
        with contextlib.closing(stream), _output(arguments.output, overwrite=arguments.force) as file:
            recorder = _Recorder(RecordingWriter(file, header), asked_at)
            if arguments.seconds is not None:
                stop.after(arguments.seconds)
            end = recorder.record(iter(stream), stop)
    where = "" if arguments.output == "-" else f" in {arguments.output}"
    print(f"{recorder.counts()}{where}; the session {end.text}", file=sys.stderr)
    if end.broken is not None:
        raise CommandError(f"the connection broke off: {end.broken}")
    return 0


class _Stopped(BaseException):
    """Raised by a signal, only during a wait. Not an `Exception`, on which boto3 would retry."""


class _Stop:
    """Handles SIGINT, SIGTERM and the end of `--seconds`, in a `with` block.

    After the first of them the session is read until no message has come for `SILENCE_BEFORE_STOP_S`. Then, or at the
    second signal, the wait for the next message ends in `_Stopped`.

    A timer interrupts the wait regularly. Without it, the handler of a signal that comes just before the wait would run
    only after the next message: Python runs handlers between two steps of its own.

    Attributes:
        waiting: whether the next message is being waited for.
        at_once: no message has been received, so a signal ends the command at once.
    """

    def __init__(self) -> None:
        self.waiting = self.at_once = False
        self._waiting_since = 0.0
        self._wanted_at: float | None = None
        self._seconds_end_at = math.inf
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> "_Stop":
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
            self._previous[number] = signal.signal(number, self._signalled)
        signal.setitimer(signal.ITIMER_REAL, _TICK_S, _TICK_S)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def after(self, seconds: float) -> None:
        """Stop after a number of seconds."""
        self._seconds_end_at = time.monotonic() + seconds

    def before_waiting(self) -> None:
        """Start to wait for the next message.

        Raises:
            _Stopped: a stop was requested, and its time is over.
        """
        self._waiting_since = time.monotonic()
        if self._wanted_at is not None and self._waiting_since - self._wanted_at > MAX_STOP_S:
            raise _Stopped
        self.waiting = True

    def _signalled(self, number: int, _: FrameType | None) -> None:
        now = time.monotonic()
        if number != signal.SIGALRM:
            is_over = self.at_once or self._wanted_at is not None
            self._wanted_at = self._wanted_at or now
        else:
            if self._wanted_at is None and now >= self._seconds_end_at:
                self._wanted_at = now
            silent_since = max(self._wanted_at or now, self._waiting_since)
            is_over = now - silent_since >= SILENCE_BEFORE_STOP_S
        if is_over and (self.waiting or self.at_once):
            raise _Stopped


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


def _next(messages: Iterator[dict[str, Any]], stop: _Stop) -> dict[str, Any] | _End:
    """Wait for the next message of a session; returns its end if there is none."""
    from botocore.eventstream import ParserError
    from botocore.exceptions import EventStreamError
    from botocore.parsers import ResponseParserError
    from urllib3.exceptions import ReadTimeoutError

    try:
        stop.before_waiting()
        return next(messages, None) or _End("closed", "has ended")
    except _Stopped:
        return _End("stopped", "was stopped")
    except EventStreamError as error:
        name, message = code_and_message(error)
        return _End("exception", f"ended in {name}", exception=(name, message))
    except ReadTimeoutError as error:
        return _End("silent", "timed out", broken=sentence(error))
    except _broken_connection() as error:
        return _End("cut", "broke off", broken=sentence(error))
    except (ParserError, ResponseParserError, ValueError, KeyError) as error:
        # For some bytes that are no message, boto3 raises errors that it does not define itself.
        return _End("damaged", "cannot be read", broken=f"{type(error).__name__}: {sentence(error)}")
    finally:
        stop.waiting = False


@dataclass(slots=True)
class _Recorder:
    """Writes the messages of a session to a recording. Offsets are milliseconds since `asked_at` (monotonic s)."""

    writer: RecordingWriter
    asked_at: float
    updates: int = 0
    events: int = 0
    sampled: int = 0

    def record(self, messages: Iterator[dict[str, Any]], stop: _Stop) -> _End:
        """Record until the session ends or a stop is requested."""
        progress = Progress()
        while not isinstance(message := _next(messages, stop), _End):
            self._write(message)
            progress.show(self.counts())
        progress.finish()
        if message.exception is not None:
            self.writer.exception(self._offset_ms(), *message.exception)
        self.writer.end(self._offset_ms(), message.reason, message.broken)
        return message

    def _write(self, message: dict[str, Any]) -> None:
        if "sessionStart" in message:
            self.writer.start(self._offset_ms(), message["sessionStart"])
        if "sessionUpdate" in message:
            update = message["sessionUpdate"]
            self.writer.update(self._offset_ms(), update)
            self.updates += 1
            self.events += len(update.get("sessionResults") or ())
            self.sampled += bool((update.get("sessionMetadata") or {}).get("sampled"))

    def _offset_ms(self) -> int:
        return round((time.monotonic() - self.asked_at) * 1000)

    def counts(self) -> str:
        updates, events = counted(self.updates, "update"), counted(self.events, "log event")
        return f"{updates} ({self.sampled:,} sampled) with {events}"


def _region(arn: str) -> str | None:
    """The region of an ARN, such as arn:aws:logs:us-east-1:123456789012:log-group:/app/api; None if it has none."""
    return (arn.split(":")[3] or None) if arn.count(":") >= 5 else None


def _start(client: Any, parameters: dict[str, Any], stop: _Stop) -> Any:
    """Call StartLiveTail; returns the event stream."""
    from botocore.eventstream import ParserError
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    stop.at_once = True
    try:
        return client.start_live_tail(**parameters)["responseStream"]
    except _Stopped:
        raise CommandError("stopped before the session began", status=130) from None
    except ClientError as error:
        raise CommandError("StartLiveTail was refused: {}: {}".format(*code_and_message(error))) from None
    except (BotoCoreError, ParserError, ResponseParserError, *_broken_connection()) as error:
        raise CommandError(f"there is no session: {sentence(error)}") from None
    finally:
        stop.at_once = False


def _broken_connection() -> tuple[type[Exception], ...]:
    """The errors that boto3 raises for a connection that breaks off."""
    from botocore.exceptions import HTTPClientError
    from urllib3.exceptions import HTTPError

    return HTTPClientError, HTTPError, OSError


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
