"""`livetail put`: every line arrives, once, in order, in batches that the service takes."""

import bz2
import contextlib
import gzip
import json
import lzma
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from livetail import LiveTailEmulator
from tests.cli.running import call_livetail


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
    return call_livetail("put", "--endpoint", emulator.endpoint_url, "/put", "s", *arguments, given=given)


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
    assert (run.returncode, run.stderr) == (0, "2 log events sent; 2 empty lines skipped\n")
    assert messages(emulator) == ["a", "b"]


def test_nothing_to_send_is_no_fault(emulator: LiveTailEmulator) -> None:
    assert put(emulator).stderr == "0 log events sent\n"


def test_bytes_that_are_no_text_do_not_stop_it(emulator: LiveTailEmulator) -> None:
    assert put(emulator, given=b"a\xffb\n").returncode == 0
    assert messages(emulator) == ["a\ufffdb"]


def test_a_line_that_no_event_can_hold_is_named(emulator: LiveTailEmulator) -> None:
    run = put(emulator, given=b"fine\n" + b"x" * 1_048_551)
    assert run.returncode == 1
    assert run.stderr == "livetail: line 2 has more than 1,048,550 bytes, which is the limit\n"


def test_a_slow_pipe_is_sent_as_it_comes(emulator: LiveTailEmulator) -> None:
    """The first line arrives while the second has not been written, as a session shows."""
    logs = emulator.client()
    logs.create_log_group(logGroupName="/put")
    stream = logs.start_live_tail(logGroupIdentifiers=[emulator.log_group_arn("/put")])["responseStream"]
    events = iter(stream)
    assert "sessionStart" in next(events)
    command = [sys.executable, "-m", "livetail", "put", "--endpoint", emulator.endpoint_url, "/put", "s"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(b"1\n")  # shorter than the bytes that show a compression
        process.stdin.flush()
        results: list[dict[str, object]] = []
        while not results:
            emulator.advance(1)
            results = next(events)["sessionUpdate"]["sessionResults"]
        assert [event["message"] for event in results] == ["1"]
        process.communicate(b"second\n", timeout=30)
        assert process.returncode == 0
    stream.close()
    logs.close()
    assert messages(emulator) == ["1", "second"]


def test_a_file_that_is_not_there(emulator: LiveTailEmulator) -> None:
    run = put(emulator, "/proc/none/x.log")
    assert (run.returncode, run.stderr) == (1, "livetail: cannot read /proc/none/x.log: No such file or directory\n")


def test_a_server_that_is_not_there() -> None:
    run = call_livetail("put", "--endpoint", "http://127.0.0.1:1", "/put", "s", given=b"x\n")
    assert (run.returncode, run.stderr) == (1, "livetail: no response from http://127.0.0.1:1: Connection refused\n")


def test_a_name_that_the_service_refuses(emulator: LiveTailEmulator) -> None:
    run = call_livetail("put", "--endpoint", emulator.endpoint_url, "/put", "a:b", given=b"x\n")
    assert run.returncode == 1
    assert run.stderr.startswith("livetail: CreateLogStream was refused: InvalidParameterException: 1 validation error")


@pytest.fixture
def open_pipe(emulator: LiveTailEmulator) -> Iterator[subprocess.Popen[bytes]]:
    """`livetail put` whose standard input stays open, once its first line has arrived."""
    command = [sys.executable, "-m", "livetail", "put", "--endpoint", emulator.endpoint_url, "/put", "s"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(b"1\n")  # shorter than the bytes that show a compression
        process.stdin.flush()
        emulator.wait_for_requests("PutLogEvents", timeout=30)
        yield process
        process.kill()


def ended(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    """How a process ends while its standard input stays open, and what it has written to stderr."""
    assert process.stderr is not None
    return process.wait(30), process.stderr.read().decode()


def test_an_interrupt_sends_what_is_there_and_ends(
    emulator: LiveTailEmulator, open_pipe: subprocess.Popen[bytes]
) -> None:
    open_pipe.send_signal(signal.SIGINT)
    assert ended(open_pipe) == (130, "1 log event sent\n")
    assert messages(emulator) == ["1"]


def test_a_server_that_goes_away_while_the_pipe_stays_open(
    emulator: LiveTailEmulator, open_pipe: subprocess.Popen[bytes]
) -> None:
    emulator.stop()
    assert open_pipe.stdin is not None
    open_pipe.stdin.write(b"second\n")
    open_pipe.stdin.flush()
    status, text = ended(open_pipe)
    assert status == 1
    assert text.startswith(f"livetail: no response from {emulator.endpoint_url}: ")
    assert text.endswith("(after 1 log event)\n")
    assert text.count("\n") == 1


def test_a_line_that_is_too_long_while_the_pipe_stays_open(open_pipe: subprocess.Popen[bytes]) -> None:
    assert open_pipe.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        open_pipe.stdin.write(b"x" * 1_200_000)
        open_pipe.stdin.flush()
    assert ended(open_pipe) == (1, "livetail: line 2 has more than 1,048,550 bytes, which is the limit\n")


def test_gzip_is_unpacked_member_by_member(emulator: LiveTailEmulator, tmp_path: Path) -> None:
    file = tmp_path / "app.log.gz"
    file.write_bytes(gzip.compress(b"one\ntw") + gzip.compress(b"o\nthree\n") + bytes(512))
    assert put(emulator, file).stderr == "3 log events sent\n"
    assert put(emulator, given=gzip.compress(b"four")).stderr == "1 log event sent\n"
    assert messages(emulator) == ["one", "two", "three", "four"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (gzip.compress(b"one\n")[:-4], "cannot be unpacked: its end is missing"),
        (gzip.compress(b"one\n" * 100)[:20] + b"\xff" * 40, "cannot be unpacked: Error -3 while decompressing data"),
        (b"\x7fELF\x02\x01\x01\x00\x00", "is binary, not text: byte 7 is NUL"),
        (gzip.compress(b"\x7fELF\x02\x01\x01\x00"), "is binary, not text: byte 7 is NUL"),
        (bz2.compress(b"one\n"), "is bzip2, not text; unpack it first (gzip is unpacked)"),
        (lzma.compress(b"one\n"), "is xz, not text; unpack it first (gzip is unpacked)"),
    ],
    ids=["cut", "damaged", "program", "packed program", "bzip2", "xz"],
)
def test_binary_input_is_refused(emulator: LiveTailEmulator, content: bytes, problem: str) -> None:
    run = put(emulator, given=content)
    assert run.returncode == 1
    assert run.stderr.startswith(f"livetail: standard input {problem}")
    assert run.stderr.count("\n") == 1


NOW = 1_767_225_600_000  # 2026-01-01T00:00:00Z, the emulator's time


def test_json_lines_keep_their_time_stamps(emulator: LiveTailEmulator) -> None:
    lines = [
        {"message": "second", "timestamp": NOW - 5_000, "more": 1},
        {"message": "first", "timestamp": NOW - 3 * 86_400_000},
        {"message": "third"},
    ]
    run = put(emulator, "--json", given="\n\n".join(map(json.dumps, lines)).encode())
    assert (run.returncode, run.stderr) == (0, "3 log events sent\n")
    logs = emulator.client()
    events = logs.filter_log_events(logGroupName="/put")["events"]
    logs.close()
    assert [(event["message"], NOW - event["timestamp"]) for event in events] == [
        ("first", 3 * 86_400_000),
        ("second", 5_000),
        ("third", 0),
    ]


@pytest.mark.parametrize("indent", [None, 4])
@pytest.mark.parametrize("of_events", [True, False], ids=["page", "--query events"])
def test_the_output_of_the_aws_cli_is_taken(emulator: LiveTailEmulator, indent: int | None, of_events: bool) -> None:
    events = [
        {"logStreamName": "x", "timestamp": NOW + n, "message": f"m{n}", "ingestionTime": NOW, "eventId": "3"}
        for n in range(3)
    ]
    page = {"events": events, "searchedLogStreams": []}
    text = json.dumps(page if of_events else events, indent=indent)
    assert put(emulator, "--json", given=text.encode()).stderr == "3 log events sent\n"
    assert messages(emulator) == ["m0", "m1", "m2"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("hello", "line 1 is not a log event: JSON is malformed"),
        ('{"message":"a"}\nhello', "line 2 is not a log event: JSON is malformed"),
        ('{"timestamp":1}', "line 1 is not a log event: Object missing required field `message`"),
        ('{"message":"a","timestamp":"now"}', "line 1 is not a log event: Expected `int | null`"),
        ('{\n"events": 3}', "line 1 is not a log event: Input data was truncated; all of it is not the output of aws"),
        ("[" * 100_000, "line 1 is not a log event: "),
        (json.dumps({"message": "x" * 1_048_551}), "the message in line 1 has more than 1,048,550 bytes"),
    ],
)
def test_json_that_is_not_a_log_event(emulator: LiveTailEmulator, text: str, problem: str) -> None:
    run = put(emulator, "--json", given=text.encode())
    assert run.returncode == 1
    assert run.stderr.startswith(f"livetail: {problem}")
    assert run.stderr.count("\n") == 1


def test_rejected_events_are_reported(emulator: LiveTailEmulator) -> None:
    lines = [{"message": "old", "timestamp": NOW - 15 * 86_400_000}, {"message": "new", "timestamp": NOW}]
    run = put(emulator, "--json", given="\n".join(map(json.dumps, lines)).encode())
    assert run.returncode == 1
    assert run.stderr.startswith("1 log event sent\nlivetail: PutLogEvents rejected 1 log event as too old or too new")
    assert messages(emulator) == ["new"]


def test_lines_that_belong_together_are_one_event(emulator: LiveTailEmulator) -> None:
    trace = "ERROR failed\n\tat a.b(C.java:1)\n\n  more"
    assert put(emulator, "--multiline", given=f"{trace}\nINFO next\n".encode()).stderr == "2 log events sent\n"
    assert messages(emulator) == [trace, "INFO next"]


def test_a_regular_expression_says_where_an_event_begins(emulator: LiveTailEmulator) -> None:
    run = put(emulator, "--multiline-start", r"\d{4}-", given=b"2026-01 a\nb\n2026-02 c\n")
    assert run.stderr == "2 log events sent\n"
    assert messages(emulator) == ["2026-01 a\nb", "2026-02 c"]
    assert put(emulator, "--multiline-start", "(", given=b"").returncode == 2


def test_a_rate_spreads_the_events(emulator: LiveTailEmulator) -> None:
    assert put(emulator, "--rate", "100", given=b"x\n" * 50).stderr == "50 log events sent\n"
    assert batches(emulator) == 3  # of a fifth of a second each


@pytest.mark.parametrize(
    ("arguments", "variables", "region"),
    [
        ([], {}, "us-east-1"),
        ([], {"AWS_DEFAULT_REGION": "eu-west-1"}, "eu-west-1"),
        ([], {"AWS_REGION": "eu-west-2", "AWS_DEFAULT_REGION": "eu-west-1"}, "eu-west-2"),
        (["--region", "eu-west-3"], {"AWS_REGION": "eu-west-2"}, "eu-west-3"),
    ],
)
def test_the_region_is_found_as_sdks_find_it(
    emulator: LiveTailEmulator, arguments: list[str], variables: dict[str, str], region: str
) -> None:
    command = ["put", "--endpoint", emulator.endpoint_url, *arguments, "/put", "s"]
    assert call_livetail(*command, given=b"x\n", variables=variables).returncode == 0
    assert {request["region"] for request in emulator.requests()} == {region}


def test_what_the_server_does_not_keep_is_reported() -> None:
    with LiveTailEmulator(retain_events=100) as emulator:
        run = put(emulator, given=b"x\n" * 250)
    assert run.returncode == 0
    assert run.stderr == (
        "250 log events sent\nlivetail: the server keeps the newest 100 log events of /put; "
        "serve --retain-events and --retain-bytes keep more\n"
    )
