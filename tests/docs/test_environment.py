"""Every command of docs/environment.md runs as printed."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from livetail import LiveTailEmulator
from livetail.environment_formats import FORMATS
from tests.docs.reading import Block, blocks, document

NAME = "docs/environment.md"


@pytest.fixture(scope="module")
def emulator() -> Iterator[LiveTailEmulator]:
    with LiveTailEmulator(clock="manual") as running:
        yield running


@pytest.mark.parametrize("block", blocks(NAME, "sh"), ids=lambda block: f"line {block.line}")
def test_a_command(block: Block, emulator: LiveTailEmulator, tmp_path: Path) -> None:
    """With a server on a free port in place of the default one, and the commands of this Python."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "LIVETAIL_"))}
    environ = {
        **kept,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "LIVETAIL_ENDPOINT": emulator.endpoint_url,
        "PYTHONWARNINGS": "ignore",
    }
    run = subprocess.run(
        ["sh", "-e", "-c", block.text],
        env=environ,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr


def test_a_command_with_its_output() -> None:
    (block,) = blocks(NAME, "console")
    command, *shown = block.text.splitlines()
    arguments = command.removeprefix("$ livetail ").split()
    run = subprocess.run([sys.executable, "-m", "livetail", *arguments], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == shown


def test_every_format_has_a_row() -> None:
    table = re.findall(r"^\| `(\w+)` \| ", document(NAME), re.MULTILINE)
    assert table == ["shell", "fish", "powershell", "dotenv", "github", "json"]
    assert set(table) == set(FORMATS)
