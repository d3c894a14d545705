"""Conditions joined by `&&`, `||` and parentheses, which JSON and space-delimited patterns have in common.

`&&` binds tighter than `||`. Parentheses are kept on a list, not by recursion, so no pattern can exhaust the stack.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from livetail.patterns.errors import InvalidPatternError
from livetail.patterns.scanner import Scanner
from livetail.patterns.syntax import And, Condition, Leaf, Or

T = TypeVar("T")

# More than a pattern of 1,024 characters can hold, and few enough for functions that call themselves.
_MAX_DEPTH = 256
# Searching for more texts would cost more time than it saves.
_MAX_TEXTS = 3

_Nested = tuple[Condition, int]
"""A condition, and how many levels of And and Or it has."""


@dataclass(slots=True)
class _Level:
    """What was read since the last opening parenthesis: finished alternatives, and the operands of the current one."""

    opening: int
    alternatives: list[_Nested] = field(default_factory=list)
    operands: list[_Nested] = field(default_factory=list)

    def close_alternative(self) -> None:
        self.alternatives.append(_joined(And, self.operands))
        self.operands = []

    def close(self) -> _Nested:
        self.close_alternative()
        return _joined(Or, self.alternatives)


def parse_expression(scanner: Scanner, parse_leaf: Callable[[], Leaf]) -> Condition:
    """Read an expression up to what cannot continue it; `parse_leaf` reads the conditions between the operators.

    Raises:
        InvalidPatternError: a condition or a parenthesis is missing.
    """
    levels = [_Level(scanner.position)]
    while True:
        scanner.skip_blanks()
        while scanner.take("("):
            levels.append(_Level(scanner.position - 1))
            scanner.skip_blanks()
        operand: _Nested = (parse_leaf(), 0)
        scanner.skip_blanks()
        while len(levels) > 1 and scanner.take(")"):
            levels[-1].operands.append(operand)
            operand = levels.pop().close()
            scanner.skip_blanks()
        level = levels[-1]
        level.operands.append(operand)
        if scanner.take("&&"):
            continue
        if scanner.take("||"):
            level.close_alternative()
            continue
        if len(levels) > 1:
            if scanner.peek():
                raise unexpected_after_condition(scanner)
            raise scanner.error("the '(' is not closed", at=level.opening)
        condition, depth = level.close()
        if depth > _MAX_DEPTH:
            raise scanner.error(f"conditions are nested more than {_MAX_DEPTH} levels deep", at=levels[0].opening)
        return condition


def unexpected_after_condition(scanner: Scanner) -> InvalidPatternError:
    """The error for the character here, where a condition has ended."""
    character = scanner.peek()
    if character == ")":
        return scanner.error("the ')' closes nothing")
    return scanner.error(
        f"{character!r} is not expected here; conditions are joined by && and ||, "
        "and values with punctuation go in double quotation marks"
    )


def _joined(kind: type[And] | type[Or], operands: list[_Nested]) -> _Nested:
    if len(operands) == 1:
        return operands[0]
    flat: list[Condition] = []
    depth = 0
    for operand, levels in operands:
        if isinstance(operand, kind):
            flat.extend(operand.operands)
            depth = max(depth, levels)
        else:
            flat.append(operand)
            depth = max(depth, levels + 1)
    return kind(tuple(flat)), depth


def build_expression(
    condition: Condition, build_leaf: Callable[[Leaf], Callable[[T], bool]], cost_of: Callable[[Leaf], int]
) -> Callable[[T], bool]:
    """A test against the condition. Operands that cost less are tried first."""

    def cost(condition: Condition) -> int:
        if isinstance(condition, And | Or):
            return sum([cost(operand) for operand in condition.operands])
        return cost_of(condition)

    def build(condition: Condition) -> Callable[[T], bool]:
        if not isinstance(condition, And | Or):
            return build_leaf(condition)
        tests = [build(operand) for operand in sorted(condition.operands, key=cost)]
        decisive = isinstance(condition, Or)

        def joined(subject: T) -> bool:
            for test in tests:
                if test(subject) is decisive:
                    return decisive
            return not decisive

        return joined

    return build(condition)


def necessary_texts(condition: Condition, texts_of: Callable[[Leaf], frozenset[str]]) -> frozenset[str]:
    """Texts without which a message cannot meet the condition; `texts_of` gives those of a leaf."""
    if not isinstance(condition, And | Or):
        return texts_of(condition)
    each = [necessary_texts(operand, texts_of) for operand in condition.operands]
    return frozenset.union(*each) if isinstance(condition, And) else frozenset.intersection(*each)


def selective_texts(texts: frozenset[str]) -> list[str]:
    """The longest of the texts, as they are rarest."""
    return sorted(texts, key=lambda text: (-len(text), text))[:_MAX_TEXTS]
