"""`/log-groups`: the log groups of all accounts and regions."""

from collections import Counter
from typing import Annotated, Final

from msgspec import Meta

from livetail.control_shapes import Time
from livetail.server.control.route import ControlRoute, Count, Shape
from livetail.server.emulator import Emulator
from livetail.store.log_group import LogGroup, LogStream


class LogStreamShape(Shape):
    """A log stream."""

    log_stream_name: str
    events: Annotated[int, Meta(description="How many of its log events are kept.", ge=0)]
    first_event_timestamp: Annotated[int | None, Meta(description="Of all that were ingested; epoch milliseconds.")]
    last_event_timestamp: Annotated[int | None, Meta(description="Of all that were ingested; epoch milliseconds.")]
    last_ingestion_time: Annotated[int | None, Meta(description="Epoch milliseconds.")]


class LogGroupShape(Shape):
    """A log group with its log streams."""

    account_id: str
    region: str
    log_group_name: str
    log_group_class: str
    created_at: Time
    retention_in_days: int | None
    ingested: Annotated[int, Meta(description="How many log events were ingested.", ge=0)]
    events: Annotated[int, Meta(description="How many of them are kept.", ge=0)]
    bytes: Count
    streams: list[LogStreamShape]


async def list_log_groups(emulator: Emulator) -> list[LogGroupShape]:
    """All log groups with their log streams, with counts, bytes and times."""
    return [_group(group) for store in emulator.service.accounts.stores.values() for group in store.groups.values()]


def _group(group: LogGroup) -> LogGroupShape:
    events: Counter[str] = Counter()
    for batch in group.batches:
        events[batch.log_stream_name] += len(batch)
    return LogGroupShape(
        account_id=group.arn.account_id,
        region=group.arn.region,
        log_group_name=group.name,
        log_group_class=group.log_group_class.value,
        created_at=group.created_at,
        retention_in_days=group.retention_days,
        ingested=group.ingested,
        events=group.shown,
        bytes=group.stored_bytes,
        streams=[_stream(stream, events[stream.name]) for stream in group.streams.values()],
    )


def _stream(stream: LogStream, events: int) -> LogStreamShape:
    return LogStreamShape(
        log_stream_name=stream.name,
        events=events,
        first_event_timestamp=stream.first_event_timestamp,
        last_event_timestamp=stream.last_event_timestamp,
        last_ingestion_time=stream.last_ingestion_time,
    )


ROUTES: Final = (ControlRoute("GET", "/log-groups", list_log_groups, key="logGroups"),)
