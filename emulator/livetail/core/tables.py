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
from msgspec import UNSET, inspect

from livetail.core.unicode import well_formed

Path: TypeAlias = tuple[str | int, ...]
"""`("source", 2, "rate", "shape")`: the key `rate.shape` of the second `[[source]]`. Entries of lists count from 1, and
keys are spelled as they were written."""

MAX_PROBLEMS: Final = 100
"""How many problems of one document are kept; the others are only counted."""

_MAX_SHOWN: Final = 60
"""Characters of a value that a problem quotes."""

_INVALID: Final = object()

TableT = TypeVar("TableT", bound="Table")


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table that people write.

    The annotation of a field may have `Meta(extra={"check": f})`: `f` gets a value of the right type and returns what
    is wrong with it, None if nothing is; and `Meta(extra={"expected": "a duration such as 90s"})`: a description of a
    valid value, where that of the type is not enough.

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
        read = self._read(_type_info(table), values, path)
        return None if read is _INVALID else read  # type: ignore[return-value]

    def _read(self, node: inspect.Type, value: object, path: Path) -> object:
        """The value as `node` describes it, or `_INVALID`."""
        kinds = _kinds(node)
        tables = [kind for kind in map(_plain, kinds) if isinstance(kind, inspect.StructType)]
        if tables and isinstance(value, Mapping):
            return self._read_one_of(tables, value, path)
        for kind in kinds:
            read = self._read_kind(_plain(kind), value, path)
            if read is _INVALID:
                continue
            problem = _extra(kind)["check"](read) if "check" in _extra(kind) else None
            if problem:
                self.add(path, problem)
            return read
        self.add(path, f"is {shown(value)}; {_words(node)} is expected")
        return _INVALID

    def _read_kind(self, kind: inspect.Type, value: object, path: Path) -> object:
        """The value as a list, a dictionary or a scalar; `_INVALID` if it is not of that kind."""
        match kind:
            case inspect.ListType() if isinstance(value, list | tuple):
                return [self._read(kind.item_type, item, (*path, number)) for number, item in enumerate(value, 1)]
            case inspect.DictType() if isinstance(value, Mapping):
                return {str(key): self._read(kind.value_type, item, (*path, str(key))) for key, item in value.items()}
        return _scalar(kind, value)

    def _read_one_of(self, tables: list[inspect.StructType], values: Mapping[Any, Any], path: Path) -> object:
        """Read the table that the value of the tag field names; without a tag field there is only one."""
        field = tables[0].tag_field
        if field is None:
            return self._read_table(tables[0], values, path)
        tag = values.get(field)
        chosen = next((table for table in tables if table.tag == tag), None)
        if chosen is not None:
            return self._read_table(chosen, values, path)
        given = "missing" if tag is None else shown(tag)
        self.add((*path, field), f"is {given}; one of {', '.join(str(table.tag) for table in tables)} is expected")
        return _INVALID

    def _read_table(self, node: inspect.StructType, values: Mapping[Any, Any], path: Path) -> object:
        kind = cast("type[Table]", node.cls)
        names = {field.encode_name: field for field in node.fields}
        spellings = {_snake_case(name): field for name, field in names.items()} | names
        problems_before = self._count
        read: dict[str, Any] = {}
        for key, value in values.items():
            field = spellings.get(key) if isinstance(key, str) else None
            if node.tag_field is not None and key == node.tag_field:
                continue
            if field is None:
                title = " ".join(str(part) for part in (kind.title, node.tag) if part is not None)
                self.add((*path, str(key)), f"is not a key of {title}; {nearest(str(key), names)}")
            elif field.name in read:
                self.add((*path, key), "is given twice")
            elif value is not UNSET:
                read[field.name] = self._read(field.type, value, (*path, key))
        for field in node.fields:
            if field.required and field.name not in read:
                self.add((*path, field.encode_name), f"is missing; {_words(field.type)} is expected")
        if self._count > problems_before:
            return _INVALID
        table = kind(**read)
        for inner, problem in table.check():
            self.add((*path, *inner), problem)
        return table if self._count == problems_before else _INVALID


@cache
def _type_info(table: type[Table]) -> inspect.Type:
    return inspect.type_info(table)


def table_schema(table: type[Table]) -> dict[str, Any]:
    """The JSON Schema of a table, without references."""
    (schema,), parts = msgspec.json.schema_components([table], ref_template="{name}")
    inlined: dict[str, Any] = _inlined(schema, parts)
    return inlined


def _inlined(schema: Any, parts: dict[str, Any]) -> Any:
    """A schema with its references replaced by what they refer to."""
    if isinstance(schema, list):
        return [_inlined(item, parts) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        others = {key: value for key, value in schema.items() if key != "$ref"}
        return _inlined(parts[schema["$ref"]] | others, parts)
    return {
        key: value if key == "default" else _inlined(value, parts)
        for key, value in schema.items()
        if key not in ("discriminator", "title")  # names of classes, and a mapping to them, that have no meaning here
    }


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


def _scalar(kind: inspect.Type, value: object) -> object:
    """A value that is neither table nor list, read as `kind`; `_INVALID` if it does not fit."""
    match kind, value:
        case (inspect.AnyType(), _) | (inspect.NoneType(), None) | (inspect.BoolType(), bool()):
            return value
        case inspect.LiteralType(values), str() if value in values:
            return value
        case inspect.StrType(min_length, max_length), str():
            fits = (min_length or 0) <= len(value) and (max_length is None or len(value) <= max_length)
            return value if fits and well_formed(value) == value else _INVALID
        case (inspect.IntType() | inspect.FloatType(), bool()):
            return _INVALID
        case inspect.IntType(ge=low, le=high), int() if _is_within(value, low, high):
            return value
        # Not infinite, and not too large for float().
        case inspect.FloatType(ge=low, le=high), int() | float() if _is_within(value, low, high) and abs(value) < 1e300:
            return float(value)
    return _INVALID


def _is_within(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def _plain(node: inspect.Type) -> inspect.Type:
    return node.type if isinstance(node, inspect.Metadata) else node


def _kinds(node: inspect.Type) -> tuple[inspect.Type, ...]:
    """The types of a union; any other type is the only one."""
    plain = _plain(node)
    return plain.types if isinstance(plain, inspect.UnionType) else (node,)


def _extra(node: inspect.Type) -> dict[str, Any]:
    return (node.extra or {}) if isinstance(node, inspect.Metadata) else {}


def _words(node: inspect.Type) -> str:
    """A description of a valid value."""
    kinds = [kind for kind in _kinds(node) if not isinstance(kind, inspect.NoneType)]
    return " or ".join(dict.fromkeys(_extra(kind).get("expected") or _words_of_kind(_plain(kind)) for kind in kinds))


def _words_of_kind(kind: inspect.Type) -> str:
    match kind:
        case inspect.BoolType():
            return "true or false"
        case inspect.LiteralType(values):
            return f"one of {', '.join(map(str, values))}"
        case inspect.StrType(min_length, max_length):
            if max_length is None:
                return "a text"
            return f"a text of {f'{min_length} to' if min_length else 'at most'} {max_length:,} characters"
        case inspect.IntType(ge=low, le=high):
            return f"a whole number{_range(low, high)}"
        case inspect.FloatType(ge=low, le=high):
            return f"a number{_range(low, high)}"
        case inspect.ListType(item_type):
            return f"a list; of each entry {_words(item_type)}"
    return "a table"


def _range(low: float | None, high: float | None) -> str:
    if high is None:
        return "" if low is None else f" of at least {_number(low)}"
    return f" from {_number(low or 0)} to {_number(high)}"


def _number(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) else f"{number:g}"


def _snake_case(name: str) -> str:
    return re.sub(r"[A-Z]", lambda capital: f"_{capital[0].lower()}", name)
