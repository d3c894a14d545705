"""The conditions of a JSON pattern as functions of the root of a message.

Comparisons apply to strings and numbers. If the selector finds nothing, or true, false, null, an object or an array,
every comparison is false, `!=` too (recorded).
"""

import re
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

from livetail.patterns.subject import Json
from livetail.patterns.syntax import Check, Comparison, Leaf, Selector, Step, Wildcard
from livetail.patterns.values import literal_parts, number_test, numeric_literal, text_test

NodeTest = Callable[[Json], bool]

_MISSING: Final = object()
"""The result of a selector that finds nothing."""

_LITERALS = {"IS NULL": None, "IS TRUE": True, "IS FALSE": False}

# What JSON cannot hold in a string as it is.
_ESCAPED_IN_JSON = re.compile(r'["\\\x00-\x1f]')


def build_leaf(leaf: Leaf) -> NodeTest:
    """A test of the root of a message against one condition.

    With a wildcard in its selector, it holds if any of the selected values meets it.
    """
    assert not isinstance(leaf, str)
    selector = leaf.subject
    assert isinstance(selector, Selector)
    if isinstance(leaf, Check) and leaf.check == "NOT EXISTS":
        return _not_exists(selector)
    test = _is_literal(leaf.check) if isinstance(leaf, Check) else _comparison(leaf)
    if not selector.has_wildcard:
        find = _find_one(selector.steps)
        return lambda root: test(find(root))
    find_each = find_all(selector)
    if isinstance(leaf, Check):
        return lambda root: any(map(test, find_each(root)))
    # Of many values, as in 1 MB of numbers, each is compared once.
    return lambda root: any(map(test, {node for node in find_each(root) if type(node) in (bytes, str)}))


def _is_literal(check: str) -> NodeTest:
    wanted = _LITERALS[check]
    # AWS also finds the literal among the elements of an array (recorded for null).
    return lambda node: node is wanted or (type(node) is list and any(element is wanted for element in node))


def _not_exists(selector: Selector) -> NodeTest:
    find_each = find_all(selector)
    if selector.steps[0] is Wildcard.ANY_KEY or isinstance(selector.steps[0], str):
        # A key can be absent only from an object: false on an array at the root (recorded).
        return lambda root: type(root) is dict and not find_each(root)
    return lambda root: not find_each(root)


def _comparison(comparison: Comparison) -> NodeTest:
    operator, value = comparison.operator, comparison.value
    literal = numeric_literal(value)
    if operator not in ("=", "!="):
        in_order = number_test(operator, str(value))
        return lambda node: type(node) is bytes and in_order(node)
    text_equals = text_test(value)
    number_text_equals = text_test(value, inner_wildcards=True)
    number_equals = None if literal is None else number_test("=", literal)
    expected = operator == "="

    def test(node: Json) -> bool:
        if type(node) is str:
            return text_equals(node) is expected
        if type(node) is bytes:
            equal = number_text_equals(node.decode()) if number_equals is None else number_equals(node)
            return equal is expected
        return False

    return test


def leaf_texts(leaf: Leaf) -> frozenset[str]:
    """Texts without which a message cannot meet the condition, unless it has a backslash."""
    assert not isinstance(leaf, str)
    if isinstance(leaf, Check) and leaf.check == "NOT EXISTS":
        return frozenset()
    assert isinstance(leaf.subject, Selector)
    texts = {step for step in leaf.subject.steps if isinstance(step, str)}
    if isinstance(leaf, Check):
        texts.add(leaf.check.removeprefix("IS ").lower())
    else:
        texts |= literal_parts(leaf)
    return frozenset(text for text in texts if text and not _ESCAPED_IN_JSON.search(text))


def find_all(selector: Selector) -> Callable[[Json], Collection[Json]]:
    """A function from the root of a message to all that the selector selects."""
    steps = selector.steps
    wildcard = next((i for i, step in enumerate(steps) if isinstance(step, Wildcard)), None)
    if wildcard is None:
        find = _find_one(steps)
        return lambda root: [] if (node := find(root)) is _MISSING else [node]
    find_parent, find_rest = _find_one(steps[:wildcard]), _find_one(steps[wildcard + 1 :])
    is_last = wildcard == len(steps) - 1
    parent_types = (dict,) if steps[wildcard] is Wildcard.ANY_KEY else (dict, list)

    def find_each(root: Json) -> Collection[Json]:
        parent = find_parent(root)
        if not isinstance(parent, parent_types):
            return ()
        # AWS goes through the members of an object for `[*]` too (recorded).
        nodes = parent.values() if isinstance(parent, dict) else parent
        return nodes if is_last else [found for node in nodes if (found := find_rest(node)) is not _MISSING]

    return find_each


def _find_one(steps: Sequence[Step]) -> Callable[[Json], Json]:
    """A function from the root of a message to the value at the end of steps without a wildcard, or `_MISSING`."""
    if len(steps) == 1 and isinstance(steps[0], str):
        name = steps[0]
        # The usual selector, $.key.
        return lambda root: root.get(name, _MISSING) if type(root) is dict else _MISSING
    path: list[tuple[Any, Any]] = [(dict if isinstance(step, str) else list, step) for step in steps]

    def find(node: Any) -> Json:
        for container, step in path:
            if not isinstance(node, container):
                return _MISSING
            try:
                node = node[step]
            except LookupError:
                return _MISSING
        return node

    return find
