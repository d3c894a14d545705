"""Runs regular expressions with RE2, if that is quick on every message; decided from the structure of the expression.

RE2 runs an expression as a deterministic automaton, which costs about 1 ns a byte, while the states that it reaches fit
its memory. Beyond that it follows all possible positions in the expression one by one: measured are 4 ns a byte for
each position, 28 s on 1 MB for `%[^a]{1000}[^b]{1000}c%`. So an expression is affordable if it has few positions, where
the slow way takes some tens of milliseconds on 256 KB, or if all its states fit the memory. Everything else is refused,
as AWS refuses what exceeds its own limit (https://github.com/aws/aws-cdk/issues/36901).

The states are counted here: they are sets of positions, as in RE2 if it gets the expression as `_with_few_states`
writes it. Without groups, an expression is a chain of positions for each alternative, so that a set is an integer, and
one step of the automaton is a few operations on it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

_MAX_POSITIONS = 20
"""An expression with no more positions than this is affordable in any case."""

_MEMORY_BYTES = 1 << 22
"""The memory of RE2 for an expression of few states."""

# More states than this memory holds would not make an expression of few positions faster.
_FEW_POSITIONS_BYTES = 1 << 19
# RE2 gives a third of its memory to these states. Half of that is left for what is not counted here, such as the states
# inside a character of several bytes.
_STATES_BYTES = _MEMORY_BYTES // 6
# Measured: 130 bytes for a state of 6.5 positions and 5 edges, 165 where `.` takes any character.
_BYTES_PER_STATE = 64
_BYTES_PER_EDGE = 8
_BYTES_PER_POSITION = 4
_EDGES_INSIDE_CHARACTERS = 8
# Each step takes about a microsecond.
_MAX_STEPS = 30_000
# There are at least as many states as positions.
_MAX_COUNTED = _STATES_BYTES // (_BYTES_PER_STATE + _BYTES_PER_EDGE + _BYTES_PER_POSITION)

_NOT_ASCII = "é".encode()
_CHARACTERS = [*(bytes([code]) for code in range(128)), _NOT_ASCII]
"""The characters that expressions can distinguish: each ASCII character, and one for all others."""


@dataclass(frozen=True, slots=True)
class Atom:
    """A part that matches one character, or an anchor; how often it repeats, None is no limit; and the text of both for
    RE2."""

    written: str
    min_copies: int = 1
    max_copies: int | None = 1
    quantifier: str = ""

    @property
    def positions(self) -> int:
        """How many positions in the chain it takes."""
        if self.written in ("^", "$"):
            return 0
        return max(self.min_copies, 1) if self.max_copies is None else self.max_copies


def build_search(written: str, branches: list[list[Atom]]) -> Callable[[bytes], bool] | None:
    """A search for an expression with these alternatives in UTF-8 text; None if it could take long."""
    count = sum(1 + sum(atom.positions for atom in branch) for branch in branches)
    if count - len(branches) <= _MAX_POSITIONS:
        search = compile_expression(written, _FEW_POSITIONS_BYTES).search
    elif count <= _MAX_COUNTED and _Automaton(branches).fits():
        search = compile_expression(_with_few_states(branches), _MEMORY_BYTES, longest_match=True).match
    else:
        return None
    return lambda encoded: search(encoded) is not None


def compile_expression(written: str, memory_bytes: int = _FEW_POSITIONS_BYTES, *, longest_match: bool = False) -> Any:
    """RE2's form of an expression. The library shares equal ones, and keeps the latest 128."""
    # Imported late: it costs several milliseconds, and most patterns hold no regular expression.
    import re2

    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    # The documentation: `.` is any single character; a line feed is one.
    options.dot_nl = True
    options.longest_match = longest_match
    options.max_mem = memory_bytes
    return re2.compile(written.encode("ascii"), options)


def is_class(written: str) -> bool:
    """Whether RE2 takes a class in brackets; it does not take `[z-a]`."""
    import re2

    try:
        compile_expression(written)
    except re2.error:
        return False
    return True


def _with_few_states(branches: list[list[Atom]]) -> str:
    """The expression, written so that RE2 has as few states as are counted here.

    It is used with the longest match from the start of the text. With `.*` before it, RE2 does not track where a match
    begins. For `.{0,9}` RE2 would count characters; nine times `.?` leads to the same positions from everywhere. `(?:)`
    keeps RE2 from joining them again.
    """
    return "(?s:.*)(?:" + "|".join("(?:)".join(map(_copies, branch)) for branch in branches) + ")"


def _copies(atom: Atom) -> str:
    if atom.min_copies == atom.max_copies == 1:
        return atom.written
    if atom.max_copies is None:
        return f"{atom.written}{{{atom.min_copies},}}"
    required = [f"{atom.written}{{{atom.min_copies}}}"] if atom.min_copies else []
    return "(?:)".join(required + [f"{atom.written}?"] * (atom.max_copies - atom.min_copies))


class _Automaton:
    """Sets of positions as integers; the bit of a position is set where its character may come next."""

    def __init__(self, branches: list[list[Atom]]) -> None:
        # Of each position: what takes its character, None at the end of an alternative; and whether it may be left out.
        written: list[str | None] = []
        optional: list[bool] = []
        self._starts = self._restarts = self._loops = 0
        for branch in branches:
            self._starts |= 1 << len(written)
            if not branch or branch[0].written != "^":
                self._restarts |= 1 << len(written)  # it may begin at every character
            for atom in branch:
                written += [atom.written] * atom.positions
                optional += [copy >= atom.min_copies for copy in range(atom.positions)]
                if atom.positions and atom.max_copies is None:
                    self._loops |= 1 << len(written) - 1
            written.append(None)
            optional.append(False)
        after_optional = [False, *optional[:-1]]
        # The runs of optional positions: where each begins, where it is over, and all that can be reached inside it.
        self._run_starts = _bits(now and not last for last, now in zip(after_optional, optional, strict=True))
        self._run_ends = _bits(last and not now for last, now in zip(after_optional, optional, strict=True))
        self._runs = _bits(after_optional)
        every_character = b"".join(_CHARACTERS)
        takes = {text: compile_expression(text).findall(every_character) if text else [] for text in {*written}}
        # Characters that all positions treat alike are counted once.
        alike = {frozenset(text for text in takes if character in takes[text]) for character in _CHARACTERS}
        self._alphabet = [_bits(text in taking for text in written) for taking in alike]
        takes_bytes = any(_NOT_ASCII in taken for taken in takes.values())
        edges = len(alike) + (_EDGES_INSIDE_CHARACTERS if takes_bytes else 0)
        self._state_bytes = _BYTES_PER_STATE + _BYTES_PER_EDGE * edges

    def fits(self) -> bool:
        """Whether all the states fit RE2's memory."""
        again, first = self._closed(self._restarts), self._closed(self._starts)
        seen, waiting = {first}, [first]
        size_bytes = steps = 0
        while waiting:
            state = waiting.pop()
            size_bytes += self._state_bytes + _BYTES_PER_POSITION * state.bit_count()
            steps += len(self._alphabet)
            if size_bytes > _STATES_BYTES or steps > _MAX_STEPS:
                return False
            for taking in self._alphabet:
                taken = state & taking
                following = self._closed(taken << 1 | taken & self._loops) | again
                if following not in seen:
                    seen.add(following)
                    waiting.append(following)
        return True

    def _closed(self, state: int) -> int:
        """The state with what can be reached over optional positions.

        The subtraction borrows up to the first position of each run that is set; all after it in the run are reached
        (Navarro and Raffinot, Flexible Pattern Matching in Strings, 4.2.3).
        """
        ends = state | self._run_ends
        return state | self._runs & (~(ends - self._run_starts) ^ ends)


def _bits(flags: Iterable[bool]) -> int:
    """An integer with the bits of the flags that are set; the first is the lowest."""
    return int("".join("1" if flag else "0" for flag in flags)[::-1], 2)
