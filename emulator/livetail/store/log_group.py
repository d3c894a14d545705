"""Log groups and log streams, and the batches in them.

A group keeps its newest events only, counted in the order of ingestion. Batches go as wholes; of the oldest one that is
left, the events that are too many are merely not shown. The same batch hangs in its group and in its stream, and leaves
both at once.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from livetail.core.arns import LogGroupArn
from livetail.core.clock import DAY
from livetail.core.errors import ResourceAlreadyExistsException, ResourceNotFoundException
from livetail.store.batch import Batch, LogEvent

__all__ = ["DELIVERY_RETENTION_DAYS", "LogGroup", "LogGroupClass", "LogStream"]

DELIVERY_RETENTION_DAYS = 2
"""What DescribeLogGroups of AWS gives for a group of the Delivery class, which cannot be changed
(terraform-provider-aws #42657). The documentation says that such events are kept for one day."""


class LogGroupClass(StrEnum):
    """What a log group can do and costs; fixed when it is made."""

    STANDARD = "STANDARD"
    INFREQUENT_ACCESS = "INFREQUENT_ACCESS"
    DELIVERY = "DELIVERY"
    ESSENTIALS = "ESSENTIALS"


@dataclass(slots=True, eq=False)
class LogStream:
    """A sequence of events from one source. Times are epoch milliseconds, None until something has been put.

    Attributes:
        batches: what is kept of its events, in order of ingestion; owned by its group.
        first_event_timestamp: the earliest time stamp that was ever put.
        last_event_timestamp: the latest one.
        next_sequence: how many events the group had ingested after the last one of this stream.
    """

    name: str
    created_at: int
    batches: deque[Batch] = field(default_factory=deque)
    first_event_timestamp: int | None = None
    last_event_timestamp: int | None = None
    last_ingestion_time: int | None = None
    next_sequence: int = 0

    @property
    def sequence_token(self) -> str:
        """56 digits in the form of AWS's sequence tokens, which nothing has to heed since 2023."""
        return f"49{self.last_ingestion_time or self.created_at:018d}{self.next_sequence:036d}"

    def note(self, batch: Batch) -> None:
        """Take up the times of a batch that has just been put."""
        first, last = batch.events[0].timestamp, batch.events[-1].timestamp
        if self.first_event_timestamp is None or first < self.first_event_timestamp:
            self.first_event_timestamp = first
        if self.last_event_timestamp is None or last > self.last_event_timestamp:
            self.last_event_timestamp = last
        self.last_ingestion_time = batch.ingestion_time
        self.next_sequence = batch.sequence + len(batch)


@dataclass(slots=True, eq=False)
class LogGroup:
    """A log group with its settings, its streams and the newest of its events.

    Attributes:
        retain_events: how many events are kept and shown; the newest, by order of ingestion.
        retention_days: None keeps events for ever, as far as time goes.
        ingested: how many events were ever put; the next event's sequence number.
    """

    arn: LogGroupArn
    created_at: int
    retain_events: int
    log_group_class: LogGroupClass = LogGroupClass.STANDARD
    retention_days: int | None = None
    kms_key_id: str | None = None
    deletion_protection: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    streams: dict[str, LogStream] = field(default_factory=dict)
    identifier: str = field(init=False)
    ingested: int = field(default=0, init=False)
    _batches: deque[Batch] = field(default_factory=deque, init=False)
    _held: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.identifier = f"{self.arn.account_id}:{self.arn.name}"
        if self.log_group_class is LogGroupClass.DELIVERY:
            self.retention_days = DELIVERY_RETENTION_DAYS

    @property
    def name(self) -> str:
        return self.arn.name

    @property
    def batches(self) -> Iterable[Batch]:
        """What is kept of the events of all streams, in order of ingestion."""
        return self._batches

    @property
    def stored_bytes(self) -> int:
        """The bytes of the kept batches as PutLogEvents counts them."""
        return sum([batch.size for batch in self._batches])

    @property
    def first_shown(self) -> int:
        """The sequence number of the oldest event that is shown; those before it are too many."""
        if not self._batches:
            return self.ingested
        return self._batches[0].sequence + max(0, self._held - self.retain_events)

    def oldest_timestamp(self, now: int) -> int:
        """The earliest time stamp (epoch milliseconds) that the group's retention still keeps."""
        return 0 if self.retention_days is None else max(0, now - self.retention_days * DAY)

    def stream(self, name: str) -> LogStream:
        """A log stream by its name.

        Raises:
            ResourceNotFoundException: there is none of this name.
        """
        try:
            return self.streams[name]
        except KeyError:
            raise ResourceNotFoundException("The specified log stream does not exist.") from None

    def create_stream(self, name: str, now: int) -> LogStream:
        """Make a log stream.

        Raises:
            ResourceAlreadyExistsException: there is one of this name.
        """
        if name in self.streams:
            raise ResourceAlreadyExistsException("The specified log stream already exists")
        stream = self.streams[name] = LogStream(name, now)
        return stream

    def delete_stream(self, name: str) -> None:
        """Forget a log stream and its events.

        Raises:
            ResourceNotFoundException: there is none of this name.
        """
        gone = self.stream(name)
        del self.streams[name]
        if gone.batches:
            self._batches = deque([batch for batch in self._batches if batch.log_stream_name != name])
            self._held -= sum([len(batch) for batch in gone.batches])

    def append(self, stream: LogStream, events: Sequence[LogEvent], now: int) -> Batch:
        """Take events into a stream of this group, and let the oldest go that are too many by that.

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
        self._held += len(events)
        self._batches.append(batch)
        stream.batches.append(batch)
        stream.note(batch)
        while self._batches and self._held - len(self._batches[0]) >= self.retain_events:
            # The oldest batch of the group is the oldest of its stream too.
            gone = self._batches.popleft()
            self.streams[gone.log_stream_name].batches.popleft()
            self._held -= len(gone)
        return batch
