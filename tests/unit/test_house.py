"""The rules of the house that a machine can check; `CONTRIBUTING.md` lists them for people."""

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

import livetail

PACKAGE = Path(livetail.__file__).parent
ROOT = PACKAGE.parents[1]
PURE_ROOMS = ("core", "wire", "patterns", "store", "live", "faults", "scenarios", "api")
NEVER_IN_A_PURE_ROOM = {"asyncio", "hypercorn", "random", "socket", "starlette", "threading", "time"}
ORDER = ("core", "wire", "patterns", "store", "live", "faults", "scenarios", "api", "server", "testing", "cli")
"""A room imports from rooms to its left, never from those to its right."""

MAX_LINES = 400
MIN_LINES = 40
SHORT_FILES: Final = {
    "__main__.py": "python -m livetail needs a file of this name",
    "version.py": "the build reads the version from it",
    "api/metric_filters.py": "one file for each kind of operation",
    "cli/advance.py": "one module for each subcommand",
    "cli/completion.py": "one module for each subcommand",
    "cli/healthcheck.py": "one module for each subcommand",
    "cli/reset.py": "one module for each subcommand",
    "core/chance.py": "the only file of a pure room that may import random",
    "core/unicode.py": "imported by rooms that need nothing else of each other",
    "server/control/requests.py": "one file for each resource",
}
"""Files below `MIN_LINES`, other than `__init__.py`, each with the reason why it is separate."""

OWN_PROCESS: Final = {
    "cli/__init__.py": "the standard streams that the caller of the command has closed",
    "server/logs.py": "logging, in the process of livetail serve",
}
"""Files that may set attributes of a library, since the process is theirs, each with what it sets."""

FILE_KINDS = {".py", ".typed", ".html", ".css", ".js", ".svg"}
"""What the package may hold: code, the marker of its types, and the files of the page."""


@cache
def modules() -> dict[str, Path]:
    """Each module of the package by its name, with its file."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = ("livetail", *path.relative_to(PACKAGE).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def syntax_tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def syntax_nodes(path: Path) -> tuple[ast.AST, ...]:
    """All nodes that may import or replace something."""
    wanted = ast.Import | ast.ImportFrom | ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Call
    return tuple(node for node in ast.walk(syntax_tree(path)) if isinstance(node, wanted))


def imports(path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Modules that a file imports, anywhere in it, with the names taken from each."""
    for node in syntax_nodes(path):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, ()
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, tuple(alias.name for alias in node.names)


def imported_modules(path: Path) -> set[str]:
    """Modules of the package that a file imports, also for types alone and inside functions."""
    found: set[str] = set()
    for module, names in imports(path):
        inside = {f"{module}.{name}" for name in names if f"{module}.{name}" in modules()}
        found |= inside
        if module in modules() and len(inside) < max(1, len(names)):
            found.add(module)
    return found


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0]


def test_pure_rooms_import_nothing_of_time_chance_and_sockets() -> None:
    for path in modules().values():
        if room_of(path) not in PURE_ROOMS:
            continue
        for module, names in imports(path):
            if path == PACKAGE / "core" / "chance.py" and (module, names) == ("random", ("Random",)):
                continue  # the seeded class, which everything else is handed
            assert module.partition(".")[0] not in NEVER_IN_A_PURE_ROOM, f"{path} imports {module}"


def test_no_room_imports_from_one_above_it() -> None:
    for path in modules().values():
        room = room_of(path)
        if room not in ORDER:
            continue
        for module in imported_modules(path):
            parts = module.split(".")
            if len(parts) < 2 or parts[1] not in ORDER or (room == "cli" and parts[1] == "testing"):
                continue
            assert ORDER.index(parts[1]) <= ORDER.index(room), f"{path} imports {module}"


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Imports for types alone and inside functions count: they hide a circle, they do not remove it."""
    graph = {name: imported_modules(path) - {name} for name, path in modules().items()}
    finished: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail[trail.index(name) :], name))
        if name not in finished:
            for other in sorted(graph[name]):
                visit(other, (*trail, name))
            finished.add(name)

    for name in graph:
        visit(name, ())


def test_the_package_holds_code_and_pages_only() -> None:
    listed = subprocess.run(["git", "ls-files", str(PACKAGE)], cwd=ROOT, capture_output=True, text=True, check=True)
    others = [name for name in listed.stdout.splitlines() if Path(name).suffix not in FILE_KINDS]
    assert [name for name in others if Path(name).name != "py.typed"] == []


def test_a_module_says_what_it_is_for_and_exports_what_it_has() -> None:
    for name, path in modules().items():
        assert ast.get_docstring(syntax_tree(path)), f"{name} has no docstring"
        module = importlib.import_module(name)
        for exported in getattr(module, "__all__", ()):
            assert hasattr(module, exported), f"{name} exports {exported}, which is not there"


def test_exported_names_are_used_elsewhere() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in modules().values()}
    users = {path: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py")}
    users |= {path: path.read_text(encoding="utf-8") for path in (*(ROOT / "docs").glob("*.md"), ROOT / "README.md")}
    for name, path in modules().items():
        for exported in getattr(importlib.import_module(name), "__all__", ()):
            part = exported.partition("_")[0]
            word = re.compile(rf"\b(?:{re.escape(exported)}|{re.escape(exported.replace('_', '-'))})\b")
            others = (text for other, text in (users | texts).items() if other != path and part in text)
            assert any(map(word.search, others)), f"nothing uses {name}.{exported}"


def test_only_public_faces_say_what_they_export() -> None:
    for name, path in modules().items():
        is_face = path.name == "__init__.py"
        has_list = any(
            isinstance(node, ast.Assign) and any(getattr(target, "id", "") == "__all__" for target in node.targets)
            for node in syntax_tree(path).body
        )
        assert is_face or not has_list, f"{name} is no public face, and has __all__"


def test_files_hold_one_concept() -> None:
    """A file of a few lines belongs to its neighbour, one of many lines holds more than one thing."""
    for path in modules().values():
        lines, name = len(path.read_text(encoding="utf-8").splitlines()), str(path.relative_to(PACKAGE))
        assert lines <= MAX_LINES, f"{name} has {lines} lines"
        assert lines >= MIN_LINES or path.name == "__init__.py" or name in SHORT_FILES, f"{name} has {lines} lines"
        assert lines < MIN_LINES or name not in SHORT_FILES, f"{name} is not short any more"
    assert set(SHORT_FILES) <= {str(path.relative_to(PACKAGE)) for path in modules().values()}


def test_nothing_of_a_library_is_replaced_in_place() -> None:
    """Two emulators, or a user's own Hypercorn, in one process do not notice each other."""
    for path in modules().values():
        if str(path.relative_to(PACKAGE)) in OWN_PROCESS:
            continue
        foreign = {
            (alias.asname or alias.name).partition(".")[0]
            for node in syntax_nodes(path)
            if isinstance(node, ast.Import | ast.ImportFrom)
            and not (getattr(node, "module", None) or "").startswith("livetail")
            for alias in node.names
        }
        for node in syntax_nodes(path):
            owner = _owner_of_replaced(node)
            assert owner not in foreign, f"{path}:{getattr(node, 'lineno', 0)} replaces something in {owner}"


def _owner_of_replaced(node: ast.AST) -> str | None:
    """The name of the object of which a statement, or a call of `setattr`, sets an attribute."""
    owner: ast.expr | None = None
    match node:
        case ast.Assign(targets=[ast.Attribute(value=owner), *_]):
            pass
        case ast.AugAssign(target=ast.Attribute(value=owner)) | ast.AnnAssign(target=ast.Attribute(value=owner)):
            pass
        case ast.Call(func=ast.Name(id="setattr" | "delattr"), args=[owner, *_]):
            pass
    while isinstance(owner, ast.Attribute):
        owner = owner.value
    return owner.id if isinstance(owner, ast.Name) else None


@pytest.mark.parametrize(
    ("code", "owner"),
    [
        ("ssl.wrap = None", "ssl"),
        ("asyncio.events.loop = other.loop = 1", "asyncio"),
        ("ssl.count += 1", "ssl"),
        ("ssl.count: int = 1", "ssl"),
        ("setattr(ssl.SSLContext, 'wrap', None)", "ssl"),
        ("wrap = ssl.wrap", None),
        ("ssl.wrap(setattr)", None),
    ],
)
def test_what_replaces_something_is_seen(code: str, owner: str | None) -> None:
    found = {_owner_of_replaced(node) for node in ast.walk(ast.parse(code))} - {None}
    assert found == ({owner} if owner else set())


def test_the_package_loads_nothing_until_it_is_used() -> None:
    """pytest imports the package in every run of a user's suite, and `livetail healthcheck` every few seconds."""
    heavy = "hypercorn starlette h2 msgspec re2 boto3 asyncio"
    check = f"import sys, livetail; print([name for name in {heavy.split()!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
