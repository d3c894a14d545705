"""The patterns of the model in Python, over all of Unicode where it matters."""

import re
import sys
import unicodedata

import pytest
from msgspec import Meta

from livetail.api.shapes import LONG, integer, text

TAG = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]+)$"


def matches(meta: Meta, value: str) -> bool:
    """Whether msgspec would find the pattern: it searches."""
    assert meta.pattern is not None
    return re.search(meta.pattern, value) is not None


def test_the_whole_text_must_match() -> None:
    meta = text(1, 512, "[a-z]+|[0-9]+")
    assert matches(meta, "abc")
    assert matches(meta, "123")
    for bad in ("", "a1", "1a", "abc\n", "\nabc", "A"):
        assert not matches(meta, bad)


def test_classes_are_those_of_java() -> None:
    assert not matches(text(1, 2048, r"[\w#+=/:,.@-]*"), "straße")
    assert not matches(text(12, 12, r"^\d{12}$"), "١" * 12)
    assert matches(text(1, 2048, r"[\w#+=/:,.@-]*"), "arn:aws:logs:us-east-1:123456789012:log-group:/a_b#c")


def test_properties_are_letters_separators_and_numbers() -> None:
    """Python and the properties differ in nothing but unassigned and private characters, which are neither's."""
    meta = text(1, 128, TAG)
    assert meta.pattern is not None
    search = re.compile(meta.pattern).search
    wrong = [
        f"U+{point:04X} {unicodedata.category(chr(point))}"
        for point in range(sys.maxunicode + 1)
        if (search(chr(point)) is not None)
        != (unicodedata.category(chr(point))[0] in "LZN" or chr(point) in "_.:/=+-@")
    ]
    assert wrong == []


def test_msgspec_enforces_what_the_texts_name() -> None:
    meta = text(1, 512, "[a-z]+")
    assert (meta.min_length, meta.max_length, meta.extra) == (1, 512, {"pattern": "[a-z]+"})


@pytest.mark.parametrize(
    ("meta", "least", "most"),
    [
        (integer(), -(2**31), 2**31 - 1),
        (integer(1, 50), 1, 50),
        (integer(kind=LONG), -(2**63), 2**63 - 1),
        (integer(0, kind=LONG), 0, 2**63 - 1),
    ],
)
def test_numbers_are_as_wide_as_their_type(meta: Meta, least: int, most: int) -> None:
    assert (meta.ge, meta.le) == (least, most)
