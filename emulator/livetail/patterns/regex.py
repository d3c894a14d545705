r"""Regular expressions, `%body%`: AWS's small subset, checked here and run by RE2.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html gives the characters and the
operators. There are no groups. RE2 supports more than AWS does, so a body is read here first.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from livetail.patterns.matcher import InvalidPatternError
from livetail.patterns.regex_engine import Atom, build_search, compile_expression, is_class

_QUANTIFIER = r"[*+?]|\{(?!,?\})[0-9]*,?[0-9]*\}"
_ESCAPE = r"\\x[0-7][0-9A-Fa-f]|\\[dDsSwW]|\\[^A-Za-z0-9 ]"
# `]` and `}` that close nothing are ordinary, as is a bracket that comes first in a class: []a].
_PART = re.compile(
    rf"[\^$|]|(?P<atom>{_ESCAPE}|\[\^?\]?(?:\\.|[^\\\]])*\]|[^\\\[{{*+?])(?:(?P<quantifier>{_QUANTIFIER})(?P<lazy>\??))?"
)
# RE2 also takes other escapes, and `[\d-z]`.
_CLASS = re.compile(rf"\[\^?\]?(?:(?!\\[dDsSwW]-[^\]])(?:{_ESCAPE}|[^\\\]]))*\]")
# RE2 allows no more; AWS's own limit is not known, only its text.
_MAX_REPETITIONS = 1_000
_TOO_COSTLY = "Regular expression evaluation time exceeded allowed limit"
_NOT_COMPILED = "Failed to compile regular expression."


@dataclass(frozen=True, slots=True)
class Regex:
    """A regular expression; `search` returns whether it is found in UTF-8 text."""

    search: Callable[[bytes], bool]
    _written: str  # in RE2's syntax

    def spans(self, encoded: bytes) -> list[tuple[int, int]]:
        """Where it is found in UTF-8 text."""
        found_each = compile_expression(self._written).finditer(encoded)
        return [found.span() for found in found_each if found.end() > found.start()]


def read_regex(body: str, column: int) -> Regex:
    """Read a body that begins at `column` of its pattern.

    Raises:
        InvalidPatternError: AWS does not accept it, or it would take too long to run.
    """
    branches: list[list[Atom]] = [[]]
    position = 0
    while position < len(body):
        found = _PART.match(body, position)
        if found is None:
            # AWS does not report the place (recorded for `%[abc%`).
            raise InvalidPatternError(column + position, _problem(body, position), text=_NOT_COMPILED)
        if found[0] == "|":
            branches.append([])
        else:
            branches[-1].append(_atom(found, column))
        position = found.end()
    written = "|".join("".join(atom.written + atom.quantifier for atom in branch) for branch in branches)
    search = build_search(written, branches)
    if search is None:
        raise InvalidPatternError(column, "the regular expression takes too long to run", text=_TOO_COSTLY)
    return Regex(search, written)


def _problem(body: str, position: int) -> str:
    """Why no part of an expression begins at `position`."""
    character = body[position]
    if re.match(_QUANTIFIER, body[position:]):
        return f"there is nothing to repeat before {character!r}"
    if character == "{":
        return r"'{' must be followed by how often to repeat, as in {2,3}; a brace is written '\{'"
    if character == "[":
        return "the '[' is not closed"
    return f"{body[position : position + 2]!r} is not supported in a regular expression"


def _atom(found: re.Match[str], column: int) -> Atom:
    written, quantifier = found["atom"] or found[0], found["quantifier"]
    if written[0] == "[" and not (_CLASS.fullmatch(written) and is_class(written)):
        reason = f"{written} is not a class of characters"
        raise InvalidPatternError(column + found.start(), reason, text=_NOT_COMPILED)
    if quantifier is None:
        return Atom(written)
    low, high = _bounds(quantifier)
    at = column + found.start("quantifier")
    if max(low, high or 0) > _MAX_REPETITIONS:
        reason = f"a repetition of more than {_MAX_REPETITIONS:,} takes too long to run"
        raise InvalidPatternError(at, reason, text=_TOO_COSTLY)
    if high is not None and low > high:
        raise InvalidPatternError(at, f"{quantifier} asks for at least {low} and at most {high}", text=_NOT_COMPILED)
    if quantifier[0] == "{":  # RE2 reads {,5} as text
        quantifier = f"{{{low},{'' if high is None else high}}}"
    return Atom(written, low, high, quantifier + found["lazy"])


def _bounds(quantifier: str) -> tuple[int, int | None]:
    """The minimum and the maximum number of repetitions; None is no limit."""
    low, comma, high = {"*": "0,", "+": "1,", "?": "0,1"}.get(quantifier, quantifier[1:-1]).partition(",")
    # More digits than these are more repetitions than are allowed.
    min_copies, max_copies = (int(digits.lstrip("0")[:5] or "0") for digits in (low, high))
    if not comma:
        return min_copies, min_copies
    return min_copies, max_copies if high else None
