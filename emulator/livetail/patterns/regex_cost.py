"""Whether a regular expression can be run quickly on every message, decided from its structure.

RE2 runs an expression as a deterministic automaton, which costs about 1 ns a byte, while the states that it meets fit
its memory. Beyond that it follows all possible positions in the expression one by one: measured are 4 ns a byte for
each position, 28 s on 1 MB for `%[^a]{1000}[^b]{1000}c%`. So an expression is affordable if it has few positions, where
the slow way takes some tens of milliseconds on 256 KB, or if all its states fit the memory. Everything else is refused,
as AWS refuses what exceeds its own limit (https://github.com/aws/aws-cdk/issues/36901).

The states are counted here as RE2 would build them. Without groups, an expression is a chain of positions for each
alternative, so that a set of positions is an integer, and one step of the automaton is a few operations on it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

MAX_POSITIONS = 32
"""An expression with no more positions than this is affordable in any case."""

_FEW_POSITIONS_BYTES = 1 << 19
_MANY_POSITIONS_BYTES = 1 << 21
# RE2 gives a third of its memory to the states of each direction. Half of that is left for what is not counted here.
_STATES_BYTES = _MANY_POSITIONS_BYTES // 6
_BYTES_PER_STATE = 64
_BYTES_PER_EDGE = 8
_BYTES_PER_POSITION = 4
# There are at least as many states as positions.
_MAX_COUNTED = _STATES_BYTES // (_BYTES_PER_STATE + _BYTES_PER_EDGE + _BYTES_PER_POSITION)
# A position for any character stands for several, as characters have up to four bytes.
_BYTES_PER_WIDE_POSITION = 16

_ASCII = [chr(code) for code in range(128)]
_NOT_ASCII = "\u00e9"


@dataclass(frozen=True, slots=True)
class Atom:
    """What takes one character, or an anchor: in the form of RE2, and how often; None for any number of times."""

    written: str
    least: int = 1
    most: int | None = 1


class _Position(NamedTuple):
    """A place in the chain that takes one character; the end of an alternative takes none."""

    written: str | None
    optional: bool = False
    loop: bool = False


def memory_for(branches: list[list[Atom]]) -> int | None:
    """The memory in bytes that RE2 needs for an expression with these alternatives; None if it takes too long then."""
    chains = [list(islice(_positions(branch), _MAX_COUNTED + 1)) for branch in branches]
    count = sum(map(len, chains))
    if count <= MAX_POSITIONS:
        return _FEW_POSITIONS_BYTES
    if count > _MAX_COUNTED:
        return None
    restarts = [not branch or branch[0].written != "^" for branch in branches]
    end = _Position(None)
    forward = _Automaton([[*chain, end] for chain in chains])
    if not forward.fits(restarts):
        return None
    # To find where a match begins, RE2 runs the expression backwards from where it ends.
    backward = _Automaton([[*reversed(chain), end] for chain in chains])
    return _MANY_POSITIONS_BYTES if backward.fits([False] * len(chains)) else None


def _positions(branch: list[Atom]) -> Iterator[_Position]:
    for atom in branch:
        if atom.written in ("^", "$"):
            continue
        copies = max(atom.least, 1) if atom.most is None else atom.most
        for copy in range(copies):
            loop = atom.most is None and copy == copies - 1
            yield _Position(atom.written, optional=copy >= atom.least, loop=loop)


class _Automaton:
    """Sets of positions as integers; the bit of a position is set where its character may come next."""

    def __init__(self, chains: list[list[_Position]]) -> None:
        positions = [position for chain in chains for position in chain]
        starts, bit = [], 0
        for chain in chains:
            starts.append(1 << bit)
            bit += len(chain)
        self._starts = starts
        self._loops = _bits(position.loop for position in positions)
        optional = [position.optional for position in positions]
        behind_optional = [False, *optional[:-1]]
        # The runs of optional positions: where each begins, where it is over, and all that can be reached inside it.
        self._run_starts = _bits(now and not last for last, now in zip(behind_optional, optional, strict=True))
        self._run_ends = _bits(last and not now for last, now in zip(behind_optional, optional, strict=True))
        self._runs = _bits(behind_optional)
        takes = {written: _takes(written) for written in {position.written for position in positions}}
        self._wide = _bits(_NOT_ASCII in takes[position.written] for position in positions)
        # Characters that all positions treat alike are one.
        alike = {frozenset(written for written in takes if one in takes[written]) for one in [*_ASCII, _NOT_ASCII]}
        self._alphabet = [_bits(position.written in taking for position in positions) for taking in alike]

    def fits(self, restarts: list[bool]) -> bool:
        """Whether all the states fit RE2's memory; alternatives with a restart may begin at every character."""
        again = self._closed(sum(start for start, restart in zip(self._starts, restarts, strict=True) if restart))
        first = self._closed(sum(self._starts))
        seen, waiting = {first}, [first]
        size = 0
        while waiting:
            state = waiting.pop()
            wide = (state & self._wide).bit_count()
            size += _BYTES_PER_STATE + _BYTES_PER_EDGE * len(self._alphabet) + _BYTES_PER_WIDE_POSITION * wide
            size += _BYTES_PER_POSITION * (state.bit_count() - wide)
            if size > _STATES_BYTES:
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

        The subtraction borrows up to the first position of each run that is set; all behind it in the run are reached
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
