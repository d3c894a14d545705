"""The suite of the sample project, a project such as a user's own, passes and uses the public interface."""

import ast
from pathlib import Path

import pytest

from tests.testing.projects import LIKE_A_USER, WITHOUT_WORKERS

pytest_plugins = ["pytester"]

PROJECT = Path(__file__).with_name("sample-project")

PUBLIC = {"livetail"}


def test_its_suite_passes(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    result = pytester.runpytest_inprocess("-q", *LIKE_A_USER, *WITHOUT_WORKERS, "--rootdir", str(PROJECT))
    assert result.ret == 0
    assert result.parseoutcomes().keys() == {"passed"}, "its configuration makes errors of warnings"


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
