"""JSON patterns, `{ $.level = "ERROR" && $.status >= 500 }`: conditions on the values of a message that is JSON."""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal

from livetail.patterns.expressions import parse_expression, unexpected_after_condition
from livetail.patterns.json_conditions import build_condition, necessary_texts
from livetail.patterns.scanner import Scanner
from livetail.patterns.selectors import find_all, has_wildcard, parse_selector
from livetail.patterns.subject import NOT_JSON, Json, Subject
from livetail.patterns.syntax import And, Comparison, Condition, Is, JsonPattern, NotExists, Or, Selector

if TYPE_CHECKING:
    from livetail.patterns.decisions import Decisions

__all__ = ["build_json", "extract_json", "parse_json"]

_LITERALS: "dict[str, Literal['NULL', 'TRUE', 'FALSE']]" = {"NULL": "NULL", "TRUE": "TRUE", "FALSE": "FALSE"}
_LETTERS = re.compile(r"[A-Za-z]+")
_MOST_WILDCARDS = 3


def parse_json(scanner: Scanner) -> JsonPattern:
    """Read what stands between the braces of a pattern.

    Raises:
        InvalidPatternError: it is not a condition.
    """
    return _Parser(scanner).parse()


class _Parser:
    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._wildcards = 0

    def parse(self) -> JsonPattern:
        condition = parse_expression(self._scanner, self._condition)
        if self._scanner.peek():
            raise unexpected_after_condition(self._scanner)
        return JsonPattern(condition)

    def _condition(self) -> Condition:
        scanner = self._scanner
        character = scanner.peek()
        if not character:
            raise scanner.fault("a condition is missing here")
        if character != "$":
            raise scanner.misplaced(f"a condition begins with a selector such as $.key, not with {character!r}")
        selector = self._selector()
        scanner.skip_blanks()
        comparison = scanner.take_comparison()
        if comparison is not None:
            return Comparison(selector, *comparison)
        start = scanner.position
        keyword = self._keyword()
        scanner.skip_blanks()
        if keyword == "IS":
            return Is(selector, self._literal())
        if keyword == "NOT":
            if self._keyword() == "EXISTS":
                return NotExists(selector)
            raise scanner.fault("'NOT' goes on with 'EXISTS'", at=start)
        reason = "a comparison follows a selector: =, !=, <, <=, >, >=, IS NULL, IS TRUE, IS FALSE or NOT EXISTS"
        raise scanner.fault(reason, at=start) if keyword else scanner.misplaced(reason)

    def _selector(self) -> Selector:
        start = self._scanner.position
        selector = parse_selector(self._scanner)
        self._wildcards += has_wildcard(selector)
        if self._wildcards > _MOST_WILDCARDS:
            raise self._scanner.fault(f"a pattern has at most {_MOST_WILDCARDS} wildcards in its selectors", at=start)
        return selector

    def _keyword(self) -> str:
        letters = self._scanner.take_run(_LETTERS)
        return letters.upper() if self._scanner.decisions.keywords_in_any_case else letters

    def _literal(self) -> Literal["NULL", "TRUE", "FALSE"]:
        start = self._scanner.position
        literal = _LITERALS.get(self._keyword())
        if literal is None:
            raise self._scanner.fault("'IS' goes on with 'NULL', 'TRUE' or 'FALSE'", at=start)
        return literal


def build_json(pattern: JsonPattern, decisions: "Decisions") -> Callable[[Subject], bool]:
    """A test of a message against the condition."""
    holds = build_condition(pattern.condition, decisions)
    needles = necessary_texts(pattern.condition)

    def matches(subject: Subject) -> bool:
        text = subject.text
        for needle in needles:
            # A message without the key or the text that the condition asks for need not be decoded at all, unless it
            # may spell them with escapes.
            if needle not in text and "\\" not in text:
                return False
        document = subject.document
        return document is not NOT_JSON and holds(document)

    if decisions.array_at_root:
        return matches
    return lambda subject: type(subject.document) is dict and matches(subject)


def extract_json(pattern: JsonPattern) -> Callable[[Subject], dict[str, str]]:
    """A function that gives, for each selector of the pattern that finds one, the first text, number or boolean."""
    finders = {str(selector): find_all(selector) for selector in _selectors(pattern.condition)}

    def extract(subject: Subject) -> dict[str, str]:
        extracted = {}
        for name, find in finders.items():
            text = next((text for node in find(subject.document) if (text := _text_of(node)) is not None), None)
            if text is not None:
                extracted[name] = text
        return extracted

    return extract


def _text_of(node: Json) -> str | None:
    if isinstance(node, str):
        # A plain str: numbers are a class of their own.
        return str(node)
    if isinstance(node, bool):
        return "true" if node else "false"
    return None


def _selectors(condition: Condition) -> Iterator[Selector]:
    if isinstance(condition, And | Or):
        for operand in condition.operands:
            yield from _selectors(operand)
    elif isinstance(condition, Comparison | Is | NotExists):
        yield condition.selector
