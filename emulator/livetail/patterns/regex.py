r"""Regular expressions, `%body%`: AWS's small subset, checked here and run by RE2.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html gives the characters and the
operators. There are no groups, so nothing nests. RE2 knows more than AWS does, so a body is read and written anew:
nothing reaches RE2 that was not understood here.
"""

import re
import string
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from livetail.patterns.errors import InvalidPatternError
from livetail.patterns.regex_cost import Atom, memory_for

_ALPHANUMERIC = frozenset(string.ascii_letters + string.digits)
_CLASS_ESCAPES = frozenset("dDsSwW")
_REPETITION = re.compile(r"\{([0-9]*)(,?)([0-9]*)\}")
_HEX = re.compile(r"[0-9A-Fa-f]{2}")
_NAMED_CLASS = re.compile(r"\[:\^?[a-z]+:\]")
# RE2 allows no more; AWS's own limit is not known, only its text.
_MAX_REPETITIONS = 1_000
_TOO_COSTLY = "Regular expression evaluation time exceeded allowed limit"
_NOT_COMPILED = "Failed to compile regular expression."


def check_regex(body: str, column: int) -> None:
    """Check a body that begins at `column` of its pattern and has only characters that AWS accepts.

    Raises:
        InvalidPatternError: AWS does not accept it, or it would take too long to run.
    """
    _Reader(body, column).read()
    if _memory_for(body) is None:
        raise InvalidPatternError(column, "the regular expression takes too long to run", text=_TOO_COSTLY)


def regex_search(body: str) -> Callable[[bytes], bool]:
    """A search for the body, which was checked, in UTF-8 text."""
    search = _compiled(body).search
    return lambda encoded: search(encoded) is not None


def regex_spans(body: str, encoded: bytes) -> list[tuple[int, int]]:
    """Where the body, which was checked, is found in UTF-8 text."""
    return [found.span() for found in _compiled(body).finditer(encoded) if found.end() > found.start()]


def _compiled(body: str) -> Any:
    """RE2's form of a body. The library shares equal ones, and keeps the latest 128."""
    reader = _Reader(body, 1)
    reader.read()
    # Imported late: it costs several milliseconds, and most patterns hold no regular expression.
    import re2

    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    # The documentation: `.` is any single character; a line feed is one.
    options.dot_nl = True
    options.max_mem = _memory_for(body)
    return re2.compile(reader.written.encode("ascii"), options)


@lru_cache(maxsize=4)
def _memory_for(body: str) -> int | None:
    """As `memory_for`; an expression is checked and then compiled."""
    return memory_for(_Reader(body, 1).read())


def _literal(character: str) -> str:
    return character if character in _ALPHANUMERIC else f"\\x{ord(character):02x}"


class _Reader:
    """Reads a body from left to right.

    Attributes:
        written: the body as RE2 takes it.
    """

    def __init__(self, body: str, column: int) -> None:
        self.written = ""
        self._body = body
        self._column = column
        self._position = 0

    def read(self) -> list[list[Atom]]:
        """The alternatives of the expression, each as the atoms that follow each other.

        Raises:
            InvalidPatternError: it does not compile.
        """
        branches: list[list[Atom]] = [[]]
        repeatable = False  # an atom stands before
        repeated = False  # a quantifier stands before
        while self._position < len(self._body):
            start = self._position
            character = self._body[start]
            if character in "*+?{":
                written, least, most = self._quantifier()
                if repeatable:
                    branches[-1][-1] = Atom(branches[-1][-1].written, least, most)
                elif not (repeated and written == "?"):
                    raise self._error(f"there is nothing to repeat before {character!r}", at=start)
                # Behind a lazy quantifier nothing more may follow; it finds a match in the same texts as a greedy one.
                repeatable, repeated = False, repeatable
                self.written += written
                continue
            repeatable, repeated = character not in "^$|", False
            written = self._atom(character)
            self.written += written
            if character == "|":
                branches.append([])
            else:
                branches[-1].append(Atom(written))
        return branches

    def _atom(self, character: str) -> str:
        if character == "[":
            return self._class()
        if character == "\\":
            return self._escape()
        self._position += 1
        # `]` and `}` that close nothing are ordinary, as they are elsewhere.
        return character if character in "^$|." else _literal(character)

    def _quantifier(self) -> tuple[str, int, int | None]:
        """What is written, and how often the atom before may stand; None for any number of times."""
        character = self._body[self._position]
        if character != "{":
            self._position += 1
            least, most = {"?": (0, 1), "*": (0, None), "+": (1, None)}[character]
            return character, least, most
        found = _REPETITION.match(self._body, self._position)
        if found is None or not (found[1] or found[3]):
            raise self._error(r"'{' must be followed by how often to repeat, as in {2,3}; a brace is written '\{'")
        low, comma, high = (found[1].lstrip("0") or "0"), found[2], (found[3].lstrip("0") or "0")
        if max(len(low), len(high)) > 4 or max(int(low), int(high)) > _MAX_REPETITIONS:
            raise InvalidPatternError(
                self._column + self._position,
                f"a repetition of more than {_MAX_REPETITIONS:,} takes too long to run",
                text=_TOO_COSTLY,
            )
        if found[3] and int(low) > int(high):
            raise self._error(f"{found[0]} asks for at least {low} and at most {high}")
        self._position = found.end()
        written = f"{{{low}{comma}{high if found[3] else ''}}}"
        return written, int(low), int(high) if found[3] else None if comma else int(low)

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
                raise self._error("the '[' is not closed", at=opening)
            # A bracket that comes first is a member, as it is elsewhere: []a].
            if self._body[self._position] == "]" and self._position > first:
                self._position += 1
                return "".join([*written, "]"])
            written.append(self._member())

    def _member(self) -> str:
        """A character, a range or an escape inside brackets."""
        start = self._position
        if _NAMED_CLASS.match(self._body, start):
            raise self._error("named character classes are not supported")
        low = self._class_character()
        rest = self._body[self._position : self._position + 2]
        if len(rest) < 2 or rest[0] != "-" or rest[1] == "]":
            return low
        self._position += 1
        high = self._class_character()
        if low[1:] in _CLASS_ESCAPES or high[1:] in _CLASS_ESCAPES or _code(low) > _code(high):
            raise self._error(f"{self._body[start : self._position]!r} is not a range of characters", at=start)
        return f"{low}-{high}"

    def _class_character(self) -> str:
        character = self._body[self._position]
        if character == "\\":
            return self._escape()
        self._position += 1
        return _literal(character)

    def _escape(self) -> str:
        start = self._position
        character = self._body[start + 1 : start + 2]
        if not character:
            raise self._error("the backslash at the end escapes nothing")
        self._position += 2
        if character == "x":
            found = _HEX.match(self._body, self._position)
            if found is None or int(found[0], 16) > 0x7F:
                raise self._error(
                    r"'\x' must be followed by the two hexadecimal digits of an ASCII character", at=start
                )
            self._position = found.end()
            return _literal(chr(int(found[0], 16)))
        if character in _ALPHANUMERIC and character not in _CLASS_ESCAPES:
            raise self._error(f"'\\{character}' is not supported in a regular expression", at=start)
        if character == " ":
            raise self._error("a blank cannot be escaped", at=start)
        return f"\\{character}" if character in _CLASS_ESCAPES else _literal(character)

    def _error(self, reason: str, *, at: int | None = None) -> InvalidPatternError:
        """An expression of allowed characters that is none: AWS does not say where (recorded for `%[abc%`)."""
        return InvalidPatternError(self._column + (self._position if at is None else at), reason, text=_NOT_COMPILED)


def _code(literal: str) -> int:
    """The character code of what `_literal` wrote."""
    return ord(literal) if len(literal) == 1 else int(literal[2:], 16)
