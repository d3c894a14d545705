"""How events are counted in bytes."""

import pytest

from livetail.store.batch import LogEvent, size_bytes_of
from tests.unit.store.events import batch


@pytest.mark.parametrize(
    ("messages", "size"),
    [([], 0), (["a"], 27), (["é"], 28), (["参"], 29), (["🙀"], 30), (["ab", "é", ""], 4 + 3 * 26)],
)
def test_size_is_utf8_and_26_bytes_an_event(messages: list[str], size: int) -> None:
    assert size_bytes_of([LogEvent(0, message) for message in messages]) == size


def test_a_batch_knows_its_length_and_size() -> None:
    two = batch(7, 1, 2)
    assert (len(two), two.size_bytes) == (2, 54)
