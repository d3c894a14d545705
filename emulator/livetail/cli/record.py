"""`livetail record ARN… -o FILE`: capture a Live Tail session with its timing, so that a scenario can replay it.

It asks AWS as the SDK is configured, or any other endpoint. Each line is on disk before the next one is waited for, and
a signal is answered only when nothing is under way any more: what has arrived is not lost.
"""

import argparse
import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

from livetail.cli.arguments import seconds
from livetail.cli.endpoint import connect
from livetail.cli.errors import CommandError
from livetail.cli.terminal import Progress, counted
from livetail.scenarios.recording import VERSION, Header, RecordingWriter

GRACE: Final = 0.4
"""Seconds of silence after which nothing more can be on its way, when the recording is to stop."""

LONGEST_GRACE: Final = 1.0
"""Seconds after which it stops although more comes all the time."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Capture a Live Tail session with its timing, until it ends, Ctrl-C, or --seconds. It asks AWS, as the SDK "
        "is configured, unless there is an --endpoint."
    )
    parser.add_argument("arns", nargs="+", metavar="ARN", help="log group to tail")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="file for the recording; - is stdout")
    parser.add_argument("--force", action="store_true", help="overwrite FILE if it exists")
    parser.add_argument("--endpoint", metavar="URL", help="an emulator, or another endpoint [AWS]")
    parser.add_argument("--seconds", type=seconds, metavar="N", help="end after N seconds [when the session ends]")
    parser.add_argument("--filter-pattern", metavar="PATTERN", help="record only what this filter pattern matches")
    for name, what in (("names", "of these names"), ("name-prefixes", "whose names begin like this")):
        parser.add_argument(f"--log-stream-{name}", nargs="+", action="extend", metavar="NAME", help=f"streams {what}")


def run(arguments: argparse.Namespace) -> int:
    try:
        import boto3  # noqa: F401
    except ImportError:
        raise CommandError("record needs boto3: pip install 'livetail[boto3]'") from None
    _check_output(arguments.output, overwrite=arguments.force)
    session: dict[str, Any] = {
        "logGroupIdentifiers": arguments.arns,
        "logEventFilterPattern": arguments.filter_pattern,
        "logStreamNames": arguments.log_stream_names,
        "logStreamNamePrefixes": arguments.log_stream_name_prefixes,
    }
    client = _client(arguments.endpoint, arguments.arns[0])
    with _Stop() as stop:
        recorded_at, asked_at = time.time_ns() // 1_000_000, time.monotonic()
        stream = _start(client, {name: value for name, value in session.items() if value is not None}, stop)
        header = Header(VERSION, tuple(arguments.arns), recorded_at, str(client.meta.endpoint_url))
        with contextlib.closing(stream), _output(arguments.output, overwrite=arguments.force) as file:
            recorder = _Recorder(RecordingWriter(file, header), asked_at)
            if arguments.seconds is not None:
                stop.after(arguments.seconds)
            end = recorder.record(_Session(stream, stop))
    where = "" if arguments.output == "-" else f" in {arguments.output}"
    print(f"{recorder.counts()}{where}; the session {end.told}", file=sys.stderr)
    if end.broken is not None:
        raise CommandError(f"the connection broke off: {end.broken}")
    return 0


class _Stopped(BaseException):
    """Raised by a signal, where nothing but waiting is interrupted; boto3 retries on an `Exception`."""


class _Stop:
    """SIGINT, SIGTERM and the end of the time, from the moment when it is entered.

    A signal does not interrupt what is under way, nor what has arrived already: the session is read on until it is
    silent for a moment. Then, or at the second signal, the wait for the next message ends in `_Stopped`.

    Attributes:
        waiting: whether the next message is being waited for.
        at_once: nothing has been received yet, so there is nothing to be careful of.
    """

    def __init__(self) -> None:
        self.waiting = self.at_once = False
        self._wanted_at: float | None = None
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> "_Stop":
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
            self._previous[number] = signal.signal(number, self._signalled)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def after(self, seconds: float) -> None:
        """Want it after so many seconds."""
        if self._wanted_at is None:
            signal.setitimer(signal.ITIMER_REAL, seconds)

    def before_waiting(self) -> None:
        """Say that the next message is waited for from here on.

        Raises:
            _Stopped: no more are wanted.
        """
        if self._wanted_at is not None:
            if time.monotonic() - self._wanted_at > LONGEST_GRACE:
                raise _Stopped
            signal.setitimer(signal.ITIMER_REAL, GRACE)
        self.waiting = True

    def _signalled(self, number: int, _: FrameType | None) -> None:
        if self.at_once or (self._wanted_at is not None and self.waiting):
            raise _Stopped
        if self._wanted_at is None:
            self._wanted_at = time.monotonic()
        signal.setitimer(signal.ITIMER_REAL, GRACE)


@dataclass(frozen=True, slots=True)
class _End:
    """How a session ended: the word that the recording has for it, and what a person reads behind "the session".

    Attributes:
        exception: name and message of what it ended in.
        broken: what broke off the connection.
    """

    reason: str
    told: str
    exception: tuple[str, str] | None = None
    broken: str | None = None


class _Session:
    """The messages of an open session, and then how it ended."""

    def __init__(self, stream: Any, stop: _Stop) -> None:
        self._messages = iter(stream)
        self._stop = stop

    def next(self) -> dict[str, Any] | _End:
        """Wait for the next message."""
        from botocore.eventstream import ParserError
        from botocore.exceptions import EventStreamError
        from botocore.parsers import ResponseParserError
        from urllib3.exceptions import ReadTimeoutError

        try:
            self._stop.before_waiting()
            return next(self._messages, None) or _End("closed", "has ended")
        except _Stopped:
            return _End("stopped", "was stopped")
        except EventStreamError as error:
            name, message = _code_and_message(error)
            return _End("exception", f"ended in {name}", exception=(name, message))
        except ReadTimeoutError as error:
            return _End("silent", "fell silent", broken=_sentence(error))
        except _broken_connection() as error:
            return _End("cut", "broke off", broken=_sentence(error))
        except (ParserError, ResponseParserError, ValueError, KeyError) as error:
            # boto3 reports some of what makes no sense just as it happens to it.
            return _End("damaged", "made no sense", broken=f"{type(error).__name__}: {_sentence(error)}")
        finally:
            self._stop.waiting = False


@dataclass(slots=True)
class _Recorder:
    """Writes the messages of a session to a recording. Offsets are milliseconds since `asked_at` (monotonic s)."""

    writer: RecordingWriter
    asked_at: float
    updates: int = 0
    events: int = 0
    sampled: int = 0

    def record(self, session: _Session) -> _End:
        """Record until the session ends or is to end."""
        progress = Progress()
        while not isinstance(message := session.next(), _End):
            self._note(message)
            progress.show(self.counts())
        progress.finish()
        if message.exception is not None:
            self.writer.exception(self._offset(), *message.exception)
        self.writer.end(self._offset(), message.reason, message.broken)
        return message

    def _note(self, message: dict[str, Any]) -> None:
        if "sessionStart" in message:
            self.writer.start(self._offset(), message["sessionStart"])
        if "sessionUpdate" in message:
            update = message["sessionUpdate"]
            self.writer.update(self._offset(), update)
            self.updates += 1
            self.events += len(update.get("sessionResults") or ())
            self.sampled += bool((update.get("sessionMetadata") or {}).get("sampled"))

    def _offset(self) -> int:
        return round((time.monotonic() - self.asked_at) * 1000)

    def counts(self) -> str:
        updates, events = counted(self.updates, "update"), counted(self.events, "log event")
        return f"{updates} ({self.sampled:,} sampled) with {events}"


def _client(endpoint: str | None, arn: str) -> Any:
    """A client for CloudWatch Logs in the region of the log group.

    Of another endpoint than AWS nothing but an answer is wanted: it is asked once, under its own name and not under
    `stream-<name>`, with the credentials that are configured, else with any; and it may be silent as long as it likes,
    since the clock of an emulator may stand still.
    """
    import boto3
    import botocore.session
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    session = botocore.session.get_session()
    # arn:aws:logs:us-east-1:123456789012:log-group:/app/api
    region = arn.split(":")[3] if arn.count(":") >= 5 else None
    options: dict[str, Any] = {"region_name": region or None}
    try:
        if endpoint is not None:
            host = urlsplit(connect(endpoint).url).hostname or ""
            ours = Config(inject_host_prefix=False, read_timeout=None, retries={"total_max_attempts": 1})
            options |= {"endpoint_url": endpoint, "config": ours}
            options["region_name"] = region or session.get_config_variable("region") or "us-east-1"
            if not host.endswith((".amazonaws.com", ".amazonaws.com.cn")):
                # The machine's own role is none of its business, and to look for one takes seconds where there is none.
                session.get_component("credential_provider").remove("iam-role")
                if session.get_credentials() is None:
                    options |= {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        return boto3.Session(botocore_session=session).client("logs", **options)
    except (BotoCoreError, ValueError) as error:
        raise CommandError(_sentence(error)) from None


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
        raise CommandError("StartLiveTail was refused: {}: {}".format(*_code_and_message(error))) from None
    except (BotoCoreError, ParserError, ResponseParserError, *_broken_connection()) as error:
        raise CommandError(f"there is no session: {_sentence(error)}") from None
    finally:
        stop.at_once = False


def _broken_connection() -> tuple[type[Exception], ...]:
    """What a connection that breaks off is to boto3."""
    from botocore.exceptions import HTTPClientError
    from urllib3.exceptions import HTTPError

    return HTTPClientError, HTTPError, OSError


def _code_and_message(error: Any) -> tuple[str, str]:
    told = error.response.get("Error", {})
    return str(told.get("Code") or "an error without a name"), str(told.get("Message") or "")


def _sentence(error: Exception) -> str:
    # Some errors of urllib3 have a text, and the text again in an object.
    first = error.args[0] if len(error.args) > 1 and isinstance(error.args[0], str) else error
    return " ".join(str(first).split()) or type(error).__name__


def _check_output(name: str, *, overwrite: bool) -> None:
    """Find out before the session is asked for, rather than with its first events in hand."""
    if name == "-":
        return
    if not overwrite and os.path.lexists(name):
        raise CommandError(f"{name} exists already; --force overwrites it")
    if not Path(name).parent.is_dir():
        raise CommandError(f"cannot write {name}: there is no folder {Path(name).parent}")


@contextlib.contextmanager
def _output(name: str, *, overwrite: bool) -> Iterator[BinaryIO]:
    """The file to write; what goes wrong in it is told in a sentence."""
    try:
        if name == "-":
            yield sys.stdout.buffer
        else:
            with open(name, "wb" if overwrite else "xb") as file:
                yield file
    except FileExistsError:
        raise CommandError(f"{name} exists already; --force overwrites it") from None
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CommandError(f"cannot write {name}: {error.strerror}") from None
