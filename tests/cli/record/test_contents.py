"""What `livetail record` writes to its file, also when the session breaks off."""

import io
import math
import queue
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from livetail import LiveTailEmulator
from livetail.cli import record
from livetail.scenarios.recording import VERSION, Header, read_recording, write_line
from tests.cli.record.recorder import (
    GROUP,
    end_session,
    header_of,
    messages,
    read,
    record_while,
    updates_of,
)

if TYPE_CHECKING:
    from livetail.cli.aws_client import Arrived


def test_a_recording_has_its_origin_and_what_was_asked(emulator: LiveTailEmulator, output: Path) -> None:
    arn = emulator.log_group_arn(GROUP)
    options = ["--filter-pattern", "ERROR", "--log-stream-names", "web-1", "web-2"]
    for stream in ("web-1", "web-2"):
        emulator.put(GROUP, stream, ["before"])

    def act() -> None:
        emulator.put(GROUP, "web-1", ["ERROR boom", "fine"])
        emulator.put(GROUP, "web-3", ["ERROR elsewhere"])
        emulator.advance(1)
        end_session(emulator)

    run = record_while(emulator, act, arn, "-o", output, *options)
    told = f"1 update (0 sampled) with 1 log event in {output}; the session has ended\n"
    assert (run.returncode, run.stderr) == (0, told)
    (session,) = emulator.ended_sessions()
    recorded = read(output)
    assert header_of(output).logGroupIdentifiers == (arn,)
    assert header_of(output).endpoint == emulator.endpoint_url
    assert header_of(output).recordedAt is not None
    start, update, end = recorded
    assert start.session == {
        "requestId": session["requestId"],
        "sessionId": session["sessionId"],
        "logGroupIdentifiers": [arn],
        "logStreamNames": ["web-1", "web-2"],
        "logEventFilterPattern": "ERROR",
    }
    assert updates_of((update,)) == [[("123456789012:/record/api", "web-1", "ERROR boom")]]
    assert (end.kind, end.reason) == ("end", "closed")
    assert 0 <= start.offset_ms <= update.offset_ms <= end.offset_ms


def test_prefixes_reach_the_service(emulator: LiveTailEmulator, output: Path) -> None:
    arn = emulator.log_group_arn(GROUP)
    record_while(
        emulator, lambda: end_session(emulator), arn, "-o", output, "--log-stream-name-prefixes", "web-", "db-"
    )
    assert emulator.ended_sessions()[0]["logStreamNamePrefixes"] == ["web-", "db-"]


def test_an_exception_is_recorded(emulator: LiveTailEmulator, output: Path) -> None:
    effect = {"type": "exception", "name": "SessionStreamingException", "message": "out of order"}
    emulator.add_fault({"after": {"updates": 2}, "effect": effect})

    def act() -> None:
        emulator.put(GROUP, "web-1", ["one"])
        emulator.advance(3)

    run = record_while(emulator, act, emulator.log_group_arn(GROUP), "-o", output)
    assert (run.returncode, run.stderr) == (
        0,
        f"2 updates (0 sampled) with 1 log event in {output}; the session ended in SessionStreamingException\n",
    )
    exception, end = read(output)[-2:]
    assert (exception.kind, exception.name, exception.message) == (
        "exception",
        "SessionStreamingException",
        "out of order",
    )
    assert (end.kind, end.reason) == ("end", "exception")


@pytest.mark.parametrize(
    ("effect", "reason", "told"),
    [
        ({"type": "cut"}, "cut", "Response ended prematurely"),
        ({"type": "reset"}, "cut", "Connection broken: ConnectionResetError(104"),
        ({"type": "corrupt"}, "damaged", "ChecksumMismatch: Checksum mismatch: expected 0x"),
        ({"type": "corrupt", "part": "headers", "validChecksums": True}, "damaged", "KeyError: "),
        ({"type": "corrupt", "part": "payload", "validChecksums": True}, "damaged", "UnicodeDecodeError: "),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_connection_that_breaks_off_is_recorded(
    emulator: LiveTailEmulator, output: Path, effect: dict[str, Any], reason: str, told: str
) -> None:
    emulator.add_fault({"after": {"updates": 1}, "effect": effect})

    def act() -> None:
        emulator.put(GROUP, "web-1", ["one"])
        emulator.advance(2)

    run = record_while(emulator, act, emulator.log_group_arn(GROUP), "-o", output)
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1].startswith(f"livetail: the connection broke off: {told}"), run.stderr
    assert len(run.stderr.splitlines()) == 2
    assert messages(output) == [["one"]]
    end = read(output)[-1]
    assert (end.kind, end.reason) == ("end", reason)
    assert end.message is not None
    assert end.message.startswith(told)


def test_silence_is_a_connection_that_broke_off() -> None:
    """What `read_timeout` of the SDK, a minute by default, makes of a connection that nothing comes out of."""
    from urllib3.exceptions import ReadTimeoutError

    arrived: Arrived = queue.SimpleQueue()
    arrived.put({"sessionStart": {"sessionId": "s"}})
    arrived.put(ReadTimeoutError(None, "", "Read timed out."))  # type: ignore[arg-type]  # as a pool would fill it in
    file = io.BytesIO()
    write_line(file, Header(VERSION))
    end = record._Recorder(file, 0.0).record(arrived, [], math.inf)
    assert end.broken is not None
    assert read_recording(file.getvalue())[-1].reason == "silent"
