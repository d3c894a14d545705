"""The commands and examples of docs/scenarios.md run as printed.

Its tables, and the scenarios and lines in it, are held to the code by tests/unit/scenarios/test_documentation.py.
"""

import gzip
import os
import shlex
import sys
from pathlib import Path

import pytest

from livetail import LiveTail, LiveTailEmulator
from livetail.scenarios import fixtures
from livetail.scenarios.recording import read_recording
from tests.cli.running import call_livetail, serving_here
from tests.docs.reading import blocks
from tests.docs.shell import run_program
from tests.processes import as_module, run_command, start_command

NAME = "docs/scenarios.md"


def commands(number: int) -> list[list[str]]:
    """The commands of a block for the shell, without their comments."""
    lines = blocks(NAME, "sh")[number].text.replace("\\\n", " ").splitlines()
    return [shlex.split(line, comments=True) for line in lines]


def environment(**variables: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LIVETAIL_", "AWS_"))}
    folder = str(Path(sys.executable).parent)
    return kept | {"PATH": f"{folder}{os.pathsep}{kept['PATH']}", "HOME": "/nonexistent"} | variables


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the files lie that the commands name."""
    (tmp_path / "shop.toml").write_text(blocks(NAME, "toml")[0].text)
    return tmp_path


def test_there_are_two_blocks_of_commands() -> None:
    assert [" ".join(command[:2]) for command in commands(0)] == [
        *["livetail serve"] * 3,
        *["livetail scenario"] * 3,
        "livetail demo",
    ]
    assert [" ".join(command[:2]) for command in commands(1)] == ["livetail record"] * 2


@pytest.mark.parametrize("number", range(3))
def test_scenarios_are_served(folder: Path, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "incident.jsonl.gz").write_bytes(gzip.compress(blocks(NAME, "jsonl")[1].text.encode()))
    monkeypatch.chdir(folder)
    with serving_here(*commands(0)[number][2:]) as server:
        assert LiveTail(server.endpoint_url).scenarios()


def test_scenarios_are_checked_listed_shown_and_demonstrated(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    check, names, show, demo = (command[1:] for command in commands(0)[3:])
    assert show[-2:] == [">", "shop.toml"]
    runs = [call_livetail(*command) for command in (check, names, show[:-2], [*demo, "--seconds", "1.2"])]
    assert [(run.returncode, run.stderr) for run in runs] == [(0, "")] * 4
    assert runs[0].stdout.startswith("shop.toml: 2 log groups, 2 sources, ")
    assert runs[1].stdout.startswith("audit-trail    ")
    assert runs[2].stdout == fixtures.path("shop").read_text()
    assert "plays burst.toml" in runs[3].stdout


def test_the_first_recording_uses_the_configuration_of_the_sdk(folder: Path) -> None:
    command, _ = commands(1)
    with (
        LiveTailEmulator(clock="manual", scenario=folder / "shop.toml") as emulator,
        start_command(as_module(command), cwd=folder, env=environment(**emulator.environment())) as process,
    ):
        (session,) = emulator.wait_for_sessions(1)
        emulator.advance(2)
        emulator.end_session(session["sessionId"])
        assert process.wait(30) == 0
    recording = read_recording((folder / "incident.jsonl").read_bytes())
    assert [len(entry.events or ()) for entry in recording if entry.kind == "update"] == [20, 20]


def test_the_second_recording_is_of_an_emulator(folder: Path) -> None:
    _, command = commands(1)
    with LiveTailEmulator(clock="10x", scenario=folder / "shop.toml") as emulator:
        there = [word.replace("http://127.0.0.1:4586", emulator.endpoint_url) for word in command]
        assert there != command
        run = run_command(as_module(there), cwd=folder, env=environment())
    assert run.returncode == 0, run.stderr
    recording = read_recording((folder / "checkout.jsonl").read_bytes())
    found = [event.message for entry in recording for event in entry.events or ()]
    assert found
    assert all("checkout" in message for message in found)
    assert recording[-1].reason == "stopped"


def test_the_recording_is_replayed(folder: Path) -> None:
    (folder / "incident.jsonl").write_text(blocks(NAME, "jsonl")[1].text)
    (folder / "replay.toml").write_text(blocks(NAME, "toml")[-2].text)
    (example,) = blocks(NAME, "python")
    assert run_program(example.text, folder) == blocks(NAME, "text")[0].text
