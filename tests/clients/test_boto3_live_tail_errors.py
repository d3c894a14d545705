"""Every error of StartLiveTail as boto3 raises it: code, text, status, and which of several faults is named."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from livetail import LiveTailEmulator
from tests.clients.tailing import PATIENT

GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/app/api"
INFREQUENT = "arn:aws:logs:us-east-1:123456789012:log-group:/app/infrequent"
DELIVERY = "arn:aws:logs:us-east-1:123456789012:log-group:/app/delivery"
UNKNOWN = "arn:aws:logs:us-east-1:123456789012:log-group:/app/unknown"

NO_GROUP = "The specified log group does not exist."
IDENTIFIER = (
    "Value at 'logGroupIdentifiers' failed to satisfy constraint: Member must satisfy constraint: "
    "[Member must have length less than or equal to 2048, Member must have length greater than or equal to 1, "
    r"Member must satisfy regular expression pattern: [\w#+=/:,.@-]*]"
)
STREAM = (
    "failed to satisfy constraint: Member must satisfy constraint: "
    "[Member must have length less than or equal to 512, Member must have length greater than or equal to 1, "
    "Member must satisfy regular expression pattern: [^:*]*]"
)
TOO_MANY_STREAMS = (
    "Value at 'logStreamNames' failed to satisfy constraint: Member must have length less than or equal to 100"
)
ONE_GROUP = "logStreamNames and logStreamNamePrefixes can be specified only if logGroupIdentifiers has one log group."
NAMES_OR_PREFIXES = "logStreamNames and logStreamNamePrefixes are mutually exclusive parameters."


@pytest.fixture(scope="module")
def emulator() -> Iterator[LiveTailEmulator]:
    """One emulator for all these tests: a refused request changes nothing."""
    with LiveTailEmulator(clock="manual", seed=7) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def unchecked(emulator: LiveTailEmulator) -> Iterator[Any]:
    """A boto3 client that sends what it is given, on an emulator with a group of each class."""
    client = emulator.client(config=PATIENT.merge(Config(parameter_validation=False)))
    client.create_log_group(logGroupName="/app/api")
    client.create_log_stream(logGroupName="/app/api", logStreamName="web-1")
    client.create_log_group(logGroupName="/app/other")
    client.create_log_group(logGroupName="/app/infrequent", logGroupClass="INFREQUENT_ACCESS")
    client.create_log_group(logGroupName="/app/delivery", logGroupClass="DELIVERY")
    yield client
    emulator.assert_no_sessions()
    client.close()


def refusal(logs: Any, **parameters: Any) -> tuple[str, str | None]:
    """Code and text of the error that StartLiveTail returns."""
    with pytest.raises(ClientError) as caught:
        logs.start_live_tail(**parameters)["responseStream"].close()
    response = caught.value.response
    assert caught.value.operation_name == "StartLiveTail"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert response["ResponseMetadata"]["HTTPHeaders"]["content-type"] == "application/x-amz-json-1.1"
    assert response["ResponseMetadata"]["RequestId"]
    return response["Error"]["Code"], response["Error"].get("Message")


# ---- constraints ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "faults"),
    [
        ({}, ["Value null at 'logGroupIdentifiers' failed to satisfy constraint: Member must not be null"]),
        (
            {"logGroupIdentifiers": []},
            [
                "Value at 'logGroupIdentifiers' failed to satisfy constraint: "
                "Member must have length greater than or equal to 1"
            ],
        ),
        (
            {"logGroupIdentifiers": [f"{GROUP}-{number}" for number in range(11)]},
            [
                "Value at 'logGroupIdentifiers' failed to satisfy constraint: "
                "Member must have length less than or equal to 10"
            ],
        ),
        ({"logGroupIdentifiers": [f"{GROUP}:*"]}, [IDENTIFIER]),
        ({"logGroupIdentifiers": [GROUP, f"{GROUP}*"]}, [IDENTIFIER]),
        ({"logGroupIdentifiers": [""]}, [IDENTIFIER]),
        ({"logGroupIdentifiers": ["a" * 2049]}, [IDENTIFIER]),
        ({"logGroupIdentifiers": ["größe"]}, [IDENTIFIER]),
        (
            {"logGroupIdentifiers": [GROUP], "logStreamNames": []},
            [
                "Value at 'logStreamNames' failed to satisfy constraint: "
                "Member must have length greater than or equal to 1"
            ],
        ),
        (
            {"logGroupIdentifiers": [GROUP], "logStreamNames": ["s"] * 101},
            [TOO_MANY_STREAMS],
        ),
        ({"logGroupIdentifiers": [GROUP], "logStreamNames": ["a:b"]}, [f"Value at 'logStreamNames' {STREAM}"]),
        ({"logGroupIdentifiers": [GROUP], "logStreamNames": ["s" * 513]}, [f"Value at 'logStreamNames' {STREAM}"]),
        ({"logGroupIdentifiers": [GROUP], "logStreamNames": [""]}, [f"Value at 'logStreamNames' {STREAM}"]),
        (
            {"logGroupIdentifiers": [GROUP], "logStreamNamePrefixes": []},
            [
                "Value at 'logStreamNamePrefixes' failed to satisfy constraint: "
                "Member must have length greater than or equal to 1"
            ],
        ),
        (
            {"logGroupIdentifiers": [GROUP], "logStreamNamePrefixes": ["web-*"]},
            [f"Value at 'logStreamNamePrefixes' {STREAM}"],
        ),
        (
            {"logGroupIdentifiers": [GROUP], "logEventFilterPattern": "a" * 1025},
            [
                "Value at 'logEventFilterPattern' failed to satisfy constraint: "
                "Member must have length less than or equal to 1024"
            ],
        ),
        (
            {"logGroupIdentifiers": [], "logStreamNames": [":"] * 101, "logEventFilterPattern": "a" * 1025},
            [
                "Value at 'logGroupIdentifiers' failed to satisfy constraint: "
                "Member must have length greater than or equal to 1",
                TOO_MANY_STREAMS,
                f"Value at 'logStreamNames' {STREAM}",
                "Value at 'logEventFilterPattern' failed to satisfy constraint: "
                "Member must have length less than or equal to 1024",
            ],
        ),
    ],
)
def test_each_constraint_is_worded_and_all_that_are_broken_are_named(
    unchecked: Any, parameters: dict[str, Any], faults: list[str]
) -> None:
    errors = "error" if len(faults) == 1 else "errors"
    assert refusal(unchecked, **parameters) == (
        "InvalidParameterException",
        f"{len(faults)} validation {errors} detected: {'; '.join(faults)}",
    )


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"logGroupIdentifiers": [5]}, "NUMBER_VALUE can not be converted to a String"),
        ({"logGroupIdentifiers": [True]}, "TRUE_VALUE can not be converted to a String"),
        ({"logGroupIdentifiers": [[GROUP]]}, "Start of list found where not expected"),
        ({"logGroupIdentifiers": [{}]}, "Start of structure or map found where not expected."),
        (
            {"logGroupIdentifiers": [GROUP], "logEventFilterPattern": False},
            "FALSE_VALUE can not be converted to a String",
        ),
    ],
)
def test_a_wrong_type_is_a_serialization_exception(unchecked: Any, parameters: dict[str, Any], text: str) -> None:
    assert refusal(unchecked, **parameters) == ("SerializationException", text)


# ---- the checks behind the constraints -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "identifier",
    [
        "/app/api",
        "123456789012:/app/api",
        f"{GROUP}:log-stream:web-1",
        GROUP.removesuffix("/app/api"),
        GROUP.replace(":logs:", ":s3:"),
        GROUP.replace("123456789012", ""),
    ],
)
def test_only_the_arn_of_a_log_group_will_do(unchecked: Any, identifier: str) -> None:
    assert refusal(unchecked, logGroupIdentifiers=[GROUP, identifier]) == (
        "InvalidParameterException",
        f"The specified log group identifier is not a valid log group ARN: {identifier}",
    )


@pytest.mark.parametrize("filters", [{"logStreamNames": ["s"]}, {"logStreamNamePrefixes": ["s"]}], ids=str)
def test_stream_filters_take_a_single_group(unchecked: Any, filters: dict[str, Any]) -> None:
    groups = [GROUP, GROUP.replace("/app/api", "/app/other")]
    assert refusal(unchecked, logGroupIdentifiers=groups, **filters) == ("InvalidParameterException", ONE_GROUP)


def test_names_and_prefixes_exclude_each_other(unchecked: Any) -> None:
    filters = {"logStreamNames": ["s"], "logStreamNamePrefixes": ["s"]}
    assert refusal(unchecked, logGroupIdentifiers=[GROUP], **filters) == (
        "InvalidParameterException",
        NAMES_OR_PREFIXES,
    )


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("{ $.level = }", "Invalid filter pattern: Invalid filter pattern"),
        ("[a, b", "Invalid filter pattern: If a filter pattern starts with '[' it must end with ']'"),
        ('"open', "Invalid filter pattern: Invalid character(s) in term '\"open'"),
        ("(", "Invalid filter pattern: Invalid character(s) in term '('"),
    ],
)
def test_a_pattern_that_is_none_is_refused(unchecked: Any, pattern: str, text: str) -> None:
    assert refusal(unchecked, logGroupIdentifiers=[GROUP], logEventFilterPattern=pattern) == (
        "InvalidParameterException",
        text,
    )


@pytest.mark.parametrize(
    "arn",
    [
        UNKNOWN,
        GROUP.replace("us-east-1", "eu-west-1"),
        GROUP.replace("123456789012", "999999999999"),
        GROUP.replace("/app/api", "/APP/api"),
        # A session that nothing can ever reach would be worse than an error.
        GROUP.replace("arn:aws:", "arn:aws-cn:"),
    ],
)
def test_a_group_that_is_not_there_is_not_found(unchecked: Any, arn: str) -> None:
    assert refusal(unchecked, logGroupIdentifiers=[GROUP, arn]) == ("ResourceNotFoundException", NO_GROUP)


@pytest.mark.parametrize("names", [["web-2"], ["web-1", "web-2"]])
def test_a_log_stream_that_is_not_there_is_not_found(unchecked: Any, names: list[str]) -> None:
    assert refusal(unchecked, logGroupIdentifiers=[GROUP], logStreamNames=names) == (
        "ResourceNotFoundException",
        "The specified log stream does not exist.",
    )


def test_what_is_taken(emulator: LiveTailEmulator, unchecked: Any) -> None:
    """An ARN that ends in `:`, a stream that is there, prefixes that match nothing yet."""
    for parameters in (
        {"logGroupIdentifiers": [f"{GROUP}:"]},
        {"logGroupIdentifiers": [GROUP], "logStreamNames": ["web-1"]},
        {"logGroupIdentifiers": [GROUP], "logStreamNamePrefixes": ["none"]},
    ):
        stream = unchecked.start_live_tail(**parameters)["responseStream"]
        started = next(iter(stream))["sessionStart"]
        assert started["logGroupIdentifiers"] == parameters["logGroupIdentifiers"]
        emulator.end_session(started["sessionId"])
        stream.close()


@pytest.mark.parametrize(("arn", "name"), [(INFREQUENT, "INFREQUENT_ACCESS"), (DELIVERY, "DELIVERY")])
def test_a_class_without_live_tail_is_an_invalid_operation(unchecked: Any, arn: str, name: str) -> None:
    assert refusal(unchecked, logGroupIdentifiers=[GROUP, arn]) == (
        "InvalidOperationException",
        f"The log group {arn.rpartition(':')[2]} is of log-group-class {name}. "
        "StartLiveTail is not supported for this log class.",
    )


def test_the_errors_are_the_types_of_the_client(unchecked: Any) -> None:
    with pytest.raises(unchecked.exceptions.InvalidParameterException):
        unchecked.start_live_tail(logGroupIdentifiers=["/app/api"])
    with pytest.raises(unchecked.exceptions.ResourceNotFoundException):
        unchecked.start_live_tail(logGroupIdentifiers=[UNKNOWN])
    with pytest.raises(unchecked.exceptions.InvalidOperationException):
        unchecked.start_live_tail(logGroupIdentifiers=[INFREQUENT])


# ---- which of several faults is named ------------------------------------------------------------------------------


def test_faults_are_named_in_the_order_of_the_checks(unchecked: Any) -> None:
    """One request with every fault, mended one by one: each time the next check speaks."""
    request: dict[str, Any] = {
        "logGroupIdentifiers": ["/app/api", INFREQUENT, UNKNOWN],
        "logStreamNames": [],
        "logStreamNamePrefixes": ["s"],
        "logEventFilterPattern": 5,
    }
    assert refusal(unchecked, **request) == ("SerializationException", "NUMBER_VALUE can not be converted to a String")
    request["logEventFilterPattern"] = "("
    assert refusal(unchecked, **request) == (
        "InvalidParameterException",
        "1 validation error detected: Value at 'logStreamNames' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1",
    )
    request["logStreamNames"] = ["s"]
    assert refusal(unchecked, **request) == (
        "InvalidParameterException",
        "The specified log group identifier is not a valid log group ARN: /app/api",
    )
    request["logGroupIdentifiers"] = [INFREQUENT, UNKNOWN]
    assert refusal(unchecked, **request) == ("InvalidParameterException", ONE_GROUP)
    request["logGroupIdentifiers"] = [UNKNOWN]
    assert refusal(unchecked, **request) == ("InvalidParameterException", NAMES_OR_PREFIXES)
    del request["logStreamNames"]
    assert refusal(unchecked, **request) == (
        "InvalidParameterException",
        "Invalid filter pattern: Invalid character(s) in term '('",
    )
    request["logEventFilterPattern"] = "ERROR"
    assert refusal(unchecked, **request) == ("ResourceNotFoundException", NO_GROUP)


def test_all_groups_must_exist_before_their_classes_are_looked_at(unchecked: Any) -> None:
    for groups in ([INFREQUENT, UNKNOWN], [UNKNOWN, INFREQUENT]):
        assert refusal(unchecked, logGroupIdentifiers=groups) == ("ResourceNotFoundException", NO_GROUP)


def test_the_quotas_come_last() -> None:
    with LiveTailEmulator(clock="manual", seed=7, max_sessions=1, session_rate=1) as emulator:
        logs = emulator.client(config=PATIENT)
        logs.create_log_group(logGroupName="/app/api")
        logs.create_log_group(logGroupName="/app/infrequent", logGroupClass="INFREQUENT_ACCESS")
        stream = logs.start_live_tail(logGroupIdentifiers=[GROUP])["responseStream"]
        assert refusal(logs, logGroupIdentifiers=["/app/api"])[0] == "InvalidParameterException"
        assert refusal(logs, logGroupIdentifiers=[UNKNOWN])[0] == "ResourceNotFoundException"
        assert refusal(logs, logGroupIdentifiers=[INFREQUENT])[0] == "InvalidOperationException"
        assert refusal(logs, logGroupIdentifiers=[GROUP]) == ("LimitExceededException", "Rate exceeded")
        stream.close()
        logs.close()
