"""Which endpoint `livetail record` calls, and what it refuses."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import pytest

from livetail import LiveTailEmulator
from livetail.cli.aws_client import aws_client
from tests.cli.record.recorder import (
    GROUP,
    end_session,
    header_of,
)
from tests.cli.running import call_livetail, run_livetail


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
