"""The bytes that all log groups may keep together; the oldest batches are removed first."""

from collections import OrderedDict
from typing import Protocol

from livetail.store.batch import Batch


class BatchOwner(Protocol):
    """What `Retention` needs of a log group."""

    def drop_oldest(self) -> None:
        """Remove the oldest batch, and call `Retention.remove`."""


class Retention:
    """The batches of all log groups in order of their ingestion.

    Attributes:
        max_events: events that each log group keeps, the newest.
        max_bytes: memory of the batches of all groups together.
        held_bytes: memory that they take now.
    """

    def __init__(self, max_events: int, max_bytes: int) -> None:
        self.max_events = max_events
        self.max_bytes = max_bytes
        self.held_bytes = 0
        self._batches: OrderedDict[Batch, BatchOwner] = OrderedDict()

    def add(self, batch: Batch, owner: BatchOwner) -> None:
        """Count a batch of `owner`."""
        self._batches[batch] = owner
        self.held_bytes += batch.memory_bytes

    def remove_surplus(self) -> None:
        """Remove the oldest batches of all groups until the others fit `max_bytes`."""
        while self.held_bytes > self.max_bytes and self._batches:
            # A group removes its batches in the same order, so the oldest of all is the oldest of its group.
            next(iter(self._batches.values())).drop_oldest()

    def remove(self, batch: Batch) -> None:
        """Stop counting a batch that its owner has removed."""
        del self._batches[batch]
        self.held_bytes -= batch.memory_bytes
