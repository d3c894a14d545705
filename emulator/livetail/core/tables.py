"""Tables that people write in JSON or TOML, read into msgspec structs, with every problem found at once.

A struct describes a table: its fields are the keys, `msgspec.Meta` gives their bounds and
descriptions, and the class docstring describes the table. Fault rules and scenario files are read this way, and the
JSON Schema of the control plane is made from the same structs.

msgspec itself stops at the first problem and describes it for programmers. This reader finds all of them, as
(path, problem) pairs, so that a caller can add the line of a file or join them to one sentence.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Final, TypeAlias, TypeVar, cast

import msgspec
from msgspec import inspect

from livetail.core.unicode import well_formed

Path: TypeAlias = tuple[str | int, ...]
"""`("source", 2, "rate", "shape")`: the key `rate.shape` of the second `[[source]]`. Entries of lists count from 1, and
keys are spelled as they were written."""

MAX_PROBLEMS: Final = 100
"""How many problems of one document are kept; the others are only counted."""

_MAX_SHOWN: Final = 60
"""Characters of a value that a problem quotes."""

TableT = TypeVar("TableT", bound="Table")


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A table that people write.

    The annotation of a field may have `Meta(extra={"check": f})`: `f` gets a value of the right type and returns what
    is wrong with it, None if nothing is; and `Meta(extra={"expected": "a duration such as 90s"})`: a description of a
    valid value, where that of the type is not enough. A number has both bounds or none.

    A key in camelCase may also be written in snake_case.
    """

    title: ClassVar[str] = "a table"
    """The name of the table in problems: `a source`; for a tagged struct the tag follows: `the effect cut`."""

    def check(self) -> Iterable[tuple[Path, str]]:
        """What is wrong with keys that are each valid: pairs of a path within this table, and the problem."""
        return ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a table is wrong.

    Attributes:
        path: where; empty for the document itself.
        text: what, as a predicate without its subject: `is 5; a text is expected`.
    """

    path: Path
    text: str

    def __str__(self) -> str:
        """One sentence, on one line: `source 2: rate.shape is missing; one of constant, burst is expected`."""
        entry, keys = "", self.path
        if len(keys) > 1 and isinstance(keys[1], int):
            entry, keys = f"{str(keys[0]).replace('_', ' ')} {keys[1]}", keys[2:]
        names = map(str, keys)
        subject = ".".join(name if name.isprintable() and len(name) <= _MAX_SHOWN else shown(name) for name in names)
        subject = ": ".join(part for part in (entry, subject) if part) or "it"
        return " ".join(f"{subject} {self.text}".splitlines())


class Problems:
    """The problems found so far in one document, in the order in which they were found."""

    def __init__(self) -> None:
        self._kept: list[Problem] = []
        self._count = 0

    def __len__(self) -> int:
        """How many have been found, including those that are not kept."""
        return self._count

    def __iter__(self) -> Iterator[Problem]:
        yield from self._kept
        if self._count > len(self._kept):
            yield Problem((), f"has {self._count - len(self._kept):,} more problems")

    def add(self, path: Path, text: str) -> None:
        """Add a problem at `path`."""
        self._count += 1
        if self._count <= MAX_PROBLEMS:
            self._kept.append(Problem(path, text))

    def read(self, table: type[TableT], values: object, path: Path = ()) -> TableT | None:
        """The table at `path`; None if anything in it is wrong; all problems are added.

        `table` may be a union of structs that have a tag.
        """
        problems_before = self._count
        read = self._read(_type_info(table), values, path)
        return read if self._count == problems_before else None  # type: ignore[return-value]

    def _read(self, node: inspect.Type, value: object, path: Path) -> object:
        """The value as `node` describes it; of no meaning if a problem was added."""
        kinds = _kinds(node)
        tables = [kind for kind, _ in kinds if isinstance(kind, inspect.StructType)]
        if tables and isinstance(value, Mapping):
            return self._read_one_of(tables, value, path)
        for kind, extra in kinds:
            match kind, value:
                case inspect.ListType(), list() | tuple():
                    return [self._read(kind.item_type, item, (*path, number)) for number, item in enumerate(value, 1)]
                case inspect.DictType(), Mapping():
                    return {
                        str(key): self._read(kind.value_type, item, (*path, str(key))) for key, item in value.items()
                    }
            if _fits(value, kind):
                if "check" in extra and (problem := extra["check"](value)):
                    self.add(path, problem)
                return float(value) if isinstance(kind, inspect.FloatType) else value  # type: ignore[arg-type]
        self.add(path, f"is {shown(value)}; {_words(node)} is expected")
        return None

    def _read_one_of(self, tables: list[inspect.StructType], values: Mapping[Any, Any], path: Path) -> object:
        """Read the table that the value of the tag field names; without a tag field there is only one."""
        field = tables[0].tag_field
        tag = values.get(field)
        for table in tables:
            if table.tag == tag:
                return self._read_table(table, values, path)
        given = "missing" if tag is None else shown(tag)
        self.add((*path, str(field)), f"is {given}; one of {', '.join(str(table.tag) for table in tables)} is expected")
        return None

    def _read_table(self, node: inspect.StructType, values: Mapping[Any, Any], path: Path) -> object:
        kind = cast("type[Table]", node.cls)
        names = {field.encode_name: field for field in node.fields}
        spellings = {_snake_case(name): field for name, field in names.items()} | names
        problems_before = self._count
        read: dict[str, Any] = {}
        for key, value in values.items():
            field = spellings.get(key) if isinstance(key, str) else None
            if key == node.tag_field:
                continue
            if field is None:
                title = f"{kind.title} {node.tag}" if node.tag_field else kind.title
                self.add((*path, str(key)), f"is not a key of {title}; {nearest(str(key), names)}")
            elif field.name in read:
                self.add((*path, key), "is given twice")
            else:
                read[field.name] = self._read(field.type, value, (*path, key))
        for field in node.fields:
            if field.required and field.name not in read:
                self.add((*path, field.encode_name), f"is missing; {_words(field.type)} is expected")
            elif read.get(field.name, field) == field.default:
                del read[field.name]  # `msgspec.to_builtins` leaves out what is the default itself, not what is equal
        if self._count > problems_before:
            return None
        table = kind(**read)
        for inner, problem in table.check():
            self.add((*path, *inner), problem)
        return table


@cache
def _type_info(table: type[Table]) -> inspect.Type:
    return inspect.type_info(table)


def shown(value: object) -> str:
    """A value as a problem quotes it, cut where it is long."""
    match value:
        case bool():
            return str(value).lower()
        case None:
            return "null"
        case Mapping():
            return "a table"
        case list() | tuple():
            return "a list"
        case int() if value.bit_length() > 4 * _MAX_SHOWN:
            return "a number of very many digits"  # Python refuses to write one of more than 4,300
    text = repr(value[: _MAX_SHOWN + 1]) if isinstance(value, str) else str(value)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint for an unknown `name`: the closest of `known`, or all of them if none is close."""
    from difflib import get_close_matches  # 5 ms that only a misspelt key needs

    names = list(known)
    close = get_close_matches(name, names, n=1) if len(name) <= _MAX_SHOWN else []
    return f"did you mean '{close[0]}'?" if close else f"it takes {', '.join(names) or 'none'}"


def _fits(value: object, kind: inspect.Type) -> bool:
    """Whether a value that is neither table nor list is of a kind."""
    match kind, value:
        case (inspect.AnyType(), _) | (inspect.NoneType(), None) | (inspect.BoolType(), bool()):
            return True
        case inspect.LiteralType(values), str():
            return value in values
        case inspect.StrType(min_length, max_length, pattern), str():
            has_length = len(value) >= (min_length or 0) and (max_length is None or len(value) <= max_length)
            matches = pattern is None or re.fullmatch(pattern, value) is not None
            return has_length and matches and well_formed(value) == value
        case (inspect.IntType() | inspect.FloatType(), bool()):
            return False
        case (inspect.IntType(ge=low, le=high), int()) | (inspect.FloatType(ge=low, le=high), int() | float()):
            number = cast("float", value)
            return (low is None or low <= number) and (high is None or number <= high)
    return False


def _kinds(node: inspect.Type) -> list[tuple[inspect.Type, dict[str, Any]]]:
    """The types of a union, or else the only one, each with the `extra` of its `Meta`."""
    plain, extra = (node.type, node.extra) if isinstance(node, inspect.Metadata) else (node, None)
    if isinstance(plain, inspect.UnionType):
        return [pair for kind in plain.types for pair in _kinds(kind)]
    return [(plain, extra or {})]


def _words(node: inspect.Type) -> str:
    """A description of a valid value."""
    kinds = [(kind, extra) for kind, extra in _kinds(node) if not isinstance(kind, inspect.NoneType)]
    return " or ".join(dict.fromkeys(extra.get("expected") or _words_of_kind(kind) for kind, extra in kinds))


def _words_of_kind(kind: inspect.Type) -> str:
    match kind:
        case inspect.BoolType():
            return "true or false"
        case inspect.LiteralType(values):
            return f"one of {', '.join(map(str, values))}"
        case inspect.StrType(max_length=None):
            return "a text"
        case inspect.StrType(min_length, max_length):
            return f"a text of {f'{min_length} to' if min_length else 'at most'} {max_length:,} characters"
        case inspect.IntType(ge=low, le=high) | inspect.FloatType(ge=low, le=high):
            number = "a whole number" if isinstance(kind, inspect.IntType) else "a number"
            return number if low is None or high is None else f"{number} from {low:,} to {high:,}"
        case inspect.ListType(item_type):
            return f"a list; of each entry {_words(item_type)}"
    return "a table"


def _snake_case(name: str) -> str:
    return re.sub(r"[A-Z]", lambda capital: f"_{capital[0].lower()}", name)
