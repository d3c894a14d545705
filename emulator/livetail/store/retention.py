"""What all log groups keep together: a number of bytes, of which the oldest batches go first."""

from collections import OrderedDict
from typing import Protocol

from livetail.store.batch import Batch


class Holder(Protocol):
    """A log group, as far as retention is concerned."""

    def drop_oldest(self) -> None:
        """Let the oldest batch go, and tell `Retention.forget`."""


class Retention:
    """The batches of all log groups in order of their ingestion.

    Attributes:
        max_events: events that each log group keeps, the newest.
        max_bytes: memory of the batches of all groups together.
        held_bytes: what they take now.
    """

    def __init__(self, max_events: int, max_bytes: int) -> None:
        self.max_events = max_events
        self.max_bytes = max_bytes
        self.held_bytes = 0
        self._batches: OrderedDict[Batch, Holder] = OrderedDict()

    def keep(self, batch: Batch, holder: Holder) -> None:
        """Take account of a batch."""
        self._batches[batch] = holder
        self.held_bytes += batch.memory_bytes

    def trim(self) -> None:
        """Let the oldest batches of all groups go until what is left fits."""
        while self.held_bytes > self.max_bytes and self._batches:
            # A group lets its batches go in the same order, so the oldest of all is the oldest of its group.
            next(iter(self._batches.values())).drop_oldest()

    def forget(self, batch: Batch) -> None:
        """A batch has gone."""
        del self._batches[batch]
        self.held_bytes -= batch.memory_bytes
