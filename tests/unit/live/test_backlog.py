"""The backlog: ten updates or 5,000 events, then the oldest go."""

import pytest

from livetail.live.backlog import Backlog
from livetail.live.encoding import session_update_json
from livetail.live.window import Selection, Update
from tests.unit.live.building import batch


def update(events: int) -> Update:
    return Update((), events, False)


def test_ten_updates_are_kept() -> None:
    backlog = Backlog()
    for events in range(12):
        backlog.put(update(events))
    assert len(backlog.updates) == 10
    assert (backlog.dropped_updates, backlog.dropped_events) == (2, 0 + 1)
    assert backlog.take().events == 2


def test_5000_events_are_kept_and_not_one_more() -> None:
    backlog = Backlog()
    for _ in range(5):
        backlog.put(update(1_000))
    assert (len(backlog.updates), backlog.events, backlog.dropped_updates) == (5, 5_000, 0)
    backlog.put(update(1))
    assert (len(backlog.updates), backlog.events, backlog.dropped_events) == (5, 4_001, 1_000)


def test_there_is_nothing_to_take_from_an_empty_backlog() -> None:
    with pytest.raises(IndexError):
        Backlog().take()


def test_updates_that_wait_keep_only_their_own_events_in_memory() -> None:
    backlog = Backlog()
    whole = Selection.of(batch([str(number) for number in range(1_000)]))
    list(session_update_json(Update((whole.pick([7]),), 1, False)))
    for _ in range(3):
        backlog.put(Update((whole.pick([7, 500]),), 2, True))
    first, second, third = (backlog.take() for _ in range(3))
    assert first.selections[0].encoded is whole.encoded, "a client that keeps up shares what is encoded"
    for update in (second, third):
        (selection,) = update.selections
        assert [event.message for event in selection.events] == ["7", "500"]
        assert len(selection.encoded) == 2
        assert list(session_update_json(update)) == list(session_update_json(first))
