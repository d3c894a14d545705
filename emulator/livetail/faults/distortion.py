"""What the rules do to log events on their way into a session update: some get lost, some come late.

It acts on positions in batches, before anything is encoded. An event that comes late counts as held back, and is never
lost: it comes in a later update, or when the session ends.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeAlias

from livetail.core.clock import SECOND
from livetail.faults.watches import Watch, Watches
from livetail.live.limits import EVENTS_PER_UPDATE
from livetail.live.window import Selection, Update
from livetail.store.batch import Batch

__all__ = ["Distortion"]

_Late: TypeAlias = tuple[int, int, Batch, int]
"""A log event in its place in the disturbed order: when it may be seen, its number, its batch, and where in there."""


class Distortion:
    """The effects `lose` and `reorder` on one session.

    Every event may be seen from the instant of its ingestion on, a late one up to so many milliseconds after it; events
    come in the order of these instants, across updates too. So an event comes behind none that was ingested more than
    that after it.

    Attributes:
        lost_events: log events that will never be delivered.
    """

    __slots__ = ("_held", "_last", "_number", "_watches", "lost_events")

    def __init__(self, watches: Watches) -> None:
        self._watches = watches
        self._last = watches.started_at
        self._held: list[_Late] = []
        self._number = 0
        self.lost_events = 0

    @property
    def held_events(self) -> int:
        """Log events that will come in a later update."""
        return len(self._held)

    def distort(self, update: Update, now: int) -> Update:
        """What becomes of an update that is made at `now` (epoch milliseconds); still at most 500 log events."""
        elapsed = now - self._last
        self._last = now
        for watch in self._watches.modes("lose", now):
            update = self._lose(update.drawn(), watch, elapsed)
        delaying = self._watches.modes("reorder", now)
        if delaying or self._held:
            update = self._reorder(update.drawn(), delaying, now)
        return update

    def flush(self) -> list[Update]:
        """Updates with all that is held back, for when the session ends; none if nothing is."""
        updates = []
        while self._held:
            events, self._held = self._held[:EVENTS_PER_UPDATE], self._held[EVENTS_PER_UPDATE:]
            updates.append(Update(tuple(_selections(events)), len(events), sampled=False))
        return updates

    def _lose(self, update: Update, watch: Watch, elapsed: int) -> Update:
        effect = watch.fault.rule.effect
        fraction = effect.number("fraction")
        per_second = effect.optional_whole("bytesPerSecond")
        # Without a limit all is beyond it.
        room = -1 if per_second is None else per_second * elapsed // SECOND
        kept: list[Selection] = []
        lost = 0
        for selection in update.selections:
            positions = []
            for position in selection.positions:
                if per_second is not None:
                    room -= _size(selection.batch.events[position].message)
                if room < 0 and watch.random.random() < fraction:
                    lost += 1
                else:
                    positions.append(position)
            if positions:
                kept.append(Selection(selection.batch, positions))
        self.lost_events += lost
        return Update(tuple(kept), update.events - lost, update.sampled)

    def _reorder(self, update: Update, delaying: Sequence[Watch], now: int) -> Update:
        events = self._held
        for selection in update.selections:
            batch = selection.batch
            for position in selection.positions:
                self._number += 1
                events.append((batch.ingestion_time + _delay(delaying), self._number, batch, position))
        events.sort()  # The numbers differ, so batches are never compared.
        # Once no rule delays any more, all that is held comes with the next update.
        ready = sum(1 for event in events if event[0] <= now) if delaying else len(events)
        ready = min(ready, EVENTS_PER_UPDATE)
        self._held = events[ready:]
        return Update(tuple(_selections(islice(events, ready))), ready, update.sampled)


def _delay(delaying: Iterable[Watch]) -> int:
    """By how many milliseconds an event is late: the first rule that draws it says."""
    for watch in delaying:
        effect = watch.fault.rule.effect
        if watch.random.random() < effect.number("share"):
            return 1 + int(watch.random.random() * effect.whole("milliseconds"))
    return 0


def _selections(events: Iterable[_Late]) -> Iterator[Selection]:
    """The events in their order; neighbours of one batch share a selection."""
    batch: Batch | None = None
    positions: list[int] = []
    for _, _, its_batch, position in events:
        if its_batch is not batch:
            if batch is not None:
                yield Selection(batch, positions)
            batch, positions = its_batch, []
        positions.append(position)
    if batch is not None:
        yield Selection(batch, positions)


def _size(message: str) -> int:
    return len(message) if message.isascii() else len(message.encode())
