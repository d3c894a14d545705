"""The journal: which requests and bodies it keeps, and which it drops first."""

import sys
import tracemalloc

import pytest

from livetail.server.journal import MAX_BODY_BYTES, MAX_ENTRIES, Entry, Journal


def _entry(number: int = 0, body: bytes | None = b"{}") -> Entry:
    return Entry(
        operation="PutLogEvents",
        request_id=str(number),
        time=1_000,
        region="us-east-1",
        account_id="123456789012",
        user_agent=None,
        body=body,
    )


def test_entry_as_json() -> None:
    entry = _entry(7, b'{"a": [1, null, "\\u20ac"]}')
    entry.status, entry.error = 400, "InvalidParameterException"
    assert entry.as_json() == {
        "operation": "PutLogEvents",
        "requestId": "7",
        "status": 400,
        "error": "InvalidParameterException",
        "time": 1_000,
        "region": "us-east-1",
        "accountId": "123456789012",
        "userAgent": None,
        "rejectedLogEventsInfo": None,
        "parameters": {"a": [1, None, "\u20ac"]},
    }


@pytest.mark.parametrize("body", [None, b"", b"{", b"\xff", b"[" * (10 * sys.getrecursionlimit())], ids=repr)
def test_body_that_is_no_json_has_no_parameters(body: bytes | None) -> None:
    assert _entry(body=body and body[:200_000]).as_json()["parameters"] is None


def test_newest_entries_stay_in_order() -> None:
    journal = Journal()
    for number in range(MAX_ENTRIES + 5):
        journal.add(_entry(number, None if number % 2 else b"{}"))
    assert [entry["requestId"] for entry in journal.as_json()] == [str(number) for number in range(5, MAX_ENTRIES + 5)]


def test_status_may_be_filled_in_later() -> None:
    journal = Journal()
    entry = _entry()
    journal.add(entry)
    entry.status = 413
    assert journal.as_json()[0]["status"] == 413


def test_oldest_bodies_go_first_and_entries_stay() -> None:
    journal = Journal()
    body = b'"' + b"x" * (MAX_BODY_BYTES // 4 - 2) + b'"'
    for number in range(6):
        journal.add(_entry(number, body))
    kept = [entry["parameters"] is not None for entry in journal.as_json()]
    assert kept == [False, False, True, True, True, True]


def test_body_beyond_the_budget_is_not_kept() -> None:
    journal = Journal()
    journal.add(_entry(0))
    journal.add(_entry(1, b'"' + b"x" * MAX_BODY_BYTES + b'"'))
    assert [entry["parameters"] for entry in journal.as_json()] == [None, None]
    journal.add(_entry(2))
    assert journal.as_json()[-1]["parameters"] == {}


def test_bodies_of_forgotten_entries_do_not_count() -> None:
    """Entries leave in order, and with them what they held of the budget."""
    journal = Journal()
    body = b'"' + b"x" * (MAX_BODY_BYTES // 4 - 2) + b'"'
    for number in range(3):
        journal.add(_entry(number, body))
    for number in range(MAX_ENTRIES):
        journal.add(_entry(number, None))
    for number in range(4):
        journal.add(_entry(number, body))
    assert [entry["parameters"] is not None for entry in journal.as_json()[-4:]] == [True] * 4


def test_clear() -> None:
    journal = Journal()
    body = b'"' + b"x" * (MAX_BODY_BYTES - 2) + b'"'
    journal.add(_entry(0, body))
    journal.clear()
    assert journal.as_json() == []
    journal.add(_entry(1, body))
    assert journal.as_json()[0]["parameters"] is not None


def test_entries_that_are_forgotten_are_not_kept_for_their_bodies() -> None:
    """The bound in bytes alone would keep two million of the smallest."""
    journal = Journal()
    tracemalloc.start()
    for number in range(20_000):
        journal.add(_entry(number))
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held < 1_000_000
