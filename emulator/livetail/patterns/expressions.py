"""Conditions joined by `&&`, `||` and parentheses, in JSON and in space-delimited patterns.

`&&` binds tighter than `||`. Parentheses are kept on a list, not by recursion, so no pattern can exhaust the stack.
"""

from collections.abc import Callable
from typing import TypeVar

from livetail.patterns.syntax import And, Condition, Leaf, Or
from livetail.patterns.tokens import Tokens, unexpected

T = TypeVar("T")

# Searching for more texts would cost more time than it saves.
_MAX_TEXTS = 3


def parse_expression(tokens: Tokens, parse_leaf: Callable[[], Leaf]) -> Condition:
    """Read an expression to its end; `parse_leaf` reads the conditions between the operators.

    Raises:
        InvalidPatternError: a condition or a parenthesis is missing.
    """
    # The alternatives so far, of the whole and of each open parenthesis; each is a list of operands.
    levels: list[list[list[Condition]]] = [[[]]]
    openings: list[int] = []
    while True:
        while tokens.next == "(":
            openings.append(tokens.position)
            levels.append([[]])
            tokens.advance()
        levels[-1][-1].append(parse_leaf())
        while openings and tokens.take(")"):
            openings.pop()
            closed = _either(levels.pop())
            levels[-1][-1].append(closed)
        if tokens.take("||"):
            levels[-1].append([])
        elif not tokens.take("&&"):
            break
    if not openings:
        return _either(levels[0])
    if tokens.next:
        raise tokens.error(unexpected(tokens.next))
    raise tokens.error("the '(' is not closed", at=openings[-1])


def _either(alternatives: list[list[Condition]]) -> Condition:
    return _joined(Or, [_joined(And, operands) for operands in alternatives])


def _joined(kind: type[And] | type[Or], operands: list[Condition]) -> Condition:
    if len(operands) == 1:
        return operands[0]
    flat: list[Condition] = []
    for operand in operands:
        flat += operand.operands if isinstance(operand, kind) else [operand]
    return kind(tuple(flat))


def build_expression(condition: Condition, build_leaf: Callable[[Leaf], Callable[[T], bool]]) -> Callable[[T], bool]:
    """A test against the condition. A pattern of 1,024 characters has some 200 levels of `And` and `Or` at most."""
    if not isinstance(condition, And | Or):
        return build_leaf(condition)
    tests = [build_expression(operand, build_leaf) for operand in condition.operands]
    decisive = isinstance(condition, Or)

    def joined(subject: T) -> bool:
        for test in tests:
            if test(subject) is decisive:
                return decisive
        return not decisive

    return joined


def necessary_texts(condition: Condition, texts_of: Callable[[Leaf], frozenset[str]]) -> frozenset[str]:
    """Texts without which a message cannot meet the condition; `texts_of` gives those of a leaf."""
    if not isinstance(condition, And | Or):
        return texts_of(condition)
    each = [necessary_texts(operand, texts_of) for operand in condition.operands]
    return frozenset.union(*each) if isinstance(condition, And) else frozenset.intersection(*each)


def selective_texts(texts: frozenset[str]) -> list[str]:
    """The longest of the texts, as they are rarest."""
    return sorted(texts, key=lambda text: (-len(text), text))[:_MAX_TEXTS]
