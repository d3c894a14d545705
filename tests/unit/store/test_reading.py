"""Reading events in order: by timestamp, then by sequence number, in both directions and between two places."""

import pytest

from livetail.core.ids import Position
from livetail.store.reading import END, in_order
from tests.unit.store.events import batch, messages

BATCHES = [batch(0, 10, 10, 30), batch(3, 5, 10, 40), batch(6, 20), batch(7, 30, 30)]
IN_ORDER = ["3", "0", "1", "4", "6", "2", "7", "8", "5"]


def test_time_stamp_and_then_sequence() -> None:
    assert messages(in_order(BATCHES, Position(0, 0), END)) == IN_ORDER
    assert messages(in_order(BATCHES, Position(0, 0), END, newest_first=True)) == IN_ORDER[::-1]


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        (Position(10, 0), END, IN_ORDER[1:]),
        (Position(10, 1), END, IN_ORDER[2:]),
        (Position(10, 2), END, IN_ORDER[3:]),
        (Position(10, 5), END, IN_ORDER[4:]),
        (Position(0, 0), Position(10, 0), ["3"]),
        (Position(0, 0), Position(10, 4), ["3", "0", "1"]),
        (Position(0, 0), Position(10, 5), ["3", "0", "1", "4"]),
        (Position(30, 2), Position(30, 8), ["2", "7"]),
        (Position(40, 5), END, ["5"]),
        (Position(40, 6), END, []),
        (Position(30, 0), Position(20, 0), []),
        (Position(12, 0), Position(19, 0), []),
    ],
)
@pytest.mark.parametrize("newest_first", [False, True])
def test_between_two_places(low: Position, high: Position, found: list[str], newest_first: bool) -> None:
    read = messages(in_order(BATCHES, low, high, newest_first=newest_first))
    assert read == (found[::-1] if newest_first else found)


@pytest.mark.parametrize("first_shown", range(10))
def test_events_that_are_too_many_are_not_shown(first_shown: int) -> None:
    kept = [message for message in IN_ORDER if int(message) >= first_shown]
    assert messages(in_order(BATCHES, Position(0, 0), END, first_shown)) == kept
    assert messages(in_order(BATCHES, Position(0, 0), END, first_shown, newest_first=True)) == kept[::-1]
