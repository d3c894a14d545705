"""Space-delimited patterns, `[ip, user, ..., status_code = 4*, bytes]`: conditions on the fields of a message.

An entry describes the field at its position. Without `...` the last entry takes the rest of the message.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from livetail.core.unicode import well_formed
from livetail.patterns.expressions import Condition, parse_expression, rarest_texts
from livetail.patterns.matcher import Explanation, Finding, Matcher, shown
from livetail.patterns.subject import Subject
from livetail.patterns.tokens import SPACE, Tokens
from livetail.patterns.values import TextTest, Value, is_number, literal_parts, number_test, text_test

MAX_GAP_FIELDS: Final = 10_000
"""How many fields of a gap are extracted. AWS's limit is not known; a message of 1 MiB can have 500,000 fields, which
would take half a second of the server's time."""

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_ANY: Final[Condition[str]] = Condition(lambda _: True, frozenset())


@dataclass(frozen=True, slots=True)
class _FieldCondition(Condition[str]):
    """A condition on the text of a field, as in the pattern."""

    written: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of a pattern; `joined` is all its conditions as one. The name of the gap is `...`."""

    name: str | None = None
    joined: Condition[str] = _ANY
    conditions: Sequence[_FieldCondition] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _SpaceMatcher(Matcher):
    """A pattern of fields.

    Attributes:
        entries: those besides the gap.
        gap: how many entries are before the gap; None without one.
        checks: the entries that have conditions, each with the index of its field, which is negative after the gap.
    """

    entries: list[_Entry]
    gap: int | None
    checks: list[tuple[int, _Entry]]

    def extract(self, subject: Subject) -> dict[str, str]:
        """The text of each field of a message that has enough of them.

        Fields go by `$name`, those that the pattern does not name by `$1`, `$2` … for their place in the message; the
        fields of a gap are among them, up to `MAX_GAP_FIELDS`.
        """
        entries, count = self.entries, len(self.entries)
        before_gap = count if self.gap is None else self.gap
        in_gap = 0 if self.gap is None else len(subject.fields.texts) - count
        shown_of_gap = min(in_gap, MAX_GAP_FIELDS)
        indexes = [*range(before_gap + shown_of_gap), *range(before_gap + in_gap, in_gap + count)]
        names: list[str | None] = [entry.name for entry in entries]
        names[before_gap:before_gap] = [None] * shown_of_gap
        return {
            f"${index + 1 if name is None else name}": self._text(subject, index)
            for index, name in zip(indexes, names, strict=True)
        }

    def explain(self, subject: Subject) -> Explanation:
        matches, count, min_count = self.matches(subject), len(subject.fields.texts), len(self.entries)
        if count < min_count:
            note = f"the message has {count} of the {min_count} fields that the pattern needs"
            return Explanation("space", matches, note=note)
        findings = []
        for index, entry in self.checks:
            text = self._text(subject, index)
            findings += [Finding(one.written, one.holds(text), f"it is {shown(text)}") for one in entry.conditions]
        no_conditions = None if findings else "the pattern has no conditions, and the message has enough fields"
        extracted = {name: well_formed(text) for name, text in self.extract(subject).items()}
        return Explanation("space", matches, findings, no_conditions, extracted)

    def _text(self, subject: Subject, index: int) -> str:
        """The field of a message at `index`. Without a gap, the last one takes the rest of the message as written."""
        fields = subject.fields
        return fields.rest(index) if self.gap is None and index == len(self.entries) - 1 else fields.texts[index]


def compile_space(pattern: str) -> Matcher:
    """A matcher for a pattern in brackets.

    Raises:
        InvalidPatternError: an entry is not a name with conditions on that name.
    """
    tokens = Tokens(pattern, SPACE)
    entries = [_take_entry(tokens) if tokens.next else _Entry("...")]  # `[]` means `[...]`
    while tokens.take(","):
        at = tokens.position
        entry = _take_entry(tokens)
        if entry.name is not None and any(entry.name == earlier.name for earlier in entries):
            tokens.exceed_limit(f"{entry.name!r} can be used only once", f"Duplicate field '{entry.name}'", at)
        entries.append(entry)
    tokens.check_end()
    gap = next((index for index, entry in enumerate(entries) if entry.name == "..."), None)
    if gap is not None:
        del entries[gap]
    checks = [
        (index if gap is None or index < gap else index - len(entries), entry)
        for index, entry in enumerate(entries)
        if entry.conditions
    ]
    matches = _message_test(len(entries), gap, checks) if entries else lambda _: True
    return _SpaceMatcher(pattern, matches, not entries, entries, gap, checks)


def _take_entry(tokens: Tokens) -> _Entry:
    if tokens.next in ("", ","):
        return _Entry()
    if tokens.take("..."):
        return _Entry("...")
    names: list[str] = []
    conditions: list[_FieldCondition] = []

    def parse_condition() -> Condition[str]:
        name = tokens.next
        if name == ",":
            raise tokens.error("a condition is missing here")
        if not _NAME.fullmatch(name):
            raise tokens.error("a condition begins with the name of its field: letters, digits, - and _")
        if names and name != names[0]:
            raise tokens.error(f"the conditions of an entry must all be on its own field, {names[0]!r}")
        names.append(tokens.advance())
        comparison = tokens.take_comparison()
        if comparison is None:
            return _ANY
        operator, value = comparison
        written = f"{name} {operator} {value.written}"
        # The literal parts are in the message too, as fields are parts of it as written.
        necessary = literal_parts(operator, value)
        conditions.append(_FieldCondition(_comparison_test(operator, value), necessary, written))
        return conditions[-1]

    joined = parse_expression(tokens, parse_condition)
    return _Entry(names[0], joined, conditions)


def _comparison_test(operator: str, value: Value) -> TextTest:
    """A test of a field, which is a text; one that looks like a number compares as a number with a number."""
    if is_number(value.written):
        compare = number_test(operator, value.written)
        otherwise = operator == "!="
        return lambda text: compare(text) if is_number(text) else otherwise
    equals = text_test(value)
    return equals if operator == "=" else lambda text: not equals(text)


def _message_test(min_fields: int, gap: int | None, checks: list[tuple[int, _Entry]]) -> Callable[[Subject], bool]:
    parts = rarest_texts(frozenset().union(*(entry.joined.necessary_texts for _, entry in checks)))
    field_tests = [(index, entry.joined.holds) for index, entry in checks]
    greedy = min_fields - 1 if gap is None else None

    def matches(subject: Subject) -> bool:
        text = subject.text
        for part in parts:
            if part not in text:
                return False
        fields = subject.fields
        texts = fields.texts
        if len(texts) < min_fields:
            return False
        for index, holds in field_tests:  # noqa: SIM110 - a generator would cost more than most tests
            if not holds(fields.rest(index) if index == greedy else texts[index]):
                return False
        return True

    return matches
