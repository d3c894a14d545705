"""Conditions joined by `&&`, `||` and parentheses, which JSON and space-delimited patterns have in common.

`&&` binds tighter than `||`. Parentheses are kept on a list, not by recursion, so no pattern can exhaust the stack.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from livetail.patterns.syntax import And, Condition, Leaf, Or
from livetail.patterns.tokens import Tokens, unexpected

T = TypeVar("T")

# Searching for more texts would cost more time than it saves.
_MAX_TEXTS = 3


@dataclass(slots=True)
class _Level:
    """What was read since the last opening parenthesis: finished alternatives, and the operands of the current one."""

    opening: int
    alternatives: list[Condition] = field(default_factory=list)
    operands: list[Condition] = field(default_factory=list)

    def close_alternative(self) -> None:
        self.alternatives.append(_joined(And, self.operands))
        self.operands = []

    def close(self) -> Condition:
        self.close_alternative()
        return _joined(Or, self.alternatives)


def parse_expression(tokens: Tokens, parse_leaf: Callable[[], Leaf]) -> Condition:
    """Read an expression up to what cannot continue it; `parse_leaf` reads the conditions between the operators.

    Raises:
        InvalidPatternError: a condition or a parenthesis is missing.
    """
    levels = [_Level(tokens.position)]
    while True:
        while tokens.next == "(":
            levels.append(_Level(tokens.position))
            tokens.advance()
        levels[-1].operands.append(parse_leaf())
        while len(levels) > 1 and tokens.take(")"):
            closed = levels.pop().close()
            levels[-1].operands.append(closed)
        if tokens.take("&&"):
            continue
        if tokens.take("||"):
            levels[-1].close_alternative()
            continue
        if len(levels) == 1:
            return levels[0].close()
        if tokens.next:
            raise tokens.error(unexpected(tokens.next))
        raise tokens.error("the '(' is not closed", at=levels[-1].opening)


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
