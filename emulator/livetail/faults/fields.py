"""What a table of a fault rule may hold: its keys as data, by which it is read, checked and documented."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, TypeAlias

__all__ = ["LONGEST_TEXT", "NEEDED", "Field", "Kind", "Value", "read_table", "shown"]

LONGEST_TEXT: Final = 32_767
"""Characters of a text where a field says nothing else: a header of an event stream holds as many bytes."""

_LONGEST_SHOWN: Final = 60

Value: TypeAlias = str | int | float | bool | None


class Kind(Enum):
    """What the values of a field are; the value is the type's name in JSON Schema."""

    TEXT = "string"
    WHOLE = "integer"
    NUMBER = "number"
    SWITCH = "boolean"


class _Needed(Enum):
    NEEDED = "needed"


NEEDED: Final = _Needed.NEEDED
"""The default of a field that has none."""


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a table.

    Attributes:
        name: the key, as JSON has it.
        kind: what its values are.
        doc: one sentence for users.
        default: the value where none is given; None where the effect itself then decides, NEEDED where it is an error.
        least, most: the range of a number, both included; of a text, of its length in characters.
        choices: the only values, where there are few.
    """

    name: str
    kind: Kind
    doc: str
    default: "Value | _Needed" = NEEDED
    least: float = 0
    most: float = LONGEST_TEXT
    choices: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        """What a good value is, in words."""
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        match self.kind:
            case Kind.SWITCH:
                return "true or false"
            case Kind.TEXT if self.least:
                return f"a text of {_plain(self.least)} to {_plain(self.most)} characters"
            case Kind.TEXT:
                return f"a text of at most {_plain(self.most)} characters"
            case Kind.WHOLE:
                return f"a whole number from {_plain(self.least)} to {_plain(self.most)}"
            case Kind.NUMBER:
                return f"a number from {_plain(self.least)} to {_plain(self.most)}"

    def accepts(self, value: object) -> bool:
        """Whether `value` is one that the field takes."""
        if self.choices:
            return isinstance(value, str) and value in self.choices
        match self.kind:
            case Kind.SWITCH:
                return isinstance(value, bool)
            case Kind.TEXT:
                return isinstance(value, str) and self.least <= len(value) <= self.most and _is_encodable(value)
            case Kind.WHOLE:
                return isinstance(value, int) and not isinstance(value, bool) and self.least <= value <= self.most
            case Kind.NUMBER:
                is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
                return is_number and self.least <= value <= self.most  # type: ignore[operator]

    def schema(self) -> dict[str, Any]:
        """The field in JSON Schema."""
        schema: dict[str, Any] = {"type": self.kind.value, "description": self.doc}
        if self.choices:
            schema["enum"] = list(self.choices)
        elif self.kind is Kind.TEXT:
            schema |= {"minLength": int(self.least), "maxLength": int(self.most)}
        elif self.kind is not Kind.SWITCH:
            schema |= {"minimum": self.least, "maximum": self.most}
        if self.default is not NEEDED and self.default is not None:
            schema["default"] = self.default
        return schema


def read_table(
    values: Mapping[str, object],
    fields: Iterable[Field],
    *,
    prefix: str,
    owner: str,
    faults: list[str],
    others: Sequence[str] = (),
) -> dict[str, Any]:
    """The values of `fields` in a table, defaults included; what is wrong is added to `faults`.

    A null counts as not given. `prefix` goes before a key in a sentence (`effect.`), `owner` is what the table is, and
    `others` are keys of it that are read elsewhere.
    """
    known = {field.name: field for field in fields}
    faults += [
        f"{prefix}{_printable(key)} is not a key of {owner}; it takes {', '.join((*known, *others)) or 'none'}"
        for key in values
        if key not in known and key not in others
    ]
    read: dict[str, Any] = {}
    for name, field in known.items():
        value = values.get(name)
        expected = field.expected if field.choices else f"{field.expected} is expected"
        if value is not None and not field.accepts(value):
            faults.append(f"{prefix}{name} is {shown(value)}; {expected}")
        elif value is None and field.default is NEEDED:
            faults.append(f"{prefix}{name} is missing; {expected}")
        else:
            read[name] = field.default if value is None else value
    return read


def shown(value: object) -> str:
    """A value as a sentence shows it, cut where it is long."""
    match value:
        case bool():
            text = str(value).lower()
        case None:
            text = "null"
        case Mapping():
            text = "a table"
        case list() | tuple():
            text = "a list"
        case _:
            text = ascii(value) if isinstance(value, str) and not _is_encodable(value) else repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _printable(key: str) -> str:
    """A key as a sentence names it: on one line, and not too long."""
    return key if key.isprintable() and len(key) <= _LONGEST_SHOWN else shown(key)


def _plain(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) else f"{number:g}"


def _is_encodable(text: str) -> bool:
    """Whether the text can be written as UTF-8: it has no surrogate without a partner."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
