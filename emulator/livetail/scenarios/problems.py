"""The faults of a scenario file, gathered until all are known, each with its place."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, TypeVar, get_args

import msgspec

from livetail.scenarios.places import Path, Places

__all__ = ["Problems", "ScenarioError", "Table", "join", "nearest", "shown"]

TableT = TypeVar("TableT", bound="Table")

_LONGEST_SHOWN = 60


class ScenarioError(Exception):
    """A scenario cannot be played; `str()` is all of its faults, one a line.

    Attributes:
        faults: one sentence for each fault, which begins with the file and, where it is known, the line.
    """

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class Table(msgspec.Struct, kw_only=True):
    """A table of a scenario file: its keys are the fields, in the order in which documentation lists them.

    A field's type carries the words for it as `msgspec.Meta(description=…)`. Fields that are missing, or that were
    refused, are `msgspec.UNSET`; that a key is needed says `needed`, so that what is wrong with one key hides nothing
    about others.
    """

    needed: ClassVar[tuple[str, ...]] = ()


class Problems:
    """The faults found so far in the scenario called `name`."""

    def __init__(self, name: str, places: Places | None = None) -> None:
        self._name = name
        self._places = places
        self._found: list[tuple[int, str]] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, path: Path, sentence: str, *, of_entry: bool = False) -> None:
        """Note that something at `path` is wrong.

        The sentence has the key of `path` as its subject, or stands alone with `of_entry`, where the fault is that of
        the whole entry.
        """
        line = self._places.line(path) if self._places else None
        entry = f"{str(path[0]).replace('_', ' ')} {path[1]}: " if len(path) > 1 and isinstance(path[1], int) else ""
        key = ".".join(str(part) for part in (path[2:] if entry else path))
        place = f"{self._name}:{line}" if line else self._name
        fault = f"{place}: {entry}{sentence if of_entry or not key else f'{key} {sentence}'}"
        # A fault is one line, whatever it quotes.
        self._found.append((line or 0, " ".join(fault.split("\n"))))

    def error(self) -> ScenarioError:
        """All faults as one error, in the order of the file."""
        return ScenarioError(sentence for _, sentence in sorted(self._found, key=lambda fault: fault[0]))

    def read(self, table: type[TableT], values: object, path: Path, kind: str) -> TableT:
        """The table at `path`, with every key that is good; the others are noted. `kind` is what it is: `a source`."""
        if not isinstance(values, Mapping):
            self.add(path, f"it is {shown(values)}; {kind} is a table", of_entry=True)
            return table()
        fields = {field.encode_name: field for field in msgspec.structs.fields(table)}
        good: dict[str, Any] = {}
        for key, value in values.items():
            field = fields.get(key)
            if field is None:
                hint = nearest(str(key), fields)
                self.add((*path, str(key)), f"{shown(str(key))} is not a key of {kind}; {hint}", of_entry=True)
                continue
            try:
                good[field.name] = msgspec.convert(value, field.type)
            except msgspec.ValidationError:
                self.add((*path, key), f"is {shown(value)}; {_description(field.type)} is expected")
        inner = ".".join(str(part) for part in path[2:])
        for key in table.needed:
            if key not in values:
                self.add(path, f"{f'{inner}.' if inner else ''}{key} is missing; {kind} needs it", of_entry=True)
        return table(**good)


def shown(value: object) -> str:
    """A value as a sentence about a TOML file shows it, cut where it is long."""
    match value:
        case bool():
            text = str(value).lower()
        case Mapping():
            text = "a table"
        case list() | tuple():
            text = "a list"
        case None:
            text = "null"
        case str() | int() | float():
            text = repr(value)
        case _:
            text = str(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def join(names: Iterable[str]) -> str:
    """Names in a row: `a, b, c`."""
    return ", ".join(names)


def nearest(name: str, known: Iterable[str]) -> str:
    """What somebody who wrote `name` may have meant, out of `known`; all of them if none comes near."""
    from difflib import get_close_matches  # only what is wrong needs it

    names = list(known)
    close = get_close_matches(name, names, n=1)
    return f"did you mean '{close[0]}'?" if close else f"there are {join(names)}"


def _description(field_type: Any) -> str:
    for option in get_args(field_type):
        for part in getattr(option, "__metadata__", ()):
            if isinstance(part, msgspec.Meta) and part.description:
                return part.description
    return "another type"
