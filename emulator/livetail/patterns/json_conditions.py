"""What the conditions of a JSON pattern mean, as functions of the root of a message.

Comparisons are about strings and numbers. Where the selector finds nothing, or true, false, null, an object or an
array, every comparison is false, `!=` too (recorded).
"""

import re
from collections.abc import Callable

from livetail.core.unicode import utf8
from livetail.patterns.selectors import find_all, find_one
from livetail.patterns.subject import Json
from livetail.patterns.syntax import Comparison, FieldName, Is, Key, Leaf, NotExists, Regex, Selector, Wildcard
from livetail.patterns.values import comparison_cost, literal_parts, number_test, numeric_literal, text_test

NodeTest = Callable[[Json], bool]

LITERALS = {"NULL": None, "TRUE": True, "FALSE": False}

# What JSON cannot hold in a string as it is.
_ESCAPED_IN_JSON = re.compile(r'["\\\x00-\x1f]')


def build_leaf(leaf: Leaf) -> NodeTest:
    """A test of the root of a message against one condition.

    With a wildcard in its selector, it holds if any of the selected values meets it.
    """
    assert not isinstance(leaf, FieldName)
    if isinstance(leaf, NotExists):
        return _not_exists(leaf.selector)
    selector = selector_of(leaf)
    test = _is_literal(leaf.literal) if isinstance(leaf, Is) else _comparison(leaf)
    if not selector.has_wildcard:
        find = find_one(selector)
        return lambda root: test(find(root))
    find_each = find_all(selector)
    return lambda root: any(map(test, find_each(root)))


def selector_of(leaf: Leaf) -> Selector:
    """The selector of a condition of a JSON pattern."""
    selector = leaf.subject if isinstance(leaf, Comparison) else leaf
    if isinstance(selector, Is | NotExists):
        selector = selector.selector
    assert isinstance(selector, Selector)
    return selector


def _is_literal(literal: str) -> NodeTest:
    wanted = LITERALS[literal]
    # AWS also finds the literal among the elements of an array (recorded for null).
    return lambda node: node is wanted or (type(node) is list and any(element is wanted for element in node))


def _not_exists(selector: Selector) -> NodeTest:
    find_each = find_all(selector)
    if selector.steps[0] is Wildcard.ANY_KEY or isinstance(selector.steps[0], Key):
        # A key can be absent only from an object: false on an array at the root (recorded).
        return lambda root: type(root) is dict and not find_each(root)
    return lambda root: not find_each(root)


def _comparison(comparison: Comparison) -> NodeTest:
    operator, value = comparison.operator, comparison.value
    literal = numeric_literal(value)
    if operator not in ("=", "!="):
        in_order = number_test(operator, str(value))
        return lambda node: type(node) is bytes and in_order(node.decode())
    if operator == "=" and not isinstance(value, Regex) and literal is None and "*" not in value.text:
        # The usual comparison: strings and numbers are equal to their text.
        text, number = value.text, utf8(value.text)
        return lambda node: node == (number if type(node) is bytes else text)
    text_equals = text_test(value)
    number_equals = text_test(value, inner_wildcards=True) if literal is None else number_test("=", literal)
    expected = operator == "="

    def test(node: Json) -> bool:
        if type(node) is bytes:
            return number_equals(node.decode()) is expected
        return type(node) is str and text_equals(node) is expected

    return test


def leaf_cost(leaf: Leaf) -> int:
    """How much a condition costs, roughly."""
    breadth = 5 if selector_of(leaf).has_wildcard else 1
    return breadth * (comparison_cost(leaf) if isinstance(leaf, Comparison) else 1)


def leaf_texts(leaf: Leaf) -> frozenset[str]:
    """Texts without which a message cannot meet the condition, unless it has a backslash."""
    if isinstance(leaf, NotExists):
        return frozenset()
    texts = frozenset(step.name for step in selector_of(leaf).steps if isinstance(step, Key))
    if isinstance(leaf, Is):
        texts |= {leaf.literal.lower()}
    elif isinstance(leaf, Comparison):
        texts |= literal_parts(leaf)
    return frozenset(text for text in texts if text and not _ESCAPED_IN_JSON.search(text))
