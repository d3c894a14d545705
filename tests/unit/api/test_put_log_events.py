"""PutLogEvents: its ten rules at their edges, what it reports, and what it does not do any more."""

import re

import pytest

from livetail.core.clock import DAY, HOUR
from tests.unit.api.client import ACCOUNT, NOW, Client

INVALID = "InvalidParameterException"
NOT_IN_ORDER = "Log events in a single PutLogEvents request must be in chronological order."
TOO_LONG_A_SPAN = "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."
TARGET = {"logGroupName": "/a", "logStreamName": "s"}


@pytest.fixture(autouse=True)
def stream(client: Client) -> None:
    client.create("/a", "s")


def event(timestamp: int, message: str = "x") -> dict[str, object]:
    return {"timestamp": timestamp, "message": message}


def stored(client: Client) -> list[str]:
    return client.messages("FilterLogEvents", logGroupName="/a")


# ---- validations ---------------------------------------------------------------------------------------------------


def test_ten_thousand_events_are_the_most(client: Client) -> None:
    events = [event(NOW)] * 10_000
    client.call("PutLogEvents", **TARGET, logEvents=events)
    assert client.refusal("PutLogEvents", **TARGET, logEvents=[*events, event(NOW)]) == (
        INVALID,
        "1 validation error detected: Value at 'logEvents' failed to satisfy constraint: "
        "Member must have length less than or equal to 10000",
    )


@pytest.mark.parametrize("character", ["x", "é", "参", "🙀", "\n", '"'])
def test_size_of_the_batch_counts_utf8_and_26_bytes_an_event(client: Client, character: str) -> None:
    """1,048,576 bytes are taken and one more is not, whatever JSON makes of the message."""
    size = len(character.encode())
    half, filling = divmod((1_048_576 - 2 * 26) // 2, size)
    fitting = character * half + "x" * filling
    client.call("PutLogEvents", **TARGET, logEvents=[event(NOW, fitting), event(NOW, fitting)])
    assert client.refusal("PutLogEvents", **TARGET, logEvents=[event(NOW, fitting), event(NOW, fitting + "x")]) == (
        INVALID,
        "Upload too large: 1048577 bytes exceeds limit of 1048576",
    )


def test_size_of_one_event_counts_the_26_bytes_too(client: Client) -> None:
    client.call("PutLogEvents", **TARGET, logEvents=[event(NOW, "x" * (1_048_576 - 26))])
    for message in ("x" * (1_048_576 - 25), "é" * 524_275 + "x"):
        assert client.refusal("PutLogEvents", **TARGET, logEvents=[event(NOW, message)]) == (
            INVALID,
            "Log event too large: 1048577 bytes exceeds limit of 1048576",
        )


def test_order(client: Client) -> None:
    assert client.refusal("PutLogEvents", **TARGET, logEvents=[event(NOW), event(NOW - 1)]) == (INVALID, NOT_IN_ORDER)
    client.put("/a", "s", (-1, "a"), (0, "b"), (0, "c"), (1, "d"))
    assert stored(client) == ["a", "b", "c", "d"]


def test_order_holds_for_a_request_only(client: Client) -> None:
    client.put("/a", "s", (0, "later"))
    client.put("/a", "s", (-5, "earlier"))
    assert stored(client) == ["earlier", "later"]


def test_span_of_24_hours(client: Client) -> None:
    client.put("/a", "s", (-DAY, "a"), (0, "b"))
    assert client.refusal("PutLogEvents", **TARGET, logEvents=[event(NOW - DAY - 1), event(NOW)]) == (
        INVALID,
        TOO_LONG_A_SPAN,
    )


def test_span_counts_only_what_is_neither_too_old_nor_too_new(client: Client) -> None:
    response = client.put("/a", "s", (-14 * DAY - 1, "old"), (-22 * HOUR, "a"), (2 * HOUR, "b"), (2 * HOUR + 1, "new"))
    assert response["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1, "tooNewLogEventStartIndex": 3}
    assert stored(client) == ["a", "b"]


def test_empty_messages(client: Client) -> None:
    code, message = client.refusal("PutLogEvents", **TARGET, logEvents=[event(NOW, "")])
    assert code == INVALID
    assert message is not None and "'logEvents.1.member.message'" in message


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"logGroupName": "/b"}, "The specified log group does not exist."),
        ({"logStreamName": "t"}, "The specified log stream does not exist."),
    ],
)
def test_unknown_group_or_stream(client: Client, names: dict[str, str], message: str) -> None:
    refused = client.refusal("PutLogEvents", **TARGET | names, logEvents=[event(NOW)])
    assert refused == ("ResourceNotFoundException", message)


def test_order_of_the_rules(client: Client) -> None:
    """Chosen: event size, batch size, order, group, stream, span. Each request here breaks all that come after too."""
    large = "x" * 1_048_551
    half = "x" * 600_000

    def refused(*events: dict[str, object], log_group: str = "/b") -> str | None:
        return client.refusal("PutLogEvents", logGroupName=log_group, logStreamName="t", logEvents=events)[1]

    wide = event(NOW), event(NOW - DAY - 1)
    assert refused(event(NOW, half), event(NOW, large), *wide) == (
        "Log event too large: 1048577 bytes exceeds limit of 1048576"
    )
    assert refused(event(NOW, half), event(NOW, half), *wide) == (
        f"Upload too large: {2 * 600_000 + 2 + 4 * 26} bytes exceeds limit of 1048576"
    )
    assert refused(*wide) == NOT_IN_ORDER
    assert refused(*reversed(wide)) == "The specified log group does not exist."
    assert refused(*reversed(wide), log_group="/a") == "The specified log stream does not exist."


# ---- rejected events -----------------------------------------------------------------------------------------------


def test_too_old_is_more_than_14_days(client: Client) -> None:
    assert "rejectedLogEventsInfo" not in client.put("/a", "s", (-14 * DAY, "just"))
    response = client.put("/a", "s", (-14 * DAY - 1, "a"), (-14 * DAY - 1, "b"), (-14 * DAY, "c"))
    assert response["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 2}
    assert stored(client) == ["just", "c"]


def test_too_new_is_more_than_2_hours(client: Client) -> None:
    assert "rejectedLogEventsInfo" not in client.put("/a", "s", (2 * HOUR, "just"))
    response = client.put("/a", "s", (2 * HOUR, "c"), (2 * HOUR + 1, "a"), (2 * HOUR + 1, "b"))
    assert response["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 1}
    assert stored(client) == ["just", "c"]


def test_expired_is_older_than_the_retention(client: Client) -> None:
    client.call("PutRetentionPolicy", logGroupName="/a", retentionInDays=7)
    response = client.put("/a", "s", (-7 * DAY - 1, "a"), (-7 * DAY, "b"))
    assert response["rejectedLogEventsInfo"] == {"expiredLogEventEndIndex": 1}
    assert stored(client) == ["b"]
    response = client.put("/a", "s", (-15 * DAY, "a"), (-8 * DAY, "b"), (0, "c"))
    assert response["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1, "expiredLogEventEndIndex": 2}
    assert stored(client) == ["b", "c"]


def test_a_longer_retention_does_not_lift_the_14_days(client: Client) -> None:
    client.call("PutRetentionPolicy", logGroupName="/a", retentionInDays=30)
    response = client.put("/a", "s", (-15 * DAY, "a"), (0, "b"))
    assert response["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}


def test_all_events_rejected(client: Client) -> None:
    """The status is 200, with a token; nothing is stored or delivered."""
    response = client.put("/a", "s", (-15 * DAY, "a"))
    assert response["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}
    assert re.fullmatch("[0-9]{56}", response["nextSequenceToken"])
    assert client.hub.published == []
    (row,) = client.call("DescribeLogStreams", logGroupName="/a")["logStreams"]
    assert "lastIngestionTime" not in row


# ---- functionality -------------------------------------------------------------------------------------------------


def test_response_has_a_sequence_token_that_changes(client: Client) -> None:
    tokens = {client.put("/a", "s", (0, "x"))["nextSequenceToken"] for _ in range(3)}
    assert len(tokens) == 3
    assert all(re.fullmatch("[0-9]{56}", token) for token in tokens)


def test_sequence_token_of_the_request_is_ignored(client: Client) -> None:
    for token in ("wrong", "49" + "0" * 54):
        client.call("PutLogEvents", **TARGET, sequenceToken=token, logEvents=[event(NOW)])
    assert len(stored(client)) == 2


def test_the_hub_gets_what_was_accepted(client: Client) -> None:
    client.put("/a", "s", (-15 * DAY, "old"), (-1, "a"), (0, "b"), (3 * HOUR, "new"))
    ((arn, batch),) = client.hub.published
    assert str(arn) == f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/a"
    assert (batch.log_group_identifier, batch.log_stream_name) == (f"{ACCOUNT}:/a", "s")
    assert (batch.ingestion_time, batch.sequence) == (NOW, 0)
    assert [(each.timestamp, each.message) for each in batch.events] == [(NOW - 1, "a"), (NOW, "b")]


def test_sequence_numbers_run_through_the_group(client: Client) -> None:
    client.call("CreateLogStream", logGroupName="/a", logStreamName="t")
    client.put("/a", "s", (0, "a"), (0, "b"))
    client.put("/a", "t", (0, "c"))
    client.put("/a", "s", (0, "d"))
    assert [batch.sequence for _, batch in client.hub.published] == [0, 2, 3]


def test_entity_is_checked_and_otherwise_ignored(client: Client) -> None:
    entity = {"keyAttributes": {"Type": "Service", "Name": "api"}, "attributes": {"a": "b"}}
    response = client.call("PutLogEvents", **TARGET, entity=entity, logEvents=[event(NOW)])
    assert list(response) == ["nextSequenceToken"]


def test_messages_are_kept_verbatim(client: Client) -> None:
    messages = ["🙀 - 参よ - 日本語", " \t\n\r", "\x00\x7f", '{"a": "\\u00e9"}', "\u2028\ufeff"]
    client.put("/a", "s", *((0, message) for message in messages))
    assert stored(client) == messages
