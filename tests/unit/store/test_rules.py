"""The rules of PutLogEvents alone; requests that break them are in test_put_log_events."""

import pytest

from livetail.core.clock import DAY, HOUR
from livetail.core.errors import InvalidParameterException
from livetail.core.limits import MAX_BATCH_BYTES
from livetail.store.batch import LogEvent
from livetail.store.rules import Rejection, check, rejected
from tests.unit.store.events import NOW


def test_sizes_are_counted_only_where_the_bound_exceeds_the_limit() -> None:
    """A valid request is cheap, since the bound of its size is used."""
    events = [LogEvent(NOW, "x" * MAX_BATCH_BYTES)]
    assert check(events, MAX_BATCH_BYTES) == [NOW]
    with pytest.raises(InvalidParameterException):
        check(events, MAX_BATCH_BYTES + 1)


def test_a_bound_over_the_limit_is_no_error_by_itself() -> None:
    assert check([LogEvent(NOW, "x")], 10 * MAX_BATCH_BYTES) == [NOW]


@pytest.mark.parametrize(
    ("offsets", "retention", "rejection"),
    [
        ([-1, 0], None, None),
        ([-14 * DAY], None, None),
        ([-14 * DAY - 1], None, Rejection(1, 1, 0, 1)),
        ([2 * HOUR], None, None),
        ([2 * HOUR + 1], None, Rejection(1, 0, 0, 0)),
        ([-DAY, 0], 1 * DAY, None),
        ([-DAY - 1, 0], 1 * DAY, Rejection(2, 0, 1, 2)),
        ([-15 * DAY, -2 * DAY, 0, 3 * HOUR], 1 * DAY, Rejection(4, 1, 2, 3)),
        ([-15 * DAY, 3 * HOUR], None, Rejection(2, 1, 0, 1)),
    ],
)
def test_what_is_rejected_and_why(offsets: list[int], retention: int | None, rejection: Rejection | None) -> None:
    oldest = 0 if retention is None else NOW - retention
    assert rejected([NOW + offset for offset in offsets], NOW, oldest) == rejection


def test_the_span_is_that_of_the_accepted_events() -> None:
    rejected([NOW - 15 * DAY, NOW - 22 * HOUR, NOW + 2 * HOUR, NOW + 3 * HOUR], NOW, 0)
    with pytest.raises(InvalidParameterException):
        rejected([NOW - 22 * HOUR - 1, NOW + 2 * HOUR], NOW, 0)


def test_at_the_beginning_of_time() -> None:
    assert rejected([0, 5], 0, 0) is None


@pytest.mark.parametrize(
    ("rejection", "accepted", "info", "reasons"),
    [
        (Rejection(3, 2, 0, 3), slice(2, 3), {"tooOldLogEventEndIndex": 2}, {"too old": 2}),
        (
            Rejection(5, 1, 2, 3),
            slice(2, 3),
            {"tooNewLogEventStartIndex": 3, "tooOldLogEventEndIndex": 1, "expiredLogEventEndIndex": 2},
            {"too old": 1, "expired": 1, "too new": 2},
        ),
        (
            Rejection(3, 2, 1, 3),
            slice(2, 3),
            {"tooOldLogEventEndIndex": 2, "expiredLogEventEndIndex": 1},
            {"too old": 2},
        ),
        (Rejection(4, 0, 0, 0), slice(0, 0), {"tooNewLogEventStartIndex": 0}, {"too new": 4}),
    ],
)
def test_what_is_accepted_and_how_many_are_rejected_for_each_reason(
    rejection: Rejection, accepted: slice, info: dict[str, int], reasons: dict[str, int]
) -> None:
    assert (rejection.accepted, rejection.info, rejection.reasons) == (accepted, info, reasons)
