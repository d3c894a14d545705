"""Reads a pattern from left to right: what the parsers of all kinds share, quoted strings, values and faults.

Positions are counted from 0 inside, columns from 1 in what a person reads.
"""

import re
from typing import TYPE_CHECKING

from livetail.patterns.errors import InvalidPatternError
from livetail.patterns.numbers import is_number
from livetail.patterns.regex import check_regex
from livetail.patterns.syntax import Quoted, Regex, Value, Word

if TYPE_CHECKING:
    from livetail.patterns.decisions import Decisions
    from livetail.patterns.syntax import Operator

__all__ = ["BLANKS", "Scanner"]

BLANKS = " \t\r\n\v\f"
"""What separates the parts of a pattern."""

_BLANK_RUN = re.compile(r"[ \t\r\n\v\f]*")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# Characters up to a quotation mark, with whatever stands behind a backslash passed over.
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
# AWS: anything besides letters, digits and `_` is to be quoted; its own examples (123.123.*, 4*) show four exceptions.
_BARE_VALUE = re.compile(r"[A-Za-z0-9_.*+-]+")
# The documentation's limit for JSON and space-delimited patterns.
_MOST_REGEXES = 2
_OPERATORS: "tuple[Operator, ...]" = ("!=", "<=", ">=", "=", "<", ">")


class Scanner:
    """A position in a pattern, up to an end."""

    __slots__ = ("_regexes", "decisions", "end", "position", "text")

    def __init__(self, text: str, decisions: "Decisions", *, start: int = 0, end: int | None = None) -> None:
        self.text = text
        self.decisions = decisions
        self.position = start
        self.end = len(text) if end is None else end
        self._regexes = 0

    def peek(self) -> str:
        """The character here; empty at the end."""
        return self.text[self.position] if self.position < self.end else ""

    def skip_blanks(self) -> None:
        found = _BLANK_RUN.match(self.text, self.position, self.end)
        self.position = found.end() if found else self.position

    def take(self, token: str) -> bool:
        """Move behind `token` if it is here."""
        if not self.text.startswith(token, self.position, self.end):
            return False
        self.position += len(token)
        return True

    def take_run(self, run: re.Pattern[str]) -> str:
        """The text here that `run` matches, and move behind it; empty if it does not match."""
        found = run.match(self.text, self.position, self.end)
        if found is None:
            return ""
        self.position = found.end()
        return found.group()

    def take_quoted(self) -> Quoted:
        r"""The string that opens here. `\"` is a quotation mark, `\\` a backslash; other backslashes are dropped.

        Raises:
            InvalidPatternError: it is not closed.
        """
        found = _QUOTED.match(self.text, self.position, self.end)
        if found is None:
            raise self.fault("the quotation mark is not closed")
        self.position = found.end()
        return Quoted(_ESCAPED.sub(r"\1", found.group(1)))

    def take_regex(self) -> Regex:
        """The regular expression that opens here.

        Raises:
            InvalidPatternError: it is not closed, or is not one that AWS accepts.
        """
        close = self.text.find("%", self.position + 1, self.end)
        if close < 0:
            raise self.fault("the regular expression has no closing '%'", characters="%")
        body = self.text[self.position + 1 : close]
        check_regex(body, self.position + 2, self.decisions)
        self.position = close + 1
        return Regex(body)

    def take_comparison(self) -> "tuple[Operator, Value] | None":
        """The operator and the value here, and move behind them; None if no operator is here.

        Raises:
            InvalidPatternError: the value is missing, or is not one, or is not a number where an order is asked for.
        """
        operator = next((operator for operator in _OPERATORS if self.take(operator)), None)
        if operator is None:
            return None
        self.skip_blanks()
        start = self.position
        value = self._take_value()
        if operator not in ("=", "!=") and not (isinstance(value, Word) and is_number(value.text)):
            shown = str(value) if isinstance(value, Regex) else f'"{value.text}"'
            raise self.fault(f"{operator!r} compares with an unquoted number only", at=start, characters=shown)
        return operator, value

    def _take_value(self) -> Value:
        character = self.peek()
        if character == '"':
            return self.take_quoted()
        if character == "%":
            self._regexes += 1
            if self._regexes > _MOST_REGEXES:
                raise self.fault(f"a pattern of this kind has at most {_MOST_REGEXES} regular expressions")
            return self.take_regex()
        bare = self.take_run(_BARE_VALUE)
        if bare:
            return Word(bare)
        if not character:
            raise self.fault("a value is missing here")
        raise self.unexpected(f"{character!r} cannot begin a value; put the value in double quotation marks")

    def fault(self, reason: str, *, at: int | None = None, characters: str | None = None) -> InvalidPatternError:
        """An error at this position, or `at` another."""
        return InvalidPatternError((self.position if at is None else at) + 1, reason, characters=characters)

    def misplaced(self, reason: str) -> InvalidPatternError:
        """The error for what stands here in an expression: generic if it has a place elsewhere in one."""
        character = self.peek()
        known = character in '"%$_)' or (character.isascii() and character.isalnum())
        if known or self.text.startswith(("&&", "||"), self.position):
            return self.fault(reason)
        return self.unexpected(reason)

    def unexpected(self, reason: str) -> InvalidPatternError:
        """The error for the character here, which AWS names in its answer unless it is among the generic ones."""
        character = self.peek()
        if character in self.decisions.generic_fault_characters:
            return self.fault(reason)
        return self.fault(reason, characters=character)
