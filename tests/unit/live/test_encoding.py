"""The JSON of updates: encoded once, only what is delivered, and never more than a message can hold."""

import json

from livetail.live.encoding import MAX_UPDATE_BYTES, session_start_json, session_update_json
from livetail.live.window import Selection, Update
from livetail.wire import livetail
from tests.unit.live.building import batch, subscription


def test_only_what_is_delivered_is_encoded_and_only_once() -> None:
    whole = Selection.of(batch(["a", "b", "c"]))
    list(session_update_json(Update((whole.pick([1]),), 1, False)))
    first = whole.encoded[1]
    assert [encoded is None for encoded in whole.encoded] == [True, False, True]
    list(session_update_json(Update((whole,), 3, False)))
    assert whole.encoded[1] is first


def test_messages_are_verbatim() -> None:
    message = 'quote " backslash \\ newline \n tab \t é 😀 \u2028 \x00'
    (parts,) = session_update_json(Update((Selection.of(batch([message])),), 1, False))
    assert json.loads(b"".join(parts))["sessionResults"][0]["message"] == message


def test_an_update_beyond_what_a_message_can_hold_is_several() -> None:
    events = batch([f"{number:02d}" + "x" * 1_000_000 for number in range(20)])
    payloads = [b"".join(parts) for parts in session_update_json(Update((Selection.of(events),), 20, True))]
    assert len(payloads) == 2
    assert all(len(livetail.session_update((payload,))) <= MAX_UPDATE_BYTES for payload in payloads)
    updates = [json.loads(payload) for payload in payloads]
    assert all(update["sessionMetadata"] == {"sampled": True} for update in updates)
    numbers = [event["message"][:2] for update in updates for event in update["sessionResults"]]
    assert numbers == [f"{number:02d}" for number in range(20)]


def test_session_start_repeats_the_filters_of_the_request() -> None:
    asked = subscription("ERROR", log_stream_names=("a", "b"))
    assert json.loads(session_start_json("r", "s", asked)) == {
        "requestId": "r",
        "sessionId": "s",
        "logGroupIdentifiers": ["arn:aws:logs:us-east-1:123456789012:log-group:/app"],
        "logStreamNames": ["a", "b"],
        "logEventFilterPattern": "ERROR",
    }
    prefixed = json.loads(session_start_json("r", "s", subscription(log_stream_name_prefixes=("w-",))))
    assert prefixed["logStreamNamePrefixes"] == ["w-"]
    assert "logStreamNames" not in prefixed
