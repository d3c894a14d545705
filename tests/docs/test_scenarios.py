"""The commands and examples of docs/scenarios.md run as printed.

Its tables, and the scenarios and lines in it, are held to the code by tests/unit/synthetic/test_documentation.py.
"""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from livetail import LiveTailEmulator
from livetail.scenarios.recording import read_recording
from tests.docs.reading import blocks

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
    assert [[command[:2] for command in commands(number)] for number in range(len(blocks(NAME, "sh")))] == [
        [["livetail", "serve"], ["livetail", "scenario"], ["livetail", "demo"]],
        [["livetail", "record"], ["livetail", "record"]],
    ]


def test_the_scenario_is_served(folder: Path) -> None:
    command, _, _ = commands(0)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=folder, env=environment(LIVETAIL_PORT="0")
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Ready. ")
        process.terminate()
        assert process.wait(20) == 0


def test_the_scenario_is_checked(folder: Path) -> None:
    _, command, _ = commands(0)
    run = subprocess.run(
        command, capture_output=True, text=True, cwd=folder, env=environment(), timeout=60, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("shop.toml: 2 log groups, 2 sources, ")


def test_the_demo_ends_by_itself(folder: Path) -> None:
    _, _, command = commands(0)
    command += ["--seconds", "1.2"]
    run = subprocess.run(
        command, capture_output=True, text=True, cwd=folder, env=environment(), timeout=60, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert "plays burst.toml" in run.stdout


def test_the_first_recording_asks_whom_the_sdk_is_configured_for(folder: Path) -> None:
    command, _ = commands(1)
    with (
        LiveTailEmulator(clock="manual", scenario=folder / "shop.toml") as emulator,
        subprocess.Popen(command, cwd=folder, env=environment(**emulator.environment())) as process,
    ):
        (session,) = emulator.wait_for_sessions(1)
        emulator.advance(2)
        emulator.end_session(session["sessionId"])
        assert process.wait(30) == 0
    recording = read_recording((folder / "incident.jsonl").read_bytes())
    assert [len(entry.events or ()) for entry in recording.entries if entry.kind == "update"] == [20, 20]


def test_the_second_recording_asks_an_emulator(folder: Path) -> None:
    _, command = commands(1)
    with LiveTailEmulator(clock="10x", scenario=folder / "shop.toml") as emulator:
        there = [word.replace("http://127.0.0.1:4586", emulator.endpoint_url) for word in command]
        assert there != command
        run = subprocess.run(
            there, capture_output=True, text=True, cwd=folder, env=environment(), timeout=60, check=False
        )
    assert run.returncode == 0, run.stderr
    recording = read_recording((folder / "checkout.jsonl").read_bytes())
    found = [event.message for entry in recording.entries for event in entry.events or ()]
    assert found
    assert all("checkout" in message for message in found)
    assert recording.entries[-1].reason == "stopped"


def test_the_recording_is_replayed(folder: Path) -> None:
    (folder / "incident.jsonl").write_text(blocks(NAME, "jsonl")[1].text)
    (folder / "replay.toml").write_text(blocks(NAME, "toml")[-2].text)
    (example,) = blocks(NAME, "python")
    run = subprocess.run(
        [sys.executable, "-c", example.text], capture_output=True, text=True, cwd=folder, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout == blocks(NAME, "text")[0].text
