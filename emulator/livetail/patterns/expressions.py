"""Conditions joined by `&&`, `||` and parentheses, in JSON and in space-delimited patterns.

`&&` binds tighter than `||`. Parentheses are kept on a list, not by recursion, so no pattern can exhaust the stack.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from livetail.patterns.tokens import Tokens, unexpected

T = TypeVar("T")

# Searching for more texts would cost more time than it saves.
_MAX_TEXTS = 3


@dataclass(frozen=True, slots=True)
class Condition(Generic[T]):
    """A condition, or several that are joined, as a function; and texts that each message that meets it contains."""

    holds: Callable[[T], bool]
    necessary_texts: frozenset[str]


def parse_expression(tokens: Tokens, parse_condition: Callable[[], Condition[T]]) -> Condition[T]:
    """Read an expression to its end; `parse_condition` reads the conditions between the operators.

    Raises:
        InvalidPatternError: a condition or a parenthesis is missing.
    """
    # The alternatives so far, of the whole and of each open parenthesis; each is a list of operands.
    levels: list[list[list[Condition[T]]]] = [[[]]]
    openings: list[int] = []
    while True:
        while tokens.next == "(":
            openings.append(tokens.position)
            levels.append([[]])
            tokens.advance()
        levels[-1][-1].append(parse_condition())
        while openings and tokens.take(")"):
            openings.pop()
            closed = _any_of(levels.pop())
            levels[-1][-1].append(closed)
        if tokens.take("||"):
            levels[-1].append([])
        elif not tokens.take("&&"):
            break
    if not openings:
        return _any_of(levels[0])
    if tokens.next:
        raise tokens.error(unexpected(tokens.next))
    raise tokens.error("the '(' is not closed", at=openings[-1])


def _any_of(alternatives: list[list[Condition[T]]]) -> Condition[T]:
    return _join([_join(operands, decisive=False) for operands in alternatives], decisive=True)


def _join(conditions: list[Condition[T]], *, decisive: bool) -> Condition[T]:
    """One or more conditions as one; the first result that is `decisive` decides: True for `||`, False for `&&`."""
    if len(conditions) == 1:
        return conditions[0]
    operands = [condition.holds for condition in conditions]

    def holds(subject: T) -> bool:
        for operand in operands:
            if operand(subject) is decisive:
                return decisive
        return not decisive

    combine = frozenset.intersection if decisive else frozenset.union
    return Condition(holds, combine(*(condition.necessary_texts for condition in conditions)))


def rarest_texts(texts: frozenset[str]) -> list[str]:
    """The longest of the texts, as they are rarest."""
    return sorted(texts, key=lambda text: (-len(text), text))[:_MAX_TEXTS]
