"""Every command and example of the README runs as printed."""

import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from livetail.cli.command_parser import COMMANDS
from tests.cli.running import call_livetail, serving
from tests.docs.flags import flags_table
from tests.docs.reading import ROOT, blocks, document
from tests.docs.shell import run_program
from tests.testing.projects import run_pytest_here

pytest_plugins = ["pytester"]

DOCUMENTS = sorted(path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


def test_the_snippet_prints_what_it_says(tmp_path: Path) -> None:
    snippet, _ = blocks("README.md", "python")
    printed, _ = blocks("README.md", "text")
    assert run_program(snippet.text, tmp_path) == printed.text


def test_the_pytest_example_passes(pytester: pytest.Pytester) -> None:
    _, example = blocks("README.md", "python")
    run_pytest_here(pytester, test_example=example.text).assert_outcomes(passed=1)


def test_serve_prints_what_the_readme_shows() -> None:
    _, shown = blocks("README.md", "text")
    with serving() as (_, lines):
        endpoint = lines[0].removeprefix("Ready. ")
        assert [line.replace(endpoint, "http://127.0.0.1:4586") for line in lines[:6]] == shown.text.splitlines()


def test_the_commands_of_the_server_section_run() -> None:
    """With `livetail env` of a server on a free port in place of the default one."""
    script = next(block.text for block in blocks("README.md", "sh") if "aws logs" in block.text)
    with serving() as (_, lines):
        endpoint = lines[0].removeprefix("Ready. ")
        script = script.replace("$(livetail env)", f"$(livetail env --endpoint {endpoint})")
        folder = str(Path(sys.executable).parent)
        environ = {"PATH": f"{folder}:{os.environ['PATH']}", "HOME": "/nonexistent"}
        with subprocess.Popen(
            ["sh", "-ec", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ
        ) as tail:
            assert tail.stdout is not None
            urllib.request.urlopen(f"{endpoint}/_livetail/sessions?wait=1&timeout=30").close()
            run = call_livetail("put", "--endpoint", endpoint, "/app/api", "web-1", given=b"hello from your.log\n")
            assert run.returncode == 0, run.stderr
            assert tail.stdout.readline() == "hello from your.log\n"
            tail.terminate()


def test_the_table_of_flags_is_that_of_the_code() -> None:
    text = document("README.md")
    table = re.search(r"<!-- flags -->\n(.*)\n<!-- /flags -->", text, re.DOTALL)
    assert table is not None
    assert table[1] == flags_table(), "python -m tests.docs.flags prints it"


def test_the_two_commands_of_a_fresh_machine_are_there() -> None:
    commands = [block.text.strip() for block in blocks("README.md", "sh")]
    assert "python3 -m venv .venv && .venv/bin/pip install '.[boto3]' && .venv/bin/livetail demo" in commands
    assert "python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/pytest" in commands


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_between_documents_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document(name)):
        if "://" not in target:
            assert (ROOT / name).parent.joinpath(target).exists(), target


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_that_are_mentioned_exist(name: str) -> None:
    for command in re.findall(r"`livetail ([a-z]+)", document(name)):
        assert command in COMMANDS, command
