r"""Regular expressions, `%body%`: AWS's small subset, checked here and run by RE2.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html gives the characters and the
operators. There are no groups. RE2 supports more than AWS does, so a body is read here first.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from livetail.patterns.matcher import InvalidPatternError
from livetail.patterns.regex_engine import Atom, build_search, compile_expression, is_class

_QUANTIFIER = re.compile(r"[*+?]|\{(?!,?\})[0-9]*,?[0-9]*\}")
_ESCAPE = r"\\x[0-7][0-9A-Fa-f]|\\[dDsSwW]|\\[^A-Za-z0-9 ]"
# `]` and `}` that close nothing are ordinary, as is a bracket that comes first in a class: []a].
_ATOM = re.compile(rf"{_ESCAPE}|\[\^?\]?(?:\\.|[^\\\]])*\]|[^\\\[{{]", re.DOTALL)
# RE2 also takes other escapes, and `[\d-z]`.
_CLASS = re.compile(rf"\[\^?\]?(?:(?!\\[dDsSwW]-[^\]])(?:{_ESCAPE}|[^\\\]]))*\]", re.DOTALL)
# RE2 allows no more; AWS's own limit is not known, only its text.
_MAX_REPETITIONS = 1_000
_TOO_COSTLY = "Regular expression evaluation time exceeded allowed limit"
_NOT_COMPILED = "Failed to compile regular expression."


@dataclass(frozen=True, slots=True)
class Regex:
    """A regular expression.

    Attributes:
        search: whether it is found in UTF-8 text.
    """

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
    written, branches = _read(body, column)
    search = build_search(written, branches)
    if search is None:
        raise InvalidPatternError(column, "the regular expression takes too long to run", text=_TOO_COSTLY)
    return Regex(search, written)


def _read(body: str, column: int) -> tuple[str, list[list[Atom]]]:
    """The body in RE2's syntax, and its alternatives as sequences of atoms.

    Raises:
        InvalidPatternError: it does not compile. AWS does not report the place (recorded for `%[abc%`).
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
        if quantifier is not None:
            low, high = _bounds(quantifier[0])
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
        found = _ATOM.match(body, position)
        if found is None:
            if character == "{":
                raise error(r"'{' must be followed by how often to repeat, as in {2,3}; a brace is written '\{'")
            if character == "[":
                raise error("the '[' is not closed")
            raise error(f"{body[position : position + 2]!r} is not supported in a regular expression")
        if character == "[" and not (_CLASS.fullmatch(found[0]) and is_class(found[0])):
            raise error(f"{found[0]} is not a class of characters")
        written += found[0]
        if character == "|":
            branches.append([])
        else:
            branches[-1].append(Atom(found[0]))
        repeatable, repeated = character not in "^$|", False
        position = found.end()
    return written, branches


def _bounds(quantifier: str) -> tuple[int, int | None]:
    """The minimum and the maximum number of repetitions; None is no limit."""
    low, comma, high = {"*": "0,", "+": "1,", "?": "0,1"}.get(quantifier, quantifier[1:-1]).partition(",")
    # More digits than these are more repetitions than are allowed.
    min_copies, max_copies = (int(digits.lstrip("0")[:5] or "0") for digits in (low, high))
    if not comma:
        return min_copies, min_copies
    return min_copies, max_copies if high else None
