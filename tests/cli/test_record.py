"""`livetail record`: what a session says is in the file, whatever ends it, and the file replays as the same session."""

import io
import math
import os
import pty
import queue
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import msgspec
import pytest

from livetail import LiveTailEmulator
from livetail.cli import record
from livetail.cli.aws_client import Arrived, aws_client
from livetail.scenarios.recording import VERSION, Entry, Header, read_recording, write_line
from tests.cli.running import call_livetail, run_livetail
from tests.clients.tailing import PATIENT, Tail, until
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


@pytest.fixture(scope="module")
def shared() -> Iterator[LiveTailEmulator]:
    with LiveTailEmulator(clock=CLOCK, seed=7) as running:
        yield running


@pytest.fixture
def emulator(shared: LiveTailEmulator) -> LiveTailEmulator:
    shared.reset()
    shared.put(GROUP, "web-1", ["before anyone listens"])
    return shared


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "session.jsonl"


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


# ---- record, then replay -------------------------------------------------------------------------------------------


def test_a_replay_is_the_session_again(tmp_path: Path, output: Path) -> None:
    """The same updates, not only the same messages: of the burst those that the sample took."""
    scenario = tmp_path / "mixed.toml"
    scenario.write_text(MIXED)
    groups = ["/mixed/api", "/mixed/worker", "/mixed/payments"]
    with LiveTailEmulator(clock=CLOCK, seed=7, scenario=scenario) as emulator:

        def act() -> None:
            emulator.advance(20)
            end_session(emulator)

        run = record_while(emulator, act, *map(emulator.log_group_arn, groups), "-o", output)
        assert run.returncode == 0, run.stderr
        (session,) = emulator.ended_sessions()
    recorded = read(output)
    updates = updates_of(recorded)
    assert sum(map(len, updates)) == session["counters"]["delivered"]
    sampled = [entry.sampled for entry in recorded if entry.kind == "update"]
    assert sampled == [second in (9, 10, 19, 20) for second in range(1, 21)]
    assert {len(update) for update, some in zip(updates, sampled, strict=True) if some} == {500}
    assert len({stream for update in updates for _, stream, _ in update}) == 6

    replay = tmp_path / "replay.toml"
    replay.write_text(f'[[replay]]\nfile = "{output.name}"\n')
    with LiveTailEmulator(clock=CLOCK, seed=99, scenario=replay) as emulator:
        assert tailed(emulator, groups, 20) == updates
        assert emulator.sessions() == []
        assert [scenario["done"] for scenario in emulator.scenarios()] == [True]


def test_what_a_test_puts_between_two_steps_comes_in_the_same_updates_again(
    emulator: LiveTailEmulator, tmp_path: Path, output: Path
) -> None:
    other = "/record/worker"
    emulator.put(other, "w", ["early too"])

    def act() -> None:
        for step in range(5):
            emulator.put(GROUP, "web-1", [f"{step} one", f"{step} two"])
            emulator.put(other, "w", [f"{step} three"])
            emulator.put(GROUP, "web-2", [f"{step} four"])
            emulator.advance(1)
        end_session(emulator)

    assert record_while(emulator, act, *map(emulator.log_group_arn, (GROUP, other)), "-o", output).returncode == 0
    assert messages(output) == [[f"{step} {word}" for word in ("one", "two", "three", "four")] for step in range(5)]
    replay = tmp_path / "replay.toml"
    replay.write_text(f'[[replay]]\nfile = "{output.name}"\n')
    with LiveTailEmulator(clock=CLOCK, scenario=replay) as again:
        assert tailed(again, [GROUP, other], 5) == updates_of(read(output))


def test_a_recording_of_a_running_clock_ends_after_its_seconds_and_replays_in_order(
    tmp_path: Path, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty times as fast as the real time, so that messages never cease; the updates need not be the same ones."""
    monkeypatch.setattr(record, "MAX_STOP_S", 0.1)
    scenario = tmp_path / "steady.toml"
    scenario.write_text('[[source]]\nlog_group = "/steady"\nlog_streams = ["a", "b"]\nformat = "json"\nrate = 20\n')
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:/steady"
    with LiveTailEmulator(clock="30x", scenario=scenario) as emulator:
        run = record_while(emulator, lambda: None, arn, "-o", output, "--seconds", "0.2")
    assert run.returncode == 0
    entries = read(output)
    assert entries[-1].reason == "stopped"
    updates = updates_of(entries)
    first = [event for update in updates for event in update]
    assert len(first) > 50
    replay = tmp_path / "replay.toml"
    replay.write_text(f'[[replay]]\nfile = "{output.name}"\n')
    with LiveTailEmulator(clock=CLOCK, scenario=replay) as again:
        assert [event for update in tailed(again, ["/steady"], len(updates) + 10) for event in update] == first


# ---- what is in the file -------------------------------------------------------------------------------------------


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


# ---- ending it -----------------------------------------------------------------------------------------------------


MASKED = """
import signal, sys, threading
threading.Thread(target=threading.Event().wait, daemon=True).start()
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
from livetail.cli import main
sys.exit(main())
"""
"""The command, with SIGINT for another thread: it does not end a wait, like one that comes just before the wait."""


def test_a_signal_ends_it_with_all_that_had_been_sent(emulator: LiveTailEmulator, output: Path) -> None:
    """`advance` returns when the server has handed over its updates, so all of them are to be in the file."""
    command = [sys.executable, "-c", MASKED, "record"]
    with recording(emulator, emulator.log_group_arn(GROUP), "-o", output, command=command) as process:
        until(output.exists)  # the command has heard of its session, too
        for step in range(3):
            emulator.put(GROUP, "web-1", [f"{step}-{each}" for each in range(500)])
            emulator.advance(1)
        process.send_signal(signal.SIGINT)
        status, told = finish(process)
    assert (status, told.splitlines()[-1]) == (
        0,
        f"3 updates (0 sampled) with 1,500 log events in {output}; the session was stopped",
    )
    assert messages(output) == [[f"{step}-{each}" for each in range(500)] for step in range(3)]
    assert read(output)[-1].reason == "stopped"
    emulator.assert_no_sessions()


def test_signals_while_messages_arrive_lose_none(emulator: LiveTailEmulator, output: Path) -> None:
    """The second one does not wait."""
    with recording(emulator, emulator.log_group_arn(GROUP), "-o", output) as process:
        emulator.put(GROUP, "web-1", ["first"])
        emulator.advance(1)
        until(lambda: output.exists() and b"first" in output.read_bytes())
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        assert finish(process)[0] == 0
    assert messages(output) == [["first"]]


def test_a_recorder_that_is_killed_leaves_what_it_had(emulator: LiveTailEmulator, tmp_path: Path, output: Path) -> None:
    with recording(emulator, emulator.log_group_arn(GROUP), "-o", output) as process:
        for step in range(3):
            emulator.put(GROUP, "web-1", [f"message {step}"])
            emulator.advance(1)
        until(lambda: output.exists() and b"message 2" in output.read_bytes())
        process.kill()
        process.wait(10)
    assert messages(output) == [["message 0"], ["message 1"], ["message 2"]]
    output.write_bytes(output.read_bytes()[:-30])  # as a full disk may leave it
    replay = tmp_path / "replay.toml"
    replay.write_text(f'[[replay]]\nfile = "{output.name}"\n')
    with LiveTailEmulator(clock=CLOCK, scenario=replay) as again:
        replayed = tailed(again, [GROUP], 3)
    assert [[message for _, _, message in update] for update in replayed] == [["message 0"], ["message 1"], []]


def test_a_signal_before_there_is_a_session(emulator: LiveTailEmulator, output: Path) -> None:
    emulator.add_fault({"effect": {"type": "delay", "seconds": 60}})
    command = [*COMMAND, "--endpoint", emulator.endpoint_url, "-o", str(output), emulator.log_group_arn(GROUP)]
    with start_command(command, stderr=subprocess.PIPE, env=environment()) as process:
        until(lambda: emulator.faults()[0]["fired"] == 1)
        process.send_signal(signal.SIGINT)
        assert finish(process) == (130, "livetail: stopped before the session began\n")
    assert not output.exists()


# ---- where it goes -------------------------------------------------------------------------------------------------


def test_stdout_has_each_line_at_once(emulator: LiveTailEmulator) -> None:
    with recording(emulator, emulator.log_group_arn(GROUP), "-o", "-") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith('{"livetail":1,')
        assert '"kind":"start"' in process.stdout.readline()
        emulator.put(GROUP, "web-1", ["here"])
        emulator.advance(1)
        assert '"message":"here"' in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert finish(process) == (0, "1 update (0 sampled) with 1 log event; the session was stopped\n")


def test_a_reader_that_has_enough_is_no_fault(emulator: LiveTailEmulator) -> None:
    with recording(emulator, emulator.log_group_arn(GROUP), "-o", "-") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.readline()
        process.stdout.close()
        emulator.advance(1)
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert process.wait(30) == 1


def test_a_file_that_exists_is_kept(emulator: LiveTailEmulator, output: Path) -> None:
    output.write_text("precious")
    run = call_livetail("record", emulator.log_group_arn(GROUP), "-o", output, "--endpoint", emulator.endpoint_url)
    assert (run.returncode, run.stderr) == (1, f"livetail: {output} exists already; --force overwrites it\n")
    assert output.read_text() == "precious"
    assert emulator.requests() == []
    arguments: list[str | Path] = [emulator.log_group_arn(GROUP), "-o", output, "--force"]
    assert record_while(emulator, lambda: end_session(emulator), *arguments).returncode == 0
    assert read(output)[-1].reason == "closed"


def test_a_refused_session_leaves_a_file_as_it_was(emulator: LiveTailEmulator, output: Path) -> None:
    output.write_text("precious")
    arn = emulator.log_group_arn("/nowhere")
    run = call_livetail("record", arn, "-o", output, "--force", "--endpoint", emulator.endpoint_url)
    assert run.returncode == 1
    assert output.read_text() == "precious"


def test_a_full_disk_is_told(emulator: LiveTailEmulator) -> None:
    arn = emulator.log_group_arn(GROUP)
    run = call_livetail("record", arn, "-o", "/dev/full", "--force", "--endpoint", emulator.endpoint_url)
    assert (run.returncode, run.stderr) == (1, "livetail: cannot write /dev/full: No space left on device\n")


def test_progress_on_a_terminal(emulator: LiveTailEmulator, output: Path) -> None:
    terminal, theirs = pty.openpty()
    with recording(emulator, emulator.log_group_arn(GROUP), "-o", output, stderr=theirs) as process:
        os.close(theirs)
        emulator.put(GROUP, "web-1", [str(number) for number in range(600)])
        emulator.advance(1)
        shown = b""
        while b"1 update (1 sampled) with 500 log events" not in shown:
            shown += os.read(terminal, 1000)
        assert shown.count(b"\n") == 0
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    os.close(terminal)


# ---- whom it asks --------------------------------------------------------------------------------------------------


def test_without_an_endpoint_it_asks_whom_the_sdk_is_configured_to_ask(
    emulator: LiveTailEmulator, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it keeps credentials
    variables = emulator.environment()
    arguments: list[str | Path] = [emulator.log_group_arn(GROUP), "-o", output]
    with ThreadPoolExecutor(1) as threads:
        acting = threads.submit(lambda: end_session(emulator) if emulator.wait_for_sessions(1) else None)
        assert call_livetail("record", *arguments, variables=variables).returncode == 0
        acting.result()
    assert header_of(output).endpoint == emulator.endpoint_url


def test_the_region_is_that_of_the_log_group(emulator: LiveTailEmulator, output: Path) -> None:
    run = call_livetail(
        *("record", "arn:aws:logs:eu-west-3:123456789012:log-group:/far", "-o", output),
        *("--endpoint", emulator.endpoint_url),
        variables={"AWS_REGION": "us-west-2"},
    )
    assert run.returncode == 1
    assert [request["region"] for request in emulator.requests()] == ["eu-west-3"]


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (
            ["arn:aws:logs:us-east-1:123456789012:log-group:/nowhere"],
            1,
            "StartLiveTail was refused: ResourceNotFoundException: ",
        ),
        (["/record/api"], 1, "StartLiveTail was refused: "),
        (["{arn}", "--filter-pattern", "{ broken"], 1, "StartLiveTail was refused: InvalidParameterException: "),
        (["{arn}", "--endpoint", "http://127.0.0.1:1"], 1, "there is no session: Could not connect to the endpoint"),
        (["{arn}", "--endpoint", "nonsense"], 2, "--endpoint 'nonsense' is not a URL such as http://127.0.0.1:4586"),
        (["{arn}", "-o", "/proc/none/x"], 1, "cannot write /proc/none/x: there is no folder /proc/none"),
        (["{arn}", "--seconds", "0"], 2, "argument --seconds: '0' is not a number of seconds up to ten days"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    emulator: LiveTailEmulator, output: Path, arguments: list[str], status: int, told: str
) -> None:
    arn = emulator.log_group_arn(GROUP)
    given = [argument.replace("{arn}", arn) for argument in arguments]
    run = call_livetail("record", "--endpoint", emulator.endpoint_url, "-o", output, *given)
    assert run.returncode == status
    assert run.stderr.startswith(f"livetail: {told}"), run.stderr
    assert run.stderr.count("\n") == 1
    assert not output.exists()


def test_a_first_message_that_is_none_is_told(emulator: LiveTailEmulator, output: Path) -> None:
    # In a process of its own: boto3 forgets a socket over this.
    emulator.add_fault({"effect": {"type": "no-initial-response"}})
    arn = emulator.log_group_arn(GROUP)
    run = run_livetail("record", "--endpoint", emulator.endpoint_url, "-o", output, arn)
    assert run.returncode == 1
    assert run.stderr.startswith("livetail: there is no session: "), run.stderr


def test_without_boto3(monkeypatch: pytest.MonkeyPatch, output: Path) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    run = call_livetail("record", "arn", "-o", output)
    assert (run.returncode, run.stderr) == (
        1,
        "livetail: record needs boto3: pip install 'livetail[boto3]'\n",
    )


def test_without_credentials_aws_is_not_asked(output: Path) -> None:
    variables = {"HOME": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true"}
    run = call_livetail("record", "arn:aws:logs:us-east-1:123456789012:log-group:/x", "-o", output, variables=variables)
    assert (run.returncode, run.stderr) == (1, "livetail: there is no session: Unable to locate credentials\n")


@pytest.mark.parametrize(
    ("endpoint", "has_prefix"), [("https://logs.eu-west-1.amazonaws.com", True), ("http://127.0.0.1:4586", False)]
)
def test_only_hosts_of_aws_get_the_prefix_for_streams(endpoint: str, has_prefix: bool) -> None:
    client = aws_client(endpoint, None, region="eu-west-1")
    assert (client.meta.region_name, client.meta.config.inject_host_prefix) == ("eu-west-1", has_prefix)
