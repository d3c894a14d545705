"""A batch: the events of one PutLogEvents request, with one ingestion time.

Events are not copied out of their batch: the store keeps batches, the hub passes the same batch to every session that
may match some of it, and a session keeps indexes into it. So an event costs almost nothing until it is delivered.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final

import msgspec

from livetail.core.ids import Position, event_id
from livetail.core.limits import EVENT_OVERHEAD_BYTES

_EVENT_MEMORY_BYTES: Final = 150
_BATCH_MEMORY_BYTES: Final = 600
"""What Python needs for an event, and for a batch, besides the text (measured with 3.11, rounded up)."""


class LogEvent(msgspec.Struct, gc=False, frozen=True):
    """One log event as it was put: `timestamp` in epoch milliseconds, and the message verbatim (`InputLogEvent`)."""

    timestamp: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
    message: Annotated[str, msgspec.Meta(min_length=1)]


def size_bytes_of(events: Sequence[LogEvent]) -> int:
    """The bytes of these events as the service counts them: each message in UTF-8, and 26 for each event."""
    text = "".join([event.message for event in events])
    return (len(text) if text.isascii() else len(text.encode())) + EVENT_OVERHEAD_BYTES * len(events)


@dataclass(slots=True, eq=False, kw_only=True)
class Batch:
    """Log events that were ingested together into one log stream.

    Attributes:
        log_group_identifier: `ACCOUNT:NAME`, the form in which a session update names the group.
        ingestion_time: epoch milliseconds, the same for all events of a request.
        sequence: how many events the group had ingested before this batch.
        events: in time order, at least one; `first_timestamp` and `last_timestamp` are those of its ends.
        size_bytes: the bytes of the events as the service counts them.
        memory_bytes: about how much memory the batch takes: its text, and what Python needs for the events.
    """

    log_group_identifier: str
    log_stream_name: str
    ingestion_time: int
    sequence: int
    events: Sequence[LogEvent]
    first_timestamp: int = field(init=False)
    last_timestamp: int = field(init=False)
    size_bytes: int = field(init=False)
    memory_bytes: int = field(init=False)

    def __post_init__(self) -> None:
        self.first_timestamp = self.events[0].timestamp
        self.last_timestamp = self.events[-1].timestamp
        self.size_bytes = size_bytes_of(self.events)
        self.memory_bytes = self.size_bytes + _EVENT_MEMORY_BYTES * len(self.events) + _BATCH_MEMORY_BYTES

    def __len__(self) -> int:
        return len(self.events)

    def position(self, index: int) -> Position:
        """The position of one of the events in the order of reading."""
        return Position(self.events[index].timestamp, self.sequence + index)

    def event_id(self, index: int) -> int:
        """The id of one of the events as a number; see `core.ids`."""
        stream = f"{self.log_group_identifier}:{self.log_stream_name}"
        return event_id(self.events[index].timestamp, self.ingestion_time, self.sequence, stream, index)
