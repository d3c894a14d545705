"""What the conditions of a JSON pattern mean, as functions of the root of a message.

A comparison is about texts and numbers. Where the selector finds nothing, an object or an array, every comparison is
false, `!=` too.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from livetail.patterns.numbers import is_number
from livetail.patterns.selectors import MISSING, find_all, find_one, has_wildcard
from livetail.patterns.subject import Json, Number
from livetail.patterns.syntax import And, Comparison, Condition, Is, Key, NotExists, Or, Regex, Selector
from livetail.patterns.values import cost, literal_parts, number_test, numeric_literal, text_test

if TYPE_CHECKING:
    from livetail.patterns.decisions import Decisions

__all__ = ["NodeTest", "build_condition", "necessary_texts"]

NodeTest = Callable[[Json], bool]

# What JSON cannot hold in a string as it is.
_ESCAPED_IN_JSON = re.compile(r'["\\\x00-\x1f]')
# To look for more texts would cost more than it spares.
_MOST_TEXTS = 3


def build_condition(condition: Condition, decisions: "Decisions") -> NodeTest:
    """A test of the root of a message against a condition."""
    if isinstance(condition, And | Or):
        tests = []
        for operand in sorted(condition.operands, key=_cost):
            tests.append(build_condition(operand, decisions))  # noqa: PERF401 - a comprehension would double the depth of the stack
        return _all_of(tests) if isinstance(condition, And) else _any_of(tests)
    if isinstance(condition, Is):
        wanted = {"NULL": None, "TRUE": True, "FALSE": False}[condition.literal]
        return _on_selected(condition.selector, lambda node: node is wanted, decisions)
    if isinstance(condition, NotExists):
        if has_wildcard(condition.selector):
            find_each = find_all(condition.selector)
            return lambda root: not find_each(root)
        find = find_one(condition.selector)
        return lambda root: find(root) is MISSING
    assert isinstance(condition, Comparison)
    every = condition.operator == "!=" and decisions.not_equal_on_several == "all"
    return _on_selected(condition.selector, _node_test(condition, decisions), decisions, every=every)


def _all_of(tests: list[NodeTest]) -> NodeTest:
    def holds(root: Json) -> bool:
        for test in tests:  # noqa: SIM110 - a generator would cost more than most tests
            if not test(root):
                return False
        return True

    return holds


def _any_of(tests: list[NodeTest]) -> NodeTest:
    def holds(root: Json) -> bool:
        for test in tests:  # noqa: SIM110 - as above
            if test(root):
                return True
        return False

    return holds


def _on_selected(selector: Selector, test: NodeTest, decisions: "Decisions", *, every: bool = False) -> NodeTest:
    """`test` on what the selector finds: on any of it, or on all of it and not on nothing."""
    if not has_wildcard(selector):
        find = find_one(selector)
        return lambda root: test(find(root))
    find_each = find_all(selector)
    if every:
        return lambda root: bool(nodes := find_each(root)) and all(map(test, nodes))
    return lambda root: any(map(test, find_each(root)))


def _node_test(comparison: Comparison, decisions: "Decisions") -> NodeTest:
    if comparison.operator not in ("=", "!="):
        return _order_test(comparison, decisions)
    value = comparison.value
    if (
        comparison.operator == "="
        and not isinstance(value, Regex)
        and numeric_literal(value) is None
        and "*" not in value.text
        and value.text not in ("true", "false", "null")
    ):
        # The usual comparison. Strings and numbers are equal to their text, and no other node is equal to a text.
        wanted = value.text
        return lambda node: node == wanted
    literal = numeric_literal(value)
    text_equals = text_test(value, decisions, decisions.inner_star_in_text)
    number_equals = (
        text_test(value, decisions, decisions.inner_star_in_numbers) if literal is None else number_test("=", literal)
    )
    booleans, null = decisions.booleans_compare_as_text, decisions.null_compares_as_text
    wanted_result = comparison.operator == "="

    def test(node: Json) -> bool:
        if isinstance(node, Number):
            return number_equals(node) is wanted_result
        if isinstance(node, str):
            return text_equals(node) is wanted_result
        if isinstance(node, bool):
            return booleans and text_equals("true" if node else "false") is wanted_result
        return node is None and null and text_equals("null") is wanted_result

    return test


def _order_test(comparison: Comparison, decisions: "Decisions") -> NodeTest:
    in_order = number_test(comparison.operator, str(comparison.value))
    if decisions.numeric_text_in_order:
        return lambda node: isinstance(node, str) and is_number(node) and in_order(node)
    return lambda node: type(node) is Number and in_order(node)


def _cost(condition: Condition) -> int:
    if isinstance(condition, And | Or):
        total = 0
        for operand in condition.operands:
            total += _cost(operand)
        return total
    if isinstance(condition, Is | NotExists):
        return _breadth(condition.selector)
    assert isinstance(condition, Comparison)
    return cost(condition.value) * _breadth(condition.selector)


def _breadth(selector: Selector) -> int:
    return 5 if has_wildcard(selector) else 1


def necessary_texts(condition: Condition) -> list[str]:
    """Texts without which a message cannot meet the condition, unless it has a backslash; the longest ones first."""
    plain = [text for text in _necessary(condition) if text and not _ESCAPED_IN_JSON.search(text)]
    return sorted(plain, key=lambda text: (-len(text), text))[:_MOST_TEXTS]


def _necessary(condition: Condition) -> frozenset[str]:
    if isinstance(condition, And | Or):
        found: frozenset[str] | None = None
        for operand in condition.operands:
            texts = _necessary(operand)
            if found is not None:
                texts = found | texts if isinstance(condition, And) else found & texts
            found = texts
        return found or frozenset()
    if isinstance(condition, Is):
        return _keys(condition.selector) | {condition.literal.lower()}
    if isinstance(condition, Comparison):
        keys = _keys(condition.selector)
        # An unquoted number is found in other spellings too.
        exact = condition.operator == "=" and numeric_literal(condition.value) is None
        return keys | literal_parts(condition.value) if exact else keys
    return frozenset()


def _keys(selector: Selector) -> frozenset[str]:
    return frozenset(step.name for step in selector.steps if isinstance(step, Key))
