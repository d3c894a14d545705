"""`livetail completion`: its scripts in the real shells."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from livetail.cli.command_parser import COMMANDS
from tests.cli.running import call_livetail

FISH = "source {script}; complete -C {line!r}"
BASH = (
    "source {script}; COMP_WORDS=({line}); COMP_CWORD={at}; _shtab_livetail livetail; "
    "printf '%s\\n' \"${{COMPREPLY[@]}}\""
)


@pytest.fixture(scope="module", params=["bash", "zsh", "fish"])
def script(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    shell: str = request.param
    run = call_livetail("completion", shell)
    assert (run.returncode, run.stderr) == (0, "")
    path = tmp_path_factory.mktemp("completion") / shell
    path.write_text(run.stdout)
    return path


def completed(script: Path, line: str) -> set[str]:
    """The words that a shell offers at the end of a line."""
    template = FISH if script.name == "fish" else BASH
    command = template.format(script=script, line=line, at=len(line.split()) - 1)
    run = subprocess.run([script.name, "-c", command], capture_output=True, text=True, timeout=30, check=True)
    return {word.partition("\t")[0].strip() for word in run.stdout.splitlines()}


def test_a_shell_offers_commands_and_flags(script: Path) -> None:
    """Where the shell is; zsh completes on a terminal only, and reads the script here."""
    if script.name == "zsh" and shutil.which("zsh"):
        subprocess.run(["zsh", "-n", str(script)], capture_output=True, timeout=30, check=True)
    elif shutil.which(script.name):
        assert completed(script, "livetail heal") == {"healthcheck"}
        assert completed(script, "livetail serve --max") == {"--max-sessions"}


def test_each_script_names_all_commands(script: Path) -> None:
    text = script.read_text()
    assert all(name in text for name in COMMANDS)
    assert "--retain-bytes" in text or "-l retain-bytes" in text


def test_without_the_extra_a_sentence_names_it() -> None:
    check = (
        "import sys; sys.modules['shtab'] = None; from livetail.cli import main; sys.exit(main(['completion', 'zsh']))"
    )
    run = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr == "livetail: completion needs shtab: pip install 'livetail[completion]'\n"


def test_no_other_command_loads_it() -> None:
    check = "import sys; from livetail.cli import main; main(['env']); assert 'shtab' not in sys.modules"
    subprocess.run([sys.executable, "-c", check], capture_output=True, check=True)
