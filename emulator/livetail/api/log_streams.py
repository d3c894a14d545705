"""CreateLogStream, DeleteLogStream and DescribeLogStreams."""

from typing import Any

from livetail.api.context import Context
from livetail.api.log_groups import check_deletion
from livetail.api.paging import Key, page_of_rows
from livetail.api.shapes import DescribeLogStreamsRequest, LogStreamRequest, OrderBy
from livetail.core.errors import InvalidParameterException
from livetail.store.log_group import LogGroup, LogStream


def create_log_stream(context: Context, request: LogStreamRequest) -> None:
    """Make a log stream in a log group."""
    context.store.group(request.log_group_name).create_stream(request.log_stream_name, context.now)


def delete_log_stream(context: Context, request: LogStreamRequest) -> None:
    """Delete a log stream with its events."""
    group = context.store.group(request.log_group_name)
    group.stream(request.log_stream_name)
    check_deletion(group)
    group.delete_stream(request.log_stream_name)


def describe_log_streams(context: Context, request: DescribeLogStreamsRequest) -> dict[str, Any]:
    """The log streams of a group, in ASCII order of their names or in order of their last events.

    A stream without events counts as one whose last event is at time 0. A token is valid only for the same parameters.
    """
    by_time = request.order_by is OrderBy.LAST_EVENT_TIME
    if by_time and request.log_stream_name_prefix is not None:
        raise InvalidParameterException("Cannot order by LastEventTime with a logStreamNamePrefix.")
    group = context.requested_group(request)
    prefix = request.log_stream_name_prefix or ""
    streams = [stream for name, stream in group.streams.items() if name.startswith(prefix)]

    def key(stream: LogStream) -> Key:
        return (stream.last_event_timestamp or 0) if by_time else 0, stream.name

    page, token = page_of_rows(request, streams, key, descending=bool(request.descending))
    return {"logStreams": [_row(group, stream) for stream in page], **token}


def _row(group: LogGroup, stream: LogStream) -> dict[str, Any]:
    """A row of the response. The stored bytes of streams are 0 since 2019."""
    row: dict[str, Any] = {"logStreamName": stream.name, "creationTime": stream.created_at}
    if stream.last_ingestion_time is not None:
        row["firstEventTimestamp"] = stream.first_event_timestamp
        row["lastEventTimestamp"] = stream.last_event_timestamp
        row["lastIngestionTime"] = stream.last_ingestion_time
        row["uploadSequenceToken"] = stream.sequence_token
    row["arn"] = f"{group.arn}:log-stream:{stream.name}"
    row["storedBytes"] = 0
    return row
