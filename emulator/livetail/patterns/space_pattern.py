"""Space-delimited patterns, `[ip, user, ..., status_code = 4*, bytes]`: conditions on the fields of a message.

An entry describes the field at its position. Without `...` the last entry takes the rest of the message.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from livetail.patterns.expressions import build_expression, necessary_texts, parse_expression, selective_texts
from livetail.patterns.subject import Subject
from livetail.patterns.syntax import Comparison, Field, Leaf, SpacePattern
from livetail.patterns.tokens import SPACE, Tokens
from livetail.patterns.values import TextTest, is_number, literal_parts, number_test, numeric_literal, text_test

MAX_GAP_FIELDS: Final = 10_000
"""How many fields of a gap are extracted. AWS's limit is not known; a message of 1 MiB can have 500,000 fields, which
would take half a second of the server's time."""

_NAME = re.compile(r"[A-Za-z0-9_-]+")


def parse_space(pattern: str) -> SpacePattern:
    """Read a pattern in brackets.

    Raises:
        InvalidPatternError: an entry is not a name with conditions on that name.
    """
    return _Parser(Tokens(pattern, SPACE)).parse()


class _Parser:
    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._name = ""
        self._names: set[str] = set()
        self._fields: list[Field] = []
        self._gap: int | None = None

    def parse(self) -> SpacePattern:
        tokens = self._tokens
        if not tokens.next:
            return SpacePattern((), 0)
        self._read_entry()
        while tokens.take(","):
            self._read_entry()
        tokens.check_end()
        return SpacePattern(tuple(self._fields), self._gap)

    def _read_entry(self) -> None:
        tokens = self._tokens
        start = tokens.position
        self._name = ""
        if tokens.next in ("", ","):
            self._fields.append(Field())
            return
        if tokens.take("..."):
            self._name = "..."
            self._gap = len(self._fields)
        else:
            condition = parse_expression(tokens, self._leaf)
            self._fields.append(Field(self._name, None if isinstance(condition, str) else condition))
        if self._name in self._names:
            reason, text = f"{self._name!r} can be used only once", f"Duplicate field '{self._name}'"
            tokens.limit_errors.append(tokens.error(reason, at=start, text=text))
        self._names.add(self._name)

    def _leaf(self) -> Leaf:
        tokens = self._tokens
        name = tokens.next
        if name == ",":
            raise tokens.error("a condition is missing here")
        if not _NAME.fullmatch(name):
            raise tokens.error("a condition begins with the name of its field: letters, digits, - and _")
        if self._name not in ("", name):
            raise tokens.error(f"the conditions of an entry must all be on its own field, {self._name!r}")
        self._name = name
        tokens.advance()
        comparison = tokens.take_comparison()
        return name if comparison is None else Comparison(name, *comparison)


def entries(pattern: SpacePattern) -> Iterator[tuple[int, Field]]:
    """Each field of a pattern with the index of its field in a message, negative after the gap."""
    for index, field in enumerate(pattern.fields):
        yield index if pattern.gap is None or index < pattern.gap else index - len(pattern.fields), field


def field_text(pattern: SpacePattern, subject: Subject, index: int) -> str:
    """The field of a message at `index`. Without a gap, the last one takes the rest of the message as written."""
    if pattern.gap is None and index == len(pattern.fields) - 1:
        return subject.fields.rest(index)
    return subject.fields.texts[index]


def extract(pattern: SpacePattern, subject: Subject) -> dict[str, str]:
    """The text of each field of a message that matches.

    Fields go by `$name`, those that the pattern does not name by `$1`, `$2` … for their place in the message; the
    fields of a gap are among them, up to `MAX_GAP_FIELDS`.
    """
    fields = pattern.fields
    before_gap = len(fields) if pattern.gap is None else pattern.gap
    in_gap = 0 if pattern.gap is None else len(subject.fields.texts) - len(fields)
    shown_of_gap = min(in_gap, MAX_GAP_FIELDS)
    indexes = [*range(before_gap + shown_of_gap), *range(before_gap + in_gap, in_gap + len(fields))]
    named = [*fields[:before_gap], *[Field()] * shown_of_gap, *fields[before_gap:]]
    return {
        f"${index + 1 if field.name is None else field.name}": field_text(pattern, subject, index)
        for index, field in zip(indexes, named, strict=True)
    }


def build_space(pattern: SpacePattern) -> Callable[[Subject], bool] | None:
    """A test of a message against the entries; None if every message passes it."""
    min_fields = len(pattern.fields)
    if not min_fields:
        return None
    tests = []
    necessary: frozenset[str] = frozenset()
    for index, field in entries(pattern):
        if field.condition is not None:
            tests.append((index, build_expression(field.condition, build_leaf)))
            # Fields are parts of the message as written.
            necessary |= necessary_texts(field.condition, leaf_texts)
    parts = selective_texts(necessary)
    greedy = min_fields - 1 if pattern.gap is None else None

    def matches(subject: Subject) -> bool:
        text = subject.text
        for part in parts:
            if part not in text:
                return False
        fields = subject.fields
        texts = fields.texts
        if len(texts) < min_fields:
            return False
        for index, test in tests:  # noqa: SIM110 - a generator would cost more than most tests
            if not test(fields.rest(index) if index == greedy else texts[index]):
                return False
        return True

    return matches


def build_leaf(leaf: Leaf) -> TextTest:
    """A test of a field against one condition. Fields are texts; one that looks like a number compares as a number."""
    if isinstance(leaf, str):
        return lambda text: True
    assert isinstance(leaf, Comparison)
    literal = numeric_literal(leaf.value)
    if literal is not None:
        compare = number_test(leaf.operator, literal)
        otherwise = leaf.operator == "!="
        return lambda text: compare(text) if is_number(text) else otherwise
    equals = text_test(leaf.value)
    if leaf.operator == "=":
        return equals
    return lambda text: not equals(text)


def leaf_texts(leaf: Leaf) -> frozenset[str]:
    return literal_parts(leaf) if isinstance(leaf, Comparison) else frozenset()
