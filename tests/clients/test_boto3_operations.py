"""The operations around Live Tail as a program calls them through boto3: round trips, pages, typed errors."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from livetail import LiveTailEmulator

MIDNIGHT = 1_767_225_600_000


def _put(logs: Any, stream: str, events: list[tuple[int, str]]) -> Any:
    return logs.put_log_events(
        logGroupName="/app/api",
        logStreamName=stream,
        logEvents=[{"timestamp": MIDNIGHT + offset, "message": message} for offset, message in events],
    )


@pytest.fixture
def app(logs: Any) -> Any:
    """The client, with a group `/app/api` that has the streams `web-1` and `web-2`."""
    logs.create_log_group(logGroupName="/app/api")
    logs.create_log_stream(logGroupName="/app/api", logStreamName="web-1")
    logs.create_log_stream(logGroupName="/app/api", logStreamName="web-2")
    return logs


# ---- groups and streams --------------------------------------------------------------------------------------------


def test_a_new_group_is_described_as_aws_describes_it(logs: Any) -> None:
    made = logs.create_log_group(logGroupName="/app/api", tags={"team": "blue"})
    assert made["ResponseMetadata"]["HTTPHeaders"]["content-length"] == "0"
    assert logs.describe_log_groups()["logGroups"] == [
        {
            "logGroupName": "/app/api",
            "creationTime": MIDNIGHT,
            "metricFilterCount": 0,
            "arn": "arn:aws:logs:us-east-1:123456789012:log-group:/app/api:*",
            "storedBytes": 0,
            "logGroupClass": "STANDARD",
            "logGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:/app/api",
            "deletionProtectionEnabled": False,
            "bearerTokenAuthenticationEnabled": False,
        }
    ]


def test_groups_are_paged_through(logs: Any) -> None:
    names = [f"/app/{number:03}" for number in range(120)]
    for name in reversed(names):
        logs.create_log_group(logGroupName=name)
    pages = list(logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/app/"))
    assert [len(page["logGroups"]) for page in pages] == [50, 50, 20]
    assert [group["logGroupName"] for page in pages for group in page["logGroups"]] == names
    small = logs.get_paginator("describe_log_groups").paginate(PaginationConfig={"PageSize": 7, "MaxItems": 10})
    assert [group["logGroupName"] for group in small.build_full_result()["logGroups"]] == names[:10]


def test_groups_are_found_by_pattern_and_class(logs: Any) -> None:
    logs.create_log_group(logGroupName="/app/api")
    logs.create_log_group(logGroupName="/app/audit", logGroupClass="INFREQUENT_ACCESS")
    (found,) = logs.describe_log_groups(logGroupNamePattern="aud")["logGroups"]
    assert found["logGroupName"] == "/app/audit"
    (found,) = logs.describe_log_groups(logGroupClass="INFREQUENT_ACCESS")["logGroups"]
    assert found["logGroupName"] == "/app/audit"


def test_groups_are_listed(logs: Any) -> None:
    for number in range(60):
        logs.create_log_group(logGroupName=f"/app/{number:02}", tags={"number": f"{number}"})
    page = logs.list_log_groups(logGroupNamePattern="^/app/")
    rest = logs.list_log_groups(logGroupNamePattern="^/app/", nextToken=page["nextToken"])
    assert (len(page["logGroups"]), len(rest["logGroups"]), "nextToken" in rest) == (50, 10, False)
    assert rest["logGroups"][-1] == {
        "logGroupName": "/app/59",
        "logGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:/app/59",
        "logGroupClass": "STANDARD",
    }
    (found,) = logs.list_log_groups(logGroupTags=[{"key": "number", "values": ["7"]}])["logGroups"]
    assert found["logGroupName"] == "/app/07"


def test_every_call_that_terraform_makes(logs: Any) -> None:
    """Create, read, update, and delete of `aws_cloudwatch_log_group` and `aws_cloudwatch_log_stream`.

    In the order of hashicorp/terraform-provider-aws, internal/service/logs/group.go and stream.go.
    """
    name = "/app/terraform"
    key, other_key = (f"arn:aws:kms:us-east-1:123456789012:key/{each}" for each in "ab")

    def read() -> Any:
        pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
        (group,) = (row for page in pages for row in page["logGroups"] if row["logGroupName"] == name)
        arn = group["arn"].removesuffix(":*")
        return group | {"tags": logs.list_tags_for_resource(resourceArn=arn)["tags"]}

    logs.create_log_group(
        logGroupName=name,
        kmsKeyId=key,
        logGroupClass="STANDARD",
        deletionProtectionEnabled=True,
        tags={"stage": "test"},
    )
    logs.put_retention_policy(logGroupName=name, retentionInDays=14)
    group = read()
    assert (group["kmsKeyId"], group["retentionInDays"], group["tags"]) == (key, 14, {"stage": "test"})
    logs.disassociate_kms_key(logGroupName=name)
    logs.associate_kms_key(logGroupName=name, kmsKeyId=other_key)
    logs.delete_retention_policy(logGroupName=name)
    logs.untag_resource(resourceArn=group["logGroupArn"], tagKeys=["stage"])
    logs.tag_resource(resourceArn=group["logGroupArn"], tags={"stage": "live"})
    logs.put_log_group_deletion_protection(logGroupIdentifier=name, deletionProtectionEnabled=False)
    group = read()
    assert (group["kmsKeyId"], group["tags"]) == (other_key, {"stage": "live"})
    assert group["deletionProtectionEnabled"] is False
    assert "retentionInDays" not in group

    logs.create_log_stream(logGroupName=name, logStreamName="s")
    pages = logs.get_paginator("describe_log_streams").paginate(logGroupName=name, logStreamNamePrefix="s")
    assert [stream["logStreamName"] for page in pages for stream in page["logStreams"]] == ["s"]
    logs.delete_log_stream(logGroupName=name, logStreamName="s")
    logs.delete_log_group(logGroupName=name)
    assert logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"] == []


def test_streams_are_paged_through_by_name_and_by_time(app: Any) -> None:
    for number in range(60):
        app.create_log_stream(logGroupName="/app/api", logStreamName=f"job-{number:02}")
    paginator = app.get_paginator("describe_log_streams")
    by_name = paginator.paginate(logGroupName="/app/api", logStreamNamePrefix="job-")
    assert [stream["logStreamName"] for page in by_name for stream in page["logStreams"]] == [
        f"job-{number:02}" for number in range(60)
    ]
    _put(app, "job-33", [(0, "earlier")])
    _put(app, "job-11", [(1, "later")])
    by_time = app.describe_log_streams(logGroupName="/app/api", orderBy="LastEventTime", descending=True, limit=2)
    assert [stream["logStreamName"] for stream in by_time["logStreams"]] == ["job-11", "job-33"]
    assert by_time["logStreams"][0]["lastEventTimestamp"] == MIDNIGHT + 1


def test_what_is_deleted_is_gone(app: Any) -> None:
    app.delete_log_stream(logGroupName="/app/api", logStreamName="web-1")
    assert [each["logStreamName"] for each in app.describe_log_streams(logGroupName="/app/api")["logStreams"]] == [
        "web-2"
    ]
    app.delete_log_group(logGroupName="/app/api")
    with pytest.raises(app.exceptions.ResourceNotFoundException, match=r"The specified log group does not exist\."):
        app.describe_log_streams(logGroupName="/app/api")


# ---- events --------------------------------------------------------------------------------------------------------


def test_events_come_back_as_they_were_put(manual: LiveTailEmulator, app: Any) -> None:
    manual.advance(2)
    response = _put(app, "web-1", [(0, "first"), (1000, "größe ☃")])
    assert response["nextSequenceToken"]
    assert "rejectedLogEventsInfo" not in response
    got = app.get_log_events(logGroupName="/app/api", logStreamName="web-1", startFromHead=True)
    assert got["events"] == [
        {"timestamp": MIDNIGHT, "message": "first", "ingestionTime": MIDNIGHT + 2000},
        {"timestamp": MIDNIGHT + 1000, "message": "größe ☃", "ingestionTime": MIDNIGHT + 2000},
    ]
    by_arn = app.get_log_events(
        logGroupIdentifier=manual.log_group_arn("/app/api"), logStreamName="web-1", startFromHead=True
    )
    assert by_arn["events"] == got["events"]


def test_a_stream_is_read_to_its_end_by_the_forward_token(app: Any) -> None:
    _put(app, "web-1", [(number, str(number)) for number in range(25)])
    read: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = app.get_log_events(logGroupName="/app/api", logStreamName="web-1", startFromHead=True, limit=10, **token)
        read += [event["message"] for event in page["events"]]
        if page["nextForwardToken"] == token.get("nextToken"):
            break
        token = {"nextToken": page["nextForwardToken"]}
    assert read == [str(number) for number in range(25)]
    _put(app, "web-1", [(25, "later")])
    page = app.get_log_events(logGroupName="/app/api", logStreamName="web-1", **token)
    assert [event["message"] for event in page["events"]] == ["later"]


def test_a_loop_over_pages_as_users_write_it(app: Any) -> None:
    """The page that holds everything has a token; the page after it is empty and has none."""
    _put(app, "web-1", [(number, str(number)) for number in range(25)])
    pages = []
    parameters = {"logGroupName": "/app/api", "limit": 10}
    while True:
        page = app.filter_log_events(**parameters)
        pages.append([event["message"] for event in page["events"]])
        if "nextToken" not in page:
            break
        parameters["nextToken"] = page["nextToken"]
    assert pages == [[str(number) for number in range(start, min(25, start + 10))] for start in (0, 10, 20, 30)]


def test_events_are_filtered_over_pages_streams_and_times(app: Any) -> None:
    _put(app, "web-1", [(number * 2, f"ERROR {number}") for number in range(30)])
    _put(app, "web-2", [(number * 2 + 1, f"fine {number}") for number in range(30)])
    paginator = app.get_paginator("filter_log_events")
    everything = paginator.paginate(logGroupName="/app/api", PaginationConfig={"PageSize": 7})
    events = [event for page in everything for event in page["events"]]
    assert [event["timestamp"] - MIDNIGHT for event in events] == list(range(60))
    assert len({event["eventId"] for event in events}) == 60
    assert set(events[0]) == {"eventId", "ingestionTime", "logStreamName", "message", "timestamp"}
    errors = paginator.paginate(
        logGroupName="/app/api", filterPattern="ERROR", startTime=MIDNIGHT + 10, endTime=MIDNIGHT + 20
    ).build_full_result()
    assert [event["message"] for event in errors["events"]] == [f"ERROR {number}" for number in range(5, 11)]
    of_one = app.filter_log_events(logGroupName="/app/api", logStreamNamePrefix="web-2", limit=2)
    assert [event["message"] for event in of_one["events"]] == ["fine 0", "fine 1"]
    assert of_one["searchedLogStreams"] == []


def test_a_poller_sees_each_event_once(manual: LiveTailEmulator, app: Any) -> None:
    """What `aws logs tail --follow` of the second AWS CLI does: FilterLogEvents from the last timestamp on."""
    seen: dict[str, str] = {}
    start = MIDNIGHT
    for round_ in range(3):
        _put(app, "web-1", [(round_ * 1000, f"a {round_}"), (round_ * 1000, f"b {round_}")])
        for page in app.get_paginator("filter_log_events").paginate(
            logGroupName="/app/api", startTime=start, interleaved=True
        ):
            for event in page["events"]:
                seen[event["eventId"]] = event["message"]
                start = event["timestamp"]
        manual.advance(1)
    assert list(seen.values()) == ["a 0", "b 0", "a 1", "b 1", "a 2", "b 2"]


def test_rejected_events_are_logged(manual: LiveTailEmulator, app: Any, caplog: pytest.LogCaptureFixture) -> None:
    """The request succeeds: without the log, a suite with fixed timestamps would not see why a session is empty."""
    day = 86_400_000
    info = _put(app, "web-1", [(-16 * day, "a"), (-15 * day, "b"), (0, "c"), (3 * day, "d")])["rejectedLogEventsInfo"]
    assert info == {"tooOldLogEventEndIndex": 2, "tooNewLogEventStartIndex": 3}
    assert [request["rejectedLogEventsInfo"] for request in manual.requests() if request["operation"] == "PutLogEvents"]
    assert manual.requests()[-1]["rejectedLogEventsInfo"] == info
    (line,) = (record.getMessage() for record in caplog.records if "rejected" in record.getMessage())
    assert line == (
        "PutLogEvents /app/api rejected 3 of 4 events (2 too old, 1 too new): "
        "the emulator's time is 2026-01-01T00:00:00Z, and --clock moves it"
    )
    _put(app, "web-1", [(0, "fine")])
    assert manual.requests()[-1]["rejectedLogEventsInfo"] is None


def test_the_rules_of_put_log_events(app: Any) -> None:
    def refusal(events: list[tuple[int, str]]) -> str:
        with pytest.raises(app.exceptions.InvalidParameterException) as caught:
            _put(app, "web-1", events)
        return str(caught.value.response["Error"]["Message"])

    assert refusal([(1, "b"), (0, "a")]) == (
        "Log events in a single PutLogEvents request must be in chronological order."
    )
    day = 86_400_000
    assert refusal([(-day - 1, "a"), (0, "b")]) == (
        "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."
    )
    assert refusal([(0, "x" * 1_048_551)]) == "Log event too large: 1048577 bytes exceeds limit of 1048576"
    assert refusal([(0, "x" * 600_000)] * 2) == "Upload too large: 1200052 bytes exceeds limit of 1048576"
    assert refusal([(0, "x")] * 10_001) == (
        "1 validation error detected: Value at 'logEvents' failed to satisfy constraint: "
        "Member must have length less than or equal to 10000"
    )
    with pytest.raises(app.exceptions.ResourceNotFoundException, match=r"The specified log stream does not exist\."):
        _put(app, "web-3", [(0, "a")])
    assert app.filter_log_events(logGroupName="/app/api")["events"] == []
    _put(app, "web-1", [(0, "x" * 1_048_550)])
    assert len(app.filter_log_events(logGroupName="/app/api")["events"]) == 1


# ---- retention, tags, patterns -------------------------------------------------------------------------------------


def test_retention_is_set_and_taken_away(manual: LiveTailEmulator, app: Any) -> None:
    app.put_retention_policy(logGroupName="/app/api", retentionInDays=1)
    assert app.describe_log_groups()["logGroups"][0]["retentionInDays"] == 1
    _put(app, "web-1", [(0, "short-lived")])
    manual.advance(86_400 + 1)
    assert app.filter_log_events(logGroupName="/app/api")["events"] == []
    expired = _put(app, "web-1", [(0, "late")])
    assert expired["rejectedLogEventsInfo"] == {"expiredLogEventEndIndex": 1}
    app.delete_retention_policy(logGroupName="/app/api")
    assert "retentionInDays" not in app.describe_log_groups()["logGroups"][0]
    with pytest.raises(app.exceptions.InvalidParameterException, match="Invalid retention value"):
        app.put_retention_policy(logGroupName="/app/api", retentionInDays=2)


def test_tags_are_the_same_by_name_and_by_arn(manual: LiveTailEmulator, app: Any) -> None:
    arn = manual.log_group_arn("/app/api")
    app.tag_resource(resourceArn=arn, tags={"team": "blue", "stage": "test"})
    app.tag_log_group(logGroupName="/app/api", tags={"stage": "live"})
    assert app.list_tags_for_resource(resourceArn=arn)["tags"] == {"team": "blue", "stage": "live"}
    app.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert app.list_tags_log_group(logGroupName="/app/api")["tags"] == {"stage": "live"}
    app.untag_log_group(logGroupName="/app/api", tags=["stage"])
    assert app.list_tags_for_resource(resourceArn=arn)["tags"] == {}


def test_a_metric_filter_is_tried_out(logs: Any) -> None:
    response = logs.test_metric_filter(
        filterPattern="[ip, verb, status=5*]", logEventMessages=["10.0.0.1 GET 200", "10.0.0.2 PUT 503"]
    )
    assert response["matches"] == [
        {
            "eventNumber": 2,
            "eventMessage": "10.0.0.2 PUT 503",
            "extractedValues": {"$ip": "10.0.0.2", "$verb": "PUT", "$status": "503"},
        }
    ]
    with pytest.raises(logs.exceptions.InvalidParameterException, match="Invalid metric filter pattern"):
        logs.test_metric_filter(filterPattern="{ $.a = }", logEventMessages=["a"])


# ---- errors --------------------------------------------------------------------------------------------------------


def test_errors_are_the_types_of_the_client(app: Any) -> None:
    with pytest.raises(app.exceptions.ResourceAlreadyExistsException) as caught:
        app.create_log_group(logGroupName="/app/api")
    assert caught.value.response["Error"] == {
        "Code": "ResourceAlreadyExistsException",
        "Message": "The specified log group already exists",
    }
    with pytest.raises(app.exceptions.ResourceAlreadyExistsException):
        app.create_log_stream(logGroupName="/app/api", logStreamName="web-1")
    with pytest.raises(app.exceptions.ResourceNotFoundException):
        app.delete_log_group(logGroupName="/nowhere")
    with pytest.raises(app.exceptions.ValidationException, match="mutually exclusive"):
        app.describe_log_streams(logGroupName="/app/api", logGroupIdentifier="/app/api")
    with pytest.raises(app.exceptions.InvalidParameterException, match=r"The specified nextToken is invalid\."):
        app.get_log_events(logGroupName="/app/api", logStreamName="web-1", nextToken="mine")


def test_an_operation_that_is_not_emulated_is_named(logs: Any) -> None:
    with pytest.raises(ClientError) as caught:
        logs.start_query(logGroupName="/app/api", startTime=0, endTime=1, queryString="fields @message")
    error = caught.value.response["Error"]
    assert error["Code"] == "UnknownOperationException"
    assert error["Message"].startswith(
        "StartQuery is not emulated. These operations are: StartLiveTail, CreateLogGroup"
    )
    assert error["Message"].endswith("ListTagsLogGroup.")
