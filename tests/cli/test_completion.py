"""`livetail completion`: what the shells themselves make of its scripts."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from livetail.cli.command_parser import COMMANDS
from tests.cli.running import run_livetail

FISH = "source {script}; complete -C {line!r}"
BASH = (
    "source {script}; COMP_WORDS=({line}); COMP_CWORD={at}; _shtab_livetail livetail; "
    "printf '%s\\n' \"${{COMPREPLY[@]}}\""
)


def completed(shell: str, line: str, folder: Path) -> set[str]:
    """The words that a shell offers at the end of a line."""
    script = folder / f"livetail.{shell}"
    script.write_text(run_livetail("completion", shell).stdout)
    template = FISH if shell == "fish" else BASH
    command = template.format(script=script, line=line, at=len(line.split()) - 1)
    run = subprocess.run([shell, "-c", command], capture_output=True, text=True, timeout=30, check=True)
    return {word.partition("\t")[0].strip() for word in run.stdout.splitlines()}


@pytest.mark.parametrize("shell", [name for name in ("bash", "fish") if shutil.which(name)])
def test_a_shell_offers_commands_and_flags(shell: str, tmp_path: Path) -> None:
    assert completed(shell, "livetail heal", tmp_path) == {"healthcheck"}
    assert completed(shell, "livetail serve --max", tmp_path) == {"--max-sessions"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_script_names_all_commands(shell: str) -> None:
    run = run_livetail("completion", shell)
    assert (run.returncode, run.stderr) == (0, "")
    assert all(name in run.stdout for name in COMMANDS)
    assert "--retain-bytes" in run.stdout or "-l retain-bytes" in run.stdout


def test_without_the_extra_a_sentence_names_it() -> None:
    check = (
        "import sys; sys.modules['shtab'] = None; from livetail.cli import main; sys.exit(main(['completion', 'zsh']))"
    )
    run = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr == "livetail: completion needs the package shtab: pip install 'livetail[completion]'\n"


def test_no_other_command_loads_it() -> None:
    check = "import sys; from livetail.cli import main; main(['env']); assert 'shtab' not in sys.modules"
    subprocess.run([sys.executable, "-c", check], capture_output=True, check=True)
