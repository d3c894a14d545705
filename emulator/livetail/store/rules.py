"""The rules of PutLogEvents. A valid request passes them without a Python loop over its events.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html has the rules; the texts, and
that an event counts 26 bytes more than its message, were observed. Which error AWS sends when several rules are broken
is not known; chosen: size of an event, size of the batch, order; then the log group and the log stream are looked up;
and the span comes last, as it is measured among the accepted events. The number of events (1 to 10,000), empty messages
and negative timestamps are constraints of the request and come before everything.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from livetail.core.errors import InvalidParameterException
from livetail.core.limits import MAX_AGE_MS, MAX_BATCH_BYTES, MAX_EVENT_BYTES, MAX_LEAD_MS, MAX_SPAN_MS
from livetail.store.batch import LogEvent, size_bytes_of


@dataclass(frozen=True, slots=True)
class Rejection:
    """The rejected events of a request, by their indexes.

    Attributes:
        count: how many events the request had.
        too_old_end: how many, from the first, are more than 14 days old (`tooOldLogEventEndIndex`, exclusive).
        expired_end: how many are older than the group's retention (`expiredLogEventEndIndex`, exclusive as well).
        too_new_start: the first event more than 2 hours ahead (`tooNewLogEventStartIndex`); `count` if there is none.
    """

    count: int
    too_old_end: int
    expired_end: int
    too_new_start: int

    @property
    def accepted(self) -> slice:
        """Where the accepted events are among those of the request."""
        return slice(max(self.too_old_end, self.expired_end), self.too_new_start)

    @property
    def info(self) -> dict[str, int]:
        """The members of `rejectedLogEventsInfo`."""
        members: dict[str, int] = {}
        if self.too_new_start < self.count:
            members["tooNewLogEventStartIndex"] = self.too_new_start
        if self.too_old_end:
            members["tooOldLogEventEndIndex"] = self.too_old_end
        if self.expired_end:
            members["expiredLogEventEndIndex"] = self.expired_end
        return members

    @property
    def reasons(self) -> dict[str, int]:
        """How many events were rejected for each reason; one that is too old and expired counts as too old."""
        counts = {
            "too old": self.too_old_end,
            "expired": max(0, self.expired_end - self.too_old_end),
            "too new": self.count - self.too_new_start,
        }
        return {reason: count for reason, count in counts.items() if count}


def check(events: Sequence[LogEvent], byte_bound: int) -> list[int]:
    """Check the sizes and the order of a request's events.

    Returns their timestamps.

    Args:
        byte_bound: an upper bound of the bytes that the batch counts; sizes are counted only where it exceeds the
            limit. The length of the JSON body is such a bound: a message takes at least as many bytes in JSON as in
            UTF-8, and an event at least 28 bytes besides its message.

    Raises:
        InvalidParameterException: an event or the batch is too large, or the events are not in order.
    """
    if byte_bound > MAX_BATCH_BYTES and (total := size_bytes_of(events)) > MAX_BATCH_BYTES:
        # Only now each event by itself: the batch has the same limit.
        for event in events:
            if (size := size_bytes_of((event,))) > MAX_EVENT_BYTES:
                raise InvalidParameterException(f"Log event too large: {size} bytes exceeds limit of {MAX_EVENT_BYTES}")
        raise InvalidParameterException(f"Upload too large: {total} bytes exceeds limit of {MAX_BATCH_BYTES}")
    timestamps = [event.timestamp for event in events]
    if timestamps != sorted(timestamps):
        raise InvalidParameterException("Log events in a single PutLogEvents request must be in chronological order.")
    return timestamps


def rejected(timestamps: Sequence[int], now: int, oldest: int) -> Rejection | None:
    """The events that are too old, expired or too new; None if all are accepted.

    Args:
        timestamps: those of all events, in order.
        oldest: the earliest timestamp that the group's retention keeps, epoch milliseconds.

    Raises:
        InvalidParameterException: the accepted events span more than 24 hours.
    """
    count = len(timestamps)
    too_old_end = expired_end = 0
    too_new_start = count
    if timestamps[0] < max(oldest, now - MAX_AGE_MS):
        too_old_end = bisect_left(timestamps, now - MAX_AGE_MS)
        expired_end = bisect_left(timestamps, oldest)
    if timestamps[-1] > now + MAX_LEAD_MS:
        too_new_start = bisect_right(timestamps, now + MAX_LEAD_MS)
    start = max(too_old_end, expired_end)
    if start < too_new_start and timestamps[too_new_start - 1] - timestamps[start] > MAX_SPAN_MS:
        raise InvalidParameterException(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."
        )
    if too_new_start - start == count:
        return None
    return Rejection(count, too_old_end, expired_end, too_new_start)
