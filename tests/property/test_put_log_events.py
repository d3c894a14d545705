"""PutLogEvents against a model that checks each event alone, with timestamps around every limit of the rules."""

import json
from dataclasses import dataclass, field

from hypothesis import example, given, settings
from hypothesis import strategies as st

from livetail.core.clock import DAY, HOUR
from livetail.core.errors import ServiceError
from tests.unit.api.client import NOW, Client

EDGES = (-31 * DAY, -30 * DAY, -14 * DAY, -7 * DAY, -DAY, -22 * HOUR, -HOUR, 0, 2 * HOUR, 3 * HOUR, DAY)
offsets = st.builds(lambda edge, step: edge + step, st.sampled_from(EDGES), st.integers(-1, 1))
batches = st.lists(offsets, min_size=1, max_size=8).flatmap(
    lambda drawn: st.sampled_from([sorted(drawn), sorted(drawn), sorted(drawn), drawn])
)
SIZES = (1, 2, 524_262, 524_263, 1_048_550, 1_048_551)


@dataclass
class Outcome:
    """The outcome of a request."""

    error: str | None = None
    stored: list[int] = field(default_factory=list)
    rejected: dict[str, int] = field(default_factory=dict)


def expected(given_offsets: list[int], retention: int | None) -> Outcome:
    """The rules, one event at a time."""
    for before, after in zip(given_offsets, given_offsets[1:], strict=False):
        if after < before:
            return Outcome(error="Log events in a single PutLogEvents request must be in chronological order.")
    stored: list[int] = []
    rejected: dict[str, int] = {}
    for index, offset in enumerate(given_offsets):
        too_old = offset < -14 * DAY
        expired = retention is not None and offset < -retention * DAY
        too_new = offset > 2 * HOUR
        if too_old:
            rejected["tooOldLogEventEndIndex"] = index + 1
        if expired:
            rejected["expiredLogEventEndIndex"] = index + 1
        if too_new:
            rejected.setdefault("tooNewLogEventStartIndex", index)
        if not (too_old or expired or too_new):
            stored.append(offset)
    if stored and stored[-1] - stored[0] > 24 * HOUR:
        return Outcome(error="The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
    return Outcome(stored=stored, rejected=rejected)


@given(given_offsets=batches, retention=st.sampled_from([None, 1, 7, 30]))
@example(given_offsets=[-14 * DAY], retention=None)
@example(given_offsets=[-22 * HOUR, 2 * HOUR], retention=None)
@example(given_offsets=[-15 * DAY, -8 * DAY, 0, 3 * HOUR], retention=7)
@settings(max_examples=50)
def test_rules_of_time(given_offsets: list[int], retention: int | None) -> None:
    client = Client()
    client.create("/a", "s")
    if retention is not None:
        client.call("PutRetentionPolicy", logGroupName="/a", retentionInDays=retention)
    outcome = Outcome()
    try:
        response = client.put("/a", "s", *((offset, "x") for offset in given_offsets))
        outcome.rejected = response.get("rejectedLogEventsInfo", {})
    except ServiceError as error:
        outcome.error = error.message
    found = client.call("GetLogEvents", logGroupName="/a", logStreamName="s", startFromHead=True)["events"]
    outcome.stored = [event["timestamp"] - NOW for event in found]
    assert outcome == expected(given_offsets, retention)
    published = [event.timestamp - NOW for _, batch in client.hub.published for event in batch.events]
    assert published == outcome.stored


@given(
    sizes=st.lists(st.sampled_from(SIZES), min_size=1, max_size=3),
    character=st.sampled_from(["x", "é", "\n", "🙀"]),
    ascii_only=st.booleans(),
)
@settings(max_examples=15)
def test_rules_of_size(sizes: list[int], character: str, ascii_only: bool) -> None:
    """However the messages are written in JSON: a size is that of the message in UTF-8."""
    width = len(character.encode())
    messages = [character * (size // width) + "x" * (size % width) for size in sizes]
    client = Client()
    client.create("/a", "s")
    error = None
    if any(size + 26 > 1_048_576 for size in sizes):
        error = "Log event too large: 1048577 bytes exceeds limit of 1048576"
    elif (total := sum(sizes) + 26 * len(sizes)) > 1_048_576:
        error = f"Upload too large: {total} bytes exceeds limit of 1048576"
    members = {
        "logGroupName": "/a",
        "logStreamName": "s",
        "logEvents": [{"timestamp": NOW, "message": message} for message in messages],
    }
    body = json.dumps(members, ensure_ascii=ascii_only)
    if error is None:
        client.send("PutLogEvents", body)
    else:
        assert client.refusal("PutLogEvents", body) == ("InvalidParameterException", error)
