"""Batches and groups in few words."""

from collections.abc import Iterable

from livetail.core.arns import LogGroupArn
from livetail.store.batch import Batch, LogEvent
from livetail.store.log_group import KeptBatches, LogGroup

__all__ = ["NOW", "append", "batch", "group", "messages"]

NOW = 1_760_000_000_000


def batch(sequence: int, *timestamps: int, stream: str = "s") -> Batch:
    """A batch whose messages are the events' sequence numbers."""
    events = [LogEvent(timestamp, str(sequence + number)) for number, timestamp in enumerate(timestamps)]
    return Batch(
        log_group_identifier="123456789012:/a",
        log_stream_name=stream,
        ingestion_time=NOW,
        sequence=sequence,
        events=events,
    )


def messages(found: Iterable[tuple[Batch, int]]) -> list[str]:
    """The messages at some places."""
    return [where.events[index].message for where, index in found]


def group(retain: int | KeptBatches = 1_000, *streams: str) -> LogGroup:
    """A log group with streams; `retain` is how many events it keeps, or what it shares with others."""
    kept = retain if isinstance(retain, KeptBatches) else KeptBatches(retain, 2**30)
    made = LogGroup(LogGroupArn.of("us-east-1", "123456789012", "/a"), NOW, kept)
    for name in streams or ("s",):
        made.create_stream(name, NOW)
    return made


def append(to: LogGroup, stream: str, *texts: str, timestamp: int = NOW) -> Batch:
    """Put messages into a stream, all under one timestamp."""
    return to.append(to.stream(stream), [LogEvent(timestamp, text) for text in texts], NOW)
