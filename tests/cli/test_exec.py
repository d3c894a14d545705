"""`livetail exec`: a command with an emulator of its own, its exit status, its signals, and that nothing is left."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.running import call_livetail, run_livetail
from tests.processes import start_command

PRINT_ENVIRONMENT = "import json, os; print(json.dumps(dict(os.environ)))"

TAIL = """
import boto3
logs, region = boto3.client("logs"), boto3.session.Session().region_name
logs.create_log_group(logGroupName="/app")
account = boto3.client("sts").get_caller_identity()["Account"]
tail = logs.start_live_tail(logGroupIdentifiers=[f"arn:aws:logs:{region}:{account}:log-group:/app"])
print(next(iter(tail["responseStream"]))["sessionStart"]["logGroupIdentifiers"])
"""


@pytest.fixture
def environment_in(capfd: pytest.CaptureFixture[str]) -> Callable[..., dict[str, str]]:
    """Returns the environment of a command, by the flags of `livetail exec`."""

    def environment(*flags: str, variables: dict[str, str] | None = None) -> dict[str, str]:
        run = call_livetail("exec", *flags, "--", sys.executable, "-c", PRINT_ENVIRONMENT, variables=variables)
        assert run.returncode == 0, run.stderr
        found = json.loads(capfd.readouterr().out)
        assert isinstance(found, dict)
        return found

    return environment


def test_a_command_finds_the_emulator() -> None:
    """In the region of the command, and whatever proxy there is."""
    variables = {"AWS_DEFAULT_REGION": "eu-west-1", "http_proxy": "http://127.0.0.1:1"}
    run = run_livetail("exec", "--", sys.executable, "-c", TAIL, variables=variables)
    assert run.stdout == "['arn:aws:logs:eu-west-1:123456789012:log-group:/app']\n", run.stderr
    assert (run.returncode, run.stderr) == (0, "")


def test_nothing_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment_in: Callable[..., dict[str, str]]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    found = environment_in("--tls")
    assert found["AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"].startswith("https://")
    assert Path(found["AWS_CA_BUNDLE"]).is_relative_to(tmp_path)
    assert list(tmp_path.iterdir()) == []
    address = urlsplit(found["AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address.hostname, address.port), timeout=5)


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (["sh", "-c", "exit 7"], 7),
        (["sh", "-c", "kill -9 $$"], 128 + 9),
        (["/no/such/command"], 127),
        ([os.devnull], 126),
    ],
)
def test_the_status_is_that_of_the_command(command: list[str], status: int) -> None:
    run = call_livetail("exec", "--", *command)
    assert run.returncode == status
    assert len(run.stderr.splitlines()) == (1 if status in (126, 127) else 0)


def test_keys_of_the_environment_pick_the_account_unless_signatures_are_checked(
    environment_in: Callable[..., dict[str, str]],
) -> None:
    mine = {"AWS_ACCESS_KEY_ID": "210987654321", "AWS_REGION": "eu-west-1"}
    found = environment_in("--region", "eu-west-2", variables=mine)
    assert (found["AWS_ACCESS_KEY_ID"], found["AWS_REGION"]) == ("210987654321", "eu-west-2")
    checked = environment_in("--verify-signatures", "--credentials", "AKID:secret", variables=mine)
    assert (checked["AWS_ACCESS_KEY_ID"], checked["AWS_SECRET_ACCESS_KEY"]) == ("AKID", "secret")


def test_arguments_and_input_are_passed_as_they_are(capfd: pytest.CaptureFixture[str]) -> None:
    show = [sys.executable, "-c", "import sys; print(sys.argv[1:], input())"]
    call_livetail("exec", "--seed", "7", "--", *show, "-q", "--seed", "--", "a b", "", given=b"hello\n")
    assert capfd.readouterr().out == "['-q', '--seed', '--', 'a b', ''] hello\n"


def test_flags_that_are_wrong() -> None:
    run = call_livetail("exec", "--max-sessions", "many", "--", "true")
    assert (run.returncode, run.stderr) == (2, "livetail: --max-sessions 'many' is not a whole number\n")
    run = call_livetail("exec", "--")
    assert (run.returncode, run.stderr) == (2, "livetail: exec needs a command: livetail exec -- COMMAND\n")


WAIT_FOR_SIGNAL = """
import signal, sys
signal.signal(signal.{name}, lambda number, frame: sys.exit(40 + number))
print("waiting", flush=True)
signal.pause()
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGUSR1"])
def test_a_signal_is_passed_on(name: str) -> None:
    number = signal.Signals[name]
    command = [sys.executable, "-m", "livetail", "exec", "--", sys.executable, "-c", WAIT_FOR_SIGNAL.format(name=name)]
    with start_command(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(number)
        assert process.wait(20) == 40 + number


def test_a_signal_that_comes_while_the_command_starts_is_passed_on() -> None:
    script = """
import os, signal, subprocess, sys
from livetail.cli.exec import _run

class InterruptedStart(subprocess.Popen):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        os.kill(os.getpid(), signal.SIGTERM)

subprocess.Popen = InterruptedStart
sys.exit(_run(["sleep", "30"], dict(os.environ)))
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=20, check=False)
    assert (run.returncode, run.stderr) == (128 + signal.SIGTERM, b"")
