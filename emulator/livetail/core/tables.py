"""Tables that people write in JSON or TOML, read into msgspec structs, with every problem found at once.

A struct describes a table: its fields are the keys, `msgspec.Meta` gives their bounds and
descriptions, and the class docstring describes the table. Fault rules and scenario files are read this way, and the
JSON Schema of the control plane is made from the same structs.

msgspec itself stops at the first problem and describes it for programmers. This walker finds all of them, as
(path, problem) pairs, so that a caller can add the line of a file or join them to one sentence.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, TypeAlias, TypeVar

import msgspec
from msgspec import UNSET, inspect

Path: TypeAlias = tuple[str | int, ...]
"""`("source", 2, "rate", "shape")`: the key `rate.shape` of the second `[[source]]`. Entries of lists count from 1, and
keys are spelled as they were written."""

MAX_PROBLEMS: Final = 100
"""Problems that are kept of one document: enough to correct it, and a limit for one that is wrong everywhere."""

_MAX_SHOWN: Final = 60
"""Characters of a value that a problem quotes."""

_INVALID: Final = object()

TableT = TypeVar("TableT", bound="Table")


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table that people write.

    The annotation of a field may have `Meta(extra={"check": f})`: `f` gets a value of the right type and returns what
    is wrong with it, None if nothing is; and `Meta(extra={"expected": "a duration such as 90s"})`: what a good value
    is, where the type does not say it.

    A key in camelCase may also be written in snake_case.
    """

    title: ClassVar[str] = "a table"
    """What the table is, as a problem names it: `a source`; of a tagged struct, the tag follows: `the effect cut`."""

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
        subject = ".".join(_printable(str(key)) for key in keys)
        subject = ": ".join(part for part in (entry, subject) if part) or "it"
        return " ".join(f"{subject} {self.text}".splitlines())


class Problems:
    """The problems found so far in one document, in the order in which they were found."""

    def __init__(self) -> None:
        self._found: list[Problem] = []
        self._left_out = 0

    def __bool__(self) -> bool:
        return bool(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Problem]:
        yield from self._found
        if self._left_out:
            yield Problem((), f"has {self._left_out:,} more problems")

    def add(self, path: Path, text: str) -> None:
        """Add a problem at `path`."""
        if len(self._found) < MAX_PROBLEMS:
            self._found.append(Problem(path, text))
        else:
            self._left_out += 1

    def read(self, table: type[TableT], values: object, path: Path = ()) -> TableT | None:
        """The table at `path`; None if anything in it is wrong, with all of that noted.

        `table` may be a union of structs that have a tag.
        """
        read = self._read(inspect.type_info(table), values, path)
        return None if read is _INVALID else read  # type: ignore[return-value]

    def _read(self, node: inspect.Type, value: object, path: Path) -> object:
        """The value as `node` describes it, or `_INVALID`."""
        extra: Mapping[str, Any] = (node.extra or {}) if isinstance(node, inspect.Metadata) else {}
        node = _plain(node)
        if isinstance(node, inspect.UnionType):
            return self._read_one_of(node, value, path)
        match node:
            case inspect.StructType() if isinstance(value, Mapping):
                return self._read_table(node, value, path)
            case inspect.ListType() if isinstance(value, list | tuple):
                return _all([self._read(node.item_type, item, (*path, number)) for number, item in enumerate(value, 1)])
            case inspect.DictType() if isinstance(value, Mapping):
                inner = {str(key): self._read(node.value_type, item, (*path, str(key))) for key, item in value.items()}
                return _INVALID if _INVALID in inner.values() else inner
        read = _scalar(node, value)
        if read is _INVALID:
            self.add(path, f"is {shown(value)}; {extra.get('expected') or expected(node)} is expected")
        elif problem := (extra["check"](read) if "check" in extra else None):
            self.add(path, problem)
            return _INVALID
        return read

    def _read_one_of(self, node: inspect.UnionType, value: object, path: Path) -> object:
        tables = [table for table in map(_plain, node.types) if isinstance(table, inspect.StructType)]
        if tables and isinstance(value, Mapping):
            return self._read_tagged(tables, value, path)
        others = [other for other in node.types if _scalar(_plain(other), value) is not _INVALID]
        kinds = [kind for kind in node.types if type(_plain(kind)) is _KINDS.get(type(value))]
        chosen = next(iter([*others, *kinds]), None)
        if chosen is not None:
            return self._read(chosen, value, path)
        meant = [kind for kind in node.types if not isinstance(kind, inspect.NoneType)]
        if len(meant) == 1:
            return self._read(meant[0], value, path)
        self.add(path, f"is {shown(value)}; {expected(node)} is expected")
        return _INVALID

    def _read_tagged(self, tables: list[inspect.StructType], values: Mapping[Any, Any], path: Path) -> object:
        """The one of several structs that the value of their tag field names."""
        if len(tables) == 1 and tables[0].tag_field is None:
            return self._read_table(tables[0], values, path)
        field = str(tables[0].tag_field)
        by_tag = {table.tag: table for table in tables}
        choices = f"one of {', '.join(map(str, by_tag))} is expected"
        tag = values.get(field)
        if tag is None:
            self.add((*path, field), f"is missing; {choices}")
        elif isinstance(tag, str) and tag in by_tag:
            return self._read_table(by_tag[tag], values, path)
        else:
            self.add((*path, field), f"is {shown(tag)}; {choices}")
        return _INVALID

    def _read_table(self, node: inspect.StructType, values: Mapping[Any, Any], path: Path) -> object:
        title = getattr(node.cls, "title", "a table")
        if node.tag is not None:
            title = f"{title} {node.tag}"
        names = {field.encode_name: field for field in node.fields}
        spellings = {_snake_case(name): field for name, field in names.items()} | names
        before = len(self._found) + self._left_out
        read: dict[str, Any] = {}
        for key, value in values.items():
            field = spellings.get(key) if isinstance(key, str) else None
            if node.tag_field is not None and key == node.tag_field:
                continue
            if field is None:
                self.add((*path, str(key)), f"is not a key of {title}; {nearest(str(key), names)}")
            elif field.name in read:
                self.add((*path, key), "is given twice")
            elif value is not UNSET:
                read[field.name] = self._read(field.type, value, (*path, key))
        for field in node.fields:
            if field.required and field.name not in read:
                self.add((*path, field.encode_name), f"is missing; {_words(field.type)} is expected")
        if len(self._found) + self._left_out > before:
            return _INVALID
        table = node.cls(**read)
        if isinstance(table, Table):
            for inner, problem in table.check():
                self.add((*path, *inner), problem)
        return table if len(self._found) + self._left_out == before else _INVALID


def expected(node: inspect.Type) -> str:
    """What a good value is, in words."""
    match _plain(node):
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
        case inspect.UnionType(types):
            words = [_words(kind) for kind in types if not isinstance(kind, inspect.NoneType)]
            return " or ".join(dict.fromkeys(words))
    return "a table"


def shown(value: object) -> str:
    """A value as a problem quotes it, cut where it is long."""
    match value:
        case bool():
            text = str(value).lower()
        case None:
            text = "null"
        case Mapping():
            text = "a table"
        case list() | tuple():
            text = "a list"
        case int() if value.bit_length() > 4 * _MAX_SHOWN:
            text = "a number of very many digits"  # Python refuses to write one of more than 4,300
        case str():
            text = repr(value[: _MAX_SHOWN + 1]) if is_encodable(value) else ascii(value[: _MAX_SHOWN + 1])
        case float():
            text = repr(value)
        case _:
            text = str(value)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint for an unknown `name`: the closest of `known`, or all of them if none is close."""
    from difflib import get_close_matches  # 5 ms that only a misspelt key needs

    names = list(known)
    close = get_close_matches(name, names, n=1) if len(name) <= _MAX_SHOWN else []
    return f"did you mean '{close[0]}'?" if close else f"it takes {', '.join(names) or 'none'}"


def is_encodable(text: str) -> bool:
    """Whether the text can be written as UTF-8: it has no surrogate without a partner."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


_KINDS: Final[Mapping[type, type]] = {list: inspect.ListType, tuple: inspect.ListType, dict: inspect.DictType}


def _scalar(node: inspect.Type, value: object) -> object:
    """A value that is neither table nor list, as `node` describes it; `_INVALID` if it is none."""
    match _plain(node):
        case inspect.AnyType():
            return value
        case inspect.NoneType() if value is None:
            return None
        case inspect.BoolType() if isinstance(value, bool):
            return value
        case inspect.LiteralType(values) if isinstance(value, str) and value in values:
            return value
        case inspect.StrType(min_length, max_length, pattern) if isinstance(value, str):
            fits = (min_length or 0) <= len(value) and (max_length is None or len(value) <= max_length)
            if fits and is_encodable(value) and (pattern is None or re.search(pattern, value)):
                return value
        case inspect.IntType(ge=low, le=high) if isinstance(value, int) and not isinstance(value, bool):
            if _is_within(value, low, high):
                return value
        case inspect.FloatType(ge=low, le=high) if isinstance(value, int | float) and not isinstance(value, bool):
            if _is_within(value, low, high) and -1e300 < value < 1e300:  # no infinity, and nothing that float() refuses
                return float(value)
    return _INVALID


def _is_within(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def _all(values: list[object]) -> object:
    return _INVALID if any(value is _INVALID for value in values) else values


def _plain(node: inspect.Type) -> inspect.Type:
    return node.type if isinstance(node, inspect.Metadata) else node


def _words(node: inspect.Type) -> str:
    extra = node.extra if isinstance(node, inspect.Metadata) else None
    return (extra or {}).get("expected") or expected(node)


def _range(low: float | None, high: float | None) -> str:
    if high is None:
        return "" if low is None else f" of at least {_number(low)}"
    return f" from {_number(low or 0)} to {_number(high)}"


def _number(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) else f"{number:g}"


def _snake_case(name: str) -> str:
    return re.sub(r"[A-Z]", lambda capital: f"_{capital[0].lower()}", name)


def _printable(key: str) -> str:
    """A key as a sentence names it: on one line, and not too long."""
    return key if key.isprintable() and len(key) <= _MAX_SHOWN else shown(key)
