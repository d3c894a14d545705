"""The journal: which requests and bodies it keeps, and which it drops first."""

import sys
import tracemalloc

import pytest

from livetail.api.context import Caller
from livetail.core.clock import ManualClock
from livetail.server.journal import MAX_ENTRIES, MAX_KEPT_BYTES, Entry, Journal


@pytest.fixture
def journal() -> Journal:
    return Journal(ManualClock(1_000), Caller("123456789012", "us-east-1", ""))


def _enter(journal: Journal, number: int = 0, body: bytes = b"{}") -> Entry:
    return journal.enter("PutLogEvents", {}, body, str(number))


def test_entry_as_json(journal: Journal) -> None:
    entry = _enter(journal, 7, b'{"a": [1, null, "\\u20ac"]}')
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


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * (10 * sys.getrecursionlimit())], ids=repr)
def test_body_that_is_no_json_has_no_parameters(journal: Journal, body: bytes) -> None:
    assert _enter(journal, body=body[:200_000]).as_json()["parameters"] is None


def test_caller_is_named_by_the_credential(journal: Journal) -> None:
    headers = {"authorization": "AWS4-HMAC-SHA256 Credential=000000000001/20260101/eu-west-1/logs/aws4_request"}
    assert journal.enter("PutLogEvents", headers, b"", "r").caller == Caller("000000000001", "eu-west-1", "r")
    assert journal.enter("PutLogEvents", {}, b"", "r").caller == Caller("123456789012", "us-east-1", "r")


def test_newest_entries_stay_in_order(journal: Journal) -> None:
    for number in range(MAX_ENTRIES + 5):
        _enter(journal, number, b"" if number % 2 else b"{}")
    assert [entry["requestId"] for entry in journal.as_json()] == [str(number) for number in range(5, MAX_ENTRIES + 5)]


def test_status_may_be_filled_in_later(journal: Journal) -> None:
    entry = _enter(journal)
    entry.status = 413
    assert journal.as_json()[0]["status"] == 413


def test_oldest_bodies_go_first_and_entries_stay(journal: Journal) -> None:
    body = b'"' + b"x" * (MAX_KEPT_BYTES // 4 - 2) + b'"'
    for number in range(6):
        _enter(journal, number, body)
    kept = [entry["parameters"] is not None for entry in journal.as_json()]
    assert kept == [False, False, True, True, True, True]


def test_body_beyond_the_budget_is_not_kept(journal: Journal) -> None:
    _enter(journal, 0)
    _enter(journal, 1, b'"' + b"x" * MAX_KEPT_BYTES + b'"')
    assert [entry["parameters"] for entry in journal.as_json()] == [None, None]
    _enter(journal, 2)
    assert journal.as_json()[-1]["parameters"] == {}


def test_bodies_of_forgotten_entries_do_not_count(journal: Journal) -> None:
    """Entries leave in order, and with them what they held of the budget."""
    body = b'"' + b"x" * (MAX_KEPT_BYTES // 4 - 2) + b'"'
    for number in range(3):
        _enter(journal, number, body)
    for number in range(MAX_ENTRIES):
        _enter(journal, number, b"")
    for number in range(4):
        _enter(journal, number, body)
    assert [entry["parameters"] is not None for entry in journal.as_json()[-4:]] == [True] * 4


def test_clear(journal: Journal) -> None:
    body = b'"' + b"x" * (MAX_KEPT_BYTES - 2) + b'"'
    _enter(journal, 0, body)
    journal.clear()
    assert journal.as_json() == []
    _enter(journal, 1, body)
    assert journal.as_json()[0]["parameters"] is not None


def test_entries_that_are_forgotten_are_not_kept_for_their_bodies(journal: Journal) -> None:
    """The bound in bytes alone would keep two million of the smallest."""
    tracemalloc.start()
    for number in range(20_000):
        _enter(journal, number)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held < 1_000_000
