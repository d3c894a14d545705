"""Each recipe of docs/cookbook.md works as printed: its test passes, and its commands make the rule that it shows."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from livetail import LiveTailEmulator
from livetail.faults import as_json, parse_rule
from tests.docs.reading import blocks, document
from tests.docs.shell import run
from tests.testing.projects import run_pytest_here

pytest_plugins = ["pytester"]

NAME = "docs/cookbook.md"
RECIPES = dict(re.findall(r"^## (.+)\n((?:.*\n)+?)(?=^## |\Z)", document(NAME), re.MULTILINE))


def in_recipe(title: str, language: str) -> list[str]:
    return [block.text for block in blocks(NAME, language) if block.text in RECIPES[title]]


def test_each_block_belongs_to_a_recipe() -> None:
    for language in ("json", "python", "sh"):
        assert sum(len(in_recipe(title, language)) for title in RECIPES) == len(blocks(NAME, language))


def test_each_recipe_has_a_test_and_commands() -> None:
    for title in RECIPES:
        assert [len(in_recipe(title, language)) for language in ("python", "sh")] == [1, 1], title


def test_the_tests_pass(pytester: pytest.Pytester) -> None:
    files = {f"test_line_{block.line}": block.text for block in blocks(NAME, "python")}
    run_pytest_here(pytester, **files).assert_outcomes(passed=len(RECIPES))


@pytest.mark.parametrize("title", RECIPES)
def test_the_commands_run_and_make_the_rule(title: str, manual: LiveTailEmulator, tmp_path: Path) -> None:
    (commands,) = in_recipe(title, "sh")
    finished = run(commands, manual.endpoint_url, tmp_path)
    assert finished.returncode == 0, finished.stderr
    given = [parse_rule(json.loads(text)) for text in in_recipe(title, "json")]
    rules = [as_json(rule) | {"operation": rule.full_rule().operation_name} for rule in given]
    assert [_rule(fault) for fault in manual.faults()] == rules * 2  # once by the command, once by curl


def _rule(fault: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fault.items() if key not in ("id", "fired", "remaining", "firedOn")}
