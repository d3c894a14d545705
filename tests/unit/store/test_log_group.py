"""Log groups: what they keep, what they remove, and their streams."""

import tracemalloc

import pytest

from livetail.core.arns import LogGroupArn
from livetail.core.clock import DAY
from livetail.core.errors import ResourceAlreadyExistsException, ResourceNotFoundException
from livetail.core.ids import Position
from livetail.store.accounts import Accounts
from livetail.store.log_group import KeptBatches, LogGroup, LogGroupClass
from livetail.store.reading import END, in_order
from tests.unit.store.events import NOW, append, group, messages


def shown(of: LogGroup) -> list[str]:
    return messages(in_order(of.batches, Position(0, 0), END, of.first_shown))


def test_events_are_not_copied() -> None:
    logs = group()
    made = append(logs, "s", "a", "b")
    assert list(logs.batches) == [made] == logs.batches_of({"s"})
    assert logs.identifier == made.log_group_identifier == "123456789012:/a"


@pytest.mark.parametrize(
    ("retain", "kept", "batches"),
    [
        (100, "abcdefg", 4),
        (7, "abcdefg", 4),
        (6, "bcdefg", 4),
        (5, "cdefg", 4),
        (4, "defg", 3),
        (3, "efg", 3),
        (2, "fg", 2),
    ],
)
def test_the_newest_events_are_shown(retain: int, kept: str, batches: int) -> None:
    """Batches are removed whole, and what is too much of the oldest one is hidden."""
    logs = group(retain, "s", "t")
    for stream, texts in (("s", "abc"), ("t", "de"), ("s", "f"), ("t", "g")):
        append(logs, stream, *texts)
    assert "".join(shown(logs)) == kept
    assert len(list(logs.batches)) == batches


def test_a_deleted_stream_makes_room_for_new_events_only() -> None:
    """What has been removed stays away."""
    logs = group(4, "s", "t")
    append(logs, "s", "a", "b", "c")
    append(logs, "t", "d", "e")
    assert "".join(shown(logs)) == "bcde"
    logs.delete_stream("t")
    assert ("".join(shown(logs)), logs.shown) == ("bc", 2)
    logs.create_stream("t", NOW)
    append(logs, "t", "f", "g")
    assert "".join(shown(logs)) == "bcfg"
    append(logs, "t", "h")
    assert "".join(shown(logs)) == "cfgh"
    logs.delete_stream("s")
    append(logs, "t", "i", "j")
    assert ("".join(shown(logs)), logs.shown) == ("ghij", 4)


def test_all_groups_together_keep_so_many_bytes_and_the_oldest_go_first() -> None:
    kept = KeptBatches(max_events=1_000, max_bytes=4 * append(group(), "s", "x" * 10_000).memory_bytes)
    one, other = group(kept, "s", "t"), group(kept, "s")
    for number, (where, stream) in enumerate([(one, "s"), (other, "s"), (one, "t"), (one, "s"), (other, "s")]):
        append(where, stream, str(number) * 10_000)
    assert [text[0] for text in shown(one)] == ["2", "3"]
    assert [text[0] for text in shown(other)] == ["1", "4"]
    assert len(one.batches_of({"s"})) == 1
    assert (one.stored_bytes, other.stored_bytes) == (2 * 10_026, 2 * 10_026)
    one.delete_stream("t")
    append(other, "s", "5" * 10_000)
    assert [text[0] for text in shown(other)] == ["1", "4", "5"]
    while one.batches:
        one.remove_oldest()
    assert kept.held_bytes == sum(batch.memory_bytes for batch in other.batches)
    append(other, "s", "6" * 50_000)
    assert shown(other) == [] and kept.held_bytes == 0


def test_sequence_numbers_go_on_whatever_is_removed() -> None:
    logs = group(1)
    assert [append(logs, "s", "x", "y").sequence for _ in range(3)] == [0, 2, 4]


def test_oldest_timestamp() -> None:
    logs = group()
    assert logs.oldest_timestamp(NOW) == 0
    logs.retention_days = 3
    assert logs.oldest_timestamp(NOW) == NOW - 3 * DAY
    assert logs.oldest_timestamp(DAY) == 0


def test_streams_by_name() -> None:
    logs = group(10, "s")
    with pytest.raises(ResourceAlreadyExistsException):
        logs.create_stream("s", NOW)
    for action in (logs.stream, logs.delete_stream):
        with pytest.raises(ResourceNotFoundException):
            action("t")


def test_stored_bytes_are_those_of_all_kept_batches() -> None:
    logs = group(1)
    append(logs, "s", "a", "b")
    assert logs.stored_bytes == 54
    append(logs, "s", "é")
    assert logs.stored_bytes == 28


def test_sequence_tokens_have_56_digits_and_move_on() -> None:
    logs = group()
    stream = logs.stream("s")
    tokens = [stream.sequence_token]
    for _ in range(3):
        append(logs, "s", "x")
        tokens.append(stream.sequence_token)
    assert tokens == sorted(set(tokens))
    assert {len(token) for token in tokens} == {56} and all(map(str.isdigit, tokens))


def test_regions_and_accounts_share_nothing() -> None:
    accounts = Accounts(retain_events=5, retain_bytes=10_000)
    here, there = accounts.region("123456789012", "us-east-1"), accounts.region("123456789012", "eu-west-1")
    made = here.create_group("/a", NOW, LogGroupClass.DELIVERY)
    assert accounts.region("123456789012", "us-east-1").group("/a") is made
    assert (made.arn, made.kept.max_events, made.retention_days) == (
        LogGroupArn("us-east-1", "123456789012", "/a"),
        5,
        2,
    )
    with pytest.raises(ResourceNotFoundException):
        there.group("/a")
    with pytest.raises(ResourceNotFoundException):
        there.delete_group("/a")


def test_accounts_that_only_read_are_not_kept() -> None:
    accounts = Accounts(retain_events=5, retain_bytes=10_000)
    accounts.region("123456789012", "us-east-1").create_group("/a", NOW)
    tracemalloc.start()
    for number in range(20_000):
        assert accounts.region(f"{number:012}", "us-east-1").groups == {}
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held < 1_500_000
    assert [store.account_id for store in accounts.stores.values()] == ["123456789012"]


def test_bytes_are_bounded_by_what_is_retained() -> None:
    """3,000 events of 1 MB took 2.9 GB."""
    logs = group(KeptBatches(max_events=100_000, max_bytes=3_000_000))
    tracemalloc.start()
    for number in range(60):
        append(logs, "s", f"{number}" + "y" * 500_000)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert 2_000_000 < held < 4_000_000
    assert len(shown(logs)) == 5


def test_memory_is_estimated_for_small_events_too() -> None:
    tracemalloc.start()
    logs = group(10_000)
    append(logs, "s", *(f"message {number}" for number in range(10_000)))
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert 0.5 < logs.kept.held_bytes / held < 2
