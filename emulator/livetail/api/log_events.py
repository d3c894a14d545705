"""PutLogEvents, GetLogEvents and FilterLogEvents."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from livetail.api.context import Context
from livetail.api.identifiers import log_group_by_name_or_identifier
from livetail.api.paging import StreamToken, decode_token, encode_token, page_of_events
from livetail.api.shapes import FilterLogEventsRequest, GetLogEventsRequest, PutLogEventsRequest
from livetail.core.errors import InvalidOperationException, InvalidParameterException
from livetail.core.ids import event_id
from livetail.store.batch import Batch
from livetail.store.log_group import LogGroup, LogGroupClass
from livetail.store.reading import END, START, Position, in_order
from livetail.store.rules import Admission, admit, check

__all__ = ["NEWEST_FIRST_SINCE", "filter_log_events", "get_log_events", "put_log_events"]

NEWEST_FIRST_SINCE = 1_704_067_200_000
"""FilterLogEvents reads backwards only from 2024-01-01T00:00:00Z on (its `startFromHead` in the model)."""


class _Token(msgspec.Struct, frozen=True, array_like=True, tag="events"):
    """Where FilterLogEvents goes on: from a place, that one included, or backward from what lies before it."""

    newest_first: bool
    timestamp: int
    sequence: int


# ---- PutLogEvents --------------------------------------------------------------------------------------------------


def put_log_events(context: Context, request: PutLogEventsRequest) -> dict[str, Any]:
    """Take in the events that may be, report the others, and tell the hub. The sequence token is ignored, as by AWS."""
    now, events = context.now, request.log_events
    timestamps = check(events, context.body_length)
    group = context.store.group(request.log_group_name)
    stream = group.stream(request.log_stream_name)
    admission = admit(timestamps, now, group.oldest_timestamp(now))
    if admission.too_new_start - admission.start < len(events):
        events = events[admission.start : admission.too_new_start]
    if events:
        batch = group.append(stream, events, now)
        context.hub.publish(group.arn, batch)
    answer: dict[str, Any] = {"nextSequenceToken": stream.sequence_token}
    if len(events) < len(timestamps):
        answer["rejectedLogEventsInfo"] = _rejected(admission, len(timestamps))
    return answer


def _rejected(admission: Admission, count: int) -> dict[str, int]:
    """End indexes are exclusive and start indexes inclusive (RejectedLogEventsInfo)."""
    info = {}
    if admission.too_new_start < count:
        info["tooNewLogEventStartIndex"] = admission.too_new_start
    if admission.too_old_end:
        info["tooOldLogEventEndIndex"] = admission.too_old_end
    if admission.expired_end:
        info["expiredLogEventEndIndex"] = admission.expired_end
    return info


# ---- GetLogEvents --------------------------------------------------------------------------------------------------


def get_log_events(context: Context, request: GetLogEventsRequest) -> dict[str, Any]:
    """A page of one stream; the tokens lead on in both directions and stay the same where nothing (more) is found."""
    token = None if request.next_token is None else StreamToken.parse(request.next_token)
    group = log_group_by_name_or_identifier(context, request.log_group_name, request.log_group_identifier)
    _check_class(group, "GetLogEvents")
    stream = group.stream(request.log_stream_name)
    low = _low(context, group, request.start_time)
    high = END if request.end_time is None else Position(request.end_time, 0)
    forward = token.forward if token else bool(request.start_from_head)
    if token and forward:
        low = max(low, token.position)
    elif token:
        high = min(high, token.position)
    found = in_order(stream.batches, low, high, group.first_shown, newest_first=not forward)
    page = page_of_events(found, request.limit)
    if not forward:
        page.events.reverse()
    if page.events:
        before, behind = page.position(0), page.position(-1).following
    else:
        before = behind = token.position if token else START
    return {
        "events": [
            {
                "timestamp": batch.events[number].timestamp,
                "message": batch.events[number].message,
                "ingestionTime": batch.ingestion_time,
            }
            for batch, number in page.events
        ],
        "nextForwardToken": str(StreamToken(True, behind)),
        "nextBackwardToken": str(StreamToken(False, before)),
    }


# ---- FilterLogEvents -----------------------------------------------------------------------------------------------


def filter_log_events(context: Context, request: FilterLogEventsRequest) -> dict[str, Any]:
    """A page of a group, or of some of its streams, in the order of time."""
    if request.log_stream_names is not None and request.log_stream_name_prefix is not None:
        raise InvalidParameterException("logStreamNames and logStreamNamePrefix are mutually exclusive parameters.")
    newest_first = request.start_from_head is False
    if newest_first and request.start_time is not None and request.start_time < NEWEST_FIRST_SINCE:
        raise InvalidParameterException(
            "startFromHead can be false only when startTime is on or after Jan 1, 2024 00:00:00 UTC."
        )
    reached = None
    if request.next_token is not None:
        token = decode_token(request.next_token, _Token)
        newest_first, reached = token.newest_first, Position(token.timestamp, token.sequence)
    keeps = _filter(request.filter_pattern)
    group = log_group_by_name_or_identifier(context, request.log_group_name, request.log_group_identifier)
    _check_class(group, "FilterLogEvents")
    batches = _selected(group, request)
    low = _low(context, group, request.start_time)
    # Unlike that of GetLogEvents, this end is part of the range: "a timestamp later than this time" is left out.
    high = END if request.end_time is None else Position(request.end_time + 1, 0)
    if reached is not None and newest_first:
        high = min(high, reached)
    elif reached is not None:
        low = max(low, reached)
    found = in_order(batches, low, high, group.first_shown, newest_first=newest_first)
    if keeps is not None:
        found = (place for place in found if keeps(place[0].events[place[1]].message))
    page = page_of_events(found, request.limit)
    answer: dict[str, Any] = {
        "events": [
            {
                "logStreamName": batch.log_stream_name,
                "timestamp": batch.events[number].timestamp,
                "message": batch.events[number].message,
                "ingestionTime": batch.ingestion_time,
                "eventId": event_id(batch.events[number].timestamp, batch.sequence + number),
            }
            for batch, number in page.events
        ],
        "searchedLogStreams": [],
    }
    if page.more:
        last = page.position(-1)
        answer["nextToken"] = encode_token(_Token(newest_first, *(last if newest_first else last.following)))
    return answer


def _selected(group: LogGroup, request: FilterLogEventsRequest) -> Iterable[Batch]:
    """The batches of the streams that are searched."""
    if request.log_stream_names is not None:
        names = {group.stream(name).name for name in request.log_stream_names}
    elif request.log_stream_name_prefix is not None:
        names = {name for name in group.streams if name.startswith(request.log_stream_name_prefix)}
    else:
        return group.batches
    return [batch for batch in group.batches if batch.log_stream_name in names]


def _check_class(group: LogGroup, operation: str) -> None:
    """Raise InvalidOperationException for a class whose events are not read like this.

    AWS says so of FilterLogEvents and the Infrequent Access class (karpenter-provider-aws #9567); that it holds for
    GetLogEvents and the Delivery class too is assumed.
    """
    if group.log_group_class is not LogGroupClass.STANDARD:
        raise InvalidOperationException(
            f"The log group {group.name} is of log-group-class {group.log_group_class.value}. "
            f"{operation} is not supported for this log class."
        )


def _low(context: Context, group: LogGroup, start_time: int | None) -> Position:
    """The first place that a reader may see: from its own start on, and not what retention has let go."""
    return Position(max(start_time or 0, group.oldest_timestamp(context.now)), 0)


def _filter(pattern: str | None) -> Callable[[str], bool] | None:
    """What decides on a message; None lets everything through.

    Raises:
        InvalidParameterException: the pattern is not valid.
    """
    if not pattern:
        return None
    from livetail.patterns import InvalidPatternError, Subject, compile

    try:
        matcher = compile(pattern)
    except InvalidPatternError as error:
        raise InvalidParameterException(error.message(subject="filter pattern")) from None
    return None if matcher.matches_everything else lambda message: matcher.matches(Subject(message))
