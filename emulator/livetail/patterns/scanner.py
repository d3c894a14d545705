"""Reads a pattern from left to right: what the parsers of all kinds share.

Positions are counted from 0 inside, columns from 1 in what a person reads.

AWS's texts show that its parser first cuts a pattern into tokens. Where no token can begin or go on, the text names
the beginning of the token, up to and including the character that is not allowed: `%^(`, `$..`, `[-`, `!(`, `"ERROR`.
That comes before every problem with the order of the tokens, wherever it is in the pattern (recorded:
`{ "v": [1] }` names `:`).
"""

import re

from livetail.patterns.errors import InvalidPatternError
from livetail.patterns.regex import check_regex
from livetail.patterns.syntax import Operator, Quoted, Regex, Value, Word
from livetail.patterns.values import is_number

BLANKS = " \t\r\n\v\f"
"""What separates the parts of a pattern."""

MAX_REGEXES = 2
_TOO_MANY_REGEXES = f"Your input has exceeded the maximum of {MAX_REGEXES} regular expressions per filter pattern."

_BLANK_RUN = re.compile(r"[ \t\r\n\v\f]*")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_OPERATORS: tuple[Operator, ...] = ("!=", "<=", ">=", "=", "<", ">")

# AWS: anything besides letters, digits and `_` is to be quoted; its own examples (123.123.*, 4*) show four exceptions.
_WORD = r"[A-Za-z0-9_.*+-]+"
_STRING = r'"(?:[^"\\]|\\.)*"'
_REGEX_CHARACTER = r"[A-Za-z0-9:_#=@/;,\-^$?\[\]{}|\\*+. ]"
_REGEX = f"%{_REGEX_CHARACTER}+%"
_STEP = r"(?:\.(?:[A-Za-z0-9_-]+|\*)|\.?\['[^']*'\]|\[(?:[0-9]+|\*)\])"
_SYMBOLS = r"&&|\|\||[!<>]?=|[<>()]"
UNNAMED = "@/{"
"""Characters that AWS refuses without naming them (observed)."""

JSON_TOKEN = re.compile(rf"\s+|{_STRING}|{_REGEX}|\$?{_STEP}+|{_SYMBOLS}|{_WORD}|[{UNNAMED}]", re.DOTALL | re.ASCII)
SPACE_TOKEN = re.compile(rf"\s+|{_STRING}|{_REGEX}|{_SYMBOLS}|,|{_WORD}|[{UNNAMED}]", re.DOTALL | re.ASCII)
_UNFINISHED_STRING_OR_REGEX = rf'"(?:[^"\\]|\\.)*\\?|%{_REGEX_CHARACTER}*|'
UNFINISHED_TERM = re.compile(_UNFINISHED_STRING_OR_REGEX, re.DOTALL)
UNFINISHED_JSON_TOKEN = re.compile(
    rf"[!&|]|\$\.\[(?:'[^']*'?)?|\$?\[(?:'[^']*'?|[0-9]+|\*)?|\$\.?|{_UNFINISHED_STRING_OR_REGEX}", re.DOTALL
)
UNFINISHED_SPACE_TOKEN = re.compile(rf"[!&|]|{_UNFINISHED_STRING_OR_REGEX}", re.DOTALL)

_BARE_VALUE = re.compile(_WORD)
_CLOSED_STRING = re.compile(_STRING, re.DOTALL)
_REGEX_CHARACTERS = re.compile(f"{_REGEX_CHARACTER}*")


def first_invalid_term(text: str, start: int, token: re.Pattern[str], unfinished: re.Pattern[str]) -> str | None:
    """What AWS names in a pattern between `start` and its closing bracket: the first text that is not a token."""
    position = start
    while position < len(text) - 1:
        found = token.match(text, position)
        if found is None:
            return invalid_term_at(text, position, unfinished)
        position = found.end()
    return None


def invalid_term_at(text: str, position: int, unfinished: re.Pattern[str]) -> str:
    """The beginning of a token at `position`, and the character after it, which is not allowed there."""
    found = unfinished.match(text, position)
    return text[position : (found.end() if found else position) + 1]


class Scanner:
    """A position in a pattern, up to an end.

    Attributes:
        limit_error: the first limit that the pattern exceeds. To be raised after the whole pattern was read, since AWS
            reports other problems first.
    """

    def __init__(
        self,
        text: str,
        start: int = 0,
        end: int | None = None,
        *,
        reserved_words: tuple[str, ...] = (),
    ) -> None:
        """`reserved_words` are words that need quotation marks to be values."""
        self.text = text
        self.position = start
        self.end = len(text) if end is None else end
        self.limit_error: InvalidPatternError | None = None
        self._reserved_words = reserved_words
        self._regexes = 0

    def peek(self) -> str:
        """The character here; empty at the end."""
        return self.text[self.position] if self.position < self.end else ""

    def skip_blanks(self) -> None:
        found = _BLANK_RUN.match(self.text, self.position, self.end)
        self.position = found.end() if found else self.position

    def take(self, token: str) -> bool:
        """Move past `token` if it is here."""
        if not self.text.startswith(token, self.position, self.end):
            return False
        self.position += len(token)
        return True

    def take_run(self, run: re.Pattern[str]) -> str:
        """The text here that `run` matches, and move past it; empty if it does not match."""
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
        start = self.position
        string = self.take_run(_CLOSED_STRING)
        if not string:
            raise self.error("the quotation mark is not closed", term=self.text[start:])
        return Quoted(_ESCAPED.sub(r"\1", string[1:-1]))

    def take_regex(self) -> Regex:
        """The regular expression that opens here.

        Raises:
            InvalidPatternError: it is not closed, or is not one that AWS accepts.
        """
        start = self.position
        self.position += 1
        body = self.take_run(_REGEX_CHARACTERS)
        closing = self.peek()
        if closing != "%" or not body:
            at, reason = start, "the regular expression is empty"
            if not closing:
                reason = "the regular expression has no closing '%'"
            elif closing != "%":
                at, reason = self.position, f"{closing!r} is not allowed in a regular expression; {_advice(closing)}"
            raise self.error(reason, at=at, term=invalid_term_at(self.text, start, UNFINISHED_TERM))
        check_regex(body, start + 2)
        self.position += 1
        self._regexes += 1
        if self._regexes > MAX_REGEXES:
            reason = f"a pattern has at most {MAX_REGEXES} regular expressions"
            self.note_limit(self.error(reason, at=start, text=_TOO_MANY_REGEXES))
        return Regex(body)

    def take_comparison(self) -> tuple[Operator, Value] | None:
        """The operator and the value here, and move past them; None if no operator is here.

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
            raise self.error(f"{operator!r} compares with an unquoted number only", at=start, term=shown)
        if isinstance(value, Word) and value.text in self._reserved_words:
            raise self.error(f"the word {value.text} is a value only in double quotation marks", at=start)
        return operator, value

    def _take_value(self) -> Value:
        character = self.peek()
        if character == '"':
            return self.take_quoted()
        if character == "%":
            return self.take_regex()
        bare = self.take_run(_BARE_VALUE)
        if bare:
            return Word(bare)
        if not character:
            raise self.error("a value is missing here")
        raise self.error(f"{character!r} cannot begin a value; put the value in double quotation marks")

    def note_limit(self, error: InvalidPatternError) -> None:
        """Note that a limit is exceeded."""
        self.limit_error = self.limit_error or error

    def error(
        self, reason: str, *, at: int | None = None, term: str | None = None, text: str | None = None
    ) -> InvalidPatternError:
        """An error at this position, or `at` another."""
        return InvalidPatternError((self.position if at is None else at) + 1, reason, term=term, text=text)


def _advice(character: str) -> str:
    if character in "()":
        return "AWS has no grouping"
    return f"write it as \\x{ord(character):02x}" if character.isascii() else "only ASCII characters are"
