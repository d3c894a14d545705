"""The AWS CLI of PyPI as a user types it, against a real server.

It is the first AWS CLI, which has no `logs tail`. What the second one does for `logs tail --follow` is in
`test_boto3_operations`: it asks FilterLogEvents again and again.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import pytest

from livetail import LiveTailEmulator
from tests.clients.tailing import Tailing
from tests.processes import start_command

Process: TypeAlias = subprocess.Popen[str]

REFUSED = 255
"""Exit status of the first AWS CLI when a service returns an error; the second has 254."""


class Cli:
    """`aws` in a shell that has the variables of `livetail env`, and no other configuration."""

    def __init__(self, emulator: LiveTailEmulator, home: Path) -> None:
        self._variables = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            **emulator.environment(),
            "HOME": str(home),
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_PAGER": "",
            "PYTHONUNBUFFERED": "1",
        }

    @contextmanager
    def start(self, *arguments: str) -> Iterator[Process]:
        """Run a command beside the test."""
        command = [sys.executable, "-m", "awscli", "logs", *arguments]
        with start_command(command, env=self._variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            try:
                yield process
            finally:
                process.kill()

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command to its end; its exit status, stdout and stderr."""
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=60)
            return process.returncode, out, err


@pytest.fixture
def aws(manual: LiveTailEmulator, tmp_path: Path) -> Cli:
    return Cli(manual, tmp_path)


def _next_line(process: Process) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_start_live_tail_prints_what_matches_until_the_session_ends(manual: LiveTailEmulator, aws: Cli) -> None:
    manual.put("/app/api", "web-1", ["before"])
    manual.put("/app/api", "web-2", ["before"])
    filters = ["--log-stream-names", "web-1", "web-2", "--log-event-filter-pattern", "?ERROR ?WARN"]
    with aws.start("start-live-tail", "--log-group-identifiers", manual.log_group_arn("/app/api"), *filters) as process:
        (session,) = manual.wait_for_sessions(1, timeout=30)
        assert session["logStreamNames"] == ["web-1", "web-2"]
        assert session["logEventFilterPattern"] == "?ERROR ?WARN"
        assert str(session["userAgent"]).startswith("aws-cli/")
        manual.put("/app/api", "web-1", ["fine", "ERROR 1"])
        manual.put("/app/api", "web-2", ["WARN größe ☃"])
        manual.put("/app/api", "web-3", ["ERROR 3"])
        manual.put("/app/api", "web-1", ["ERROR 4"])
        manual.advance(3)
        assert [_next_line(process) for _ in range(3)] == ["ERROR 1\n", "WARN größe ☃\n", "ERROR 4\n"]
        manual.end_session(session["sessionId"])
        assert process.communicate(timeout=30) == ("", "")
        assert process.returncode == 0


def test_start_live_tail_prints_how_a_session_failed(tmp_path: Path) -> None:
    """The CLI prints the exception of a stream on stdout and ends with status 0; against AWS it does the same."""
    with LiveTailEmulator(clock="manual", seed=7, session_timeout="2s") as emulator:
        emulator.put("/app/api", "web-1", ["before"])
        arn = emulator.log_group_arn("/app/api")
        with Cli(emulator, tmp_path).start("start-live-tail", "--log-group-identifiers", arn) as process:
            emulator.wait_for_sessions(1, timeout=30)
            emulator.advance(2)
            assert process.communicate(timeout=30) == (
                "An error occurred (SessionTimeoutException) when calling the StartLiveTail operation: "
                "Session timed out.\n",
                "",
            )
            assert process.returncode == 0


def test_errors_are_on_stderr_and_in_the_exit_status(manual: LiveTailEmulator, aws: Cli) -> None:
    status, out, err = aws.run("start-live-tail", "--log-group-identifiers", manual.log_group_arn("/app/api"))
    assert (status, out) == (REFUSED, "")
    assert err.strip() == (
        "An error occurred (ResourceNotFoundException) when calling the StartLiveTail operation: "
        "The specified log group does not exist."
    )


def test_a_session_gets_what_put_log_events_stores(
    manual: LiveTailEmulator, tailing: Tailing, aws: Cli, tmp_path: Path
) -> None:
    manual.put("/app/api", "web-1", ["before"])
    tail = tailing("/app/api")
    events = [{"timestamp": manual.now(), "message": message} for message in ("ERROR boom", "größe ☃")]
    (tmp_path / "events.json").write_text(json.dumps(events))
    where = ["--log-group-name", "/app/api", "--log-stream-name", "web-1"]
    status, out, err = aws.run("put-log-events", *where, "--log-events", f"file://{tmp_path / 'events.json'}")
    assert (status, err) == (0, "")
    assert set(json.loads(out)) == {"nextSequenceToken"}
    manual.advance(1)
    assert tail.messages() == ["ERROR boom", "größe ☃"]
