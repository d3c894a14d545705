"""The examples of docs/testing.md run as printed."""

import sys
from pathlib import Path

import pytest

from tests.docs.reading import Block, blocks
from tests.processes import run_command
from tests.testing.projects import run_pytest

EXAMPLES = blocks("docs/testing.md", "python")


def runs_under(example: Block) -> str:
    if "pytest" in example.text or "def test_" in example.text.split("\nclass")[0]:
        return "pytest"
    return "unittest" if "unittest" in example.text else "python"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"line {example.line}")
def test_examples_run(example: Block, tmp_path: Path) -> None:
    file = tmp_path / "test_example.py"
    file.write_text(example.text)
    if runs_under(example) == "pytest":
        run = run_pytest(tmp_path)
    else:
        run = run_command([sys.executable, str(file)], cwd=tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    if runs_under(example) == "python" and "print(" in example.text:
        (printed,) = blocks("docs/testing.md", "text")
        assert run.stdout == printed.text


def test_there_is_an_example_for_each_way() -> None:
    assert set(map(runs_under, EXAMPLES)) == {"pytest", "python", "unittest"}
