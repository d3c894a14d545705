"""`livetail put`: every line arrives, once, in order, in batches that the service takes."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from livetail import LiveTailEmulator
from tests.cli.running import run_livetail


@pytest.fixture
def emulator() -> Iterator[LiveTailEmulator]:
    with LiveTailEmulator(clock="manual@2026-01-01T00:00:00Z") as running:
        yield running


def messages(emulator: LiveTailEmulator) -> list[str]:
    logs = emulator.client()
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName="/put")
    found = [event["message"] for page in pages for event in page["events"]]
    logs.close()
    return found


def batches(emulator: LiveTailEmulator) -> int:
    return sum(request["operation"] == "PutLogEvents" for request in emulator.requests())


def put(emulator: LiveTailEmulator, *arguments: str | Path, given: bytes = b"") -> subprocess.CompletedProcess[str]:
    return run_livetail("put", "--endpoint", emulator.endpoint_url, "/put", "s", *arguments, given=given)


def test_lines_of_stdin_arrive_in_order(emulator: LiveTailEmulator) -> None:
    run = put(emulator, given="eins\nzwei\r\ndr\u00e4i".encode())
    assert (run.returncode, run.stderr) == (0, "3 log events sent\n")
    assert messages(emulator) == ["eins", "zwei", "dr\u00e4i"]


def test_a_file_of_many_lines_goes_in_legal_batches(emulator: LiveTailEmulator, tmp_path: Path) -> None:
    lines = [f"line {number}" for number in range(25_000)]
    file = tmp_path / "many.log"
    file.write_text("\n".join(lines) + "\n")
    run = put(emulator, file)
    assert (run.returncode, run.stderr) == (0, "25,000 log events sent\n")
    assert messages(emulator) == lines
    assert batches(emulator) >= 3


def test_bytes_count_as_the_service_counts_them(emulator: LiveTailEmulator) -> None:
    line = "\u00e9" * 262_131  # 524,262 bytes; with 26 more, two of them are exactly a batch
    run = put(emulator, given="\n".join([line] * 4).encode())
    assert run.returncode == 0, run.stderr
    assert messages(emulator) == [line] * 4
    assert batches(emulator) == 2


def test_empty_lines_are_left_out_and_counted(emulator: LiveTailEmulator) -> None:
    run = put(emulator, given=b"a\n\n\nb\n")
    assert (run.returncode, run.stderr) == (0, "2 log events sent; 2 empty lines left out\n")
    assert messages(emulator) == ["a", "b"]


def test_nothing_to_send_is_no_fault(emulator: LiveTailEmulator) -> None:
    assert put(emulator).stderr == "0 log events sent\n"


def test_bytes_that_are_no_text_do_not_stop_it(emulator: LiveTailEmulator) -> None:
    assert put(emulator, given=b"a\xffb\n").returncode == 0
    assert messages(emulator) == ["a\ufffdb"]


def test_a_line_that_no_event_can_hold_is_named(emulator: LiveTailEmulator) -> None:
    run = put(emulator, given=b"fine\n" + b"x" * 1_048_551)
    assert run.returncode == 1
    assert run.stderr == "livetail: line 2 has 1,048,551 bytes; a log event may have 1,048,550\n"


def test_a_slow_pipe_is_sent_as_it_comes(emulator: LiveTailEmulator) -> None:
    """The first line arrives while the second has not been written: a tail is told, so nothing has to wait."""
    logs = emulator.client()
    logs.create_log_group(logGroupName="/put")
    stream = logs.start_live_tail(logGroupIdentifiers=[emulator.log_group_arn("/put")])["responseStream"]
    events = iter(stream)
    assert "sessionStart" in next(events)
    command = [sys.executable, "-m", "livetail", "put", "--endpoint", emulator.endpoint_url, "/put", "s"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(b"first\n")
        process.stdin.flush()
        results: list[dict[str, object]] = []
        while not results:
            emulator.advance(1)
            results = next(events)["sessionUpdate"]["sessionResults"]
        assert [event["message"] for event in results] == ["first"]
        process.communicate(b"second\n", timeout=30)
        assert process.returncode == 0
    stream.close()
    logs.close()
    assert messages(emulator) == ["first", "second"]


def test_a_file_that_is_not_there(emulator: LiveTailEmulator) -> None:
    run = put(emulator, "/nowhere/x.log")
    assert (run.returncode, run.stderr) == (1, "livetail: cannot open /nowhere/x.log: No such file or directory\n")


def test_a_server_that_is_not_there() -> None:
    run = run_livetail("put", "--endpoint", "http://127.0.0.1:1", "/put", "s", given=b"x\n")
    assert (run.returncode, run.stderr) == (1, "livetail: no answer from http://127.0.0.1:1: Connection refused\n")


def test_a_name_that_the_service_refuses(emulator: LiveTailEmulator) -> None:
    run = run_livetail("put", "--endpoint", emulator.endpoint_url, "/put", "a:b", given=b"x\n")
    assert run.returncode == 1
    assert run.stderr.startswith(
        "livetail: CreateLogStream was refused after 0 log events: InvalidParameterException: 1 validation error"
    )
