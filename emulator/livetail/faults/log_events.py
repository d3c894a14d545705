"""The effects `lose` and `reorder` on the log events of a session update.

Both work before anything is encoded. An event that comes late counts as pending, and is never
lost: it comes in a later update, or when the session ends.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from operator import itemgetter

from livetail.core.chance import Random
from livetail.core.clock import SECOND
from livetail.faults.effects import Lose, Reorder
from livetail.live.window import EVENTS_PER_UPDATE, Selection, Update

_instant = itemgetter(0)


def without_lost(update: Update, effect: Lose, random: Random, elapsed: int) -> Update:
    """An update for the last `elapsed` milliseconds, without the log events that `effect` loses."""
    # Without a limit everything is beyond it.
    room = -1 if effect.bytes_per_second is None else effect.bytes_per_second * elapsed // SECOND
    kept: list[Selection] = []
    for selection in update.drawn().selections:
        indexes = []
        for index, event in enumerate(selection.events):
            if effect.bytes_per_second is not None:
                room -= len(event.message.encode())
            if room >= 0 or random.random() >= effect.fraction:
                indexes.append(index)
        if indexes:
            kept.append(selection.pick(indexes))
    return Update(tuple(kept), sum(len(selection.events) for selection in kept), update.sampled)


class LateEvents:
    """The log events of a session that `reorder` holds back.

    Every event has an instant of delivery: its ingestion, or for a late one up to `milliseconds` after it. Events come
    in the order of these instants, across updates too. So a late event only comes after events that were ingested up to
    `milliseconds` later.
    """

    def __init__(self) -> None:
        self._held: list[tuple[int, Selection]] = []

    def __len__(self) -> int:
        return len(self._held)

    def reorder(self, update: Update, effects: Sequence[tuple[Reorder, Random]], now: int) -> Update:
        """The update that is delivered at `now` (epoch milliseconds) instead; still at most 500 log events.

        When there are no effects any more, all held back events come with the next update.
        """
        for selection in update.drawn().selections:
            for index in range(len(selection.events)):
                # Alone, so that it does not keep others in memory while it waits.
                event = selection.pick((index,)).detached()
                self._held.append((selection.ingestion_time + _delay(effects), event))
        self._held.sort(key=_instant)
        ready = bisect_right(self._held, now, key=_instant) if effects else len(self._held)
        return self._take(min(ready, EVENTS_PER_UPDATE), sampled=update.sampled)

    def shift(self, milliseconds: int) -> None:
        """Deliver the held back events `milliseconds` later, because the clock was set."""
        self._held = [(instant + milliseconds, event) for instant, event in self._held]

    def flush(self) -> list[Update]:
        """Updates with all held back events, for the end of the session."""
        updates = []
        while self._held:
            updates.append(self._take(EVENTS_PER_UPDATE, sampled=False))
        return updates

    def _take(self, count: int, *, sampled: bool) -> Update:
        """An update with the first of the held back events, at most `count`."""
        events, self._held = [event for _, event in self._held[:count]], self._held[count:]
        return Update(tuple(events), len(events), sampled)


def _delay(effects: Iterable[tuple[Reorder, Random]]) -> int:
    """The delay of an event in milliseconds, by the first effect that draws it."""
    for effect, random in effects:
        if random.random() < effect.share:
            return 1 + int(random.random() * effect.milliseconds)
    return 0
