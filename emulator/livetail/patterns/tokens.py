"""Splits a pattern into tokens, and reads the values in it.

AWS's texts show that its parser does so too: text that is not a token is reported before any other problem, wherever it
is (recorded: `{ "v": [1] }` names `:`). AWS names the beginning of the token, up to and including the first character
that is not allowed: `%^(`, `$..`, `[-`, `!(`, `"ERROR`.

Positions are counted from 0, columns from 1.
"""

import re
from dataclasses import dataclass
from typing import Final

from livetail.patterns.matcher import InvalidPatternError
from livetail.patterns.regex import read_regex
from livetail.patterns.values import Value, is_number

BLANKS: Final = " \t\r\n\v\f"
"""Characters that separate the parts of a pattern."""

UNNAMED: Final = "@/{"
"""Characters that AWS refuses without naming them (observed)."""

STRING: Final = r'"(?:[^"\\]|\\.)*"'
_REGEX_CHARACTER = r"[A-Za-z0-9:_#=@/;,\-^$?\[\]{}|\\*+. ]"
REGEX: Final = f"%{_REGEX_CHARACTER}+%"
# AWS: anything besides letters, digits and `_` is to be quoted; its own examples (123.123.*, 4*) show four exceptions.
_WORD = r"[A-Za-z0-9_.*+-]+"
_STEP = r"(?:\.(?:[A-Za-z0-9_-]+|\*)|\.?\['[^']*'\]|\[(?:[0-9]+|\*)\])"
_COMMON = rf"[{BLANKS}]+|{STRING}|{REGEX}|&&|\|\||[!<>]?=|[<>()]|{_WORD}|[{UNNAMED}]"
_UNFINISHED_VALUE = rf'"(?:[^"\\]|\\.)*\\?|%{_REGEX_CHARACTER}*'


@dataclass(frozen=True, slots=True)
class Grammar:
    """The last character of one kind of pattern, its tokens, their unfinished forms, and the words that are values only
    in quotation marks."""

    closing: str
    token: re.Pattern[str]
    unfinished: re.Pattern[str]
    reserved_words: tuple[str, ...]


UNFINISHED_TERM: Final = re.compile(f"{_UNFINISHED_VALUE}|", re.DOTALL)
JSON: Final = Grammar(
    closing="}",
    token=re.compile(rf"\${_STEP}+|{_COMMON}|{_STEP}+", re.DOTALL),
    unfinished=re.compile(
        rf"[!&|]|\$\.\[(?:'[^']*'?)?|\$?\[(?:'[^']*'?|[0-9]+|\*)?|\$\.?|{_UNFINISHED_VALUE}|", re.DOTALL
    ),
    reserved_words=("null", "NULL"),  # recorded: `{ $.v = null }` is refused, `{ $.v = true }` is not
)
SPACE: Final = Grammar(
    closing="]",
    token=re.compile(f"{_COMMON}|,", re.DOTALL),
    unfinished=re.compile(f"[!&|]|{_UNFINISHED_VALUE}|", re.DOTALL),
    reserved_words=("SPACE",),  # recorded: `[kind = SPACE, value]` is refused, `[kind = "SPACE", value]` is not
)

MAX_REGEXES: Final = 2
_TOO_MANY_REGEXES = f"Your input has exceeded the maximum of {MAX_REGEXES} regular expressions per filter pattern."

_VALUE = re.compile(rf'["%]|{_WORD}')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_OPERATORS = ("=", "!=", "<", "<=", ">", ">=")


class Tokens:
    """The tokens between the first and the last character of a pattern, read from left to right.

    Attributes:
        next: the token here; empty at the end.
        position: where it begins in the pattern.
    """

    def __init__(self, pattern: str, grammar: Grammar) -> None:
        """Raises InvalidPatternError if the pattern does not end as it must, or a part of it is not a token."""
        if len(pattern) < 2 or pattern[-1] != grammar.closing:
            raise _unclosed(pattern, grammar.closing)
        self._limit_errors: list[InvalidPatternError] = []
        self._reserved_words = grammar.reserved_words
        self._regexes = 0
        position, end = 1, len(pattern) - 1
        tokens = []
        while position < end:
            found = grammar.token.match(pattern, position, end)
            if found is None:
                raise invalid_token(pattern, position, grammar.unfinished)
            if found[0][0] not in BLANKS:
                tokens.append((found[0], position))
            position = found.end()
        self._following = iter([*tokens, ("", end)])
        self.next, self.position = next(self._following)

    def advance(self) -> str:
        """Return the token here, and move past it."""
        token = self.next
        self.next, self.position = next(self._following)
        return token

    def take(self, token: str) -> bool:
        """Move past `token` if it is here."""
        if self.next != token:
            return False
        self.advance()
        return True

    def take_comparison(self) -> tuple[str, Value] | None:
        """Return the operator and the value here, and move past them; None if no operator is here.

        Raises:
            InvalidPatternError: the value is missing or not valid, or is not a number after `<`, `<=`, `>` or `>=`.
        """
        if self.next not in _OPERATORS:
            return None
        operator = self.advance()
        token, at = self.next, self.position
        if not token:
            raise self.error("a value is missing here")
        if not _VALUE.match(token):
            raise self.error(f"{token[0]!r} cannot begin a value; put the value in double quotation marks")
        value = read_value(token, at)
        if operator not in ("=", "!=") and not is_number(token):
            shown = f'"{value.text}"' if value.regex is None else token
            raise self.error(f"{operator!r} compares with an unquoted number only", term=shown)
        if token in self._reserved_words:
            raise self.error(f"the word {token} is a value only in double quotation marks")
        if value.regex is not None:
            self._regexes += 1
            if self._regexes > MAX_REGEXES:
                self._limit_errors.append(too_many_regexes(at))
        self.advance()
        return operator, value

    def check_end(self) -> None:
        """Check that all was read, and no limit is exceeded.

        Raises:
            InvalidPatternError: something is left, or a limit is exceeded.
        """
        if self.next:
            raise self.error(unexpected(self.next))
        if self._limit_errors:
            raise self._limit_errors[0]

    def exceed_limit(self, reason: str, text: str, at: int) -> None:
        """Note an error for `check_end`: AWS reports that a limit is exceeded only if there is no other problem."""
        self._limit_errors.append(InvalidPatternError(at + 1, reason, text=text))

    def error(self, reason: str, *, at: int | None = None, term: str | None = None) -> InvalidPatternError:
        """An error at the token here, or `at` another position."""
        return InvalidPatternError((self.position if at is None else at) + 1, reason, term=term)


def _unclosed(pattern: str, closing: str) -> InvalidPatternError:
    text = f"If a filter pattern starts with '{pattern[0]}' it must end with '{closing}'"
    stripped = pattern.rstrip(BLANKS)
    if len(stripped) > 1 and stripped.endswith(closing):
        reason = f"nothing may follow the closing {closing!r}, not even a blank"
        return InvalidPatternError(len(stripped) + 1, reason, text=text)
    reason = f"a pattern that begins with {pattern[0]!r} must end with {closing!r}"
    return InvalidPatternError(len(pattern) + 1, reason, text=text)


def read_value(token: str, position: int) -> Value:
    r"""Read the value of a token at `position`. In quotation marks, backslashes before other characters are dropped.

    Raises:
        InvalidPatternError: it is a regular expression that AWS does not accept.
    """
    if token.startswith('"'):
        return Value(token, _ESCAPED.sub(r"\1", token[1:-1]))
    if token.startswith("%"):
        return Value(token, regex=read_regex(token[1:-1], position + 2))
    return Value(token, token)


def too_many_regexes(position: int) -> InvalidPatternError:
    """The error for the first regular expression, at `position`, beyond the limit."""
    reason = f"a pattern has at most {MAX_REGEXES} regular expressions"
    return InvalidPatternError(position + 1, reason, text=_TOO_MANY_REGEXES)


def invalid_token(
    pattern: str, position: int, unfinished: re.Pattern[str], reason: str | None = None
) -> InvalidPatternError:
    """The error for text that is not a token, with an optional `reason`, or for a token that is not complete."""
    found = unfinished.match(pattern, position)
    at, end = position, found.end() if found else position
    begun, character = pattern[position:end], pattern[end : end + 1]
    if begun.startswith('"'):
        reason = "the quotation mark is not closed"
    elif begun == character == "%":
        reason = "the regular expression is empty"
    elif begun.startswith("%") and not character:
        reason = "the regular expression has no closing '%'"
    elif begun.startswith("%"):
        at = end
        advice = "only ASCII characters are"
        if character.isascii():
            advice = "AWS has no grouping" if character in "()" else f"write it as \\x{ord(character):02x}"
        reason = f"{character!r} is not allowed in a regular expression; {advice}"
    elif begun == "$":
        at = end
        reason = "'$' must be followed by '.key' or '[0]'"
    elif begun.startswith(("$", "[")):
        at = end
        reason = f"{character!r} is not allowed in a key; write the key as ['key']"
    else:
        reason = reason or unexpected(pattern[position])
    return InvalidPatternError(at + 1, reason, term=begun + character)


def unexpected(text: str) -> str:
    """The reason for an error where a condition has ended."""
    if text == ")":
        return "the ')' closes nothing"
    return (
        f"{text!r} is not expected here; conditions are joined by && and ||, "
        "and values with punctuation go in double quotation marks"
    )
