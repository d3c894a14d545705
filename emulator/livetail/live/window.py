"""The log events that a session has matched since its last update, and the sample that the next update takes of them.

A window holds at most `MAX_HELD_EVENTS` log events, and at most `MAX_HELD_BYTES` of them if they are more than fit in
an update. When more arrive between two updates, it is reduced to a uniform sample of all that have arrived. On a manual
clock, millions may arrive. Sampling in steps gives every log event the same chance as sampling once at the end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import Final, Self

from livetail.core.chance import Random
from livetail.store.batch import Batch, LogEvent, size_bytes_of

EVENTS_PER_UPDATE: Final = 500
"""The maximum of log events in an update. If more have matched, it has a sample of this size (API_StartLiveTail)."""

MAX_HELD_EVENTS: Final = 8_192
"""Log events that a window holds before it is reduced to a sample: more than come in a usual second."""

MAX_HELD_BYTES: Final = 16 * 1024 * 1024
"""Bytes of log events that a window holds before it is reduced to a sample, if they are more than 500."""


@dataclass(slots=True, eq=False)
class Selection:
    """Some log events of one batch, in order. It keeps no other events of the batch in memory.

    Attributes:
        log_group_identifier, log_stream_name, ingestion_time: of the batch.
        events: the log events.
        numbers: the index of each of them in `encoded`.
        encoded: their JSON, None for those that have never been delivered. The selections of a batch share it, so that
            each log event is encoded once, and its JSON is freed with the last of them.
        size_bytes: the bytes of the log events as the service counts them.
    """

    log_group_identifier: str
    log_stream_name: str
    ingestion_time: int
    events: Sequence[LogEvent]
    numbers: Sequence[int]
    encoded: list[bytes | None]
    size_bytes: int

    @classmethod
    def of(cls, batch: Batch) -> Self:
        """All events of a batch."""
        group, stream, count = batch.log_group_identifier, batch.log_stream_name, len(batch.events)
        return cls(group, stream, batch.ingestion_time, batch.events, range(count), [None] * count, batch.size_bytes)

    def pick(self, indexes: Iterable[int]) -> Self:
        """Some of the log events, by their index in `events`, in ascending order."""
        indexes = list(indexes)
        events, numbers = [self.events[index] for index in indexes], [self.numbers[index] for index in indexes]
        return replace(self, events=events, numbers=numbers, size_bytes=size_bytes_of(events))

    def detached(self) -> Self:
        """The same log events, without keeping the JSON of others in memory."""
        encoded = [self.encoded[number] for number in self.numbers]
        return replace(self, numbers=range(len(encoded)), encoded=encoded)


@dataclass(frozen=True, slots=True)
class Update:
    """The content of one session update: at most 500 log events, in order of arrival.

    Attributes:
        selections: the log events from which those of the update are chosen.
        events: how many log events are in the update.
        sampled: more than 500 matched, and these are a sample of them.
        mask: a one for each event of the selections that is in the update, a zero for each other. None if all are.
    """

    selections: tuple[Selection, ...]
    events: int
    sampled: bool
    mask: bytearray | None = None

    def drawn(self) -> "Update":
        """The same update without a mask: its selections have only its own log events."""
        if self.mask is None:
            return self
        return Update(tuple(_chosen(self.selections, self.mask)), self.events, self.sampled)

    def detached(self) -> "Update":
        """The same update, without keeping anything else in memory, for one that has to wait."""
        selections = tuple(selection.detached() for selection in self.drawn().selections)
        return Update(selections, self.events, self.sampled)


def choose(random: Random, population: int, size: int) -> bytearray:
    """A uniformly random choice of `size` out of `population`, as a mask of ones and zeros.

    Each member is first chosen with the probability `size / population`, in a few operations on byte strings. Then
    single members are added or removed at random until the size is right. Every set of the same size is equally likely
    after the first step, and the second step keeps it so. Therefore the probability need not be exact.
    """
    share = min(256, max(1, round(256 * size / population)))
    mask = bytearray(random.randbytes(population).translate(b"\x01" * share + b"\x00" * (256 - share)))
    excess = mask.count(1) - size
    surplus = 1 if excess > 0 else 0
    for _ in range(abs(excess)):
        member = int(random.random() * population)
        while mask[member] != surplus:
            member = int(random.random() * population)
        mask[member] = 1 - surplus
    return mask


class Window:
    """Collects matched log events between two updates. `matched` counts them all."""

    __slots__ = ("_fresh", "_held_bytes", "_random", "_selections", "_reduced", "matched")

    def __init__(self, random: Random) -> None:
        self._random = random
        self._selections: list[Selection] = []
        self._held_bytes = 0
        self._fresh = 0
        self._reduced = 0
        self.matched = 0

    def add(self, selection: Selection) -> None:
        """Add the matching events of a batch."""
        count = len(selection.events)
        self._selections.append(selection)
        self._held_bytes += selection.size_bytes
        self._fresh += count
        self.matched += count
        if self._fresh > MAX_HELD_EVENTS or (
            self._held_bytes > MAX_HELD_BYTES and self.matched > EVENTS_PER_UPDATE and self._fresh
        ):
            self._selections = [part.detached() for part in _chosen(self._selections, self._sample())]
            self._held_bytes = sum(part.size_bytes for part in self._selections)
            self._fresh = 0
            self._reduced = self.matched

    def close(self) -> Update:
        """The update for what has been collected; the window is empty afterwards."""
        matched = self.matched
        sampled = matched > EVENTS_PER_UPDATE
        is_sample_already = self._reduced and not self._fresh
        mask = self._sample() if sampled and not is_sample_already else None
        update = Update(tuple(self._selections), EVENTS_PER_UPDATE if sampled else matched, sampled, mask)
        self._selections = []
        self._held_bytes = self._fresh = self._reduced = self.matched = 0
        return update

    def _sample(self) -> bytearray:
        """A random choice of 500 of the held events, as a mask.

        After the window has been reduced, its first 500 events stand for the `_reduced` events that had arrived before,
        and each later event for itself. How many events of a sample are from the first part follows the hypergeometric
        distribution.
        """
        if not self._reduced:
            return choose(self._random, self._fresh, EVENTS_PER_UPDATE)
        from_reduced = _draw_first(self._random, self._reduced, self._fresh, EVENTS_PER_UPDATE)
        mask = choose(self._random, EVENTS_PER_UPDATE, from_reduced)
        return mask + choose(self._random, self._fresh, EVENTS_PER_UPDATE - from_reduced)


def _draw_first(random: Random, first: int, second: int, draws: int) -> int:
    """How many of `draws` without replacement come from the first of two groups of those sizes."""
    taken = 0
    for _ in range(draws):
        if random.random() * (first + second) < first:
            taken += 1
            first -= 1
        else:
            second -= 1
    return taken


def _chosen(selections: Sequence[Selection], mask: bytearray) -> list[Selection]:
    """The log events of the selections for which `mask` has a one."""
    chosen = []
    start = 0
    for selection in selections:
        end = start + len(selection.events)
        indexes = list(compress(range(len(selection.events)), mask[start:end]))
        if indexes:
            chosen.append(selection.pick(indexes))
        start = end
    return chosen
