"""The rules of the house that a machine can check."""

import ast
import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import livetail

PACKAGE = Path(livetail.__file__).parent
PURE_ROOMS = ("core", "wire", "patterns", "store", "live", "api", "faults", "scenarios")
NEVER_IN_A_PURE_ROOM = {"asyncio", "hypercorn", "random", "socket", "starlette", "threading", "time"}
ORDER = ("core", "wire", "patterns", "store", "live", "faults", "scenarios", "api", "server", "testing", "cli")
"""A room imports from rooms to its left, never from those to its right."""

MODULES = [name for _, name, _ in pkgutil.walk_packages([str(PACKAGE)], "livetail.")]


def sources(*rooms: str) -> Iterator[Path]:
    for room in rooms:
        yield from (PACKAGE / room).rglob("*.py")


def imported(source: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Modules that a file imports anywhere in it, with the names taken from each."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, ()
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, tuple(alias.name for alias in node.names)


@pytest.mark.parametrize("source", list(sources(*PURE_ROOMS)), ids=lambda source: str(source.relative_to(PACKAGE)))
def test_pure_rooms_know_nothing_of_time_chance_and_sockets(source: Path) -> None:
    for module, names in imported(source):
        if source == PACKAGE / "core" / "chance.py" and (module, names) == ("random", ("Random",)):
            continue  # the seeded class, for everybody else to be handed
        assert module.partition(".")[0] not in NEVER_IN_A_PURE_ROOM, f"{source} imports {module}"


@pytest.mark.parametrize("source", list(sources(*ORDER)), ids=lambda source: str(source.relative_to(PACKAGE)))
def test_no_room_imports_from_one_above_it(source: Path) -> None:
    room = source.relative_to(PACKAGE).parts[0]
    for module, _ in imported(source):
        parts = module.split(".")
        if parts[0] == "livetail" and len(parts) > 1 and parts[1] in ORDER and not _is_exempt(source, module):
            assert ORDER.index(parts[1]) <= ORDER.index(room), f"{source} imports {module}"


def _is_exempt(source: Path, module: str) -> bool:
    """The demo shows the Python interface at work, so a command may use it; nothing else looks up."""
    return source.parts[-2] == "cli" and module.startswith("livetail.testing")


@pytest.mark.parametrize("name", MODULES)
def test_what_a_module_exports_is_there(name: str) -> None:
    if name == "livetail.__main__":
        return  # importing it runs the command
    module = importlib.import_module(name)
    assert module.__doc__, f"{name} does not say what it is for"
    for exported in getattr(module, "__all__", ()):
        assert hasattr(module, exported), f"{name} exports {exported}, which is not there"


@pytest.mark.parametrize("source", list(sources(*ORDER)), ids=lambda source: str(source.relative_to(PACKAGE)))
def test_files_stay_readable(source: Path) -> None:
    assert len(source.read_text().splitlines()) <= 400


def test_the_package_loads_nothing_until_it_is_used() -> None:
    """pytest imports the package in every run of a user's suite, and `livetail healthcheck` every few seconds."""
    heavy = "hypercorn starlette h2 msgspec re2 boto3 asyncio"
    check = f"import sys, livetail; print([name for name in {heavy.split()!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
