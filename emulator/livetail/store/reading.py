"""Reading stored events in the order of GetLogEvents and FilterLogEvents: by time stamp, then as they were ingested.

An event's place in that order is its time stamp and its sequence number in the group, so each event has a place of its
own, and a page can begin right behind (or before) the last event of another one, whatever has been put since.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from heapq import heappop, heappush, heapreplace

from livetail.store.batch import Batch, Position

__all__ = ["END", "START", "in_order"]


START = Position(0, 0)
END = Position(2**64, 0)


def in_order(
    batches: Iterable[Batch], low: Position, high: Position, first_shown: int = 0, *, newest_first: bool = False
) -> Iterator[tuple[Batch, int]]:
    """The events at places from `low` up to but not `high`, each as its batch and its index there.

    Only the batches that the reader gets to are opened, so a page of a large group costs little more than its events.

    Args:
        first_shown: events of a lower sequence number are left out.
    """
    step = -1 if newest_first else 1
    waiting = []
    for batch in batches:
        events = batch.events
        first, last = events[0].timestamp, events[-1].timestamp
        if last < low.timestamp or first > high.timestamp:
            continue
        start, stop = 0, len(events)
        if first <= low.timestamp or last >= high.timestamp or batch.sequence < first_shown:
            start, stop = _range(batch, low, high, first_shown)
            if start >= stop:
                continue
        index, end = (stop - 1, start - 1) if newest_first else (start, stop)
        waiting.append((step * events[index].timestamp, step * (batch.sequence + index), index, end, batch))
    waiting.sort(reverse=True)
    opened: list[tuple[int, int, int, int, Batch]] = []
    while waiting or opened:
        while waiting and (not opened or waiting[-1] < opened[0]):
            heappush(opened, waiting.pop())
        _, _, index, end, batch = opened[0]
        yield batch, index
        index += step
        if index == end:
            heappop(opened)
        else:
            place = step * batch.events[index].timestamp, step * (batch.sequence + index)
            heapreplace(opened, (*place, index, end, batch))


def _range(batch: Batch, low: tuple[int, int], high: tuple[int, int], first_shown: int) -> tuple[int, int]:
    """The events of a batch that lie between two places: the first one's index, and that behind the last one."""

    def place(index: int) -> tuple[int, int]:
        return batch.events[index].timestamp, batch.sequence + index

    indexes = range(len(batch))
    start = bisect_left(indexes, low, key=place)
    return max(start, first_shown - batch.sequence), bisect_left(indexes, high, key=place)
