"""`/events`: log events without the rules of PutLogEvents."""

import asyncio
from typing import Annotated, Final

from msgspec import Meta, Struct
from starlette.exceptions import HTTPException

from livetail.core.limits import LOG_GROUP_NAME_PATTERN, LOG_STREAM_NAME_PATTERN, MAX_BATCH_EVENTS, MAX_NAME_LENGTH
from livetail.server.control.route import ControlRoute, Shape
from livetail.server.emulator import Emulator
from livetail.store.batch import LogEvent

_MAX_EVENTS: Final = 100_000
_MAX_TIMESTAMP: Final = 253_402_300_799_999
"""The last millisecond of the year 9999."""

_AT_LEAST_ONE: Final = {
    "anyOf": [{"properties": {name: {"minItems": 1}}, "required": [name]} for name in ("messages", "events")]
}


def _name(pattern: str) -> Meta:
    """The rules of a name, only for the OpenAPI document: the API refuses other names with AWS's texts."""
    return Meta(extra_json_schema={"minLength": 1, "maxLength": MAX_NAME_LENGTH, "pattern": pattern})


class TimedEvent(Struct, forbid_unknown_fields=True):
    """A log event with a time of its own."""

    timestamp: Annotated[int, Meta(ge=0, le=_MAX_TIMESTAMP, description="Epoch milliseconds.")]
    message: Annotated[str, Meta(min_length=1)]


class EventsRequest(Struct, forbid_unknown_fields=True, rename="camel"):
    """Messages that get the present time, events with a time of their own, or both; at least one."""

    log_group: Annotated[str, _name(f"^{LOG_GROUP_NAME_PATTERN}$")]
    log_stream: Annotated[str, _name(f"^{LOG_STREAM_NAME_PATTERN}$")]
    messages: Annotated[list[Annotated[str, Meta(min_length=1)]], Meta(max_length=_MAX_EVENTS)] = []
    events: Annotated[list[TimedEvent], Meta(max_length=_MAX_EVENTS)] = []


class Ingested(Shape):
    """How much was ingested."""

    ingested: Annotated[int, Meta(description="How many log events were ingested.", ge=1)]


async def ingest_events(emulator: Emulator, body: EventsRequest) -> Ingested:
    """Ingest log events into the default account and region; log group and stream are created if they do not exist."""
    events: list[str | LogEvent] = [*body.messages]
    events += [LogEvent(event.timestamp, event.message) for event in body.events]
    if not events:
        raise HTTPException(400, "there are no messages and no events to ingest")
    for start in range(0, len(events), MAX_BATCH_EVENTS):
        emulator.ingest(body.log_group, body.log_stream, events[start : start + MAX_BATCH_EVENTS])
        await asyncio.sleep(0)  # so that other requests do not wait for all of it
    return Ingested(len(events))


ROUTES: Final = (
    ControlRoute(
        "POST",
        "/events",
        ingest_events,
        body_schema=_AT_LEAST_ONE,
        example={"logGroup": "/app/api", "logStream": "web-1", "messages": ["ERROR boom", "ok"]},
    ),
)
