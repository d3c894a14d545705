"""The examples of docs/testing.md run as printed."""

from pathlib import Path

import pytest

from tests.docs.reading import Block, blocks
from tests.docs.shell import run_program
from tests.testing.projects import run_pytest_here

pytest_plugins = ["pytester"]

EXAMPLES = blocks("docs/testing.md", "python")
SUITES = [example for example in EXAMPLES if "\ndef test_" in example.text]
PROGRAMS = [example for example in EXAMPLES if example not in SUITES]


def test_examples_for_pytest_pass(pytester: pytest.Pytester) -> None:
    files = {f"test_line_{example.line}": example.text for example in SUITES}
    tests = sum(text.count("\ndef test_") for text in files.values())
    run_pytest_here(pytester, **files).assert_outcomes(passed=tests)


@pytest.mark.parametrize("example", PROGRAMS, ids=lambda example: f"line {example.line}")
def test_examples_run(example: Block, tmp_path: Path) -> None:
    printed = run_program(example.text, tmp_path)
    if "print(" in example.text:
        (shown,) = blocks("docs/testing.md", "text")
        assert printed == shown.text


def test_there_is_an_example_for_each_way() -> None:
    for way in ("import pytest\n", "import unittest\n", "import asyncio\n", "print("):
        assert any(way in example.text for example in EXAMPLES)
