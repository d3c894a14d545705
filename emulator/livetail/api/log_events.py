"""GetLogEvents and FilterLogEvents."""

from collections.abc import Callable, Iterable
from typing import Any

from livetail.api.context import Context
from livetail.api.identifiers import check_class, log_group_by_name_or_identifier
from livetail.api.paging import (
    StreamToken,
    decode_event_token,
    encode_event_token,
    page_of_events,
)
from livetail.api.shapes import FilterLogEventsRequest, GetLogEventsRequest
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
from livetail.store.reading import END, in_order

NEWEST_FIRST_SINCE = 1_704_067_200_000
"""FilterLogEvents reads backwards only from 2024-01-01T00:00:00Z on (its `startFromHead` in the model)."""


# ---- GetLogEvents --------------------------------------------------------------------------------------------------


def get_log_events(context: Context, request: GetLogEventsRequest) -> dict[str, Any]:
    """A page of one stream, and a token for each direction.

    The tokens of a page are the ids of its last and first event. An empty page has edges instead: see `_empty_page`.
    """
    token = None if request.next_token is None else StreamToken.parse(request.next_token)
    group = log_group_by_name_or_identifier(context, request.log_group_name, request.log_group_identifier)
    check_class(group, "GetLogEvents")
    stream = group.stream(request.log_stream_name)
    low = _first_position(context, group, request.start_time)
    high = END if request.end_time is None else Position(request.end_time, 0)
    is_forward = token.is_forward if token else bool(request.start_from_head)
    if token and is_forward:
        low = max(low, position_after(token.number))
    elif token:
        high = min(high, position_of(token.number))
    found = _visible(context, in_order(stream.batches, low, high, group.first_shown, newest_first=not is_forward))
    events, _ = page_of_events(found, request.limit)
    if not is_forward:
        events.reverse()
    if events:
        forward_number, backward_number = (batch.event_id(index) for batch, index in (events[-1], events[0]))
    else:
        forward_number, backward_number = _empty_page(context, group, request, token)
        if context.caller.empty_page:
            edge = _edge_at(context, low if is_forward else high)
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
    group = log_group_by_name_or_identifier(context, request.log_group_name, request.log_group_identifier)
    check_class(group, "FilterLogEvents")
    batches = _searched_batches(group, request)
    low = _first_position(context, group, request.start_time)
    # Unlike that of GetLogEvents, this end is part of the range: only "a timestamp later than this time" is outside.
    high = END if request.end_time is None else Position(request.end_time + 1, 0)
    if reached is not None and newest_first:
        high = min(high, position_of(reached))
    elif reached is not None:
        low = max(low, position_after(reached))
    found = _visible(context, in_order(batches, low, high, group.first_shown, newest_first=newest_first))
    events, last = page_of_events(found, request.limit, accepts)
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
        response["nextToken"] = encode_event_token(batch.event_id(index))
    if context.caller.empty_page:
        response["nextToken"] = encode_event_token(_edge_at(context, high if newest_first else low))
    return response


def _visible(context: Context, found: Iterable[tuple[Batch, int]]) -> Iterable[tuple[Batch, int]]:
    """The events that may be read: all, where no fault rule hides some."""
    hidden_after = context.caller.hidden_after
    if context.caller.empty_page:
        return ()
    if hidden_after is None:
        return found
    return (event for event in found if event[0].ingestion_time <= hidden_after)


def _edge_at(context: Context, position: Position) -> int:
    """The edge from which reading continues at the same position after an empty page of a fault rule."""
    timestamp = min(position.timestamp, context.now + DAY)  # reading backward may begin at END
    return edge_before(timestamp, position.sequence, context.caller.empty_page)


def _searched_batches(group: LogGroup, request: FilterLogEventsRequest) -> Iterable[Batch]:
    if request.log_stream_names is not None:
        streams = [group.stream(name) for name in dict.fromkeys(request.log_stream_names)]
    elif request.log_stream_name_prefix is not None:
        prefix = request.log_stream_name_prefix
        streams = [stream for name, stream in group.streams.items() if name.startswith(prefix)]
    else:
        return group.batches
    if len(streams) == 1:
        return streams[0].batches
    names = {stream.name for stream in streams}
    return [batch for batch in group.batches if batch.log_stream_name in names]


def _first_position(context: Context, group: LogGroup, start_time: int | None) -> Position:
    """The first position that may be read: from the start time of the request on, and only what retention keeps."""
    return Position(max(start_time or 0, group.oldest_timestamp(context.now)), 0)


def _message_test(pattern: str | None) -> Callable[[str], bool] | None:
    """A test of a message, None where all match; raises InvalidParameterException for a pattern that is not valid."""
    if not pattern:
        return None
    try:
        matcher = compile_pattern(pattern)
    except InvalidPatternError as error:
        raise InvalidParameterException(error.message(subject="filter pattern")) from None
    return None if matcher.matches_everything else lambda message: matcher.matches(Subject(message))
