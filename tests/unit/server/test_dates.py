"""The Date of answers."""

import pytest

from livetail.server.clocks import HttpDate

DATES = {
    0: b"Thu, 01 Jan 1970 00:00:00 GMT",
    999: b"Thu, 01 Jan 1970 00:00:00 GMT",
    784_111_777_000: b"Sun, 06 Nov 1994 08:49:37 GMT",
    1_709_208_000_000: b"Thu, 29 Feb 2024 12:00:00 GMT",
    1_767_225_599_999: b"Wed, 31 Dec 2025 23:59:59 GMT",
    253_402_300_799_999: b"Fri, 31 Dec 9999 23:59:59 GMT",
}


@pytest.mark.parametrize("now", DATES)
def test_date(now: int) -> None:
    assert HttpDate().at(now) == DATES[now]


def test_same_formatter_for_many_instants() -> None:
    date = HttpDate()
    for now in (*DATES, *reversed(DATES), *DATES):
        assert date.at(now) == DATES[now]
