"""Sampling: exact in number, in order, and fair to every event."""

import math
from collections import Counter

import pytest

from livetail.core.chance import Chance
from livetail.live.window import EVENTS_PER_UPDATE, MAX_HELD_BYTES, Selection, Update, Window, choose
from tests.unit.live.building import batch, numbered


def texts(update: Update) -> list[int]:
    return [int(event.message) for part in update.drawn().selections for event in part.events]


@pytest.mark.parametrize(
    ("population", "size"),
    [(1, 1), (2, 1), (501, 500), (600, 500), (2_000, 500), (5_000, 500), (20_000, 500), (20_000, 1)],
)
def test_choose_takes_exactly_so_many(population: int, size: int) -> None:
    random = Chance(1).stream("test")
    for _ in range(5):
        mask = choose(random, population, size)
        assert len(mask) == population
        assert mask.count(1) == size
        assert set(mask) <= {0, 1}


@pytest.mark.parametrize(("population", "size"), [(20, 5), (700, 500), (40, 39)])
def test_choose_gives_every_member_the_same_chance(population: int, size: int) -> None:
    random = Chance(2).stream("test")
    rounds = 4_000
    counts = [0] * population
    for _ in range(rounds):
        for member, chosen in enumerate(choose(random, population, size)):
            counts[member] += chosen
    share = size / population
    expected, deviation = rounds * share, math.sqrt(rounds * share * (1 - share))
    assert max(abs(count - expected) for count in counts) < 5 * deviation


def test_choose_gives_every_set_the_same_chance() -> None:
    random = Chance(3).stream("test")
    rounds = 15_000
    sets = Counter(bytes(choose(random, 6, 2)) for _ in range(rounds))
    assert len(sets) == 15
    expected = rounds / 15
    assert sum((count - expected) ** 2 / expected for count in sets.values()) < 42.6  # 1 in 10,000 for 14 degrees


def test_a_window_keeps_everything_up_to_500_in_order() -> None:
    window = Window(Chance(1).stream("test"))
    window.add(numbered(0, 200))
    window.add(numbered(200, 300))
    update = window.close()
    assert texts(update) == list(range(500))
    assert (update.events, update.sampled) == (500, False)
    assert window.close() == Update((), 0, False)


def test_a_sample_over_several_batches_is_in_order_and_exact() -> None:
    window = Window(Chance(1).stream("test"))
    for first in range(0, 2_000, 250):
        window.add(numbered(first, 250))
    assert window.matched == 2_000
    update = window.close()
    sample = texts(update)
    assert len(sample) == len(set(sample)) == EVENTS_PER_UPDATE
    assert sample == sorted(sample)
    assert update.sampled


def test_only_chosen_positions_of_a_filtered_batch_are_sampled() -> None:
    window = Window(Chance(1).stream("test"))
    window.add(numbered(0, 2_000).pick(range(1, 2_000, 2)))
    sample = texts(window.close())
    assert len(sample) == 500
    assert all(number % 2 for number in sample)


def test_a_window_that_is_never_closed_does_not_grow() -> None:
    window = Window(Chance(1).stream("test"))
    for first in range(0, 100_000, 1_000):
        window.add(numbered(first, 1_000))
        assert sum(len(part.events) for part in window._selections) <= 9_192
        assert sum(len(part.encoded) for part in window._selections) <= 9_192, "room is kept for events that are gone"
    assert window.matched == 100_000
    sample = texts(window.close())
    assert len(sample) == 500
    assert sample == sorted(sample)


def test_thinning_out_a_window_early_is_fair_to_early_and_late_events() -> None:
    """The mean of a uniform sample of 0..N-1 is about N/2, and each tenth of the numbers has a tenth of the sample."""
    total, windows = 30_000, 60
    tenths: Counter[int] = Counter()
    for seed in range(windows):
        window = Window(Chance(seed).stream("test"))
        for first in range(0, total, 3_000):
            window.add(numbered(first, 3_000))
        tenths.update(number * 10 // total for number in texts(window.close()))
    expected = windows * EVENTS_PER_UPDATE / 10
    assert sum(tenths.values()) == windows * EVENTS_PER_UPDATE
    assert sum((tenths[tenth] - expected) ** 2 / expected for tenth in range(10)) < 33.7  # 1 in 10,000 for 9 degrees


def test_the_same_seed_draws_the_same_sample() -> None:
    def sample(seed: int) -> list[int]:
        window = Window(Chance(seed).stream("test"))
        window.add(numbered(0, 2_000))
        return texts(window.close())

    assert sample(1) == sample(1) != sample(2)


def test_a_window_is_bounded_in_bytes_while_time_stands_still() -> None:
    """300 batches of 1 MB, of each of which a session gets one log event, keep 300 log events alive."""
    window = Window(Chance(1).stream("test"))
    for number in range(300):
        whole = Selection.of(batch([f"{number}", *["x" * 100_000] * 10]))
        window.add(whole.pick([0]))
    assert sum(part.size_bytes for part in window._selections) < 20_000
    assert texts(window.close()) == list(range(300))


def test_a_window_of_large_log_events_keeps_no_more_than_an_update_takes() -> None:
    """As 500 of them are 25 MB, which is too much, the window is thinned out at each one that follows."""
    window = Window(Chance(1).stream("test"))
    message = "x" * 50_000
    for _ in range(600):
        window.add(Selection.of(batch([message])))
        assert sum(part.size_bytes for part in window._selections) < MAX_HELD_BYTES + 500 * 50_100
    update = window.close()
    assert (update.events, update.sampled) == (500, True)
