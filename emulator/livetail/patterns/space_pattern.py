"""Space-delimited patterns, `[ip, user, ..., status_code = 4*, bytes]`: conditions on the fields of a message.

An entry describes the field at its position. Without `...` the last entry takes the rest of the message.
"""

import re
from collections.abc import Callable, Iterator

from livetail.patterns.expressions import (
    build_expression,
    necessary_texts,
    parse_expression,
    selective_texts,
    unexpected_after_condition,
)
from livetail.patterns.scanner import Scanner
from livetail.patterns.subject import Subject
from livetail.patterns.syntax import Comparison, Field, FieldName, Gap, Leaf, SpacePattern
from livetail.patterns.values import (
    TextTest,
    comparison_cost,
    is_number,
    literal_parts,
    number_test,
    numeric_literal,
    text_test,
)

RESERVED_WORDS = ("SPACE",)
"""Recorded: `[kind = SPACE, value]` is refused, `[kind = "SPACE", value]` is not. Other words are values."""

MAX_GAP_FIELDS = 10_000
"""How many fields of a gap are extracted. AWS's limit is not known; a message of 1 MiB can have 500,000, and would
hold the server for half a second."""

_NAME = re.compile(r"[A-Za-z0-9_-]+")


def parse_space(scanner: Scanner) -> SpacePattern:
    """Read the text between the brackets of a pattern.

    Raises:
        InvalidPatternError: an entry is not a name with conditions on that name.
    """
    return _Parser(scanner).parse()


class _Parser:
    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._name = ""
        self._names: set[str] = set()

    def parse(self) -> SpacePattern:
        scanner = self._scanner
        scanner.skip_blanks()
        if not scanner.peek():
            return SpacePattern(())
        entries = [self._entry()]
        while scanner.take(","):
            entries.append(self._entry())
        if scanner.peek():
            raise unexpected_after_condition(scanner)
        return SpacePattern(tuple(entries))

    def _entry(self) -> Field | Gap:
        scanner = self._scanner
        scanner.skip_blanks()
        start = scanner.position
        if scanner.peek() in ("", ","):
            return Field()
        if scanner.take("..."):
            scanner.skip_blanks()
            self._once("...", start)
            return Gap()
        self._name = ""
        condition = parse_expression(scanner, self._leaf)
        self._once(self._name, start)
        return Field(self._name, condition)

    def _once(self, name: str, start: int) -> None:
        if name in self._names:
            text = f"Duplicate field '{name}'"
            self._scanner.note_limit(self._scanner.error(f"{name!r} can be used only once", at=start, text=text))
        self._names.add(name)

    def _leaf(self) -> Leaf:
        scanner = self._scanner
        start = scanner.position
        name = scanner.take_run(_NAME)
        if not name:
            if scanner.peek() == ",":
                raise scanner.error("a condition is missing here")
            raise scanner.error("a condition begins with the name of its field: letters, digits, - and _")
        if self._name not in ("", name):
            raise scanner.error(f"the conditions of an entry must all be on its own field, {self._name!r}", at=start)
        self._name = name
        scanner.skip_blanks()
        comparison = scanner.take_comparison()
        return FieldName(name) if comparison is None else Comparison(FieldName(name), *comparison)


class Layout:
    """Which field of a message each entry of a pattern describes.

    Attributes:
        gap: whether there is one. `[]` is all gap.
        min_fields: how many fields a message must have.
    """

    def __init__(self, pattern: SpacePattern) -> None:
        gap = pattern.entries.index(Gap()) if Gap() in pattern.entries else len(pattern.entries)
        self.gap = gap < len(pattern.entries) or not pattern.entries
        self._before_gap = [entry for entry in pattern.entries[:gap] if isinstance(entry, Field)]
        self._after_gap = [entry for entry in pattern.entries[gap:] if isinstance(entry, Field)]
        self.min_fields = len(self._before_gap) + len(self._after_gap)

    def entries(self) -> Iterator[tuple[int, Field]]:
        """Each entry with the index of its field, negative after the gap."""
        yield from enumerate(self._before_gap)
        yield from ((index - len(self._after_gap), entry) for index, entry in enumerate(self._after_gap))

    def text(self, subject: Subject, index: int) -> str:
        """The field at `index`. The last entry takes the rest as written; a single field without its delimiters."""
        fields = subject.fields
        if self.gap or index < self.min_fields - 1:
            return fields.texts[index]
        return fields.rest(index)

    def extract(self, subject: Subject) -> dict[str, str]:
        """The text of each field of a message that matches.

        Fields go by `$name`, those that the pattern does not name by `$1`, `$2` … for their place in the message; the
        fields of a gap are among them, up to `MAX_GAP_FIELDS`.
        """
        texts = list(subject.fields.texts)
        if not self.gap:
            last = self.min_fields - 1
            texts[last:] = [self.text(subject, last)]
        in_gap = len(texts) - self.min_fields
        places = [*range(1, len(texts) + 1)]
        if in_gap > MAX_GAP_FIELDS:
            left_out = slice(len(self._before_gap) + MAX_GAP_FIELDS, len(self._before_gap) + in_gap)
            del texts[left_out], places[left_out]
        entries = [*self._before_gap, *[Field()] * min(in_gap, MAX_GAP_FIELDS), *self._after_gap]
        return {
            f"${place if entry.name is None else entry.name}": text
            for place, entry, text in zip(places, entries, texts, strict=True)
        }


def build_space(pattern: SpacePattern) -> Callable[[Subject], bool] | None:
    """A test of a message against the entries; None if every message passes it."""
    layout = Layout(pattern)
    if not layout.min_fields:
        return None
    tests = []
    necessary: frozenset[str] = frozenset()
    for index, entry in layout.entries():
        if entry.condition is not None and not isinstance(entry.condition, FieldName):
            tests.append((index, build_expression(entry.condition, build_leaf, leaf_cost)))
            # Fields are parts of the message as written.
            necessary |= necessary_texts(entry.condition, leaf_texts)
    parts = selective_texts(necessary)
    min_fields = layout.min_fields
    greedy = None if layout.gap else min_fields - 1

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
    if isinstance(leaf, FieldName):
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


def leaf_cost(leaf: Leaf) -> int:
    return comparison_cost(leaf) if isinstance(leaf, Comparison) else 0


def leaf_texts(leaf: Leaf) -> frozenset[str]:
    return literal_parts(leaf) if isinstance(leaf, Comparison) else frozenset()
