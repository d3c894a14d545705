"""Log groups and log streams, and the batches in them.

A group keeps its newest events only, counted in the order of ingestion, and all groups together keep a number of bytes
(`KeptBatches`). Batches are removed whole.
"""

from collections import OrderedDict, deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from livetail.core.arns import LogGroupArn
from livetail.core.clock import DAY
from livetail.core.errors import InvalidOperationException, ResourceAlreadyExistsException, ResourceNotFoundException
from livetail.store.batch import Batch, LogEvent

DELIVERY_RETENTION_DAYS = 2
"""The fixed retention that DescribeLogGroups of AWS shows for the class DELIVERY (terraform-provider-aws #42657). The
documentation says that such events are kept for one day."""


class LogGroupClass(StrEnum):
    """The features and the price of a log group; fixed when it is created."""

    STANDARD = "STANDARD"
    INFREQUENT_ACCESS = "INFREQUENT_ACCESS"
    DELIVERY = "DELIVERY"
    ESSENTIALS = "ESSENTIALS"


@dataclass(slots=True, eq=False)
class LogStream:
    """A sequence of events from one source. Times are epoch milliseconds, None until something has been put.

    Attributes:
        first_event_timestamp, last_event_timestamp: the earliest and the latest timestamp that was ever put.
        next_sequence: how many events the group had ingested after the last one of this stream.
    """

    name: str
    created_at: int
    first_event_timestamp: int | None = None
    last_event_timestamp: int | None = None
    last_ingestion_time: int | None = None
    next_sequence: int = 0

    @property
    def sequence_token(self) -> str:
        """56 digits in the form of AWS's sequence tokens, which PutLogEvents has ignored since 2023."""
        return f"49{self.last_ingestion_time or self.created_at:018d}{self.next_sequence:036d}"

    def update_times(self, batch: Batch) -> None:
        """Update the times with those of a batch that has just been put."""
        first, last = batch.first_timestamp, batch.last_timestamp
        if self.first_event_timestamp is None or first < self.first_event_timestamp:
            self.first_event_timestamp = first
        if self.last_event_timestamp is None or last > self.last_event_timestamp:
            self.last_event_timestamp = last
        self.last_ingestion_time = batch.ingestion_time
        self.next_sequence = batch.sequence + len(batch.events)


class KeptBatches:
    """The batches of all log groups in order of their ingestion.

    Attributes:
        max_events: events that each log group keeps, the newest; at least one.
        max_bytes: memory of the batches of all groups together; the oldest batches are removed first.
        held_bytes: memory that they take now.
    """

    def __init__(self, max_events: int, max_bytes: int) -> None:
        self.max_events = max_events
        self.max_bytes = max_bytes
        self.held_bytes = 0
        self._groups: OrderedDict[Batch, LogGroup] = OrderedDict()

    def add(self, batch: Batch, group: "LogGroup") -> None:
        """Count a batch of a group; remove the oldest batches of all groups until the others fit `max_bytes`."""
        self._groups[batch] = group
        self.held_bytes += batch.memory_bytes
        while self.held_bytes > self.max_bytes and self._groups:
            # A group removes its batches in the same order, so the oldest of all is the oldest of its group.
            next(iter(self._groups.values())).remove_oldest()

    def remove(self, batch: Batch) -> None:
        """Stop counting a batch that its group has removed."""
        del self._groups[batch]
        self.held_bytes -= batch.memory_bytes


@dataclass(slots=True, eq=False)
class LogGroup:
    """A log group with its settings, its streams and the newest of its events.

    Attributes:
        kept: the batches of this and the other log groups.
        retention_days: None keeps events without a time limit.
        batches: the kept events of all streams, in order of ingestion.
        ingested: how many events were ever put; the next event's sequence number.
        held_events: how many events the kept batches have, hidden ones of the oldest batch included.
        first_shown: the sequence number of the oldest event that is shown; it never decreases.
        stored_bytes: the bytes of the kept batches as PutLogEvents counts them.
    """

    arn: LogGroupArn
    created_at: int
    kept: KeptBatches
    log_group_class: LogGroupClass = LogGroupClass.STANDARD
    retention_days: int | None = None
    kms_key_id: str | None = None
    deletion_protection: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    streams: dict[str, LogStream] = field(default_factory=dict)
    batches: deque[Batch] = field(default_factory=deque, init=False)
    identifier: str = field(init=False)
    ingested: int = field(default=0, init=False)
    held_events: int = field(default=0, init=False)
    first_shown: int = field(default=0, init=False)
    stored_bytes: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.identifier = f"{self.arn.account_id}:{self.arn.name}"
        if self.log_group_class is LogGroupClass.DELIVERY:
            self.retention_days = DELIVERY_RETENTION_DAYS

    @property
    def name(self) -> str:
        return self.arn.name

    @property
    def shown(self) -> int:
        """How many events are shown."""
        hidden = self.first_shown - self.batches[0].sequence if self.batches else 0
        return self.held_events - max(0, hidden)

    def oldest_timestamp(self, now: int) -> int:
        """The earliest timestamp (epoch milliseconds) that the group's retention still keeps."""
        return 0 if self.retention_days is None else max(0, now - self.retention_days * DAY)

    def check_class(self, operation: str) -> None:
        """Raise InvalidOperationException if the class of the group does not support an operation that reads events.

        Observed on FilterLogEvents and the Infrequent Access class (karpenter-provider-aws #9567), documented for
        StartLiveTail; for GetLogEvents and the other classes it is chosen.
        """
        if self.log_group_class is not LogGroupClass.STANDARD:
            raise InvalidOperationException(
                f"The log group {self.name} is of log-group-class {self.log_group_class.value}. "
                f"{operation} is not supported for this log class."
            )

    def stream(self, name: str) -> LogStream:
        """A log stream by its name; raises ResourceNotFoundException if there is none."""
        try:
            return self.streams[name]
        except KeyError:
            raise ResourceNotFoundException("The specified log stream does not exist.") from None

    def create_stream(self, name: str, now: int) -> LogStream:
        """Create a log stream; raises ResourceAlreadyExistsException if there is one of this name."""
        if name in self.streams:
            raise ResourceAlreadyExistsException("The specified log stream already exists")
        stream = self.streams[name] = LogStream(name, now)
        return stream

    def delete_stream(self, name: str) -> None:
        """Delete a log stream and its events; raises ResourceNotFoundException if there is none."""
        self.stream(name)
        del self.streams[name]
        if removed := self.batches_of({name}):
            self.batches = deque([batch for batch in self.batches if batch.log_stream_name != name])
            for batch in removed:
                self._subtract(batch)

    def batches_of(self, stream_names: Collection[str]) -> list[Batch]:
        """The kept events of some streams, in order of ingestion."""
        return [batch for batch in self.batches if batch.log_stream_name in stream_names]

    def append(self, stream: LogStream, events: Sequence[LogEvent], now: int) -> Batch:
        """Add events to a stream of this group, and remove the oldest that then exceed the limits.

        Args:
            events: in time order, at least one; they are kept as they are, not copied.
            now: their ingestion time, epoch milliseconds.
        """
        batch = Batch(
            log_group_identifier=self.identifier,
            log_stream_name=stream.name,
            ingestion_time=now,
            sequence=self.ingested,
            events=events,
        )
        self.ingested += len(events)
        self.held_events += len(events)
        self.stored_bytes += batch.size_bytes
        self.batches.append(batch)
        stream.update_times(batch)
        surplus = self.held_events - self.kept.max_events
        if surplus > 0:
            while surplus >= len(self.batches[0]):
                surplus -= len(self.batches[0])
                self.remove_oldest()
            self.first_shown = max(self.first_shown, self.batches[0].sequence + surplus)
        self.kept.add(batch, self)
        return batch

    def remove_oldest(self) -> None:
        """Remove the oldest batch."""
        self._subtract(self.batches.popleft())

    def _subtract(self, batch: Batch) -> None:
        self.held_events -= len(batch)
        self.stored_bytes -= batch.size_bytes
        self.kept.remove(batch)
