"""`livetail tail`, `sessions`, `advance`, `fault` and `reset` against a real server."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from livetail import LiveTailEmulator
from livetail.cli.terminal import printable, table
from tests.cli.running import call_livetail
from tests.processes import start_command

START = "2026-01-01T00:00:00.000"


@pytest.fixture(scope="module")
def server() -> Iterator[LiveTailEmulator]:
    with LiveTailEmulator(clock=f"manual@{START}Z", seed=7) as running:
        yield running


@pytest.fixture
def emulator(server: LiveTailEmulator) -> LiveTailEmulator:
    server.reset()
    return server


def livetail(emulator: LiveTailEmulator, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return call_livetail(*arguments, "--endpoint", emulator.endpoint_url)


@contextmanager
def tailing(emulator: LiveTailEmulator, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`livetail tail` with its session open."""
    command = [sys.executable, "-m", "livetail", "tail", *arguments, "--endpoint", emulator.endpoint_url]
    with start_command(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            emulator.wait_for_sessions(1)
            yield process
        finally:
            process.kill()


def lines(process: subprocess.Popen[str], count: int) -> list[str]:
    assert process.stdout is not None
    return [process.stdout.readline().rstrip("\n") for _ in range(count)]


def ended(process: subprocess.Popen[str]) -> tuple[int, list[str]]:
    """The exit status and what was written to stderr behind the line on the session."""
    _, errors = process.communicate(timeout=30)
    first, *others = errors.splitlines()
    assert first.startswith("session ")
    return process.returncode, others


# ---- tail ----------------------------------------------------------------------------------------------------------


def test_tail_prints_what_matches_until_the_session_ends(emulator: LiveTailEmulator) -> None:
    emulator.put("/app/api", "web-1", ["before"])
    emulator.put("/app/b", "web-1", ["before"])
    with tailing(emulator, "/app/api", emulator.log_group_arn("/app/b"), "--filter-pattern", "ERROR") as process:
        emulator.put("/app/api", "web-1", ["ERROR one\n  two", "INFO"])
        emulator.put("/app/b", "web-1", ["ERROR \x1b[31m€"])
        emulator.advance(1)
        assert lines(process, 3) == ["00:00:00  /app/api  ERROR one", "  two", "00:00:00  /app/b    ERROR \x1b[31m€"]
        (session,) = emulator.sessions()
        assert session["userAgent"] is None
        emulator.end_session(session["sessionId"])
        assert ended(process) == (0, ["the session has ended"])


def test_tail_as_json_has_the_events_as_they_came(emulator: LiveTailEmulator) -> None:
    emulator.put("/app/api", "web-1", ["before"])
    with tailing(emulator, "/app/api", "--json", "--log-stream-names", "web-1") as process:
        emulator.put("/app/api", "web-1", ["\x1b[2J\u202e"])
        emulator.put("/app/api", "web-2", ["other"])
        emulator.advance(1)
        (line,) = lines(process, 1)
        assert json.loads(line) == {
            "logGroupIdentifier": "123456789012:/app/api",
            "logStreamName": "web-1",
            "timestamp": emulator.now() - 1000,
            "ingestionTime": emulator.now() - 1000,
            "message": "\x1b[2J\u202e",
        }
        process.send_signal(signal.SIGINT)
        assert ended(process) == (130, [])


def test_tail_prints_when_an_update_is_a_sample(emulator: LiveTailEmulator) -> None:
    emulator.put("/app/api", "web-1", ["before"])
    with tailing(emulator, "/app/api") as process:
        emulator.put("/app/api", "web-1", ["x"] * 600)
        emulator.advance(1)
        assert len(lines(process, 500)) == 500
        emulator.end_session(emulator.sessions()[0]["sessionId"])
        comments = ["sampled: 500 of the log events that matched in this second", "the session has ended"]
        assert ended(process) == (0, comments)


@pytest.mark.parametrize(
    ("effect", "expected"),
    [
        ({"type": "exception", "message": "No."}, "livetail: the session ended in SessionStreamingException: No."),
        ({"type": "error-message", "code": "Oops", "message": "No."}, "livetail: the session ended in the error Oops"),
        ({"type": "cut"}, "livetail: the session broke off: "),
        ({"type": "reset"}, "livetail: the session broke off: Connection reset by peer"),
        ({"type": "corrupt"}, "livetail: the session broke off: "),
        ({"type": "truncate"}, "livetail: the session broke off: "),
    ],
)
def test_tail_prints_how_a_session_failed(emulator: LiveTailEmulator, effect: dict[str, str], expected: str) -> None:
    emulator.put("/app/api", "web-1", ["before"])
    emulator.add_fault({"after": {"updates": 1}, "effect": effect})
    with tailing(emulator, "/app/api") as process:
        emulator.advance(2)
        status, (text,) = ended(process)
    assert status == 1
    assert text.startswith(expected)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["/nowhere"], "there is no log group '/nowhere'"),
        (["/app/api", "--region", "eu-west-1"], "there is no log group '/app/api' in eu-west-1"),
        (["a b"], "DescribeLogGroups was refused: InvalidParameterException: 1 validation error detected: "),
        (["arn:aws:logs:us-east-1:123456789012:log-group:/nowhere"], "StartLiveTail was refused: ResourceNotFound"),
        (["/app/api", "--filter-pattern", "{ broken"], "StartLiveTail was refused: InvalidParameterException: "),
    ],
)
def test_tail_prints_why_it_cannot_start(emulator: LiveTailEmulator, arguments: list[str], expected: str) -> None:
    emulator.put("/app/api", "web-1", ["before"])
    run = livetail(emulator, "tail", *arguments)
    assert (run.returncode, len(run.stderr.splitlines())) == (1, 1)
    assert run.stderr.startswith(f"livetail: {expected}")


@pytest.mark.parametrize("command", [["tail", "/app/api"], ["put", "/app/api", "s"]])
def test_a_server_that_checks_signatures_is_one_sentence(command: list[str]) -> None:
    with LiveTailEmulator(verify_signatures=True, credentials=["AKID:secret"]) as emulator:
        run = livetail(emulator, *command)
    assert (run.returncode, len(run.stderr.splitlines())) == (1, 1)
    assert run.stderr.endswith("; the server checks signatures, and this request is not signed\n")


def test_what_would_control_a_terminal_is_shown_instead() -> None:
    text = "\x1b[31mred\x1b[0m\ttab\nline\x1b[2J\x07\x9b\u202eabc\r\u2066"
    assert printable(text) == "\x1b[31mred\x1b[0m\ttab\nline\\x1b[2J\\x07\\x9b\\u202eabc\\r\\u2066"


def test_a_terminal_gets_colours_and_no_control_characters(emulator: LiveTailEmulator) -> None:
    emulator.put("/app/api", "web-1", ["before"])
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "livetail", "tail", "/app/api", "--endpoint", emulator.endpoint_url]
    with start_command(command, stdout=theirs, stderr=subprocess.DEVNULL) as process:
        os.close(theirs)
        emulator.wait_for_sessions(1)
        emulator.put("/app/api", "web-1", ["a\x1b[2J\x1b[31mb"])
        emulator.advance(1)
        shown = b""
        while b"\n" not in shown:
            shown += os.read(ours, 4096)
        process.kill()
    os.close(ours)
    assert shown == b"00:00:00  \x1b[36m/app/api\x1b[0m  a\\x1b[2J\x1b[31mb\x1b[0m\r\n"


# ---- sessions ------------------------------------------------------------------------------------------------------


def test_sessions_are_a_table_or_json(emulator: LiveTailEmulator) -> None:
    assert livetail(emulator, "sessions").stdout == "no session is open\n"
    emulator.put("/app/api", "web-1", ["before"])
    with tailing(emulator, "/app/api", "--filter-pattern", "ERROR"):
        emulator.put("/app/api", "web-1", ["ERROR"] * 600)
        emulator.advance(1)
        (session,) = emulator.sessions()
        head, row = livetail(emulator, "sessions").stdout.splitlines()
        assert head.split("  ")[0] == "SESSION"
        assert row.split() == [
            session["sessionId"],
            "streaming",
            "/app/api",
            "ERROR",
            *["1", "500", "100", "0", "0", "0"],
        ]
        assert json.loads(livetail(emulator, "sessions", "--json").stdout)["sessions"] == [session]


def test_sessions_are_watched(emulator: LiveTailEmulator) -> None:
    command = [sys.executable, "-m", "livetail", "sessions", "--watch", "--endpoint", emulator.endpoint_url]
    with start_command(command, stdout=subprocess.PIPE) as process:
        assert lines(process, 2) == ["no session is open"] * 2
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130


def test_updates_that_were_dropped_are_shown_though_they_were_empty(emulator: LiveTailEmulator) -> None:
    emulator.put("/app/api", "web-1", ["before"])
    livetail(emulator, "fault", "add", "stall", "seconds=30", "--after-updates", "1")
    with tailing(emulator, "/app/api"):
        emulator.advance(20)
        head, row = livetail(emulator, "sessions").stdout.splitlines()
    shown = int(row[head.index("DROPPED UPDATES") :].split()[0]), int(row[head.index("DROPPED EVENTS") :].split()[0])
    assert shown[0] > 0 and shown[1] == 0


def test_a_table_is_aligned() -> None:
    assert table(["NAME", "N"], [["a", 1], ["bcdef", 1_000]]) == "NAME       N\na          1\nbcdef  1,000"


# ---- advance, reset ------------------------------------------------------------------------------------------------


def test_advance_moves_the_clock(emulator: LiveTailEmulator) -> None:
    run = livetail(emulator, "advance", "1h30m")
    assert (run.returncode, run.stdout) == (0, "it is 2026-01-01T01:30:00.000Z; 0 session updates\n")
    assert json.loads(livetail(emulator, "advance", "500ms", "--json").stdout) == {"now": emulator.now(), "updates": 0}


def test_advance_needs_a_duration_and_a_manual_clock(emulator: LiveTailEmulator) -> None:
    run = livetail(emulator, "advance", "soon")
    assert run.returncode == 2
    assert run.stderr.startswith("livetail: argument DURATION: 'soon' is not a duration such as ")
    with LiveTailEmulator() as real:
        run = livetail(real, "advance", "1s")
    assert run.returncode == 1
    assert run.stderr == "livetail: the clock runs by itself; start the server with --clock manual to move it\n"


def test_reset_begins_again(emulator: LiveTailEmulator) -> None:
    emulator.put("/app/api", "web-1", ["x"])
    emulator.advance(1)
    assert livetail(emulator, "reset").stdout == "reset\n"
    assert emulator.requests() == []
    assert livetail(emulator, "sessions", "--json").stdout == '{"sessions": []}\n'
    assert json.loads(livetail(emulator, "reset", "--json").stdout) == {}


# ---- fault ---------------------------------------------------------------------------------------------------------


def test_faults_are_added_listed_and_removed(emulator: LiveTailEmulator) -> None:
    assert livetail(emulator, "fault", "list").stdout == "no fault rule is in force\n"
    added = livetail(emulator, "fault", "add", "cut", "--after-updates", "3", "--log-group", "/app/*", "--times", "2")
    assert added.returncode == 0, added.stderr
    (rule,) = emulator.faults()
    assert added.stdout == f"{rule['id']}\n"
    assert rule["effect"]["type"] == "cut"
    assert (rule["after"], rule["where"], rule["times"]) == ({"updates": 3}, {"logGroup": "/app/*"}, 2)
    head, row = livetail(emulator, "fault", "list").stdout.splitlines()
    assert head.split() == ["ID", "EFFECT", "OPERATION", "WHERE", "AFTER", "FIRED", "REMAINING"]
    assert row.split() == [rule["id"], "cut", "StartLiveTail", "/app/*", "3", "updates", "0", "2"]
    assert json.loads(livetail(emulator, "fault", "list", "--json").stdout) == {"faults": emulator.faults()}
    assert livetail(emulator, "fault", "rm", rule["id"]).stdout == "removed\n"
    assert emulator.faults() == []


@pytest.mark.parametrize(
    ("arguments", "effect"),
    [
        (["error", "code=ThrottlingException", "status=429"], {"code": "ThrottlingException", "status": 429}),
        (["delay", "seconds=0.5", "--operation", "PutLogEvents"], {"type": "delay", "seconds": 0.5}),
        (['{"effect": {"type": "end"}, "after": {"seconds": 2}}'], {"type": "end"}),
    ],
)
def test_effects_have_keys(emulator: LiveTailEmulator, arguments: list[str], effect: dict[str, object]) -> None:
    added = livetail(emulator, "fault", "add", *arguments, "--json")
    assert added.returncode == 0, added.stderr
    assert json.loads(added.stdout)["effect"].items() >= effect.items()


def test_effects_and_presets_are_listed_without_a_server() -> None:
    head, *rows = call_livetail("fault", "effects").stdout.splitlines()
    assert head.split() == ["NAME", "KIND", "KEYS", "DOES"]
    assert next(row for row in rows if row.startswith("cut ")).split()[:3] == ["cut", "effect", "bytes"]
    assert next(row for row in rows if row.startswith("throttling ")).split()[1:4] == ["preset", "fail", "pass"]
    listed = json.loads(call_livetail("fault", "effects", "--json").stdout)
    assert len(rows) == len(listed["effects"]) + len(listed["presets"])


@pytest.mark.parametrize(
    ("arguments", "name", "operation"),
    [
        (["--preset", "throttling"], "throttling", "*"),
        (["--preset", "operation-aborted"], "operation-aborted", "CreateLogGroup"),
        (["--preset", "read-delay"], "read-delay", "*"),
        (["empty-page"], "empty-page", "*"),
        (["empty-page", "--operation", "GetLogEvents"], "empty-page", "GetLogEvents"),
        (["cut"], "cut", "StartLiveTail"),
    ],
)
def test_the_list_has_the_default_operation_of_the_effect(
    emulator: LiveTailEmulator, arguments: list[str], name: str, operation: str
) -> None:
    assert livetail(emulator, "fault", "add", *arguments).returncode == 0
    assert livetail(emulator, "fault", "list").stdout.splitlines()[1].split()[1:3] == [name, operation]


def test_a_rule_can_repeat_and_leave_out_open_sessions(emulator: LiveTailEmulator) -> None:
    flags = ["--operation", "*", "--sequence", "3,2", "--sessions", "new"]
    added = livetail(emulator, "fault", "add", "error", "code=ThrottlingException", *flags)
    assert added.returncode == 0, added.stderr
    (rule,) = emulator.faults()
    assert (rule["sequence"], rule["sessions"]) == ({"fail": 3, "pass": 2}, "new")
    assert livetail(emulator, "fault", "list").stdout.splitlines()[1].endswith("fail 3, pass 2")


def test_presets_and_all(emulator: LiveTailEmulator) -> None:
    assert livetail(emulator, "fault", "add", "--preset", "observed-disconnect").returncode == 0
    assert livetail(emulator, "fault", "rm", "--all", "--json").stdout == "{}\n"
    assert emulator.faults() == []


@pytest.mark.parametrize(
    ("arguments", "status", "expected"),
    [
        (["add", "nonsense"], 1, "effect.type is 'nonsense'; one of "),
        (["add", "cut", "x"], 2, "'x' is not of the form KEY=VALUE"),
        (["add", "{"], 2, "the rule is not JSON: "),
        (["rm", "nonsense"], 1, "there is no fault 'nonsense'"),
        (["rm"], 2, "give the ids of rules, or --all"),
        (["add", "empty", "--sequence", "3"], 2, "argument --sequence: '3' is not of the form FAIL,PASS, such as 3,2"),
        (["add", "cut", "--sequence", "3,2"], 1, "sequence is given; the effect cut acts on "),
        (["add", "cut", "--after-updates", "x"], 2, "argument --after-updates: invalid int value: 'x'"),
    ],
)
def test_faults_that_cannot_be(emulator: LiveTailEmulator, arguments: list[str], status: int, expected: str) -> None:
    run = livetail(emulator, "fault", *arguments)
    assert (run.returncode, len(run.stderr.splitlines())) == (status, 1)
    assert run.stderr.startswith(f"livetail: {expected}")


@pytest.mark.parametrize(
    "command", [["tail", "/g"], ["sessions"], ["advance", "1s"], ["fault", "list"], ["reset"], ["put", "/g", "s"]]
)
def test_no_server(command: list[str]) -> None:
    run = call_livetail(*command, "--endpoint", "http://127.0.0.1:1")
    assert (run.returncode, run.stderr) == (1, "livetail: no response from http://127.0.0.1:1: Connection refused\n")
