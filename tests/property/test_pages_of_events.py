"""Pages of GetLogEvents and FilterLogEvents: all events exactly once, in order, through pages of any size."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.api.client import NOW, Client

STREAMS = ("s", "t", "u")
puts = st.lists(
    st.tuples(st.sampled_from(STREAMS), st.lists(st.integers(-3, 3), min_size=1, max_size=5).map(sorted)), max_size=12
)
limits = st.integers(1, 9)
GROUP = {"logGroupName": "/a"}


class Model:
    """Every event with its timestamp and its number in order of ingestion."""

    def __init__(self, retain: int) -> None:
        self.client = Client(retain_events=retain)
        self.client.create("/a", *STREAMS)
        self.retain = retain
        self.events: list[tuple[int, int, str]] = []

    def put(self, stream: str, offsets: list[int]) -> None:
        """Put events whose messages are their numbers."""
        first = len(self.events)
        self.client.put("/a", stream, *((offset, str(first + index)) for index, offset in enumerate(offsets)))
        self.events += [(offset, first + index, stream) for index, offset in enumerate(offsets)]

    def expected(self, *streams: str, start: int = -9, end: int = 9) -> list[str]:
        """The messages between two timestamps, both included, in order."""
        kept = self.events[max(0, len(self.events) - self.retain) :]
        chosen = sorted(event for event in kept if event[2] in streams and start <= event[0] <= end)
        return [str(number) for _, number, _ in chosen]


def filled(drawn: list[tuple[str, list[int]]], retain: int) -> Model:
    model = Model(retain)
    for stream, offsets in drawn:
        model.put(stream, offsets)
    return model


@given(puts, limits, st.integers(1, 30), st.integers(-4, 4), st.integers(-4, 4))
@settings(max_examples=30)
def test_both_operations_and_both_directions(
    drawn: list[tuple[str, list[int]]], limit: int, retain: int, start: int, end: int
) -> None:
    model = filled(drawn, retain)
    read = model.client.all_messages
    ends = {"startTime": NOW + start, "endTime": NOW + end}
    for stream in STREAMS:
        one: dict[str, Any] = {**GROUP, "logStreamName": stream, "limit": limit}
        wanted = model.expected(stream)
        assert read("GetLogEvents", "nextForwardToken", **one, startFromHead=True) == wanted
        assert sorted(read("GetLogEvents", "nextBackwardToken", **one)) == sorted(wanted)
        assert model.client.messages("GetLogEvents", **one) == wanted[-limit:]
        # The end of GetLogEvents is not part of the range.
        within = model.expected(stream, start=start, end=end - 1)
        assert read("GetLogEvents", "nextForwardToken", **one, **ends, startFromHead=True) == within
    wanted = model.expected(*STREAMS, start=start, end=end)
    assert read("FilterLogEvents", **GROUP, **ends, limit=limit) == wanted
    assert read("FilterLogEvents", **GROUP, **ends, limit=limit, startFromHead=False) == wanted[::-1]
    two = ["s", "u"]
    assert read("FilterLogEvents", **GROUP, logStreamNames=two, limit=limit) == model.expected(*two)


@given(puts, puts, limits)
@settings(max_examples=20)
def test_what_is_there_throughout_is_read_exactly_once(
    before: list[tuple[str, list[int]]], meanwhile: list[tuple[str, list[int]]], limit: int
) -> None:
    """While one pages, others put: nothing that was there is lost, nothing is doubled, and the order holds."""
    model = filled(before, 1_000)
    there = model.expected(*STREAMS)
    read: list[str] = []
    token: dict[str, str] = {}
    coming = iter(meanwhile)
    while True:
        page = model.client.call("FilterLogEvents", **GROUP, limit=limit, **token)
        read += [event["message"] for event in page["events"]]
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
        if (put := next(coming, None)) is not None:
            model.put(*put)
    assert len(read) == len(set(read))
    assert set(there) <= set(read)
    assert read == [message for message in model.expected(*STREAMS) if message in set(read)]


@given(puts, limits)
@settings(max_examples=20)
def test_following_a_stream_by_its_forward_token(drawn: list[tuple[str, list[int]]], limit: int) -> None:
    """A reader that keeps the forward token misses only log events whose time is before it."""
    model = Model(1_000)
    token: dict[str, str] = {}
    reached: tuple[int, int] = (-9, 0)
    for stream, offsets in [("s", [0]), *drawn]:
        model.put(stream, offsets)
        fresh = [event[:2] for event in sorted(model.events) if event[2] == "s" and event[:2] > reached]
        page = model.client.call("GetLogEvents", **GROUP, logStreamName="s", startFromHead=True, limit=limit, **token)
        assert [event["message"] for event in page["events"]] == [str(number) for _, number in fresh[:limit]]
        reached = fresh[:limit][-1] if fresh else reached
        token = {"nextToken": page["nextForwardToken"]}
