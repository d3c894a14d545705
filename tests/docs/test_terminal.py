"""Every command of docs/terminal.md runs as printed."""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from livetail import LiveTailEmulator
from tests.cli.running import call_livetail
from tests.docs.reading import blocks
from tests.processes import as_module, start_command

COMMANDS = [line for block in blocks("docs/terminal.md", "sh") for line in block.text.splitlines()]
FOLLOWING = [command for command in COMMANDS if command.startswith("livetail tail") or "--watch" in command]
SHELL_SYNTAX = re.compile(r"[|<>$]|^(?!livetail )")
LINES = b"2026-01-01 first\n\tsecond\n"


@pytest.fixture(scope="module")
def emulator() -> Iterator[LiveTailEmulator]:
    with LiveTailEmulator(clock="manual@2026-01-01T00:00:00Z") as running:
        yield running


@pytest.fixture
def environment(emulator: LiveTailEmulator) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LIVETAIL_", "AWS_"))}
    folder = str(Path(sys.executable).parent)
    port = emulator.endpoint_url.rpartition(":")[2]
    return kept | {"PATH": f"{folder}{os.pathsep}{kept['PATH']}", "LIVETAIL_PORT": port}


@pytest.mark.parametrize("command", [command for command in COMMANDS if command not in FOLLOWING])
def test_commands_are_done(
    environment: dict[str, str], tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("app.log", "java.log"):
        (tmp_path / name).write_bytes(LINES)
    (tmp_path / "events.jsonl").write_text('{"timestamp": 1767225600000, "message": "m"}\n')
    monkeypatch.chdir(tmp_path)
    if SHELL_SYNTAX.search(command):
        run = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, timeout=60)
    else:
        run = call_livetail(*shlex.split(command, comments=True)[1:], variables=environment)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("command", FOLLOWING)
def test_commands_go_on_until_an_interrupt(
    emulator: LiveTailEmulator, environment: dict[str, str], command: str
) -> None:
    for group in ("/app/api", "/app/worker"):
        emulator.put(group, "web-1", ["x"])
    words = as_module(shlex.split(command))
    with start_command(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        if "tail" in command.split():
            emulator.wait_for_sessions(1)
        else:
            assert process.stdout is not None
            assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
    emulator.assert_no_sessions()
