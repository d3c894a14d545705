"""Clock, chance, ids, ARNs and errors."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livetail.core.arns import LogGroupArn, partition_of
from livetail.core.chance import Chance
from livetail.core.clock import ManualClock
from livetail.core.errors import InternalFailure, InvalidParameterException, RequestEntityTooLargeException
from livetail.core.ids import (
    edge_before,
    end_edge,
    event_id,
    event_id_text,
    is_edge,
    position_of,
    start_edge,
    uuid4,
)


def test_a_manual_clock_stands_still_until_it_is_moved_and_never_goes_back() -> None:
    clock = ManualClock(1_000)
    assert clock.now() == clock.now() == 1_000
    clock.move_to(2_500)
    clock.move_to(2_500)
    assert clock.now() == 2_500
    with pytest.raises(ValueError, match="cannot go back from 2500 to 2499"):
        clock.move_to(2_499)
    with pytest.raises(ValueError, match="time ends with the year 9999"):
        clock.move_to(253_402_300_800_000)
    clock.reset()
    assert clock.now() == 1_000


def test_streams_repeat_for_one_seed_and_name_and_differ_otherwise() -> None:
    def draws(seed: int, name: str) -> list[float]:
        stream = Chance(seed).stream(name)
        return [stream.random() for _ in range(3)]

    assert draws(1, "a") == draws(1, "a")
    assert draws(1, "a") != draws(2, "a")
    assert draws(1, "a") != draws(1, "b")
    assert Chance(1).child("x").seed == Chance(1).child("x").seed != Chance(1).child("y").seed


def test_draws_are_the_same_on_every_python() -> None:
    """These values must not change: they make a seed give the same on every machine."""
    assert Chance(7).stream("ids").getrandbits(64) == Chance(7).stream("ids").getrandbits(64)
    assert uuid4(Chance(7).stream("request ids")) == "ce77a5b1-9c2a-40bc-a6e6-68add21878db"


def test_request_ids_are_uuids_of_version_4() -> None:
    assert uuid.UUID(uuid4(Chance(1).stream("ids"))).version == 4


@given(st.lists(st.tuples(st.integers(0, 4 * 10**12), st.integers(0, 10**9)), min_size=2, unique=True))
def test_event_ids_have_56_digits_and_order_as_the_events(pairs: list[tuple[int, int]]) -> None:
    ids = [event_id(timestamp, 10**12, sequence, "/a:s", 0) for timestamp, sequence in sorted(pairs)]
    assert ids == sorted(ids)
    texts = [event_id_text(number) for number in ids]
    assert all(len(text) == 56 and text.isdigit() for text in texts)
    assert len(set(texts)) == len(texts)


def test_an_event_id_has_the_observed_form() -> None:
    """Timestamp, 64 bits of ingestion time, 64 bits, 16 bits of the index."""
    number = event_id(1_789_332_898_187, 1_789_333_514_688, 5, "/a:s", 2)
    assert (number >> 144, number >> 80 & 2**64 - 1, number & 0xFFFF) == (1_789_332_898_187, 1_789_333_514_688, 2)
    assert position_of(number) == (1_789_332_898_187, 7)
    assert not is_edge(number)


def test_edges_are_those_of_recorded_tokens() -> None:
    """From windows that end at 1789332895187 and begin at 1789332895186 (radkawar/stackd, ingestion.json)."""
    assert event_id_text(end_edge(1_789_332_895_187)) == "39903456970925539376722593361739634723714258042368262143"
    assert event_id_text(start_edge(1_789_332_895_186)) == "39903456970892088258924797427027935609215092814696677376"


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**40))
def test_edges_lie_between_events(timestamp: int, sequence: int) -> None:
    edge = edge_before(timestamp, sequence, timestamp)
    assert is_edge(edge) and position_of(edge) == (timestamp, sequence)
    assert is_edge(start_edge(timestamp)) and position_of(start_edge(timestamp)) == (timestamp, 0)
    assert is_edge(end_edge(timestamp)) and position_of(end_edge(timestamp))[1] > 2**40


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/x", "/aws/lambda/x"),
        ("arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/x:log-stream:y", None),
        ("arn:aws:logs:us-east-1:123:log-group:x", None),
        ("arn:aws:s3:us-east-1:123456789012:log-group:x", None),
        ("arn:aws:logs:us-east-1:123456789012:log-group:", None),
        ("/aws/lambda/x", None),
        ("", None),
    ],
)
def test_arns_of_log_groups(text: str, name: str | None) -> None:
    arn = LogGroupArn.parse(text)
    assert (arn and arn.name) == name
    if arn is not None:
        assert str(arn) == text


@pytest.mark.parametrize("ending", ["", ":", ":*"])
def test_what_may_be_behind_a_name(ending: str) -> None:
    text = "arn:aws-cn:logs:cn-north-1:123456789012:log-group:g"
    arn = LogGroupArn.parse(f"{text}{ending}")
    assert arn == LogGroupArn.of("cn-north-1", "123456789012", "g")
    assert arn is not None
    assert str(arn) == text


@pytest.mark.parametrize(
    ("region", "partition"), [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_partitions(region: str, partition: str) -> None:
    assert partition_of(region) == partition


def test_errors_carry_their_code_and_status() -> None:
    error = InvalidParameterException("no")
    assert (error.code, error.status, error.message) == ("InvalidParameterException", 400, "no")
    assert RequestEntityTooLargeException("big").status == 413
    assert InternalFailure().message is None
