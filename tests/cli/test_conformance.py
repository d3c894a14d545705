"""`livetail conformance`: all checks pass on our own server, and those that a fault breaks fail."""

import argparse
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from livetail import LiveTailEmulator
from livetail.cli import conformance
from livetail.cli.aws_client import aws_client
from livetail.cli.command_parser import CommandError
from livetail.cli.conformance_checks import CHECKS
from tests.cli.running import call_livetail
from tests.docs.conformance_table import conformance_table

PAGE = (Path(__file__).parents[2] / "docs" / "conformance.md").read_text(encoding="utf-8")
NOT_ASKED = {"session-timeout", "session-quota", "backlog"}


@pytest.fixture(scope="module")
def server() -> Iterator[LiveTailEmulator]:
    with LiveTailEmulator(clock="manual", seed=7) as running:
        yield running


@pytest.fixture
def emulator(server: LiveTailEmulator) -> LiveTailEmulator:
    server.reset()
    return server


def run(url: str, *arguments: str) -> int:
    parser = argparse.ArgumentParser()
    conformance.configure(parser)
    return conformance.run(parser.parse_args(["--endpoint", url, *arguments]))


def test_every_check_passes(emulator: LiveTailEmulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "results.json"
    status = run(emulator.endpoint_url, "--json", str(file))
    results = json.loads(file.read_text(encoding="utf-8"))
    assert results["endpoint"] == emulator.endpoint_url
    assert {row["name"]: row["seen"] for row in results["checks"] if row["verdict"] == "differs"} == {}
    assert {row["name"] for row in results["checks"] if row["verdict"] == "not asked"} == NOT_ASKED
    assert [row["name"] for row in results["checks"]] == [check.name for check in CHECKS]
    assert status == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("holds      session-start ")
    assert printed[-1] == f"{len(CHECKS) - 3} hold, 0 differ, 3 not asked"
    assert emulator.client().describe_log_groups()["logGroups"] == []


ERROR = {"type": "error", "code": "Oh", "message": "no"}
EXCEPTION = {"type": "exception", "name": "SessionStreamingException", "message": "no"}
DIFFERENCES = [
    ("event-members", {"effect": EXCEPTION}, "SessionStreamingException"),
    ("empty-update", {"effect": {"type": "end"}, "after": {"updates": 1}}, "the stream ended"),
    ("session-start", {"effect": {"type": "corrupt"}}, "ChecksumMismatch"),
    ("filter-pages", {"operation": "FilterLogEvents", "effect": ERROR}, "Oh: no"),
    ("two-regexes", {"operation": "TestMetricFilter", "effect": ERROR}, "('Oh', 'no') instead of"),
]


@pytest.mark.parametrize(("name", "fault", "seen"), DIFFERENCES)
def test_what_a_fault_changes_differs(
    emulator: LiveTailEmulator,
    capsys: pytest.CaptureFixture[str],
    name: str,
    fault: dict[str, object],
    seen: str,
) -> None:
    emulator.add_fault({"times": 0} | fault)
    assert run(emulator.endpoint_url, "--only", name, "--only", "group-twice") == 1
    printed = capsys.readouterr().out.splitlines()
    row = next(number for number, line in enumerate(printed) if line.startswith(f"differs    {name} "))
    assert printed[row + 1].startswith(" ") and seen in printed[row + 1]
    assert any(line.startswith("holds      group-twice ") for line in printed)
    assert printed[-1] == "1 hold, 1 differ, 0 not asked"


def test_on_a_running_clock(capsys: pytest.CaptureFixture[str]) -> None:
    with LiveTailEmulator(clock="60x") as emulator:
        assert run(emulator.endpoint_url, "--only", "empty-update") == 0


def test_aws_is_asked_in_the_region_of_its_name() -> None:
    client = aws_client("https://logs.eu-west-1.amazonaws.com", 1)
    assert client.meta.region_name == "eu-west-1"
    assert client.meta.config.inject_host_prefix  # Live Tail has a host of its own there


def test_another_endpoint_needs_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    client = aws_client("http://127.0.0.1:4586", 1)
    assert client.meta.region_name == "us-east-1"
    assert not client.meta.config.inject_host_prefix


def test_an_endpoint_that_is_not_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(CommandError, match=f"^no response from {url}: "):
            run(url)


def test_an_endpoint_that_refuses(emulator: LiveTailEmulator) -> None:
    emulator.add_fault({"operation": "CreateLogGroup", "effect": {"type": "error", "code": "Oh", "message": "no"}})
    with pytest.raises(CommandError, match=f"^{emulator.endpoint_url} does not create a log group: Oh: no$"):
        run(emulator.endpoint_url)


def test_a_file_that_cannot_be_written(emulator: LiveTailEmulator, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=f"^cannot write {tmp_path}: "):
        run(emulator.endpoint_url, "--only", "group-twice", "--json", str(tmp_path))


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["--only", "nothing"], 2), (["--endpoint", "garbage"], 2), (["--endpoint", "http://["], 2)],
)
def test_wrong_usage_is_one_sentence(arguments: list[str], status: int) -> None:
    done = call_livetail("conformance", *arguments)
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith("livetail: ") and done.stderr.count("\n") == 1


def test_names_are_unique() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)


def test_the_page_has_the_table() -> None:
    assert conformance_table() in PAGE, "print it anew: python -m tests.docs.conformance_table"
