"""Durations as people write them."""

import pytest

from livetail.core.clock import parse_duration


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("0s", 0),
        ("250ms", 250),
        ("90s", 90_000),
        ("1.5s", 1_500),
        ("15m", 900_000),
        ("3h", 10_800_000),
        ("1h30m", 5_400_000),
        ("1m500ms", 60_500),
        ("2d1h", 176_400_000),
        (" 5s ", 5_000),
    ],
)
def test_reads_durations(text: str, milliseconds: int) -> None:
    assert parse_duration(text) == milliseconds


@pytest.mark.parametrize(
    "text", ["", "5", "s", "1s1", "-5s", "5 s", "30m1h", "1.5m", "1s1s", "5S", "1.2345s", "٣s", "5s."]
)
def test_refuses_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration such as"):
        parse_duration(text)
