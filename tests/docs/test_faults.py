"""The examples of docs/faults.md run as printed."""

import json
import re
import subprocess

import pytest

from livetail import LiveTailEmulator
from livetail.faults import parse_rule
from livetail.scenarios.scenario import parse
from tests.docs.reading import Block, blocks, document

NAME = "docs/faults.md"


@pytest.mark.parametrize("block", blocks(NAME, "python"), ids=lambda block: f"line {block.line}")
def test_python_runs(block: Block) -> None:
    exec(compile(block.text, NAME, "exec"), {})


@pytest.mark.parametrize("block", blocks(NAME, "console"), ids=lambda block: f"line {block.line}")
def test_commands_run(manual: LiveTailEmulator, block: Block) -> None:
    command = block.text.removeprefix("$ ").replace("http://127.0.0.1:4586", manual.endpoint_url)
    run = subprocess.run(["sh", "-c", f"exec {command}"], capture_output=True, text=True, timeout=30, check=True)
    assert [json.loads(run.stdout)] == manual.faults()


@pytest.mark.parametrize("block", blocks(NAME, "toml"), ids=lambda block: f"line {block.line}")
def test_scenario_tables_are_rules(block: Block) -> None:
    assert len(parse(block.text.encode()).faults) == block.text.count("[[fault]]") == 1


def test_rules_within_the_text_are_rules() -> None:
    found = re.findall(r"`(\{\"(?:effect|preset)\":[^`]+\})`", " ".join(document(NAME).split()))
    assert len(found) == 2
    for text in found:
        parse_rule(json.loads(text))
