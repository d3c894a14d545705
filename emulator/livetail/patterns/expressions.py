"""Conditions joined by `&&`, `||` and parentheses, which JSON and space-delimited patterns have in common.

`&&` binds tighter than `||`. Parentheses are counted on a stack of our own, so that no pattern can exhaust Python's.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from livetail.patterns.errors import InvalidPatternError
from livetail.patterns.scanner import Scanner
from livetail.patterns.syntax import And, Condition, Or

__all__ = ["parse_expression", "unexpected_after_condition"]

# More than a pattern of 1,024 characters can hold, and few enough for functions that call themselves.
_DEEPEST = 256

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


def parse_expression(scanner: Scanner, parse_condition: Callable[[], Condition]) -> Condition:
    """Read an expression up to what cannot continue it; `parse_condition` reads what stands between the operators.

    Raises:
        InvalidPatternError: a condition or a parenthesis is missing.
    """
    levels = [_Level(scanner.position)]
    while True:
        scanner.skip_blanks()
        while scanner.take("("):
            levels.append(_Level(scanner.position - 1))
            scanner.skip_blanks()
        operand: _Nested = (parse_condition(), 0)
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
            raise scanner.fault("the '(' is not closed", at=level.opening)
        condition, depth = level.close()
        if depth > _DEEPEST:
            raise scanner.fault(f"conditions are nested more than {_DEEPEST} levels deep", at=levels[0].opening)
        return condition


def unexpected_after_condition(scanner: Scanner) -> InvalidPatternError:
    """The error for the character here, where a condition has ended."""
    character = scanner.peek()
    if character == ")":
        return scanner.unexpected("the ')' closes nothing")
    return scanner.misplaced(
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
