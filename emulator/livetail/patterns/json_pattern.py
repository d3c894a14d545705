"""JSON patterns, `{ $.level = "ERROR" && $.status >= 500 }`: conditions on the values of a message that is JSON.

Comparisons apply to strings and numbers. If the selector finds nothing, or true, false, null, an object or an array,
every comparison is false, `!=` too (recorded).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from livetail.patterns.expressions import Condition, parse_expression, rarest_texts
from livetail.patterns.json_selectors import MISSING, Selector, Wildcard, take_selector
from livetail.patterns.matcher import Explanation, Finding, InvalidPatternError, Matcher, shown
from livetail.patterns.subject import NOT_JSON, Json, Subject
from livetail.patterns.tokens import JSON, Tokens
from livetail.patterns.values import Value, is_number, literal_parts, number_test, text_test

NodeTest = Callable[[Json], bool]

_LITERALS = {"IS NULL": None, "IS TRUE": True, "IS FALSE": False}
_MAX_WILDCARDS = 3
_TOO_MANY_WILDCARDS = (
    f"Your input has exceeded the maximum of {_MAX_WILDCARDS} JSON wildcard selectors allowed per filter pattern."
)
_MAX_VALUES_SHOWN = 3

# What JSON cannot hold in a string as it is.
_ESCAPED_IN_JSON = re.compile(r'["\\\x00-\x1f]')


@dataclass(frozen=True, slots=True)
class _JsonCondition(Condition[Json]):
    """`$.status >= 500`; or `$.done IS TRUE`, `IS FALSE`, `IS NULL` or `NOT EXISTS`, with the words as `operator`."""

    selector: Selector
    operator: str
    value: Value | None

    def finding(self, root: Json) -> Finding:
        value = "" if self.value is None else f" {self.value.written}"
        return Finding(f"{self.selector.written} {self.operator}{value}", self.holds(root), self._reason(root))

    def _reason(self, root: Json) -> str:
        nodes = self.selector.find_all(root)
        if not nodes:
            if self.operator == "NOT EXISTS" and type(root) is list:
                return "the message is an array"
            return f"{self.selector.written} is not there"
        if self.selector.has_wildcard:
            more = ", …" if len(nodes) > _MAX_VALUES_SHOWN else ""
            return f"{len(nodes)} found: {', '.join(map(shown, nodes[:_MAX_VALUES_SHOWN]))}{more}"
        if type(nodes[0]) is str and self.operator not in ("=", "!=", "NOT EXISTS"):
            return f"{shown(nodes[0])} is a string"
        return f"it is {shown(nodes[0])}"


@dataclass(frozen=True, slots=True, eq=False)
class _JsonMatcher(Matcher):
    conditions: list[_JsonCondition]

    def explain(self, subject: Subject) -> Explanation:
        root = subject.document
        if root is NOT_JSON:
            return Explanation("json", False, note="the message is not a JSON object or array")
        findings = [condition.finding(root) for condition in self.conditions]
        return Explanation("json", self.matches(subject), findings)


def compile_json(pattern: str) -> Matcher:
    """A matcher for a pattern in braces.

    Raises:
        InvalidPatternError: it is not a condition.
    """
    tokens = Tokens(pattern, JSON)
    conditions: list[_JsonCondition] = []

    def parse_condition() -> Condition[Json]:
        conditions.append(_take_condition(tokens, conditions))
        return conditions[-1]

    condition = parse_expression(tokens, parse_condition)
    tokens.check_end()
    return _JsonMatcher(pattern, _message_test(condition), False, conditions)


def _message_test(condition: Condition[Json]) -> Callable[[Subject], bool]:
    holds, necessary = condition.holds, rarest_texts(condition.necessary_texts)

    def matches(subject: Subject) -> bool:
        text = subject.text
        for part in necessary:
            # A message without a necessary key or text is not decoded, unless it may spell them with escapes.
            if part not in text and "\\" not in text:
                return False
        document = subject.document
        return document is not NOT_JSON and holds(document)

    return matches


def _take_condition(tokens: Tokens, earlier: list[_JsonCondition]) -> _JsonCondition:
    if not tokens.next:
        raise tokens.error("a condition is missing here")
    if not tokens.next.startswith("$"):
        raise tokens.error(f"a condition begins with a selector such as $.key, not with {tokens.next!r}")
    at = tokens.position
    selector = take_selector(tokens)
    if selector.has_wildcard and sum(condition.selector.has_wildcard for condition in earlier) >= _MAX_WILDCARDS:
        tokens.exceed_limit(
            f"a pattern has at most {_MAX_WILDCARDS} wildcards in its selectors", _TOO_MANY_WILDCARDS, at
        )
    value = None
    if (comparison := tokens.take_comparison()) is not None:
        operator, value = comparison
        holds = _on_selected(selector, _comparison_test(operator, value), compares=True)
    else:
        operator = _take_check(tokens)
        holds = _on_selected(selector, _literal_test(operator)) if operator in _LITERALS else _not_exists(selector)
    return _JsonCondition(holds, _necessary_texts(selector, operator, value), selector, operator, value)


def _take_check(tokens: Tokens) -> str:
    """Read `IS NULL`, `IS TRUE`, `IS FALSE` or `NOT EXISTS`."""
    at, keyword = tokens.position, tokens.next.upper()
    if keyword in ("IS", "NOT"):
        tokens.advance()
        word = tokens.next
        check = f"{keyword} {word.upper()}"
        if check == "NOT EXISTS" or check in _LITERALS:
            tokens.advance()
            return check
        if keyword == "IS":
            # Recorded for IS NOT NULL: operations on metric filters name the word, FilterLogEvents does not.
            reason = "'IS' must be followed by 'NULL', 'TRUE' or 'FALSE'"
            term = word if word.isalpha() else None
            raise InvalidPatternError(tokens.position + 1, reason, term=term, by_metric_filters=True)
    reason = "a comparison follows a selector: =, !=, <, <=, >, >=, IS NULL, IS TRUE, IS FALSE or NOT EXISTS"
    raise tokens.error(reason, at=at)


def _on_selected(selector: Selector, test: NodeTest, *, compares: bool = False) -> NodeTest:
    """A test of a message's root: whether `test` passes for the value, or for any value, that the selector finds."""
    if selector.has_wildcard:
        find_all = selector.find_all
        if not compares:
            return lambda root: any(map(test, find_all(root)))
        # Of many values, as in 1 MB of numbers, each is compared once.
        return lambda root: any(map(test, {node for node in find_all(root) if type(node) in (bytes, str)}))
    if len(selector.steps) == 1 and isinstance(selector.steps[0], str):
        name = selector.steps[0]
        # The usual selector, $.key.
        return lambda root: type(root) is dict and test(root.get(name, MISSING))
    find_one = selector.find_one
    return lambda root: test(find_one(root))


def _literal_test(check: str) -> NodeTest:
    wanted = _LITERALS[check]
    # AWS also finds the literal among the elements of an array (recorded for null).
    return lambda node: node is wanted or (type(node) is list and any(element is wanted for element in node))


def _not_exists(selector: Selector) -> NodeTest:
    find_all = selector.find_all
    if isinstance(selector.steps[0], str) or selector.steps[0] is Wildcard.ANY_KEY:
        # A key can be absent only from an object: false on an array at the root (recorded).
        return lambda root: type(root) is dict and not find_all(root)
    return lambda root: not find_all(root)


def _comparison_test(operator: str, value: Value) -> NodeTest:
    if operator not in ("=", "!="):
        in_order = number_test(operator, value.written)
        return lambda node: type(node) is bytes and in_order(node)
    text_equals = text_test(value)
    number_text_equals = text_test(value, inner_wildcards=True)
    number_equals = number_test("=", value.written) if is_number(value.written) else None
    expected = operator == "="

    def test(node: Json) -> bool:
        if type(node) is str:
            return text_equals(node) is expected
        if type(node) is bytes:
            equal = number_text_equals(node.decode()) if number_equals is None else number_equals(node)
            return equal is expected
        return False

    return test


def _necessary_texts(selector: Selector, operator: str, value: Value | None) -> frozenset[str]:
    """Texts without which a message cannot meet the condition, unless it has a backslash."""
    if operator == "NOT EXISTS":
        return frozenset()
    texts = {step for step in selector.steps if isinstance(step, str)}
    texts |= {operator.removeprefix("IS ").lower()} if value is None else literal_parts(operator, value)
    return frozenset(text for text in texts if text and not _ESCAPED_IN_JSON.search(text))
