"""The wheel: what travels in it, and what the top level of the project holds."""

import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOP_LEVEL = {
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Dockerfile",
    "LICENSE",
    "README.md",
    "docs",
    "emulator",
    "fixtures",
    "pyproject.toml",
    "tests",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


def test_fixtures_types_and_licence_travel_in_the_wheel(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for file in (ROOT / "emulator" / "livetail" / "server" / "page").iterdir():
        assert f"livetail/server/page/{file.name}" in names
    assert "livetail/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    for fixture in (ROOT / "fixtures").iterdir():
        assert f"livetail/fixtures/{fixture.name}" in names
    assert not any(name.startswith("tests") for name in names)


def test_the_wheel_names_what_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (path,) = (name for name in archive.namelist() if name.endswith("METADATA"))
        metadata = Parser().parsestr(archive.read(path).decode())
        (points,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
        entry_points = archive.read(points).decode()
    assert metadata["Name"] == "livetail"
    assert metadata["Requires-Python"] == ">=3.11"
    assert set(metadata.get_all("Provides-Extra", [])) >= {"boto3", "dev", "tls", "uvloop", "testcontainers"}
    assert "livetail = livetail.__main__:main" in entry_points
    assert "livetail = livetail.testing.plugin" in entry_points


def test_the_demo_of_the_wheel_finds_its_scenario(wheel: Path, tmp_path: Path) -> None:
    """Unpacked somewhere else, with nothing of the checkout around it."""
    zipfile.ZipFile(wheel).extractall(tmp_path)
    check = "from livetail.scenarios import fixtures; print(fixtures.path('demo'))"
    run = subprocess.run([sys.executable, "-c", check], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == str(tmp_path / "livetail" / "fixtures" / "demo.toml")


def test_the_top_level_holds_nothing_else() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    entries = {line.partition("/")[0] for line in tracked.splitlines()}
    assert {entry for entry in entries if not entry.startswith(".")} <= TOP_LEVEL
