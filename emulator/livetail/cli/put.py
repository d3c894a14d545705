"""`livetail put`: send lines to a running emulator through PutLogEvents, in batches that the service would take.

A batch goes when it is full, or a moment after its first line when more lines are slow to come; so a pipe from a
program that logs now and then is as live as the program.
"""

import argparse
import contextlib
import os
import queue
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from livetail.cli.endpoint import add_endpoint_flag, connect
from livetail.cli.errors import CommandError
from livetail.control_client import ControlClient, NoAnswerError

__all__ = ["configure", "run"]

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
BATCH_EVENTS: Final = 10_000
BATCH_BYTES: Final = 1_048_576
EVENT_OVERHEAD: Final = 26

PROMPTNESS: Final = 0.2
"""Seconds that a line waits for others at most."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("group", metavar="GROUP", help="log group; made if it is missing")
    parser.add_argument("stream", metavar="STREAM", help="log stream; made if it is missing")
    parser.add_argument("file", metavar="FILE", nargs="?", default="-", help="file of lines [stdin]")
    add_endpoint_flag(parser)


def run(arguments: argparse.Namespace) -> int:
    sender = _Sender(connect(arguments.endpoint), arguments.group, arguments.stream)
    with _opened(arguments.file) as file:
        progress = _Progress(_size_of(file))
        sender.prepare()
        for batch in _batches(file):
            sender.send(batch)
            progress.show(sender.sent, batch.read_bytes)
        progress.finish()
    skipped = f"; {sender.skipped:,} empty lines left out" if sender.skipped else ""
    print(f"{sender.sent:,} log events sent{skipped}", file=sys.stderr)
    return 0


@dataclass(slots=True)
class _Batch:
    """Messages of one request; `read_bytes` is how much of the input they took, `skipped` the empty lines among it."""

    messages: list[str] = field(default_factory=list)
    size: int = 0
    read_bytes: int = 0
    skipped: int = 0

    def has_room_for(self, size: int) -> bool:
        return len(self.messages) < BATCH_EVENTS and self.size + size <= BATCH_BYTES


class _Sender:
    def __init__(self, client: ControlClient, group: str, stream: str) -> None:
        self._client = client
        self._group = group
        self._stream = stream
        self.sent = 0
        self.skipped = 0

    def prepare(self) -> None:
        self._call("CreateLogGroup", {"logGroupName": self._group}, allowed="ResourceAlreadyExistsException")
        names = {"logGroupName": self._group, "logStreamName": self._stream}
        self._call("CreateLogStream", names, allowed="ResourceAlreadyExistsException")

    def send(self, batch: _Batch) -> None:
        self.skipped += batch.skipped
        if not batch.messages:
            return
        timestamp = self._now()
        events = [{"timestamp": timestamp, "message": message} for message in batch.messages]
        names = {"logGroupName": self._group, "logStreamName": self._stream}
        self._call("PutLogEvents", {**names, "logEvents": events})
        self.sent += len(events)

    def _now(self) -> int:
        """The time of the emulator, which may not be that of this machine."""
        status, clock = self._request("GET", "/_livetail/clock", None)
        if status == 200 and isinstance(clock, dict) and isinstance(clock.get("now"), int):
            return int(clock["now"])
        return time.time_ns() // 1_000_000

    def _call(self, operation: str, parameters: Mapping[str, object], *, allowed: str | None = None) -> None:
        try:
            status, reply = self._client.call(operation, dict(parameters))
        except NoAnswerError as error:
            raise CommandError(str(error)) from None
        reply = reply if isinstance(reply, dict) else {}
        if status != 200 and reply.get("__type") != allowed:
            reason = f"{reply.get('__type', f'status {status}')}: {reply.get('message', 'no message')}"
            raise CommandError(f"{operation} was refused after {self.sent:,} log events: {reason}")

    def _request(self, method: str, path: str, body: object) -> tuple[int, object]:
        try:
            return self._client.request(method, path, body)
        except NoAnswerError as error:
            raise CommandError(str(error)) from None


def _batches(file: BinaryIO) -> Iterator[_Batch]:
    """The lines of a file in batches; a thread reads ahead, so that a batch can go while the next line is slow."""
    lines: queue.Queue[bytes | OSError | None] = queue.Queue(maxsize=BATCH_EVENTS)
    threading.Thread(target=_read, args=(file, lines), daemon=True).start()
    batch = _Batch()
    number = 0
    deadline = 0.0
    while True:
        try:
            line = lines.get(timeout=max(0.0, deadline - time.monotonic())) if batch.messages else lines.get()
        except queue.Empty:
            yield batch
            batch = _Batch()
            continue
        if line is None:
            break
        if isinstance(line, OSError):
            raise CommandError(f"cannot read on: {line.strerror}")
        number += 1
        message = line.rstrip(b"\r\n").decode(errors="replace")
        size = len(message.encode()) + EVENT_OVERHEAD
        if size > BATCH_BYTES:
            limit = BATCH_BYTES - EVENT_OVERHEAD
            raise CommandError(f"line {number} has {len(message.encode()):,} bytes; a log event may have {limit:,}")
        if message and not batch.has_room_for(size):
            yield batch
            batch = _Batch()
        batch.read_bytes += len(line)
        if not message:
            batch.skipped += 1
            continue
        if not batch.messages:
            deadline = time.monotonic() + PROMPTNESS
        batch.messages.append(message)
        batch.size += size
    if batch.messages or batch.skipped:
        yield batch


def _read(file: BinaryIO, lines: "queue.Queue[bytes | OSError | None]") -> None:
    try:
        for line in file:
            lines.put(line)
    except OSError as error:
        lines.put(error)
    else:
        lines.put(None)


def _opened(name: str) -> contextlib.AbstractContextManager[BinaryIO]:
    if name == "-":
        return contextlib.nullcontext(sys.stdin.buffer)
    try:
        return open(name, "rb")
    except OSError as error:
        raise CommandError(f"cannot open {name}: {error.strerror}") from None


def _size_of(file: BinaryIO) -> int | None:
    """The bytes of a regular file; None for a pipe or a terminal."""
    try:
        return os.fstat(file.fileno()).st_size or None
    except (OSError, ValueError):
        return None


class _Progress:
    """A line on stderr that is written over and over, if that is a terminal."""

    def __init__(self, total: int | None) -> None:
        self._total = total
        self._read = 0
        self._shown = sys.stderr.isatty()

    def show(self, sent: int, read_bytes: int) -> None:
        self._read += read_bytes
        if not self._shown:
            return
        text = f"{sent:,} log events"
        if self._total is not None:
            share = min(1.0, self._read / self._total)
            done = round(30 * share)
            text = f"[{'#' * done}{'.' * (30 - done)}] {share:4.0%}  {text}"
        print(f"\r{text}", end="", file=sys.stderr, flush=True)

    def finish(self) -> None:
        if self._shown:
            print(f"\r{'':60}\r", end="", file=sys.stderr, flush=True)
