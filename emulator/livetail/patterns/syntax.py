"""The parsed form of a filter pattern. `str()` of a term or a condition is its text in a pattern.

A pattern is `Terms`, a `JsonPattern` or a `SpacePattern`. The last two hold conditions, joined by `And` and `Or`. The
terms, and the values that conditions compare with, are a `Text` or a `Regex`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

Operator = Literal["=", "!=", "<", "<=", ">", ">="]

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Text:
    """A word; or text in double quotation marks, held without them and without its escapes."""

    text: str
    is_quoted: bool

    def __str__(self) -> str:
        if not self.is_quoted:
            return self.text
        escaped = self.text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'


@dataclass(frozen=True, slots=True)
class Regex:
    """A regular expression as written between its percent signs, and a search for it in UTF-8 text."""

    body: str
    search: Callable[[bytes], bool] = field(compare=False, repr=False)

    def __str__(self) -> str:
        return f"%{self.body}%"


Value = Text | Regex


@dataclass(frozen=True, slots=True)
class Item:
    """A term with its marker: `-` excludes it, `?` makes it optional; empty if it is required."""

    marker: str
    value: Value

    def __str__(self) -> str:
        return f"{self.marker}{self.value}"


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
class Comparison:
    """`$.status >= 500` in a JSON pattern, `status >= 500` with the name of a field in a space-delimited one."""

    subject: Selector | str
    operator: Operator
    value: Value

    def __str__(self) -> str:
        return f"{self.subject} {self.operator} {self.value}"


@dataclass(frozen=True, slots=True)
class Check:
    """`$.done IS TRUE`, `IS FALSE`, `IS NULL` or `NOT EXISTS`; `check` is these words."""

    subject: Selector
    check: str

    def __str__(self) -> str:
        return f"{self.subject} {self.check}"


Leaf = Comparison | Check | str
"""A condition on one value. The name of a field alone, without an operator, holds for any text."""


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
        gap: how many of the fields are before the gap; None without one. `[]` has only a gap.
    """

    fields: tuple[Field, ...]
    gap: int | None


Pattern = Terms | JsonPattern | SpacePattern
