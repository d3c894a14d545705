"""The log of `livetail serve`: one line a request, two a session, and as JSON nothing but JSON."""

import json
import os
import pty
import re
import subprocess
import sys
import urllib.error
import urllib.request
from typing import Any

import pytest

from livetail.testing.handle import LiveTail
from tests.cli.running import call_livetail, serving
from tests.processes import run_command, start_command

GROUP = "/app/api"


def ask(url: str, headers: dict[str, str], body: bytes = b"{}") -> int:
    request = urllib.request.Request(url, data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def call(url: str, operation: str, body: dict[str, Any]) -> int:
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"Logs_20140328.{operation}"}
    return ask(url, headers, json.dumps(body).encode())


def tail_once(url: str) -> None:
    """Use the emulator as a client does: a session that gets an update and is closed, a refused one, a health check."""
    livetail = LiveTail(url)
    logs = livetail.client()
    livetail.put(GROUP, "web-1", ["ready"])
    stream = logs.start_live_tail(logGroupIdentifiers=[livetail.log_group_arn(GROUP)], logEventFilterPattern="ERROR")[
        "responseStream"
    ]
    livetail.wait_for_sessions(1)
    livetail.put(GROUP, "web-1", ["ERROR boom", "fine"])
    livetail.advance(1)
    assert "sessionStart" in next(iter(stream))
    stream.close()
    livetail.assert_no_sessions()
    assert call(url, "DescribeLogStreams", {"logGroupName": "/no\x1b[31m\nsuch"}) == 400
    assert call(url, "DescribeLogStreams", {"logGroupName": "/none"}) == 400
    livetail.client(region_name="eu-west-1").create_log_group(logGroupName="/elsewhere")
    assert call(url, "DescribeLogStreams", {"logGroupName": "/elsewhere"}) == 400
    logs.close()


def log_of(*arguments: str) -> tuple[str, list[str], list[str]]:
    """Where the server was, its lines on stdout, and those on stderr, after `tail_once`."""
    with serving("--clock", "manual", "--seed", "7", *arguments) as (process, lines):
        first = lines[0]
        url = json.loads(first)["endpoint"] if first.startswith("{") else first.removeprefix("Ready. ")
        tail_once(url)
        process.terminate()
        rest, errors = process.communicate(timeout=10)
        return url, lines + rest.splitlines(), errors.splitlines()


@pytest.fixture(scope="module")
def text_log() -> list[str]:
    return log_of("--log-level", "debug")[2]


def test_one_line_a_request_and_two_a_session(text_log: list[str]) -> None:
    log = [line for line in text_log if " debug " not in line]
    lines = [re.sub(r"^\d\d:\d\d:\d\d ", "", re.sub(r"[\d.]+ ms", "N ms", line)) for line in log]
    started, ended = (line for line in lines if line.startswith("session "))
    assert lines[0] == f"StartLiveTail {GROUP} 200 N ms"
    session = started.split()[1]
    assert started == f"session {session} started on {GROUP} with the pattern ERROR"
    counts = "1 updates, 1 delivered, 0 sampled out, 0 dropped"
    assert ended == f"session {session} ended (client) after 1 s: {counts}"
    assert lines[-1] == (
        "DescribeLogStreams /elsewhere 400 ResourceNotFoundException N ms: "
        "/elsewhere is not in us-east-1, but in eu-west-1"
    )
    assert lines[-3] == (
        "DescribeLogStreams /none 400 ResourceNotFoundException N ms: The specified log group does not exist."
    )


def test_a_name_cannot_write_a_line_of_its_own(text_log: list[str]) -> None:
    (line,) = (line for line in text_log if "such" in line)
    assert "/no\\x1b[31m\\nsuch 400 InvalidParameterException" in line


def test_control_requests_are_logged_at_debug(text_log: list[str]) -> None:
    assert any(re.fullmatch(r"\S+ debug POST /_livetail/events 200 [\d.]+ ms", line) for line in text_log)


def test_json_is_all_there_is() -> None:
    url, printed, log = log_of("--log-format", "json")
    (ready,) = map(json.loads, printed)
    assert (ready["event"], ready["endpoint"], ready["seed"]) == ("ready", url, 7)
    assert ready["environment"]["AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"] == url
    records = [json.loads(line) for line in log]
    assert all(record.keys() >= {"time", "level", "logger", "message"} for record in records)
    request = records[0]
    assert (request["operation"], request["logGroups"], request["status"]) == ("StartLiveTail", [GROUP], 200)
    (started,) = (record for record in records if record.get("event") == "session started")
    (ended,) = (record for record in records if record.get("event") == "session ended")
    assert (started["sessionId"], started["pattern"]) == (ended["sessionId"], "ERROR")
    assert ended["endedBy"] == "client"
    assert (ended["seconds"], ended["updates"], ended["delivered"], ended["dropped"]) == (1, 1, 1, 0)
    assert records[-1]["error"] == "ResourceNotFoundException"


def test_why_a_session_ended() -> None:
    with serving("--clock", "manual", "--session-timeout", "15m") as (process, lines):
        livetail = LiveTail(lines[0].removeprefix("Ready. "))
        livetail.put(GROUP, "web-1", ["ready"])
        logs, arn = livetail.client(), livetail.log_group_arn(GROUP)
        streams = []
        for how in ("deleted", "fault", "timeout", "server"):
            if how == "fault":
                livetail.add_fault({"effect": {"type": "cut"}, "after": {"seconds": 1}})
            streams.append(logs.start_live_tail(logGroupIdentifiers=[arn])["responseStream"])
            (session,) = livetail.wait_for_sessions(1)
            if how == "deleted":
                livetail.end_session(session["sessionId"])
            elif how != "server":
                livetail.advance(1 if how == "fault" else 900)
            if how != "server":
                livetail.assert_no_sessions()
        process.terminate()
        _, errors = process.communicate(timeout=10)
        for stream in streams:
            stream.close()
        logs.close()
    assert re.findall(r"session \S+ ended \((\w+)\)", errors) == ["deleted", "fault", "timeout", "server"]


def test_a_start_that_fails_is_json_too() -> None:
    run = call_livetail("serve", "--host", "no.such.host.invalid", "--port", "0", "--log-format", "json")
    assert run.returncode == 1
    record = json.loads(run.stderr)
    assert record["level"] == "error"
    assert record["message"].startswith("cannot listen on no.such.host.invalid:0: ")


@pytest.mark.parametrize(("level", "shown"), [("error", ["error"]), ("warning", ["warning", "error"])])
def test_libraries_write_no_lines_below_the_level(level: str, shown: list[str]) -> None:
    program = f"""
import logging
from livetail.server.logs import configure_logging
configure_logging({level!r}, "text")
for name in ("info", "warning", "error"):
    getattr(logging.getLogger("asyncio"), name)("a line")
"""
    run = run_command([sys.executable, "-c", program])
    assert re.findall(r"\S+ (\w+) a line", run.stderr) == shown


def test_probes_of_other_services_are_one_line_of_a_kind() -> None:
    """They are warnings; ordinary requests are not."""
    with serving("--clock", "manual", "--log-level", "warning") as (process, lines):
        url = lines[0].removeprefix("Ready. ")
        tail_once(url)
        for number in range(40):
            assert ask(f"{url}/bucket-{number}", {}) == 404
            assert ask(url, {"Content-Type": "text/plain"}) == 404
        process.terminate()
        _, errors = process.communicate(timeout=10)
    assert len(errors.splitlines()) == 2, errors


@pytest.mark.parametrize(("variables", "coloured"), [({"TERM": "xterm"}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_on_a_terminal(variables: dict[str, str], coloured: bool) -> None:
    terminal, side = pty.openpty()
    command = [sys.executable, "-m", "livetail", "serve", "--port", "0"]
    environ = {**os.environ, **variables}
    with start_command(command, stdout=subprocess.PIPE, stderr=side, env=environ) as process:
        os.close(side)
        assert process.stdout is not None
        url = process.stdout.readline().strip().removeprefix("Ready. ")
        call(url, "DescribeLogGroups", {})
        shown = os.read(terminal, 1000).decode()
        process.terminate()
        process.stdout.read()
    os.close(terminal)
    assert ("\x1b[" in shown) is coloured
    assert "DescribeLogGroups 200" in shown
