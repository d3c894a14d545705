"""Text that UTF-8 can hold: one treatment of halves of surrogate pairs for the whole of Livetail."""

import pytest

from livetail.core.unicode import utf8, well_formed

TEXTS = [
    ("plain", "plain"),
    ("é\U0001f600", "é\U0001f600"),
    ("a\ud800é", "a\ufffdé"),
    ("\udc00\ud800", "\ufffd\ufffd"),
    ("\ud83d\ude00", "\U0001f600"),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_halves_of_pairs(text: str, expected: str) -> None:
    assert well_formed(text) == expected
    assert utf8(text) == expected.encode()
