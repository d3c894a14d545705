"""Faults of requests in AWS's words: what is not JSON, wrong types, broken constraints, and what is forgiven."""

import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.api.client import NOW, Client

NAME = r"[\.\-_/#A-Za-z0-9]+"
IDENTIFIER = r"[\w#+=/:,.@-]*"
VALUE_AT = "1 validation error detected: Value at '{}' failed to satisfy constraint: {}"
SERIALIZATION = "SerializationException"
INVALID = "InvalidParameterException"


# ---- not JSON ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b" ",
        b"null",
        b'"x"',
        b"1",
        b"true",
        b'{"logGroupName": "a",}',
        b"{'logGroupName': 'a'}",
        b'{"logGroupName": "a"} x',
        b'\xef\xbb\xbf{"logGroupName": "a"}',
        b'{"logGroupName": "\xff"}',
        b'{"logGroupName": "a\x01"}',
        b'{"logGroupName": NaN}',
        b'{"logGroupName": Infinity}',
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b'{"logGroupName": ' + b"1" * 5_000 + b"}",
    ],
)
def test_what_is_not_json_has_no_message(client: Client, body: bytes) -> None:
    assert client.refusal("CreateLogGroup", body) == (SERIALIZATION, None)


def test_a_list_instead_of_the_members(client: Client) -> None:
    assert client.refusal("CreateLogGroup", b"[]") == (SERIALIZATION, "Start of list found where not expected")


# ---- types ---------------------------------------------------------------------------------------------------------

LIST = "Start of list found where not expected"
OBJECT = "Start of structure or map found where not expected."


@pytest.mark.parametrize(
    ("operation", "members", "message"),
    [
        ("CreateLogGroup", {"logGroupName": 1}, "NUMBER_VALUE can not be converted to a String"),
        ("CreateLogGroup", {"logGroupName": 1.5}, "NUMBER_VALUE can not be converted to a String"),
        ("CreateLogGroup", {"logGroupName": True}, "TRUE_VALUE can not be converted to a String"),
        ("CreateLogGroup", {"logGroupName": False}, "FALSE_VALUE can not be converted to a String"),
        ("CreateLogGroup", {"logGroupName": []}, LIST),
        ("CreateLogGroup", {"logGroupName": {}}, OBJECT),
        ("CreateLogGroup", {"logGroupClass": 1}, "NUMBER_VALUE can not be converted to a String"),
        ("CreateLogGroup", {"tags": "x"}, "Expected map or null"),
        ("CreateLogGroup", {"tags": []}, LIST),
        ("CreateLogGroup", {"tags": {"a": 1}}, "NUMBER_VALUE can not be converted to a String"),
        ("CreateLogGroup", {"deletionProtectionEnabled": "true"}, "STRING_VALUE can not be converted to a Boolean"),
        ("CreateLogGroup", {"deletionProtectionEnabled": 1}, "NUMBER_VALUE can not be converted to a Boolean"),
        ("GetLogEvents", {"limit": "1"}, "STRING_VALUE can not be converted to an Integer"),
        ("GetLogEvents", {"limit": True}, "TRUE_VALUE can not be converted to an Integer"),
        ("GetLogEvents", {"limit": []}, LIST),
        ("GetLogEvents", {"startTime": "1"}, "STRING_VALUE can not be converted to a Long"),
        ("FilterLogEvents", {"logStreamNames": "x"}, "Expected list or null"),
        ("FilterLogEvents", {"logStreamNames": 1}, "Expected list or null"),
        ("FilterLogEvents", {"logStreamNames": {}}, OBJECT),
        ("FilterLogEvents", {"logStreamNames": [1]}, "NUMBER_VALUE can not be converted to a String"),
        ("FilterLogEvents", {"logStreamNames": [[]]}, LIST),
        ("PutLogEvents", {"logEvents": [1]}, "Expected null"),
        ("PutLogEvents", {"logEvents": ["x"]}, "Expected null"),
        ("PutLogEvents", {"logEvents": [[]]}, LIST),
        ("PutLogEvents", {"logEvents": [{"timestamp": "1"}]}, "STRING_VALUE can not be converted to a Long"),
        ("PutLogEvents", {"entity": "x"}, "Expected null"),
        ("PutLogEvents", {"entity": {"attributes": {"a": {}}}}, OBJECT),
    ],
)
def test_wrong_types(client: Client, operation: str, members: dict[str, Any], message: str) -> None:
    assert client.refusal(operation, **members) == (SERIALIZATION, message)


@pytest.mark.parametrize(("member", "value"), [("limit", 2**31), ("limit", -(2**31) - 1), ("startTime", 2**63)])
def test_numbers_wider_than_their_type(client: Client, member: str, value: int) -> None:
    assert client.refusal("GetLogEvents", **{member: value}) == (SERIALIZATION, None)


def test_a_number_that_no_float_holds(client: Client) -> None:
    assert client.refusal("GetLogEvents", b'{"startTime": 1e999}') == (SERIALIZATION, None)


def test_the_first_wrong_type_in_the_body_is_named_and_wins_over_constraints(client: Client) -> None:
    body = '{"tags": 1, "logGroupName": "", "kmsKeyId": []}'
    assert client.refusal("CreateLogGroup", body) == (SERIALIZATION, "Expected map or null")


# ---- constraints ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "members", "path", "constraint"),
    [
        ("GetLogEvents", {"limit": 0}, "limit", "Member must have value greater than or equal to 1"),
        ("GetLogEvents", {"limit": 10_001}, "limit", "Member must have value less than or equal to 10000"),
        ("GetLogEvents", {"startTime": -1}, "startTime", "Member must have value greater than or equal to 0"),
        ("GetLogEvents", {"nextToken": ""}, "nextToken", "Member must have length greater than or equal to 1"),
        (
            "GetLogEvents",
            {"logGroupIdentifier": "arn:aws:logs:us-east-1:123456789012:log-group:/a:*"},
            "logGroupIdentifier",
            f"Member must satisfy regular expression pattern: {IDENTIFIER}",
        ),
        (
            "GetLogEvents",
            {"logGroupIdentifier": "a" * 2049},
            "logGroupIdentifier",
            "Member must have length less than or equal to 2048",
        ),
        (
            "GetLogEvents",
            {"logGroupName": "a b"},
            "logGroupName",
            f"Member must satisfy regular expression pattern: {NAME}",
        ),
        (
            "GetLogEvents",
            {"logStreamName": "a:b"},
            "logStreamName",
            "Member must satisfy regular expression pattern: [^:*]*",
        ),
    ],
)
def test_one_broken_constraint(
    client: Client, operation: str, members: dict[str, Any], path: str, constraint: str
) -> None:
    members = {"logStreamName": "s"} | members
    assert client.refusal(operation, **members) == (INVALID, VALUE_AT.format(path, constraint))


def test_a_required_member_that_is_missing_or_null(client: Client) -> None:
    message = (
        "1 validation error detected: "
        "Value null at 'logStreamName' failed to satisfy constraint: Member must not be null"
    )
    assert client.refusal("GetLogEvents", logGroupName="/a") == (INVALID, message)
    assert client.refusal("GetLogEvents", logGroupName="/a", logStreamName=None) == (INVALID, message)


def test_several_problems_come_in_the_order_of_the_model_and_pattern_before_length(client: Client) -> None:
    code, message = client.refusal("CreateLogStream", logStreamName="", logGroupName="")
    assert code == INVALID
    assert message == (
        "3 validation errors detected: "
        "Value at 'logGroupName' failed to satisfy constraint: "
        f"Member must satisfy regular expression pattern: {NAME}; "
        "Value at 'logGroupName' failed to satisfy constraint: Member must have length greater than or equal to 1; "
        "Value at 'logStreamName' failed to satisfy constraint: Member must have length greater than or equal to 1"
    )


def test_values_of_an_enumeration(client: Client) -> None:
    constraint = "Member must satisfy enum value set: [LogStreamName, LastEventTime]"
    assert client.refusal("DescribeLogStreams", orderBy="logStreamName") == (
        INVALID,
        VALUE_AT.format("orderBy", constraint),
    )


def test_a_bad_element_brings_all_constraints_of_the_elements_once(client: Client) -> None:
    constraint = (
        "Member must satisfy constraint: [Member must have length less than or equal to 512, "
        "Member must have length greater than or equal to 1, "
        "Member must satisfy regular expression pattern: [^:*]*]"
    )
    refused = client.refusal("FilterLogEvents", logStreamNames=["good", "", "a:b"])
    assert refused == (INVALID, VALUE_AT.format("logStreamNames", constraint))


def test_elements_without_a_greatest_length(client: Client) -> None:
    constraint = "Member must satisfy constraint: [Member must have length greater than or equal to 1]"
    refused = client.refusal("TestMetricFilter", filterPattern="x", logEventMessages=[""])
    assert refused == (INVALID, VALUE_AT.format("logEventMessages", constraint))


def test_lengths_of_lists(client: Client) -> None:
    most = VALUE_AT.format("logStreamNames", "Member must have length less than or equal to 100")
    least = VALUE_AT.format("logStreamNames", "Member must have length greater than or equal to 1")
    assert client.refusal("FilterLogEvents", logStreamNames=["s"] * 101) == (INVALID, most)
    assert client.refusal("FilterLogEvents", logStreamNames=[]) == (INVALID, least)


def test_keys_and_values_of_a_map(client: Client) -> None:
    code, message = client.refusal("CreateLogGroup", logGroupName="/a", tags={"a*": "b*", "": "c", "d": "e" * 257})
    assert code == INVALID
    assert message == (
        "2 validation errors detected: Value at 'tags' failed to satisfy constraint: Map keys must satisfy constraint: "
        "[Member must have length less than or equal to 128, Member must have length greater than or equal to 1, "
        r"Member must satisfy regular expression pattern: ^([\p{L}\p{Z}\p{N}_.:/=+\-@]+)$]; "
        "Value at 'tags' failed to satisfy constraint: Map value must satisfy constraint: "
        "[Member must have length less than or equal to 256, Member must have length greater than or equal to 0, "
        r"Member must satisfy regular expression pattern: ^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$]"
    )


def test_members_of_structures_in_lists_and_structures(client: Client) -> None:
    members = {
        "logGroupName": "/a",
        "logStreamName": "s",
        "logEvents": [{"timestamp": 1, "message": "x"}, {"timestamp": -1, "message": ""}],
        "entity": {"keyAttributes": {"Type": "Service"}, "attributes": {}},
    }
    code, message = client.refusal("PutLogEvents", **members)
    assert code == INVALID
    assert message == (
        "3 validation errors detected: Value at 'logEvents.2.member.timestamp' failed to satisfy constraint: "
        "Member must have value greater than or equal to 0; "
        "Value at 'logEvents.2.member.message' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1; "
        "Value at 'entity.keyAttributes' failed to satisfy constraint: "
        "Member must have length greater than or equal to 2"
    )


def test_a_member_that_is_missing_in_a_structure_of_a_list(client: Client) -> None:
    events = [{"message": "x"}]
    refused = client.refusal("PutLogEvents", logGroupName="/a", logStreamName="s", logEvents=events)
    assert refused == (
        INVALID,
        "1 validation error detected: Value null at 'logEvents.1.member.timestamp' failed to satisfy constraint: "
        "Member must not be null",
    )


def test_no_more_than_ten_problems_are_named(client: Client) -> None:
    code, message = client.refusal("PutLogEvents", logGroupName="/a", logStreamName="s", logEvents=[{}] * 10_001)
    assert code == INVALID and message is not None
    assert message.startswith("10 validation errors detected: Value at 'logEvents' failed to satisfy constraint: ")
    assert message.count("; ") == 9


@pytest.mark.parametrize("member", ["logGroupName", "logStreamName"])
def test_a_name_that_is_too_long_has_a_text_of_its_own(client: Client, member: str) -> None:
    text = "Invalid LogGroup or LogStream, both must have length less than or equal to 512."
    names = {"logGroupName": "/a", "logStreamName": "s"} | {member: "a" * 513}
    assert client.refusal("CreateLogStream", **names) == (INVALID, text)


def test_the_text_for_long_names_comes_after_the_other_problems(client: Client) -> None:
    code, message = client.refusal("CreateLogStream", logGroupName="a" * 513)
    assert (code, message) == (
        INVALID,
        "1 validation error detected: "
        "Value null at 'logStreamName' failed to satisfy constraint: Member must not be null",
    )


# ---- what is accepted all the same ----------------------------------------------------------------------------------


def test_null_is_absent_null_elements_are_dropped_and_unknown_members_ignored(client: Client) -> None:
    client.create("/a", "s")
    body = {
        "logGroupName": "/a",
        "logStreamName": "s",
        "sequenceToken": None,
        "entity": None,
        "logEvents": [None, {"timestamp": NOW, "message": "x", "colour": [1, {"a": "b"}]}, None],
        "unheard": {"of": 1},
    }
    client.call("PutLogEvents", **body)
    assert client.messages("FilterLogEvents", logGroupName="/a") == ["x"]


def test_a_list_of_nulls_is_empty(client: Client) -> None:
    refused = client.refusal("PutLogEvents", logGroupName="/a", logStreamName="s", logEvents=[None])
    constraint = "Member must have length greater than or equal to 1"
    assert refused == (INVALID, VALUE_AT.format("logEvents", constraint))


def test_a_null_value_of_a_map_is_dropped(client: Client) -> None:
    client.call("CreateLogGroup", logGroupName="/a", tags={"a": None, "b": "c"})
    assert client.call("ListTagsLogGroup", logGroupName="/a") == {"tags": {"b": "c"}}


@pytest.mark.parametrize("number", ["1.5", "1.0", "1e0", "1.9999"])
def test_fractions_lose_what_is_behind_the_point(client: Client, number: str) -> None:
    client.create("/a", "s")
    client.put("/a", "s", (0, "x"), (1, "y"))
    body = f'{{"logGroupName": "/a", "logStreamName": "s", "limit": {number}, "startFromHead": true}}'
    assert len(json.loads(client.send("GetLogEvents", body))["events"]) == 1


def test_half_a_surrogate_pair_becomes_a_replacement_character(client: Client) -> None:
    client.create("/a", "s")
    event = rf'{{"timestamp": {NOW}, "message": "cut \ud83d off \ud83d\ude40"}}'
    client.send("PutLogEvents", f'{{"logGroupName": "/a", "logStreamName": "s", "logEvents": [{event}]}}')
    assert client.messages("FilterLogEvents", logGroupName="/a") == ["cut \ufffd off \U0001f640"]


def test_white_space_around_the_body(client: Client) -> None:
    assert client.send("CreateLogGroup", b'\n {"logGroupName": "/a"} \r\n') == b""


# ---- large requests ------------------------------------------------------------------------------------------------

TOO_MANY = "Value at '{}' failed to satisfy constraint: Member must have length less than or equal to {}"


def peak_bytes(call: Callable[[], object]) -> int:
    """The memory that a call takes besides what is there before."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_of_a_million_empty_events_only_those_in_the_error_are_made(client: Client) -> None:
    """A body of 3 MB took 560 MB: an object was made of each event, and of each of its problems."""
    body = b'{"logGroupName":"/a","logStreamName":"s","logEvents":[' + b"{}," * 1_000_000 + b"{}]}"
    refused: list[tuple[str, str | None]] = []
    assert peak_bytes(lambda: refused.append(client.refusal("PutLogEvents", body))) < 30_000_000
    code, message = refused[0]
    assert code == INVALID and message is not None
    assert message.startswith("10 validation errors detected: ")
    assert TOO_MANY.format("logEvents", 10_000) in message
    assert "Value null at 'logEvents.5.member.timestamp'" in message


@pytest.mark.parametrize(
    ("operation", "body", "problem"),
    [
        (
            "StartLiveTail",
            b'{"logGroupIdentifiers":["a"' + b',"a"' * 1_000_000 + b"]}",
            TOO_MANY.format("logGroupIdentifiers", 10),
        ),
        (
            "CreateLogGroup",
            b'{"logGroupName":"/a","tags":{' + b",".join(b'"%d":""' % number for number in range(2_000)) + b"}}",
            TOO_MANY.format("tags", 50),
        ),
    ],
)
def test_long_lists_and_maps_are_read_as_far_as_they_may_go(
    client: Client, operation: str, body: bytes, problem: str
) -> None:
    refused: list[tuple[str, str | None]] = []
    assert peak_bytes(lambda: refused.append(client.refusal(operation, body))) < 30_000_000
    assert refused == [("InvalidParameterException", f"1 validation error detected: {problem}")]


def test_unknown_members_cost_nothing(client: Client) -> None:
    body = b'{"logGroupName":"/a","unknown":[' + b"{}," * 1_000_000 + b"{}]}"
    assert peak_bytes(lambda: client.send("CreateLogGroup", body)) < 30_000_000
    body = b'{"logGroupName":"/b"' + b',"x":1' * 500_000 + b"}"
    assert peak_bytes(lambda: client.send("CreateLogGroup", body)) < 30_000_000


def test_nulls_among_too_many_elements(client: Client) -> None:
    """Up to one element too many they are dropped, as AWS does; beyond that the request is refused."""
    client.create("/a", "s")
    members: dict[str, Any] = {"logGroupName": "/a", "logStreamName": "s"}
    events = [{"timestamp": NOW, "message": "x"}] * 10_000
    client.call("PutLogEvents", **members, logEvents=[None, *events])
    assert client.refusal("PutLogEvents", **members, logEvents=[None, None, *events]) == (SERIALIZATION, None)


def test_a_map_larger_than_any_of_the_model(client: Client) -> None:
    body = b'{"logGroupName":"/a","tags":{"a":""' + b',"a":""' * 300_000 + b"}}"
    refused: list[tuple[str, str | None]] = []
    assert peak_bytes(lambda: refused.append(client.refusal("CreateLogGroup", body))) < 30_000_000
    assert refused == [(SERIALIZATION, None)]
