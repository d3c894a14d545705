"""The suite of the sample project, a project such as a user's own, passes in parallel and uses the public interface."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.testing.projects import LIKE_A_USER

PROJECT = Path(__file__).with_name("sample-project")

PUBLIC = {"livetail"}


def test_its_suite_passes_in_parallel() -> None:
    command = [sys.executable, "-m", "pytest", "-n", "2", "-q", *LIKE_A_USER, "--rootdir", str(PROJECT)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, timeout=100, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "warning" not in run.stdout, "its configuration makes errors of warnings"
    assert "skipped" not in run.stdout and "xfailed" not in run.stdout


@pytest.mark.parametrize("source", sorted(PROJECT.glob("*.py")), ids=lambda source: source.name)
def test_it_uses_only_what_users_import(source: Path) -> None:
    for node in ast.walk(ast.parse(source.read_text())):
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            modules.append(node.module or "")
        assert {name for name in modules if name.startswith(("livetail", "tests"))} <= PUBLIC


def test_the_program_does_not_mention_the_emulator() -> None:
    text = (PROJECT / "logtail.py").read_text()
    assert "emulator" not in text and "livetail" not in text.lower()
