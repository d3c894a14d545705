"""Whether a regular expression can be run quickly on every message, decided from its structure.

RE2 runs an expression as a deterministic automaton, which costs about 1 ns a byte, while the states that it meets fit
its memory. Beyond that it follows all possible positions in the expression one by one: measured are 4 ns a byte for
each position, 28 s on 1 MB for `%[^a]{1000}[^b]{1000}c%`. So an expression is affordable if it has few positions, where
the slow way takes some tens of milliseconds on 256 KB, or if all its states fit the memory. Everything else is refused,
as AWS refuses what exceeds its own limit (https://github.com/aws/aws-cdk/issues/36901).

The states are counted here: they are sets of positions, as in RE2 if it gets the expression as `with_few_states`
writes it. Without groups, an expression is a chain of positions for each alternative, so that a set is an integer, and
one step of the automaton is a few operations on it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import NamedTuple

MAX_POSITIONS = 20
"""An expression with no more positions than this is affordable in any case."""

MEMORY_BYTES = 1 << 22
"""What RE2 may use for an expression of few states."""

# RE2 gives a third of its memory to these states. Half of that is left for what is not counted here, such as the states
# inside a character of several bytes.
_STATES_BYTES = MEMORY_BYTES // 6
# Measured: 130 bytes for a state of 6.5 positions and 5 edges, 165 where `.` takes any character.
_BYTES_PER_STATE = 64
_BYTES_PER_EDGE = 8
_BYTES_PER_POSITION = 4
_EDGES_INSIDE_CHARACTERS = 8
# Each step takes about a microsecond.
_MAX_STEPS = 30_000
# There are at least as many states as positions.
_MAX_COUNTED = _STATES_BYTES // (_BYTES_PER_STATE + _BYTES_PER_EDGE + _BYTES_PER_POSITION)

_ASCII = [chr(code) for code in range(128)]
_NOT_ASCII = "\u00e9"


@dataclass(frozen=True, slots=True)
class Atom:
    """What takes one character, or an anchor: its text for RE2, and how often it may stand; None is no limit."""

    written: str
    min_copies: int = 1
    max_copies: int | None = 1


class _Position(NamedTuple):
    """A place in the chain that takes one character; the end of an alternative takes none."""

    written: str | None
    optional: bool = False
    loop: bool = False


class Cost(Enum):
    """Why an expression is affordable, or that it is not."""

    FEW_POSITIONS = 1
    FEW_STATES = 2
    TOO_MUCH = 3


def cost_of(branches: list[list[Atom]]) -> Cost:
    """What an expression with these alternatives costs."""
    chains = [list(islice(_positions(branch), _MAX_COUNTED + 1)) for branch in branches]
    count = sum(map(len, chains))
    if count <= MAX_POSITIONS:
        return Cost.FEW_POSITIONS
    if count > _MAX_COUNTED:
        return Cost.TOO_MUCH
    restarts = [not branch or branch[0].written != "^" for branch in branches]
    automaton = _Automaton([[*chain, _Position(None)] for chain in chains], restarts)
    return Cost.FEW_STATES if automaton.fits() else Cost.TOO_MUCH


def with_few_states(branches: list[list[Atom]]) -> str:
    """The expression, written so that RE2 has as few states as are counted here.

    It is to look for the longest match that begins with the text. With `.*` before it, RE2 need not know where a match
    begins. Of `.{0,9}` it would count how many characters were taken; nine times `.?` leads to the same positions from
    everywhere. `(?:)` keeps RE2 from joining them again.
    """
    return "(?s:.*)(?:" + "|".join("(?:)".join(_copies(atom) for atom in branch) for branch in branches) + ")"


def _copies(atom: Atom) -> str:
    if atom.min_copies == atom.max_copies == 1:
        return atom.written
    if atom.max_copies is None:
        return f"{atom.written}{{{atom.min_copies},}}"
    required = [f"{atom.written}{{{atom.min_copies}}}"] if atom.min_copies else []
    return "(?:)".join(required + [f"{atom.written}?"] * (atom.max_copies - atom.min_copies))


def _positions(branch: list[Atom]) -> Iterator[_Position]:
    for atom in branch:
        if atom.written in ("^", "$"):
            continue
        copies = max(atom.min_copies, 1) if atom.max_copies is None else atom.max_copies
        for copy in range(copies):
            loop = atom.max_copies is None and copy == copies - 1
            yield _Position(atom.written, optional=copy >= atom.min_copies, loop=loop)


class _Automaton:
    """Sets of positions as integers; the bit of a position is set where its character may come next."""

    def __init__(self, chains: list[list[_Position]], restarts: list[bool]) -> None:
        """Alternatives with a restart may begin at every character."""
        positions = [position for chain in chains for position in chain]
        self._starts = self._restarts = bit = 0
        for chain, restart in zip(chains, restarts, strict=True):
            self._starts |= 1 << bit
            self._restarts |= restart << bit
            bit += len(chain)
        self._loops = _bits(position.loop for position in positions)
        optional = [position.optional for position in positions]
        after_optional = [False, *optional[:-1]]
        # The runs of optional positions: where each begins, where it is over, and all that can be reached inside it.
        self._run_starts = _bits(now and not last for last, now in zip(after_optional, optional, strict=True))
        self._run_ends = _bits(last and not now for last, now in zip(after_optional, optional, strict=True))
        self._runs = _bits(after_optional)
        takes = {written: _takes(written) for written in {position.written for position in positions}}
        takes_bytes = any(_NOT_ASCII in characters for characters in takes.values())
        # Characters that all positions treat alike are one.
        alike = {frozenset(written for written in takes if one in takes[written]) for one in [*_ASCII, _NOT_ASCII]}
        self._alphabet = [_bits(position.written in taking for position in positions) for taking in alike]
        edges = len(alike) + (_EDGES_INSIDE_CHARACTERS if takes_bytes else 0)
        self._state_bytes = _BYTES_PER_STATE + _BYTES_PER_EDGE * edges

    def fits(self) -> bool:
        """Whether all the states fit RE2's memory."""
        again, first = self._closed(self._restarts), self._closed(self._starts)
        seen, waiting = {first}, [first]
        size = steps = 0
        while waiting:
            state = waiting.pop()
            size += self._state_bytes + _BYTES_PER_POSITION * state.bit_count()
            steps += len(self._alphabet)
            if size > _STATES_BYTES or steps > _MAX_STEPS:
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


def _takes(written: str | None) -> frozenset[str]:
    """The characters that a position takes."""
    if written is None:
        return frozenset()
    # What RE2 takes for one character, Python's own module reads in the same way.
    one_character = re.compile(written, re.ASCII | re.DOTALL).fullmatch
    return frozenset(character for character in [*_ASCII, _NOT_ASCII] if one_character(character))
