"""PutLogEvents, GetLogEvents and FilterLogEvents."""

from collections.abc import Callable, Iterable
from typing import Any

from livetail.api.context import Context
from livetail.api.paging import StreamToken, decode_event_token, encode_event_token, page_of_events
from livetail.api.shapes import FilterLogEventsRequest, GetLogEventsRequest, PutLogEventsRequest
from livetail.core.clock import DAY
from livetail.core.errors import InvalidParameterException
from livetail.core.ids import (
    Position,
    edge_before,
    end_edge,
    event_id_text,
    is_edge,
    position_after,
    position_of,
    start_edge,
)
from livetail.patterns import InvalidPatternError, Subject
from livetail.patterns import compile as compile_pattern
from livetail.store.batch import Batch
from livetail.store.log_group import LogGroup
from livetail.store.reading import END, StoredEvent, in_order
from livetail.store.rules import Rejection, check, rejected

NEWEST_FIRST_SINCE = 1_704_067_200_000
"""FilterLogEvents reads backwards only from 2024-01-01T00:00:00Z on (its `startFromHead` in the model)."""


def put_log_events(context: Context, request: PutLogEventsRequest) -> tuple[dict[str, Any], Rejection | None]:
    """Ingest the accepted events and report the others. The sequence token is ignored, as by AWS."""
    now, events = context.now, request.log_events
    timestamps = check(events, context.body_length)
    group = context.store.group(request.log_group_name)
    stream = group.stream(request.log_stream_name)
    rejection = rejected(timestamps, now, group.oldest_timestamp(now))
    if rejection is not None:
        events = events[rejection.accepted]
    if events:
        context.hub.publish(group.arn, group.append(stream, events, now))
    members: dict[str, Any] = {"nextSequenceToken": stream.sequence_token}
    if rejection is not None:
        members["rejectedLogEventsInfo"] = rejection.info
    return members, rejection


def _read_page(
    context: Context,
    group: LogGroup,
    batches: Iterable[Batch],
    request: GetLogEventsRequest | FilterLogEventsRequest,
    high: Position,
    reached: int | None,
    *,
    newest_first: bool,
    accepts: Callable[[str], bool] | None = None,
) -> tuple[list[StoredEvent], StoredEvent | None, int | None]:
    """As `page_of_events`, of what is between the start of the request and `high`, after the event or edge `reached`.

    If a fault rule makes the page empty, the edge at which reading continues comes with it.
    """
    caller = context.caller
    low = Position(max(request.start_time or 0, group.oldest_timestamp(context.now)), 0)
    if reached is not None and newest_first:
        high = min(high, position_of(reached))
    elif reached is not None:
        low = max(low, position_after(reached))
    if caller.empty_page:
        timestamp, sequence = high if newest_first else low
        timestamp = min(timestamp, context.now + DAY)  # reading backward may begin at END
        return [], None, edge_before(timestamp, sequence, caller.empty_page)
    found: Iterable[StoredEvent] = in_order(batches, low, high, group.first_shown, newest_first=newest_first)
    if (hidden_after := caller.hidden_after) is not None:
        found = (event for event in found if event[0].ingestion_time <= hidden_after)
    events, last = page_of_events(found, request.limit, accepts)
    return events, last, None


# ---- GetLogEvents --------------------------------------------------------------------------------------------------


def get_log_events(context: Context, request: GetLogEventsRequest) -> dict[str, Any]:
    """A page of one stream, and a token for each direction.

    The tokens of a page are the ids of its last and first event. An empty page has edges instead: see `_empty_page`.
    """
    token = None if request.next_token is None else StreamToken.parse(request.next_token)
    group = context.requested_group(request)
    group.check_class("GetLogEvents")
    batches = group.batches_of({group.stream(request.log_stream_name).name})
    high = END if request.end_time is None else Position(request.end_time, 0)
    reached = None if token is None else token.number
    is_forward = token.is_forward if token else bool(request.start_from_head)
    events, _, edge = _read_page(context, group, batches, request, high, reached, newest_first=not is_forward)
    if not is_forward:
        events.reverse()
    if events:
        forward_number, backward_number = (batch.event_id(index) for batch, index in (events[-1], events[0]))
    else:
        forward_number, backward_number = _empty_page(context, group, request, token)
    if edge is not None:
        forward_number, backward_number = (edge, backward_number) if is_forward else (forward_number, edge)
    return {
        "events": [
            {
                "timestamp": batch.events[index].timestamp,
                "message": batch.events[index].message,
                "ingestionTime": batch.ingestion_time,
            }
            for batch, index in events
        ],
        "nextForwardToken": str(StreamToken(True, forward_number)),
        "nextBackwardToken": str(StreamToken(False, backward_number)),
    }


def _empty_page(
    context: Context, group: LogGroup, request: GetLogEventsRequest, token: StreamToken | None
) -> tuple[int, int]:
    """The numbers of the forward and the backward token of a page without events.

    Observed: the token of the reading direction becomes an edge, which the next page repeats; the other token stays as
    given. The edge is the end (or start) time of the request. If the request has none, it is the millisecond of the
    given token, and without a token the present.

    Without an end time, AWS's forward edge is after all events of its millisecond, future ones included. Here it is
    after the events ingested so far, as long as the clock is in that millisecond: on a manual clock more events can be
    put in it, and would be lost.
    """
    end = request.end_time if request.end_time is not None and request.end_time <= context.now else None
    if token is None:
        if end is not None:
            return end_edge(end), start_edge(request.start_time or 0)
        present = max(context.now, request.start_time or 0)
        return edge_before(present, group.ingested, present), start_edge(present)
    number = token.number
    timestamp, sequence = position_of(number)
    if not token.is_forward:
        edge = start_edge(timestamp if request.start_time is None else min(timestamp, request.start_time))
        return number, edge
    if end is not None:
        return max(number, end_edge(end)), number
    if timestamp < context.now:
        return end_edge(timestamp), number
    return (number if is_edge(number) else edge_before(timestamp, sequence + 1, timestamp)), number


# ---- FilterLogEvents -----------------------------------------------------------------------------------------------


def filter_log_events(context: Context, request: FilterLogEventsRequest) -> dict[str, Any]:
    """A page of a group, or of some of its streams, in the order of time.

    Observed: every page with events has a token, also the last one; the page after it is empty and has none. A page
    that ends because the request has examined its maximum of events has a token too, even if it is empty.
    """
    if request.log_stream_names is not None and request.log_stream_name_prefix is not None:
        raise InvalidParameterException("logStreamNames and logStreamNamePrefix are mutually exclusive parameters.")
    newest_first = request.start_from_head is False
    if newest_first and request.start_time is not None and request.start_time < NEWEST_FIRST_SINCE:
        raise InvalidParameterException(
            "startFromHead can be false only when startTime is on or after Jan 1, 2024 00:00:00 UTC."
        )
    reached = None if request.next_token is None else decode_event_token(request.next_token)
    accepts = _message_test(request.filter_pattern)
    group = context.requested_group(request)
    group.check_class("FilterLogEvents")
    # Unlike that of GetLogEvents, this end is part of the range: only "a timestamp later than this time" is outside.
    high = END if request.end_time is None else Position(request.end_time + 1, 0)
    batches = _searched_batches(group, request)
    events, last, edge = _read_page(
        context, group, batches, request, high, reached, newest_first=newest_first, accepts=accepts
    )
    response: dict[str, Any] = {
        "events": [
            {
                "logStreamName": batch.log_stream_name,
                "timestamp": batch.events[index].timestamp,
                "message": batch.events[index].message,
                "ingestionTime": batch.ingestion_time,
                "eventId": event_id_text(batch.event_id(index)),
            }
            for batch, index in events
        ],
        "searchedLogStreams": [],
    }
    if last is not None:
        batch, index = last
        edge = batch.event_id(index)
    if edge is not None:
        response["nextToken"] = encode_event_token(edge)
    return response


def _searched_batches(group: LogGroup, request: FilterLogEventsRequest) -> Iterable[Batch]:
    if request.log_stream_names is not None:
        return group.batches_of({group.stream(name).name for name in request.log_stream_names})
    if request.log_stream_name_prefix is not None:
        prefix = request.log_stream_name_prefix
        return group.batches_of({name for name in group.streams if name.startswith(prefix)})
    return group.batches


def _message_test(pattern: str | None) -> Callable[[str], bool] | None:
    """A test of a message, None where all match; raises InvalidParameterException for a pattern that is not valid."""
    if not pattern:
        return None
    try:
        matcher = compile_pattern(pattern)
    except InvalidPatternError as error:
        raise InvalidParameterException(error.message(subject="filter pattern")) from None
    return None if matcher.matches_everything else lambda message: matcher.matches(Subject(message))
