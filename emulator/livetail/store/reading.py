"""Reading stored events in the order of GetLogEvents and FilterLogEvents: by timestamp, then as they were ingested.

Each event has a `Position` of its own, so a page can begin right after (or before) the last event of another one, even
if more events were put in between.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from heapq import heappop, heappush, heapreplace
from operator import attrgetter
from typing import TypeAlias

from livetail.core.ids import Position
from livetail.store.batch import Batch

END = Position(2**64, 0)

StoredEvent: TypeAlias = tuple[Batch, int]
"""A batch, and the index of an event there."""

_first = attrgetter("first_timestamp")
_last = attrgetter("last_timestamp")


def in_order(
    batches: Iterable[Batch], low: Position, high: Position, first_shown: int = 0, *, newest_first: bool = False
) -> Iterator[StoredEvent]:
    """The events at positions from `low` (inclusive) to `high` (exclusive).

    A batch is opened when reading reaches its first event, so a page of a large group costs little more than its
    events.

    Args:
        batches: in order of ingestion.
        first_shown: events of a lower sequence number are skipped.
    """
    earliest, latest = low.timestamp, high.timestamp
    waiting = [batch for batch in batches if batch.last_timestamp >= earliest and batch.first_timestamp <= latest]
    # The sort is stable: batches that begin at the same time stay in order of ingestion. The next one is at the end.
    if newest_first:
        waiting.sort(key=_last)
        step = -1
    else:
        waiting.reverse()
        waiting.sort(key=_first, reverse=True)
        step = 1
    opened: list[tuple[int, int, int, int, Batch]] = []
    while waiting or opened:
        while waiting:
            batch = waiting[-1]
            if opened and _order(batch, 0 if step > 0 else -1, step) > opened[0]:
                break
            waiting.pop()
            start, stop = _range(batch, low, high, first_shown)
            if start < stop:
                index, end = (start, stop) if step > 0 else (stop - 1, start - 1)
                heappush(opened, (*_order(batch, index, step), index, end, batch))
        if not opened:
            return
        _, _, index, end, batch = opened[0]
        yield batch, index
        index += step
        if index == end:
            heappop(opened)
        else:
            heapreplace(opened, (*_order(batch, index, step), index, end, batch))


def _order(batch: Batch, index: int, step: int) -> tuple[int, int]:
    """The sort key of an event in a direction; an index of -1 is the last event."""
    return step * batch.events[index].timestamp, step * (batch.sequence + index % len(batch))


def _range(batch: Batch, low: Position, high: Position, first_shown: int) -> tuple[int, int]:
    """The events of a batch that lie between two positions: the index of the first, and that after the last."""
    start, stop = max(0, first_shown - batch.sequence), len(batch)
    if batch.first_timestamp <= low.timestamp:
        start = max(start, bisect_left(range(len(batch)), low, key=batch.position))
    if batch.last_timestamp >= high.timestamp:
        stop = bisect_left(range(len(batch)), high, key=batch.position)
    return start, stop
