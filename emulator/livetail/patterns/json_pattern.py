"""JSON patterns, `{ $.level = "ERROR" && $.status >= 500 }`: conditions on the values of a message that is JSON."""

import re
from collections.abc import Callable
from typing import Literal

from livetail.patterns.errors import InvalidPatternError
from livetail.patterns.expressions import (
    build_expression,
    necessary_texts,
    parse_expression,
    selective_texts,
    unexpected_after_condition,
)
from livetail.patterns.json_conditions import build_leaf, leaf_cost, leaf_texts
from livetail.patterns.scanner import Scanner
from livetail.patterns.selectors import parse_selector
from livetail.patterns.subject import NOT_JSON, Subject
from livetail.patterns.syntax import Comparison, Is, JsonPattern, Leaf, NotExists, Selector

RESERVED_WORDS = ("null", "NULL")
"""Recorded: `{ $.v = null }` is refused, `{ $.v = true }` is not."""

_LITERALS: "dict[str, Literal['NULL', 'TRUE', 'FALSE']]" = {"NULL": "NULL", "TRUE": "TRUE", "FALSE": "FALSE"}
_LETTERS = re.compile(r"[A-Za-z]+")
_MAX_WILDCARDS = 3
_TOO_MANY_WILDCARDS = (
    f"Your input has exceeded the maximum of {_MAX_WILDCARDS} JSON wildcard selectors allowed per filter pattern."
)


def parse_json(scanner: Scanner) -> JsonPattern:
    """Read the text between the braces of a pattern.

    Raises:
        InvalidPatternError: it is not a condition.
    """
    condition = parse_expression(scanner, _Parser(scanner).leaf)
    if scanner.peek():
        raise unexpected_after_condition(scanner)
    return JsonPattern(condition)


class _Parser:
    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._wildcards = 0

    def leaf(self) -> Leaf:
        scanner = self._scanner
        character = scanner.peek()
        if not character:
            raise scanner.error("a condition is missing here")
        if character != "$":
            raise scanner.error(f"a condition begins with a selector such as $.key, not with {character!r}")
        selector = self._selector()
        scanner.skip_blanks()
        comparison = scanner.take_comparison()
        if comparison is not None:
            return Comparison(selector, *comparison)
        start = scanner.position
        keyword = scanner.take_run(_LETTERS).upper()
        scanner.skip_blanks()
        if keyword == "IS":
            return Is(selector, self._literal())
        if keyword == "NOT":
            if scanner.take_run(_LETTERS).upper() == "EXISTS":
                return NotExists(selector)
            raise scanner.error("'NOT' must be followed by 'EXISTS'", at=start)
        raise scanner.error(
            "a comparison follows a selector: =, !=, <, <=, >, >=, IS NULL, IS TRUE, IS FALSE or NOT EXISTS", at=start
        )

    def _selector(self) -> Selector:
        start = self._scanner.position
        selector = parse_selector(self._scanner)
        self._wildcards += selector.has_wildcard
        if self._wildcards > _MAX_WILDCARDS:
            reason = f"a pattern has at most {_MAX_WILDCARDS} wildcards in its selectors"
            self._scanner.note_limit(self._scanner.error(reason, at=start, text=_TOO_MANY_WILDCARDS))
        return selector

    def _literal(self) -> Literal["NULL", "TRUE", "FALSE"]:
        start = self._scanner.position
        word = self._scanner.take_run(_LETTERS)
        literal = _LITERALS.get(word.upper())
        if literal is None:
            # Recorded for IS NOT NULL: operations on metric filters name the word, FilterLogEvents does not.
            reason = "'IS' must be followed by 'NULL', 'TRUE' or 'FALSE'"
            raise InvalidPatternError(start + 1, reason, term=word or None, by_metric_filters=True)
        return literal


def build_json(pattern: JsonPattern) -> Callable[[Subject], bool]:
    """A test of a message against the condition."""
    holds = build_expression(pattern.condition, build_leaf, leaf_cost)
    necessary = selective_texts(necessary_texts(pattern.condition, leaf_texts))

    def matches(subject: Subject) -> bool:
        text = subject.text
        for part in necessary:
            # A message without the key or the text that the condition asks for need not be decoded at all, unless it
            # may spell them with escapes.
            if part not in text and "\\" not in text:
                return False
        document = subject.document
        return document is not NOT_JSON and holds(document)

    return matches
