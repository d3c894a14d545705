"""Space-delimited patterns, `[ip, user, ..., status_code = 4*, bytes]`: conditions on the fields of a message.

Entries stand for fields by position. Without `...` the last entry takes the rest of the message.
"""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from livetail.patterns.expressions import parse_expression, unexpected_after_condition
from livetail.patterns.numbers import is_number
from livetail.patterns.scanner import Scanner
from livetail.patterns.syntax import And, Condition, Field, FieldName, FieldTest, Gap, Or, SpacePattern
from livetail.patterns.values import TextTest, cost, literal_parts, number_test, numeric_literal, text_test

if TYPE_CHECKING:
    from livetail.patterns.decisions import Decisions
    from livetail.patterns.subject import Subject

__all__ = ["build_space", "extract_space", "parse_space"]

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_MOST_TEXTS = 3


def parse_space(scanner: Scanner) -> SpacePattern:
    """Read what stands between the brackets of a pattern.

    Raises:
        InvalidPatternError: an entry is not a name with conditions on that name, or `...` stands twice.
    """
    return _Parser(scanner).parse()


class _Parser:
    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._name: str | None = None

    def parse(self) -> SpacePattern:
        scanner = self._scanner
        scanner.skip_blanks()
        if not scanner.peek():
            return SpacePattern(())
        entries = [self._entry()]
        while scanner.take(","):
            scanner.skip_blanks()
            at = scanner.position
            entries.append(self._entry())
            if isinstance(entries[-1], Gap) and entries.count(Gap()) > 1:
                raise scanner.fault("'...' can stand only once", at=at)
        if scanner.peek():
            raise unexpected_after_condition(scanner)
        return SpacePattern(tuple(entries))

    def _entry(self) -> Field | Gap:
        scanner = self._scanner
        scanner.skip_blanks()
        if scanner.peek() in ("", ","):
            return Field()
        if scanner.take("..."):
            scanner.skip_blanks()
            return Gap()
        self._name = None
        condition = parse_expression(scanner, self._condition)
        return Field(self._name, condition)

    def _condition(self) -> Condition:
        scanner = self._scanner
        start = scanner.position
        name = scanner.take_run(_NAME)
        if not name:
            if scanner.peek() == ",":
                raise scanner.fault("a condition is missing here")
            raise scanner.misplaced("a condition begins with the name of its field: letters, digits, - and _")
        if self._name is not None and self._name != name:
            raise scanner.fault(f"the conditions of an entry must all be on its own field, {self._name!r}", at=start)
        self._name = name
        scanner.skip_blanks()
        comparison = scanner.take_comparison()
        return FieldName(name) if comparison is None else FieldTest(name, *comparison)


def build_space(pattern: SpacePattern, decisions: "Decisions") -> "Callable[[Subject], bool] | None":
    """A test of a message against the entries; None if every message passes it."""
    before, behind, gap = _sides(pattern)
    least = len(before) + len(behind)
    if not least:
        return None
    # The last field is cut from the message only where it is the greedy one.
    greedy = None if gap else least - 1
    tests = []
    for index, entry in [*enumerate(before), *((index - len(behind), entry) for index, entry in enumerate(behind))]:
        if entry.condition is not None and not isinstance(entry.condition, FieldName):
            tests.append((_cost(entry.condition), index, _build(entry.condition, decisions)))
    ordered = [(index, test) for _, index, test in sorted(tests, key=lambda row: row[0])]
    necessary = _necessary_texts(pattern)

    def matches(subject: "Subject") -> bool:
        text = subject.text
        for part in necessary:
            if part not in text:
                return False
        fields = subject.fields
        texts = fields.texts
        if len(texts) < least:
            return False
        for index, test in ordered:
            field = _rest(subject, index) if index == greedy else texts[index]
            if not test(field):
                return False
        return True

    return matches


def _sides(pattern: SpacePattern) -> tuple[list[Field], list[Field], bool]:
    """The entries before the gap, those behind it, and whether there is one. `[]` is all gap."""
    gap = pattern.entries.index(Gap()) if Gap() in pattern.entries else len(pattern.entries)
    before = [entry for entry in pattern.entries[:gap] if isinstance(entry, Field)]
    behind = [entry for entry in pattern.entries[gap:] if isinstance(entry, Field)]
    return before, behind, gap < len(pattern.entries) or not pattern.entries


def _rest(subject: "Subject", index: int) -> str:
    """The field at `index` with all that follows, as written; a single field without its delimiters."""
    fields = subject.fields
    if index == len(fields.texts) - 1:
        return fields.texts[index]
    return subject.text[fields.starts[index] : fields.end]


def extract_space(pattern: SpacePattern, decisions: "Decisions") -> "Callable[[Subject], dict[str, str]]":
    """A function that gives the text of each field of a message that matches.

    Fields go by `$name`, those that the pattern does not name by `$1`, `$2` … for their place in the message. The
    documentation of TestMetricFilter shows both, and that the fields of a gap are among them.
    """
    before, behind, gap = _sides(pattern)

    def extract(subject: "Subject") -> dict[str, str]:
        texts = list(subject.fields.texts)
        if not gap:
            texts[len(before) - 1 :] = [_rest(subject, len(before) - 1)]
        entries = [*before, *[Field()] * (len(texts) - len(before) - len(behind)), *behind]
        extracted: dict[str, str] = {}
        for place, (entry, text) in enumerate(zip(entries, texts, strict=True), 1):
            name = f"${place if entry.name is None else entry.name}"
            if decisions.repeated_field_name == "last" or name not in extracted:
                extracted[name] = text
        return extracted

    return extract


def _build(condition: Condition, decisions: "Decisions") -> TextTest:
    if isinstance(condition, And | Or):
        tests = []
        for operand in sorted(condition.operands, key=_cost):
            tests.append(_build(operand, decisions))  # noqa: PERF401 - a comprehension would double the depth of the stack
        decisive = isinstance(condition, Or)

        def joined(text: str) -> bool:
            for test in tests:
                if test(text) is decisive:
                    return decisive
            return not decisive

        return joined
    if isinstance(condition, FieldName):
        return lambda text: True
    assert isinstance(condition, FieldTest)
    return _field_test(condition, decisions)


def _field_test(condition: FieldTest, decisions: "Decisions") -> TextTest:
    literal = numeric_literal(condition.value)
    if literal is not None:
        # Fields are texts; one that looks like a number is compared as one, and any other differs from every number.
        compare = number_test(condition.operator, literal)
        otherwise = condition.operator == "!="
        return lambda text: compare(text) if is_number(text) else otherwise
    equals = text_test(condition.value, decisions, decisions.inner_star_in_text)
    if condition.operator == "=":
        return equals
    return lambda text: not equals(text)


def _cost(condition: Condition) -> int:
    if isinstance(condition, And | Or):
        total = 0
        for operand in condition.operands:
            total += _cost(operand)
        return total
    return cost(condition.value) if isinstance(condition, FieldTest) else 0


def _necessary_texts(pattern: SpacePattern) -> list[str]:
    """Texts without which no message matches, the longest ones first: fields are parts of the message as written."""
    texts = {
        text
        for entry in pattern.entries
        if isinstance(entry, Field) and entry.condition is not None
        for test in _required(entry.condition)
        if test.operator == "=" and numeric_literal(test.value) is None
        for text in literal_parts(test.value)
    }
    return sorted(texts, key=lambda text: (-len(text), text))[:_MOST_TEXTS]


def _required(condition: Condition) -> Iterator[FieldTest]:
    """The tests that must hold for the condition to hold."""
    if isinstance(condition, FieldTest):
        yield condition
    elif isinstance(condition, And):
        yield from (operand for operand in condition.operands if isinstance(operand, FieldTest))
