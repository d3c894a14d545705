"""JSON patterns, `{ $.level = "ERROR" && $.status >= 500 }`: conditions on the values of a message that is JSON."""

import re
from collections.abc import Callable

from livetail.patterns.errors import InvalidPatternError
from livetail.patterns.expressions import build_expression, necessary_texts, parse_expression, selective_texts
from livetail.patterns.json_conditions import build_leaf, leaf_texts
from livetail.patterns.subject import NOT_JSON, Subject
from livetail.patterns.syntax import Check, Comparison, JsonPattern, Leaf, Selector, Step, Wildcard
from livetail.patterns.tokens import JSON, Tokens

_STEP = re.compile(
    r"\.(?P<key>[A-Za-z0-9_-]+)|\.?\['(?P<quoted_key>[^']*)'\]|\[(?P<position>[0-9]+)\]|(?P<wildcard>\.\*|\[\*\])"
)
# Ten digits name more elements than a message has characters.
_MAX_POSITION_DIGITS = 10
_CHECKS = ("IS NULL", "IS TRUE", "IS FALSE", "NOT EXISTS")
_MAX_WILDCARDS = 3
_TOO_MANY_WILDCARDS = (
    f"Your input has exceeded the maximum of {_MAX_WILDCARDS} JSON wildcard selectors allowed per filter pattern."
)
_SEVERAL_WILDCARDS = (
    "Your filter pattern has a JSON path selector that exceeds the maximum of 1 wildcard allowed per json selector."
)


def parse_json(pattern: str) -> JsonPattern:
    """Read a pattern in braces.

    Raises:
        InvalidPatternError: it is not a condition.
    """
    return _Parser(Tokens(pattern, JSON)).parse()


class _Parser:
    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._wildcards = 0

    def parse(self) -> JsonPattern:
        tokens = self._tokens
        condition = parse_expression(tokens, self._leaf)
        tokens.check_end()
        return JsonPattern(condition)

    def _leaf(self) -> Leaf:
        tokens = self._tokens
        if not tokens.next:
            raise tokens.error("a condition is missing here")
        if not tokens.next.startswith("$"):
            raise tokens.error(f"a condition begins with a selector such as $.key, not with {tokens.next!r}")
        selector = self._selector()
        comparison = tokens.take_comparison()
        if comparison is not None:
            return Comparison(selector, *comparison)
        at = tokens.position
        keyword = tokens.next.upper()
        if keyword in ("IS", "NOT"):
            tokens.advance()
            word = tokens.next
            check = f"{keyword} {word.upper()}"
            if check in _CHECKS:
                tokens.advance()
                return Check(selector, check)
            if keyword == "IS":
                # Recorded for IS NOT NULL: operations on metric filters name the word, FilterLogEvents does not.
                reason = "'IS' must be followed by 'NULL', 'TRUE' or 'FALSE'"
                term = word if word.isalpha() else None
                raise InvalidPatternError(tokens.position + 1, reason, term=term, by_metric_filters=True)
        reason = "a comparison follows a selector: =, !=, <, <=, >, >=, IS NULL, IS TRUE, IS FALSE or NOT EXISTS"
        raise tokens.error(reason, at=at)

    def _selector(self) -> Selector:
        tokens = self._tokens
        steps: list[Step] = []
        for found in _STEP.finditer(tokens.next):
            kind = found.lastgroup or ""
            text = found[kind]
            at = tokens.position + found.start()
            if kind == "wildcard":
                if any(isinstance(step, Wildcard) for step in steps):
                    error = tokens.error("a selector has at most one wildcard", at=at, text=_SEVERAL_WILDCARDS)
                    tokens.limit_errors.append(error)
                steps.append(Wildcard(text))
            elif kind == "position":
                if len(text.lstrip("0")) > _MAX_POSITION_DIGITS:
                    raise tokens.error("the position of an element is too large", at=at)
                steps.append(int(text.lstrip("0") or "0"))
            else:
                steps.append(text)
        selector = Selector(tuple(steps))
        self._wildcards += selector.has_wildcard
        if self._wildcards > _MAX_WILDCARDS:
            reason = f"a pattern has at most {_MAX_WILDCARDS} wildcards in its selectors"
            tokens.limit_errors.append(tokens.error(reason, text=_TOO_MANY_WILDCARDS))
        tokens.advance()
        return selector


def build_json(pattern: JsonPattern) -> Callable[[Subject], bool]:
    """A test of a message against the condition."""
    holds = build_expression(pattern.condition, build_leaf)
    necessary = selective_texts(necessary_texts(pattern.condition, leaf_texts))

    def matches(subject: Subject) -> bool:
        text = subject.text
        for part in necessary:
            # A message without a necessary key or text is not decoded, unless it may spell them with escapes.
            if part not in text and "\\" not in text:
                return False
        document = subject.document
        return document is not NOT_JSON and holds(document)

    return matches
