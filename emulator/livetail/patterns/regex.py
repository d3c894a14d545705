r"""Regular expressions, `%body%`: AWS's small subset, checked here and run by RE2.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html gives the characters and the
operators. There are no groups. RE2 supports more than AWS does, so a body is parsed and written again: RE2 gets only
what was parsed here.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from livetail.patterns.errors import InvalidPatternError
from livetail.patterns.regex_cost import MEMORY_BYTES, Atom, Cost, cost_of, with_few_states

_QUANTIFIER = re.compile(r"[*+?]|\{([0-9]*)(,?)([0-9]*)\}")
_ESCAPE = r"\\x[0-7][0-9A-Fa-f]|\\[dDsSwW]|\\[^A-Za-z0-9 ]"
# `]` and `}` that close nothing are ordinary, as is a bracket that comes first in a class: []a].
_ATOM = re.compile(rf"{_ESCAPE}|\[\^?\]?(?:\\.|[^\\\]])*\]|[^\\\[]", re.DOTALL)
_MEMBER = re.compile(rf"({_ESCAPE}|[^\\])(?:-({_ESCAPE}|[^\\]))?", re.DOTALL)
_NAMED_CLASS = re.compile(r"\[:\^?[a-z]+:\]")
# RE2 allows no more; AWS's own limit is not known, only its text.
_MAX_REPETITIONS = 1_000
# More states than this memory holds would not make an expression of few positions faster.
_FEW_POSITIONS_BYTES = 1 << 19
_TOO_COSTLY = "Regular expression evaluation time exceeded allowed limit"
_NOT_COMPILED = "Failed to compile regular expression."


def check_regex(body: str, column: int) -> None:
    """Check a body that begins at `column` of its pattern and has only characters that AWS accepts.

    Raises:
        InvalidPatternError: AWS does not accept it, or it would take too long to run.
    """
    _read(body, column)
    if _cost_of(body) is Cost.TOO_MUCH:
        raise InvalidPatternError(column, "the regular expression takes too long to run", text=_TOO_COSTLY)


def regex_search(body: str) -> Callable[[bytes], bool]:
    """A search for the body, which was checked, in UTF-8 text."""
    written, branches = _read(body, 1)
    if _cost_of(body) is Cost.FEW_POSITIONS:
        search = _compiled(written).search
    else:
        search = _compiled(with_few_states(branches), longest_match=True).match
    return lambda encoded: search(encoded) is not None


def regex_spans(body: str, encoded: bytes) -> list[tuple[int, int]]:
    """Where the body, which was checked, is found in UTF-8 text."""
    found_each = _compiled(_read(body, 1)[0]).finditer(encoded)
    return [found.span() for found in found_each if found.end() > found.start()]


def _compiled(written: str, *, longest_match: bool = False) -> Any:
    """RE2's form of an expression. The library shares equal ones, and keeps the latest 128."""
    # Imported late: it costs several milliseconds, and most patterns hold no regular expression.
    import re2

    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    # The documentation: `.` is any single character; a line feed is one.
    options.dot_nl = True
    options.longest_match = longest_match
    options.max_mem = MEMORY_BYTES if longest_match else _FEW_POSITIONS_BYTES
    return re2.compile(written.encode("ascii"), options)


@lru_cache(maxsize=4)
def _cost_of(body: str) -> Cost:
    """As `cost_of`; an expression is checked and then compiled."""
    return cost_of(_read(body, 1)[1])


def _read(body: str, column: int) -> tuple[str, list[list[Atom]]]:
    """The body as RE2 takes it, and its alternatives as the atoms that follow each other.

    Raises:
        InvalidPatternError: it does not compile. AWS does not say where (recorded for `%[abc%`).
    """

    def error(reason: str, text: str = _NOT_COMPILED) -> InvalidPatternError:
        return InvalidPatternError(column + position, reason, text=text)

    written = ""
    branches: list[list[Atom]] = [[]]
    repeatable = False  # the last thing read was an atom
    repeated = False  # the last thing read was a quantifier
    position = 0
    while position < len(body):
        character = body[position]
        quantifier = _QUANTIFIER.match(body, position)
        if quantifier is not None and quantifier[0] != "{,}" and quantifier[0] != "{}":
            low, high = _bounds(quantifier)
            if max(low, high or 0) > _MAX_REPETITIONS:
                raise error(f"a repetition of more than {_MAX_REPETITIONS:,} takes too long to run", _TOO_COSTLY)
            if high is not None and low > high:
                raise error(f"{quantifier[0]} asks for at least {low} and at most {high}")
            if repeatable:
                branches[-1][-1] = Atom(branches[-1][-1].written, low, high)
            elif not (repeated and character == "?"):
                raise error(f"there is nothing to repeat before {character!r}")
            # RE2 reads {,5} as text. No quantifier may follow a lazy one, which finds a match in the same
            # texts as a greedy one.
            written += quantifier[0] if character != "{" else f"{{{low},{'' if high is None else high}}}"
            repeatable, repeated = False, repeatable
            position = quantifier.end()
            continue
        if character == "{":
            raise error(r"'{' must be followed by how often to repeat, as in {2,3}; a brace is written '\{'")
        found = _ATOM.match(body, position)
        if found is None:
            if character == "[":
                raise error("the '[' is not closed")
            raise error(f"{body[position : position + 2]!r} is not supported in a regular expression")
        atom = character if character in "^$|." else _class(found[0]) if character == "[" else _literal(found[0])
        if atom is None:
            raise error(f"{found[0]} is not a class of characters")
        written += atom
        if character == "|":
            branches.append([])
        else:
            branches[-1].append(Atom(atom))
        repeatable, repeated = character not in "^$|", False
        position = found.end()
    return written, branches


def _bounds(quantifier: re.Match[str]) -> tuple[int, int | None]:
    """The minimum and the maximum number of repetitions; None is no limit."""
    if quantifier[0] in "*+?":
        return {"*": (0, None), "+": (1, None), "?": (0, 1)}[quantifier[0]]
    # More digits than these are more repetitions than are allowed.
    low, high = (int(digits.lstrip("0")[:5] or "0") for digits in (quantifier[1], quantifier[3]))
    if not quantifier[2]:
        return low, low
    return low, high if quantifier[3] else None


def _literal(text: str) -> str:
    """A character or an escape as it is written for RE2."""
    if text.startswith("\\x"):
        text = chr(int(text[2:], 16))
    elif text.startswith("\\") and not text[1].isalpha():
        text = text[1]
    return text if text.isalnum() or len(text) > 1 else f"\\x{ord(text):02x}"


def _class(text: str) -> str | None:
    """A class in brackets as it is written for RE2; None if it is none."""
    opening = "[^" if text.startswith("[^") else "["
    inside = text[len(opening) : -1]
    written = opening
    position = 0
    while found := _MEMBER.match(inside, position):
        if _NAMED_CLASS.match(text, position + len(opening)):
            return None
        low, high = _literal(found[1]), _literal(found[2]) if found[2] else None
        if high is not None and not _is_range(low, high):
            return None
        written += low if high is None else f"{low}-{high}"
        position = found.end()
    return f"{written}]" if 0 < position == len(inside) else None


def _is_range(low: str, high: str) -> bool:
    """Whether both are characters, in this order."""
    codes = [
        int(text[2:], 16) if text.startswith("\\x") else ord(text) if len(text) == 1 else -1 for text in (low, high)
    ]
    return 0 <= codes[0] <= codes[1]
