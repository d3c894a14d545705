"""The parsed form of a filter pattern. `str()` of a term or a condition is its text in a pattern.

A pattern is `Terms`, a `JsonPattern` or a `SpacePattern`. The last two hold conditions, joined by `And` and `Or`. The
terms, and the values that conditions compare with, are a `Word`, a `Quoted` or a `Regex`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

Operator = Literal["=", "!=", "<", "<=", ">", ">="]
CheckName = Literal["IS NULL", "IS TRUE", "IS FALSE", "NOT EXISTS"]

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Word:
    """Text without quotation marks."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Quoted:
    """Text in double quotation marks, held without them and without its escapes."""

    text: str

    def __str__(self) -> str:
        escaped = self.text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'


@dataclass(frozen=True, slots=True)
class Regex:
    """A regular expression as written between its percent signs, and a search for it in UTF-8 text."""

    body: str
    search: Callable[[bytes], bool] = field(compare=False, repr=False)

    def __str__(self) -> str:
        return f"%{self.body}%"


Value = Word | Quoted | Regex


class Marker(Enum):
    """The sign before a term."""

    REQUIRED = ""
    OPTIONAL = "?"
    EXCLUDED = "-"


@dataclass(frozen=True, slots=True)
class Item:
    """A term with its marker."""

    marker: Marker
    value: Value

    def __str__(self) -> str:
        return f"{self.marker.value}{self.value}"


@dataclass(frozen=True, slots=True)
class Terms:
    """`ERROR -"not this" ?maybe`; without any item it matches every message."""

    items: tuple[Item, ...]


class Wildcard(Enum):
    """Each member of an object; or each element of an array and each member of an object."""

    ANY_KEY = ".*"
    ANY_ELEMENT = "[*]"


Step = str | int | Wildcard
"""A key, the position of an element from 0, or a wildcard."""


@dataclass(frozen=True, slots=True)
class Selector:
    """The path from the root of a JSON message to a value, or to several with a wildcard."""

    steps: tuple[Step, ...]

    @property
    def has_wildcard(self) -> bool:
        return any(isinstance(step, Wildcard) for step in self.steps)

    def __str__(self) -> str:
        written = "$"
        for step in self.steps:
            if isinstance(step, str):
                written += f".{step}" if _PLAIN_KEY.fullmatch(step) else f".['{step}']"
            else:
                written += step.value if isinstance(step, Wildcard) else f"[{step}]"
        return written


@dataclass(frozen=True, slots=True)
class FieldName:
    """A field of a space-delimited pattern. As a condition of its own it holds for any text."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Comparison:
    """`$.status >= 500` in a JSON pattern, `status >= 500` in a space-delimited one."""

    subject: Selector | FieldName
    operator: Operator
    value: Value

    def __str__(self) -> str:
        return f"{self.subject} {self.operator} {self.value}"


@dataclass(frozen=True, slots=True)
class Check:
    """`$.done IS TRUE` or `$.done NOT EXISTS`"""

    subject: Selector
    check: CheckName

    def __str__(self) -> str:
        return f"{self.subject} {self.check}"


Leaf = Comparison | Check | FieldName


@dataclass(frozen=True, slots=True)
class And:
    """All of the operands, of which there are two or more; none of them is an `And`."""

    operands: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of the operands, of which there are two or more; none of them is an `Or`."""

    operands: "tuple[Condition, ...]"


Condition = And | Or | Leaf


@dataclass(frozen=True, slots=True)
class JsonPattern:
    """`{ $.level = "ERROR" }`"""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a space-delimited pattern; without name and condition it is an empty entry."""

    name: str | None = None
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class SpacePattern:
    """`[ip, user, ..., status_code = 4*, bytes]`

    Attributes:
        fields: the entries besides the gap `...`, which stands for any number of fields.
        gap: how many of the fields are before the gap; None without one. `[]` is nothing but a gap.
    """

    fields: tuple[Field, ...]
    gap: int | None


Pattern = Terms | JsonPattern | SpacePattern
