r"""Regular expressions, `%body%`: AWS's small subset, checked here and run by RE2.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html gives the characters and the
operators. There are no groups, so nothing nests; RE2 keeps the time linear in the message for whatever is left. RE2
knows more than AWS does, so a body is read and written anew: nothing reaches RE2 that was not understood here.
"""

import re
import string
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from livetail.core.unicode import utf8
from livetail.patterns.errors import InvalidPatternError

if TYPE_CHECKING:
    from livetail.patterns.decisions import Decisions

__all__ = ["check_regex", "compile_regex", "text_search"]

_ALPHANUMERIC = frozenset(string.ascii_letters + string.digits)
_SYMBOLS = frozenset(":_#=@/;,-")
_OPERATORS = frozenset("^$?[]{}|\\*+.")
_CLASS_ESCAPES = frozenset("dDsSwW")
_REPETITION = re.compile(r"\{([0-9]*)(,?)([0-9]*)\}")
_HEX = re.compile(r"[0-9A-Fa-f]{2}")
_NAMED_CLASS = re.compile(r"\[:\^?[a-z]+:\]")
# RE2 allows no more; AWS's own limit is not known, only the answer below.
_MOST_REPETITIONS = 1_000
# Bounds the size of the compiled program, and with it the time per character of a message (about 10 microseconds).
_MEMORY = 1 << 20
_TOO_COSTLY = "Regular expression evaluation time exceeded allowed limit"


def check_regex(body: str, column: int, decisions: "Decisions") -> None:
    """Check a body that begins at `column` of its pattern.

    Raises:
        InvalidPatternError: AWS does not accept it, or would take too long to run it.
    """
    if not body:
        raise InvalidPatternError(column - 1, "the regular expression is empty", characters="%%")
    translated = _Translator(body, column, decisions).translate()
    try:
        _compiled(translated, decisions)
    except ValueError:
        raise InvalidPatternError(column, "the regular expression takes too long to run", text=_TOO_COSTLY) from None


def compile_regex(body: str, decisions: "Decisions") -> Callable[[bytes], bool]:
    """A search for the body, which was checked, in UTF-8 text."""
    search = _compiled(_Translator(body, 1, decisions).translate(), decisions).search

    def found(encoded: bytes) -> bool:
        return search(encoded) is not None

    return found


def text_search(body: str, decisions: "Decisions") -> Callable[[str], bool]:
    """A search for the body, which was checked, in text."""
    search = _compiled(_Translator(body, 1, decisions).translate(), decisions).search

    def found(text: str) -> bool:
        return search(utf8(text)) is not None

    return found


def _compiled(translated: str, decisions: "Decisions") -> Any:
    """RE2's form of a regular expression; the module keeps the latest ones.

    Raises:
        ValueError: RE2 finds it too large.
    """
    # Imported late: it costs several milliseconds, and most patterns hold no regular expression.
    import re2

    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.dot_nl = decisions.dot_matches_newline
    options.max_mem = _MEMORY
    try:
        return re2.compile(translated.encode("ascii"), options)
    except re2.error as error:
        raise ValueError(str(error)) from None


def _literal(character: str) -> str:
    return character if character in _ALPHANUMERIC else f"\\x{ord(character):02x}"


class _Translator:
    """Reads a body from left to right and writes it for RE2."""

    def __init__(self, body: str, column: int, decisions: "Decisions") -> None:
        self._body = body
        self._column = column
        self._decisions = decisions
        self._position = 0

    def translate(self) -> str:
        written: list[str] = []
        repeatable = False  # an atom stands before
        repeated = False  # a quantifier stands before
        while self._position < len(self._body):
            character = self._body[self._position]
            if character in "*+?{":
                start = self._position
                quantifier = self._quantifier()
                if repeatable:
                    written.append(quantifier)
                elif not (repeated and quantifier == "?" and self._decisions.lazy_quantifiers):
                    raise self._fault(f"there is nothing to repeat before {character!r}", at=start)
                # Behind a lazy quantifier nothing more may follow; it finds a match in the same texts as a greedy one.
                repeatable, repeated = False, repeatable
                continue
            repeatable, repeated = character not in "^$|", False
            if character in "^$|.":
                self._position += 1
                written.append(character)
            elif character == "[":
                written.append(self._class())
            elif character == "\\":
                written.append(self._escape())
            else:
                # `]` and `}` that close nothing are ordinary, as they are elsewhere.
                written.append(_literal(self._ordinary()))
        return "".join(written)

    def _quantifier(self) -> str:
        character = self._body[self._position]
        if character != "{":
            self._position += 1
            return character
        found = _REPETITION.match(self._body, self._position)
        if found is None or not (found[1] or found[3]):
            raise self._fault(r"'{' must be followed by how often to repeat, as in {2,3}; a brace is written '\{'")
        least, comma, most = (found[1].lstrip("0") or "0"), found[2], (found[3].lstrip("0") or "0")
        if max(len(least), len(most)) > 4 or max(int(least), int(most)) > _MOST_REPETITIONS:
            raise InvalidPatternError(
                self._column + self._position,
                f"a repetition of more than {_MOST_REPETITIONS:,} takes too long to run",
                text=_TOO_COSTLY,
            )
        if found[3] and int(least) > int(most):
            raise self._fault(f"{found[0]} asks for at least {least} and at most {most}")
        self._position = found.end()
        return f"{{{least}{comma}{most if found[3] else ''}}}"

    def _class(self) -> str:
        opening = self._position
        self._position += 1
        written = ["["]
        if self._body.startswith("^", self._position):
            self._position += 1
            written.append("^")
        first = self._position
        while True:
            if self._position >= len(self._body):
                raise self._fault("the '[' is not closed", at=opening)
            # A bracket that comes first is a member, as it is elsewhere: []a].
            if self._body[self._position] == "]" and self._position > first:
                self._position += 1
                return "".join([*written, "]"])
            written.append(self._member())

    def _member(self) -> str:
        """A character, a range or an escape inside brackets."""
        start = self._position
        if _NAMED_CLASS.match(self._body, start):
            raise self._fault("named character classes are not supported")
        low = self._class_character()
        rest = self._body[self._position : self._position + 2]
        if len(rest) < 2 or rest[0] != "-" or rest[1] == "]":
            return low
        self._position += 1
        high = self._class_character()
        if low[1:] in _CLASS_ESCAPES or high[1:] in _CLASS_ESCAPES or _code(low) > _code(high):
            written = self._body[start : self._position]
            raise self._fault(f"{written!r} is not a range of characters", at=start)
        return f"{low}-{high}"

    def _class_character(self) -> str:
        if self._body[self._position] == "\\":
            return self._escape()
        return _literal(self._ordinary())

    def _escape(self) -> str:
        start = self._position
        self._position += 1
        if self._position >= len(self._body):
            raise self._fault("the backslash at the end escapes nothing", at=start)
        character = self._body[self._position]
        if character == "x":
            found = _HEX.match(self._body, self._position + 1)
            if found is None or int(found[0], 16) > 0x7F:
                raise self._fault(
                    r"'\x' must be followed by the two hexadecimal digits of an ASCII character", at=start
                )
            self._position = found.end()
            return _literal(chr(int(found[0], 16)))
        if character in _ALPHANUMERIC:
            if character not in _CLASS_ESCAPES:
                raise self._fault(f"'\\{character}' is not supported in a regular expression", at=start, length=2)
            self._position += 1
            return f"\\{character}"
        if character == " ":
            raise self._fault("a blank cannot be escaped", at=start)
        return _literal(self._ordinary())

    def _ordinary(self) -> str:
        """The character here as itself, and move behind it."""
        character = self._body[self._position]
        blank = character == " " and self._decisions.blank_in_regex
        if character not in _ALPHANUMERIC and character not in _SYMBOLS and character not in _OPERATORS and not blank:
            raise self._fault(f"{character!r} is not allowed in a regular expression; {_advice(character)}")
        self._position += 1
        return character

    def _fault(self, reason: str, *, at: int | None = None, length: int = 1) -> InvalidPatternError:
        start = self._position if at is None else at
        return InvalidPatternError(self._column + start, reason, characters=self._body[start : start + length])


def _code(literal: str) -> int:
    """The character code of what `_literal` wrote."""
    return ord(literal) if len(literal) == 1 else int(literal[2:], 16)


def _advice(character: str) -> str:
    if character in "()":
        return "AWS has no grouping"
    if character.isascii():
        return f"write it as \\x{ord(character):02x}"
    return "only ASCII characters are"
