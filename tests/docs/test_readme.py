"""Every command and example of the README runs as printed."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from livetail.cli.command_parser import COMMANDS
from tests.cli.running import run_livetail, serving
from tests.docs.flags import flags_table
from tests.docs.reading import ROOT, blocks, document
from tests.testing.projects import LIKE_A_USER

DOCUMENTS = sorted(path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


def test_the_snippet_prints_what_it_says() -> None:
    snippet, _ = blocks("README.md", "python")
    printed, _ = blocks("README.md", "text")
    run = subprocess.run([sys.executable, "-c", snippet.text], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout == printed.text


def test_the_pytest_example_passes(tmp_path: Path) -> None:
    _, example = blocks("README.md", "python")
    (tmp_path / "test_example.py").write_text(example.text)
    command = [sys.executable, "-m", "pytest", "-q", *LIKE_A_USER, str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60, check=False)
    assert run.returncode == 0, run.stdout
    assert "1 passed" in run.stdout


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
            wait = f"{endpoint}/_livetail/sessions?wait=1&timeout=30"
            subprocess.run(
                [sys.executable, "-c", f"import urllib.request as u; u.urlopen({wait!r})"], check=True, timeout=60
            )
            run = run_livetail("put", "--endpoint", endpoint, "/app/api", "web-1", given=b"hello from your.log\n")
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
