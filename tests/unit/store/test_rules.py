"""The rules of PutLogEvents as they stand in the store; requests that break them are tested with the operation."""

import pytest

from livetail.core.clock import DAY, HOUR
from livetail.core.errors import InvalidParameterException
from livetail.core.limits import MAX_BATCH_BYTES
from livetail.store.batch import LogEvent
from livetail.store.rules import Admission, admit, check
from tests.unit.store.events import NOW


def test_sizes_are_counted_only_when_the_bound_does_not_settle_it() -> None:
    """What makes a good request cheap: the bound is believed."""
    events = [LogEvent(NOW, "x" * MAX_BATCH_BYTES)]
    assert check(events, MAX_BATCH_BYTES) == [NOW]
    with pytest.raises(InvalidParameterException):
        check(events, MAX_BATCH_BYTES + 1)


def test_a_bound_over_the_limit_is_no_fault_by_itself() -> None:
    assert check([LogEvent(NOW, "x")], 10 * MAX_BATCH_BYTES) == [NOW]


def test_all_events_taken() -> None:
    assert admit([NOW - 1, NOW], NOW, 0) == Admission(start=0, too_old_end=0, expired_end=0, too_new_start=2)


@pytest.mark.parametrize(
    ("offsets", "retention", "admission"),
    [
        ([-14 * DAY], None, Admission(0, 0, 0, 1)),
        ([-14 * DAY - 1], None, Admission(1, 1, 0, 1)),
        ([2 * HOUR], None, Admission(0, 0, 0, 1)),
        ([2 * HOUR + 1], None, Admission(0, 0, 0, 0)),
        ([-DAY, 0], 1 * DAY, Admission(0, 0, 0, 2)),
        ([-DAY - 1, 0], 1 * DAY, Admission(1, 0, 1, 2)),
        ([-15 * DAY, -2 * DAY, 0, 3 * HOUR], 1 * DAY, Admission(2, 1, 2, 3)),
        ([-15 * DAY, 3 * HOUR], None, Admission(1, 1, 0, 1)),
    ],
)
def test_what_is_left_out_and_why(offsets: list[int], retention: int | None, admission: Admission) -> None:
    oldest = 0 if retention is None else NOW - retention
    assert admit([NOW + offset for offset in offsets], NOW, oldest) == admission


def test_span_of_what_is_left() -> None:
    admit([NOW - 15 * DAY, NOW - 22 * HOUR, NOW + 2 * HOUR, NOW + 3 * HOUR], NOW, 0)
    with pytest.raises(InvalidParameterException):
        admit([NOW - 22 * HOUR - 1, NOW + 2 * HOUR], NOW, 0)


def test_at_the_beginning_of_time() -> None:
    assert admit([0, 5], 0, 0) == Admission(0, 0, 0, 2)


@pytest.mark.parametrize(
    ("admission", "count", "info", "reasons"),
    [
        (Admission(0, 0, 0, 3), 3, None, None),
        (Admission(2, 2, 0, 3), 3, {"tooOldLogEventEndIndex": 2}, {"too old": 2}),
        (
            Admission(2, 1, 2, 3),
            5,
            {"tooNewLogEventStartIndex": 3, "tooOldLogEventEndIndex": 1, "expiredLogEventEndIndex": 2},
            {"too old": 1, "expired": 1, "too new": 2},
        ),
        (
            Admission(2, 2, 1, 3),
            3,
            {"tooOldLogEventEndIndex": 2, "expiredLogEventEndIndex": 1},
            {"too old": 2},
        ),
        (Admission(0, 0, 0, 0), 4, {"tooNewLogEventStartIndex": 0}, {"too new": 4}),
    ],
)
def test_what_is_rejected_and_how_often_for_each_reason(
    admission: Admission, count: int, info: dict[str, int] | None, reasons: dict[str, int] | None
) -> None:
    rejection = admission.rejected(count)
    assert (rejection and rejection.info, rejection and rejection.reasons) == (info, reasons)
