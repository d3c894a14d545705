"""The effects `lose` and `reorder` on the log events of a session update.

Both work before anything is encoded. An event that comes late counts as pending, and is never
lost: it comes in a later update, or when the session ends.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeAlias

from livetail.core.chance import Random
from livetail.core.clock import SECOND
from livetail.faults.effects import Lose, Reorder
from livetail.live.window import EVENTS_PER_UPDATE, Selection, Update

_Late: TypeAlias = tuple[int, int, Selection, int]
"""A log event as a sort key: when it may be delivered, its number, its selection and its index there."""


def without_lost(update: Update, effect: Lose, random: Random, elapsed: int) -> Update:
    """An update for the last `elapsed` milliseconds, without the log events that `effect` loses."""
    # Without a limit everything is beyond it.
    room = -1 if effect.bytes_per_second is None else effect.bytes_per_second * elapsed // SECOND
    kept: list[Selection] = []
    lost = 0
    for selection in update.drawn().selections:
        indexes = []
        for index, event in enumerate(selection.events):
            if effect.bytes_per_second is not None:
                room -= len(event.message.encode())
            if room < 0 and random.random() < effect.fraction:
                lost += 1
            else:
                indexes.append(index)
        if indexes:
            kept.append(selection.pick(indexes))
    return Update(tuple(kept), update.events - lost, update.sampled)


class LateEvents:
    """The log events of a session that `reorder` holds back.

    Every event has an instant of delivery: its ingestion, or for a late one up to `milliseconds` after it. Events come
    in the order of these instants, across updates too. So a late event only comes after events that were ingested up to
    `milliseconds` later.
    """

    __slots__ = ("_held", "_number")

    def __init__(self) -> None:
        self._held: list[_Late] = []
        self._number = 0

    def __len__(self) -> int:
        return len(self._held)

    def reorder(self, update: Update, effects: Sequence[tuple[Reorder, Random]], now: int) -> Update:
        """The update that is delivered at `now` (epoch milliseconds) instead; still at most 500 log events.

        When there are no effects any more, all held back events come with the next update.
        """
        events, first_new = self._held, self._number + 1
        for selection in update.drawn().selections:
            for index in range(len(selection.events)):
                self._number += 1
                events.append((selection.ingestion_time + _delay(effects), self._number, selection, index))
        events.sort()  # the numbers differ, so selections are never compared
        ready = sum(1 for event in events if event[0] <= now) if effects else len(events)
        ready = min(ready, EVENTS_PER_UPDATE)
        self._held = [_detached(event) if event[1] >= first_new else event for event in events[ready:]]
        return Update(tuple(_selections(islice(events, ready))), ready, update.sampled)

    def shift(self, milliseconds: int) -> None:
        """Deliver the held back events `milliseconds` later, because the clock was set."""
        self._held = [(instant + milliseconds, number, its, index) for instant, number, its, index in self._held]

    def flush(self) -> list[Update]:
        """Updates with all held back events, for the end of the session."""
        updates = []
        while self._held:
            events, self._held = self._held[:EVENTS_PER_UPDATE], self._held[EVENTS_PER_UPDATE:]
            updates.append(Update(tuple(_selections(events)), len(events), sampled=False))
        return updates


def _detached(event: _Late) -> _Late:
    """The event alone, so that it does not keep others in memory while it waits."""
    instant, number, selection, index = event
    return instant, number, selection.pick((index,)).detached(), 0


def _delay(effects: Iterable[tuple[Reorder, Random]]) -> int:
    """The delay of an event in milliseconds, by the first effect that draws it."""
    for effect, random in effects:
        if random.random() < effect.share:
            return 1 + int(random.random() * effect.milliseconds)
    return 0


def _selections(events: Iterable[_Late]) -> Iterator[Selection]:
    """The events in their order; neighbours of one selection stay together as long as their indexes ascend."""
    selection: Selection | None = None
    indexes: list[int] = []
    for _, _, its_selection, index in events:
        if its_selection is not selection or index < indexes[-1]:
            if selection is not None:
                yield selection.pick(indexes)
            selection, indexes = its_selection, []
        indexes.append(index)
    if selection is not None:
        yield selection.pick(indexes)
