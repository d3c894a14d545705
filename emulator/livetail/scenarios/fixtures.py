"""The scenarios that come along: in `livetail/fixtures` once installed, in `fixtures` in a source checkout."""

from pathlib import Path

__all__ = ["names", "path"]


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
        LookupError: there is none of this name; the message lists those that there are.
    """
    if name not in names():
        raise LookupError(f"there is no bundled scenario {name!r}; there are {', '.join(names())}")
    return _folder() / f"{name}.toml"
