"""Every command of docs/control-plane.md runs as printed, in order and in one shell, and prints what the page shows."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from livetail.server.control.table import ROUTES
from tests.cli.running import serving
from tests.docs.control_tables import metrics_table, routes_table
from tests.docs.reading import document

NAME = "docs/control-plane.md"
ADDRESS = "127.0.0.1:4586"

# Unlike elsewhere, blocks may stand in a list.
_BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_END = "\x1e"


@dataclass(frozen=True)
class Example:
    """Commands, and what the page shows of their output; empty if it shows none."""

    line: int
    commands: str
    language: str
    printed: str

    def agrees_with(self, output: str) -> bool:
        if self.language == "json":
            return _values(_alike(self.printed)) == _values(_alike(output))
        return self.printed == output


def _blocks() -> list[tuple[int, str, str]]:
    text = document(NAME)
    return [(text.count("\n", 0, found.start()) + 2, found[2], dedent(found[3])) for found in _BLOCK.finditer(text)]


def _examples() -> list[Example]:
    blocks = _blocks()
    examples = []
    for (line, language, text), (_, next_language, next_text) in zip(blocks, [*blocks[1:], (0, "", "")], strict=True):
        if language == "sh":
            response = (next_language, next_text) if next_language in ("json", "text") else ("text", "")
            examples.append(Example(line, text, *response))
    return examples


def _serve_arguments() -> list[str]:
    (command,) = (text for _, language, text in _blocks() if language == "console")
    return shlex.split(command)[3:]


def _values(text: str) -> list[Any]:
    """All JSON values in a text, one behind the other."""
    decoder = json.JSONDecoder()
    values = []
    while text := text.strip():
        value, end = decoder.raw_decode(text)
        values.append(value)
        text = text[end:]
    return values


def _alike(text: str) -> str:
    """Text without what differs from machine to machine and from release to release."""
    return re.sub(r'"version": ?"[^"]+"', '"version": "X"', re.sub(r"curl/[\d.]+\w*", "curl/X", text))


EXAMPLES = _examples()


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, str]]:
    """What the commands of each example printed, by its line."""
    with serving(*_serve_arguments()) as (_, lines):
        address = lines[0].removeprefix("Ready. http://")
        script = "".join(f"{example.commands}printf '{_END}'\n" for example in EXAMPLES).replace(ADDRESS, address)
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        run = subprocess.run(
            ["sh", "-eu"],
            input=script,
            capture_output=True,
            text=True,
            cwd=tmp_path_factory.mktemp("curl"),
            env={"PATH": path, "HOME": "/nonexistent", "NO_PROXY": "*"},
            timeout=60,
            check=False,
        )
    printed = run.stdout.split(_END)
    assert run.returncode == 0, f"after line {EXAMPLES[len(printed) - 1].line}: {run.stderr}"
    yield {example.line: output for example, output in zip(EXAMPLES, printed, strict=False)}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"line {example.line}")
def test_it_prints_what_the_page_shows(outputs: dict[int, str], example: Example) -> None:
    assert example.agrees_with(outputs[example.line]), outputs[example.line]


def test_every_route_has_an_example() -> None:
    asked = {_asked(command) for example in EXAMPLES for command in re.split(r"\n(?=curl)", example.commands)}
    for route in ROUTES:
        path = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(route.path))
        assert any(method == route.method and re.fullmatch(path, asked_path) for method, asked_path in asked), route


def _asked(command: str) -> tuple[str, str]:
    """The method and the path below the prefix that a command asks for."""
    found = re.search(r"/_livetail(/[\w/.-]*)", command)
    method = re.search(r"-X (\w+)", command)
    return method[1] if method else "POST" if re.search(r" (-d|--data-binary) ", command) else "GET", (
        found[1] if found else ""
    )


@pytest.mark.parametrize(("name", "table"), [("routes", routes_table()), ("metrics", metrics_table())])
def test_the_tables_are_those_of_the_code(name: str, table: str) -> None:
    found = re.search(rf"<!-- {name} -->\n(.*)\n<!-- /{name} -->", document(NAME), re.DOTALL)
    assert found is not None
    assert found[1] == table, "python -m tests.docs.control_tables prints it"
