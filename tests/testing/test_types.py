"""What type checkers find in a project that uses Livetail: mypy strict and pyright, each of thirteen mistakes."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import livetail
from livetail import SettingsKeywords
from livetail.settings import FLAGS

PROJECT = """
from livetail import AsyncLiveTail, LiveTail, LiveTailEmulator, Session, faults


def test_good(livetail: LiveTail) -> None:
    livetail.put("/app/api", "web-1", ["hello", {"timestamp": 1, "message": "x"}])
    livetail.put("/app/api", "web-1", (str(number) for number in range(3)))
    session: Session = livetail.wait_for_new_session()
    delivered: int = session.counters["delivered"]
    with livetail.fault(faults.cut(after_updates=delivered)) as fault:
        assert fault.fired == 1


async def test_good_async() -> None:
    async with LiveTailEmulator(clock="manual", seed=7, scenario=["a.toml"]) as emulator:
        updates: int = await emulator.advance(1)
        assert updates == 1


async def test_bad_async(livetail: AsyncLiveTail) -> None:
    await livetail.put("/app/api", "web-1", "hello")  # 13


def test_bad(livetail: LiveTail) -> None:
    LiveTailEmulator(clok="manual")  # 1
    LiveTailEmulator(max_sessions="many")  # 2
    LiveTailEmulator(log_level="loud")  # 3
    livetail.put("/app/api", "web-1", "hello")  # 4
    livetail.put("/app/api", "web-1", [7])  # 5
    livetail.add_fault(faults.cutt())  # 6
    livetail.add_fault(faults.cut(after_update=1))  # 7
    livetail.add_fault(faults.stall("long"))  # 8
    livetail.add_fault("cut")  # 9
    livetail.wait_for_new_session(after="a-session")  # 10
    livetail.sessions()[0]["sesionId"]  # 11
    livetail.wait_for_new_session().counters["delivered"].upper()  # 12
"""

CACHE = Path(__file__).parents[2] / ".mypy_cache" / "of-the-tests"
"""Apart from that of the project, which is checked with other options."""

CHECKERS = {
    "mypy": ("mypy", "--strict", "--no-error-summary", "--cache-dir", str(CACHE)),
    "pyright": ("pyright", "--outputjson"),
}


def _lines_with_errors(checker: str, folder: Path) -> set[int]:
    command = [sys.executable, "-m", *CHECKERS[checker], "test_project.py"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=110, check=False)
    if checker == "mypy":
        return {int(number) for number in re.findall(r"^test_project.py:(\d+): error", run.stdout, re.MULTILINE)}
    found = json.loads(run.stdout)["generalDiagnostics"]
    return {one["range"]["start"]["line"] + 1 for one in found if one["severity"] == "error"}


@pytest.mark.parametrize("checker", ["mypy", pytest.param("pyright", marks=pytest.mark.clients)])
def test_each_mistake_is_found(checker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = Path(livetail.__file__).parent
    assert package.joinpath("py.typed").exists()
    (tmp_path / "test_project.py").write_text(PROJECT)
    (tmp_path / "pyrightconfig.json").write_text(json.dumps({"strict": ["."], "extraPaths": [str(package.parent)]}))
    monkeypatch.setenv("MYPYPATH", str(package.parent))
    monkeypatch.setenv("PYRIGHT_PYTHON_IGNORE_WARNINGS", "1")
    wrong = {number for number, line in enumerate(PROJECT.splitlines(), 1) if re.search(r"# \d+$", line)}
    assert len(wrong) == 13
    assert _lines_with_errors(checker, tmp_path) == wrong


def test_keywords_are_the_settings() -> None:
    assert list(SettingsKeywords.__annotations__) == [flag.field for flag in FLAGS]
