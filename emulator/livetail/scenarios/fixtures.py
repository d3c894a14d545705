"""The bundled scenarios: in `livetail/fixtures` once installed, in `fixtures` in a source checkout."""

from itertools import takewhile
from pathlib import Path


def _folder() -> Path:
    package = Path(__file__).parent.parent
    installed = package / "fixtures"
    return installed if installed.is_dir() else package.parents[1] / "fixtures"


def names() -> tuple[str, ...]:
    """The names of the bundled scenarios, in order."""
    return tuple(sorted(file.stem for file in _folder().glob("*.toml")))


def path(name: str) -> Path:
    """The file of the bundled scenario `name`.

    Raises:
        LookupError: there is none of this name; the message lists the names.
    """
    if name not in names():
        raise LookupError(f"there is no bundled scenario {name!r}; there are {', '.join(names())}")
    return _folder() / f"{name}.toml"


def description(name: str) -> str:
    """The comment at the beginning of the bundled scenario `name`."""
    lines = takewhile(lambda line: line.startswith("#"), path(name).read_text(encoding="utf-8").splitlines())
    return "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines)


def summary(name: str) -> str:
    """The first sentence of the description."""
    return " ".join(description(name).split()).partition(". ")[0].removesuffix(".") + "."


def find(given: Path) -> list[Path]:
    """The scenario files of a path: a file, all files of a folder in order, or a bundled scenario by its name.

    Anything else is returned as it is, and reading it raises the error.
    """
    if given.is_dir():
        return sorted(given.glob("*.toml"))
    return [path(str(given))] if not given.is_file() and str(given) in names() else [given]
