"""Starts `livetail record`, and reads what it has written."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from livetail import LiveTailEmulator
from livetail.scenarios.recording import Entry, Header, read_recording
from tests.cli.running import call_livetail
from tests.clients.tailing import PATIENT, Tail
from tests.processes import start_command

CLOCK = "manual@2026-01-01T00:00:00Z"
GROUP = "/record/api"
COMMAND = [sys.executable, "-m", "livetail", "record"]

MIXED = """
seed = 3

[[source]]
log_group = "/mixed/api"
log_streams = ["web-1", "web-2"]
format = "json"
rate = { shape = "burst", base = 90, peak = 1500, every = "10s", length = "2s" }

[[source]]
log_group = "/mixed/worker"
format = "java"
rate = { shape = "poisson", rate = 30 }

[[source]]
log_group = "/mixed/payments"
log_streams = ["a", "b", "c"]
template = "{time} {level} {uuid}"
rate = 7
"""
"""Three groups, six streams, and a burst after eight seconds that is sampled."""


def environment(**variables: str) -> dict[str, str]:
    """Nothing that is configured on this machine."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LIVETAIL_", "AWS_"))}
    return kept | {"HOME": "/nonexistent"} | variables


@contextmanager
def recording(emulator: LiveTailEmulator, *arguments: str | Path, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """`livetail record` of the emulator, once its session is open."""
    command = [*options.pop("command", COMMAND), "--endpoint", emulator.endpoint_url, *map(str, arguments)]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": environment(), **options}
    with start_command(command, **options) as process:
        try:
            emulator.wait_for_sessions(1)
            yield process
        finally:
            process.kill()


def record_while(
    emulator: LiveTailEmulator, act: Callable[[], object], *arguments: str | Path, **options: Any
) -> subprocess.CompletedProcess[str]:
    """`livetail record` of the emulator in this process, while a thread acts from when its session is open."""

    def act_once_it_is_open() -> None:
        emulator.wait_for_sessions(1)
        try:
            act()
        except BaseException:
            emulator.reset()  # else the recording would not end
            raise

    with ThreadPoolExecutor(1) as threads:
        acting = threads.submit(act_once_it_is_open)
        run = call_livetail("record", "--endpoint", emulator.endpoint_url, *arguments, **options)
        acting.result()
    return run


def end_session(emulator: LiveTailEmulator) -> None:
    emulator.end_session(emulator.sessions()[0]["sessionId"])


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit status and standard error of a command that ends by itself."""
    try:
        _, told = process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return process.returncode, told


def read(file: Path) -> list[Entry]:
    return read_recording(file.read_bytes())


def header_of(file: Path) -> Header:
    return msgspec.json.decode(file.read_bytes().partition(b"\n")[0], type=Header)


def updates_of(entries: Iterable[Entry]) -> list[list[tuple[str, str, str]]]:
    """Log group, log stream and message of each event of each update."""
    return [
        [(event.logGroupIdentifier, event.logStreamName, event.message) for event in entry.events or ()]
        for entry in entries
        if entry.kind == "update"
    ]


def messages(file: Path) -> list[list[str]]:
    return [[message for _, _, message in update] for update in updates_of(read(file))]


def tailed(emulator: LiveTailEmulator, groups: list[str], seconds: int) -> list[list[tuple[str, str, str]]]:
    """The updates of a session that boto3 tails while so many seconds pass."""
    logs = emulator.client(config=PATIENT)
    updates = []
    with Tail(logs, *map(emulator.log_group_arn, groups)) as tail:
        for _ in range(seconds):
            emulator.advance(1)
            updates.append(
                [
                    (event["logGroupIdentifier"], event["logStreamName"], event["message"])
                    for event in tail.update()["sessionResults"]
                ]
            )
    logs.close()
    return updates
