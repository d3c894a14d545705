"""TestMetricFilter: which messages match, and what is extracted."""

import pytest

from livetail.patterns import InvalidPatternError, compile
from tests.unit.api.client import Client

INVALID = "InvalidParameterException"


def test_matches_are_numbered_from_one(client: Client) -> None:
    response = client.call(
        "TestMetricFilter", filterPattern="ERROR", logEventMessages=["ok", "ERROR a", "ok", "an ERROR"]
    )
    assert [(match["eventNumber"], match["eventMessage"]) for match in response["matches"]] == [
        (2, "ERROR a"),
        (4, "an ERROR"),
    ]


def test_extracted_values_of_a_space_delimited_pattern(client: Client) -> None:
    message = "127.0.0.1 404"
    response = client.call("TestMetricFilter", filterPattern="[ip, status = 404]", logEventMessages=[message])
    assert response == {
        "matches": [
            {"eventNumber": 1, "eventMessage": message, "extractedValues": {"$ip": "127.0.0.1", "$status": "404"}}
        ]
    }


def test_no_match(client: Client) -> None:
    assert client.call("TestMetricFilter", filterPattern="x", logEventMessages=["y"]) == {"matches": []}


def test_the_empty_pattern_matches_everything(client: Client) -> None:
    response = client.call("TestMetricFilter", filterPattern="", logEventMessages=["a", "b"])
    assert len(response["matches"]) == 2


@pytest.mark.parametrize("pattern", ["{ $.a = ", "[a, b"])
def test_invalid_pattern(client: Client, pattern: str) -> None:
    with pytest.raises(InvalidPatternError) as raised:
        compile(pattern)
    text = raised.value.message(subject="metric filter pattern")
    assert client.refusal("TestMetricFilter", filterPattern=pattern, logEventMessages=["x"]) == (INVALID, text)


def test_one_to_fifty_messages(client: Client) -> None:
    client.call("TestMetricFilter", filterPattern="x", logEventMessages=["y"] * 50)
    for messages in ([], ["y"] * 51):
        assert client.refusal("TestMetricFilter", filterPattern="x", logEventMessages=messages)[0] == INVALID


def test_messages_are_at_most_a_batch_together(client: Client) -> None:
    half = "é" * 262_144
    client.call("TestMetricFilter", filterPattern="x", logEventMessages=[half, half])
    refused = client.refusal("TestMetricFilter", filterPattern="x", logEventMessages=[half, half + "a"])
    assert refused == (INVALID, "Upload too large: 1048577 bytes exceeds limit of 1048576")


def test_both_members_are_required(client: Client) -> None:
    code, message = client.refusal("TestMetricFilter")
    assert code == INVALID
    assert message is not None and message.startswith("2 validation errors detected: Value null at 'filterPattern'")
