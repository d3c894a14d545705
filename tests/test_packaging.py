"""What is published: the wheel, the source distribution, their description, and the top level of the project."""

import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from livetail import __version__

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
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With both distributions; `build` makes the wheel from the source distribution, so that one shows the other."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def wheel(folder: Path) -> Path:
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def sdist(folder: Path) -> Path:
    (built,) = folder.glob("*.tar.gz")
    return built


def tracked() -> list[str]:
    return subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


def test_an_index_would_take_both_and_render_the_readme(wheel: Path, sdist: Path) -> None:
    command = [sys.executable, "-m", "twine", "check", "--strict", str(wheel), str(sdist)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    assert run.stdout.count("PASSED") == 2


def test_the_version_is_in_one_place(wheel: Path, sdist: Path) -> None:
    assert wheel.name == f"livetail-{__version__}-py3-none-any.whl"
    assert sdist.name == f"livetail-{__version__}.tar.gz"
    printed = subprocess.run(
        [sys.executable, "-m", "livetail", "--version"], capture_output=True, text=True, check=True
    )
    assert printed.stdout == f"livetail {__version__}\n"
    named = [name for name in tracked() if name.endswith(".py") and name.startswith("emulator/")]
    assert [name for name in named if f'"{__version__}"' in (ROOT / name).read_text()] == [
        "emulator/livetail/version.py"
    ]


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    package = {name.removeprefix("emulator/") for name in tracked() if name.startswith("emulator/")}
    fixtures = {f"livetail/{name}" for name in tracked() if name.startswith("fixtures/")}
    assert names == package | fixtures


def test_the_source_distribution_holds_what_is_tracked(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    expected = {name for name in tracked() if not name.startswith((".ci/", ".github/"))}
    assert names == expected | {"PKG-INFO"}


def test_types_and_licence_are_in_the_wheel(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for file in (ROOT / "emulator" / "livetail" / "server" / "page").iterdir():
        assert f"livetail/server/page/{file.name}" in names
    assert "livetail/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_wheel_names_what_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (path,) = (name for name in archive.namelist() if name.endswith("METADATA"))
        metadata = Parser().parsestr(archive.read(path).decode())
        (points,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
        entry_points = archive.read(points).decode()
    assert metadata["Name"] == "livetail"
    assert metadata["Requires-Python"] == ">=3.11"
    assert set(metadata.get_all("Provides-Extra", [])) >= {
        "boto3",
        "dev",
        "tls",
        "uvloop",
        "testcontainers",
        "completion",
        "metrics",
    }
    assert "livetail = livetail.__main__:main" in entry_points
    assert "livetail = livetail.testing.plugin" in entry_points


def test_the_demo_of_the_wheel_finds_its_scenario(wheel: Path, tmp_path: Path) -> None:
    """Unpacked in another folder, without the files of the checkout."""
    zipfile.ZipFile(wheel).extractall(tmp_path)
    check = "from livetail.scenarios import fixtures; print(fixtures.path('demo'))"
    run = subprocess.run([sys.executable, "-c", check], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == str(tmp_path / "livetail" / "fixtures" / "demo.toml")


def test_the_top_level_holds_nothing_else() -> None:
    entries = {line.partition("/")[0] for line in tracked()}
    assert {entry for entry in entries if not entry.startswith(".")} <= TOP_LEVEL
