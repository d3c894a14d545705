"""`docs/filter-patterns.md` agrees with the code: each example is run."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from livetail.patterns import InvalidPatternError, Subject, compile

PAGE = (Path(__file__).parents[3] / "docs" / "filter-patterns.md").read_text(encoding="utf-8")


@dataclass
class Example:
    pattern: str
    matches: list[str] = field(default_factory=list)
    ignores: list[str] = field(default_factory=list)
    extract: dict[str, str] = field(default_factory=dict)
    refused: str | None = None
    because: str | None = None


def examples() -> list[Example]:
    found: list[Example] = []
    for block in re.findall(r"^```examples\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        for line in filter(None, block.splitlines()):
            word, _, rest = line.partition(" ")
            if word == "pattern":
                found.append(Example(rest))
            elif word == "matches":
                found[-1].matches.append(rest)
            elif word == "ignores":
                found[-1].ignores.append(rest)
            elif word == "extract":
                name, _, value = rest.partition(" ")
                found[-1].extract[name] = value
            elif word == "refused":
                found[-1].refused = rest
            elif word == "because":
                found[-1].because = rest
            else:
                raise AssertionError(f"the page has an example line that begins with {word!r}")
    return found


EXAMPLES = examples()


def test_commands(tmp_path: Path) -> None:
    (session,) = re.findall(r"^```console\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for step in session.removeprefix("$ ").split("\n$ "):
        line, _, printed = step.partition("\n")
        done = subprocess.run(
            ["sh", "-c", f"{line} 2>&1"], cwd=tmp_path, env={**os.environ, "PATH": path}, capture_output=True, text=True
        )
        assert done.stdout.strip() == printed.strip(), line


def test_the_page_has_examples_of_every_sort() -> None:
    assert len(EXAMPLES) > 40
    assert any(example.extract for example in EXAMPLES)
    assert any(example.refused for example in EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.pattern)
def test_example(example: Example) -> None:
    assert example.matches or example.ignores or example.refused
    if example.refused is not None:
        with pytest.raises(InvalidPatternError) as refusal:
            compile(example.pattern)
        assert refusal.value.message() == example.refused
        assert str(refusal.value) == example.because
        return
    matcher = compile(example.pattern)
    for message in example.matches:
        assert matcher.matches(Subject(message)), message
        if example.extract:
            assert matcher.extract(Subject(message)) == example.extract
    for message in example.ignores:
        assert not matcher.matches(Subject(message)), message
