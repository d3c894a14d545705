"""Fault rules as boto3 sees them: for which sessions, when, how often and how likely they fire, and what ends them."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, EventStreamError
from urllib3.exceptions import ProtocolError

from livetail import LiveTailEmulator
from tests.clients.tailing import PATIENT, Tail, Tailing, until

GROUP = "/app/api"


@pytest.fixture
def group(manual: LiveTailEmulator) -> str:
    manual.put(GROUP, "web-1", ["before anyone listens"])
    return GROUP


@pytest.fixture
def background() -> Iterator[ThreadPoolExecutor]:
    """For a call that does not return before the test has moved the clock."""
    with ThreadPoolExecutor(1) as executor:
        yield executor


def _refused(call: Callable[[], Any]) -> str | None:
    """The code of the error that a call raises; None if it succeeds."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return None


# ---- on any operation ------------------------------------------------------------------------------------------------


@pytest.fixture
def put(logs: Any, group: str) -> Callable[[str], Any]:
    """PutLogEvents with one message."""

    def put(message: str) -> Any:
        return logs.put_log_events(
            logGroupName=group, logStreamName="web-1", logEvents=[{"timestamp": 1_767_225_600_000, "message": message}]
        )

    return put


@pytest.fixture
def kept(logs: Any, group: str) -> Callable[[], list[str]]:
    """The messages that have been ingested since."""

    def kept() -> list[str]:
        events = logs.get_log_events(logGroupName=group, logStreamName="web-1", startFromHead=True)["events"]
        return [event["message"] for event in events][1:]

    return kept


def _on_put(effect_type: str, **keys: Any) -> dict[str, Any]:
    return {"operation": "PutLogEvents", "effect": {"type": effect_type, **keys}}


def test_error_of_another_operation(
    manual: LiveTailEmulator, put: Callable[[str], Any], kept: Callable[[], list[str]]
) -> None:
    manual.add_fault(_on_put("error", code="ThrottlingException"))
    with pytest.raises(ClientError, match=r"\(ThrottlingException\).*the PutLogEvents operation.*: Rate exceeded$"):
        put("refused")
    put("accepted")
    assert kept() == ["accepted"]
    assert [request["error"] for request in manual.requests()] == ["ThrottlingException", None, None]


@pytest.mark.parametrize("effect", ["reset", "empty"])
def test_lost_connection_of_another_operation(
    manual: LiveTailEmulator, put: Callable[[str], Any], kept: Callable[[], list[str]], effect: str
) -> None:
    manual.add_fault(_on_put(effect))
    with pytest.raises(ConnectionClosedError):
        put("not taken in")
    put("accepted")
    assert kept() == ["accepted"]


def test_status_of_another_operation(
    manual: LiveTailEmulator, put: Callable[[str], Any], kept: Callable[[], list[str]]
) -> None:
    manual.add_fault(_on_put("status", status=413, body="<h1>Too large</h1>"))
    with pytest.raises(ClientError) as caught:
        put("refused")
    assert caught.value.response["Error"]["Code"] == "413"
    assert kept() == []


def test_delay_of_another_operation(
    manual: LiveTailEmulator,
    background: ThreadPoolExecutor,
    put: Callable[[str], Any],
    kept: Callable[[], list[str]],
) -> None:
    manual.add_fault(_on_put("delay", seconds=2.5))
    response: Future[Any] = background.submit(put, "late")
    until(lambda: bool(manual.requests()))
    manual.advance(2.499)
    assert kept() == [] and not response.done()
    manual.advance(0.001)
    assert response.result(20)["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert kept() == ["late"]


def test_session_starts_when_its_delay_is_over(
    manual: LiveTailEmulator, background: ThreadPoolExecutor, logs: Any, group: str
) -> None:
    manual.add_fault({"effect": {"type": "delay", "seconds": 2.5}})
    opened = background.submit(Tail, logs, manual.log_group_arn(group))
    until(lambda: bool(manual.requests()))
    start = manual.now()
    assert manual.advance(6) == 3  # it starts at 2.5, so its updates are at 3.5, 4.5 and 5.5
    with opened.result(20) as tail:
        (session,) = manual.sessions()
        assert session["startedAt"] == start + 2_500
        assert [tail.messages() for _ in range(3)] == [[], [], []]


def test_star_is_every_operation(manual: LiveTailEmulator, logs: Any, put: Callable[[str], Any]) -> None:
    manual.add_fault({"operation": "*", "times": 0, "effect": {"type": "error", "code": "Made Up"}})
    assert _refused(lambda: put("x")) == _refused(logs.describe_log_groups) == "Made Up"
    manual.clear_faults()
    assert _refused(logs.describe_log_groups) is None


# ---- for whom --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "met"),
    [
        ("/aws/lambda/*", ["/aws/lambda/a", "/aws/lambda/b"]),
        ("/aws/lambda/?", ["/aws/lambda/a", "/aws/lambda/b"]),
        ("/aws/lambda/[b-z]", ["/aws/lambda/b"]),
        ("/aws", []),
        ("/AWS/*", []),
        ("*", ["/aws/lambda/a", "/aws/lambda/b", "/app"]),
        ("/app", ["/app"]),
    ],
)
def test_where(manual: LiveTailEmulator, logs: Any, pattern: str, met: list[str]) -> None:
    groups = ["/aws/lambda/a", "/aws/lambda/b", "/app"]
    for name in groups:
        logs.create_log_group(logGroupName=name)
    where = {"logGroup": pattern}
    effect = {"type": "error", "code": "Made Up"}
    manual.add_fault({"operation": "DescribeLogStreams", "where": where, "times": 0, "effect": effect})
    manual.add_fault({"where": where, "times": 0, "effect": {"type": "end"}})
    requests = [name for name in groups if _refused(lambda name=name: logs.describe_log_streams(logGroupName=name))]  # type: ignore[misc]
    assert requests == met
    for name in groups:
        logs.start_live_tail(logGroupIdentifiers=[manual.log_group_arn(name)])["responseStream"].close()
    until(lambda: not manual.sessions())
    assert [fault["fired"] for fault in manual.faults()] == [len(met)] * 2


def test_one_of_the_named_groups_is_enough(manual: LiveTailEmulator, tailing: Tailing) -> None:
    for name in ("/app/a", "/app/b"):
        manual.put(name, "s", ["x"])
    manual.add_fault({"where": {"logGroup": "/app/b"}, "after": {"updates": 0}, "effect": {"type": "end"}})
    assert list(tailing("/app/a", "/app/b")) == []


def test_access_denied_is_worded_as_by_aws(manual: LiveTailEmulator, logs: Any, group: str) -> None:
    manual.add_fault({"where": {"logGroup": "/app/*"}, "effect": {"type": "error", "code": "AccessDeniedException"}})
    with pytest.raises(logs.exceptions.AccessDeniedException) as caught:
        logs.start_live_tail(logGroupIdentifiers=[manual.log_group_arn(group)])
    response = caught.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert response["Error"]["Message"] == (
        "User: arn:aws:sts::123456789012:assumed-role/livetail/session is not authorized to perform: "
        "logs:StartLiveTail on resource: arn:aws:logs:us-east-1:123456789012:log-group:/app/api "
        "because no identity-based policy allows the logs:StartLiveTail action"
    )


# ---- when, and how often ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("times", "refused"),
    [(1, "..x.....".count), (0, "..xxxxxx".count), (2, "..xx....".count), (5, "..xxxxx.".count)],
    ids=["once", "always", "twice", "five times"],
)
def test_after_requests(manual: LiveTailEmulator, logs: Any, times: int, refused: Callable[[str], int]) -> None:
    effect = {"type": "error", "code": "Made Up"}
    manual.add_fault({"operation": "*", "after": {"requests": 2}, "times": times, "effect": effect})
    responses = [_refused(logs.describe_log_groups) for _ in range(8)]
    assert responses[:2] == [None, None]
    assert responses[2:] == ["Made Up"] * refused("x") + [None] * (6 - refused("x"))
    (fault,) = manual.faults()
    assert (fault["fired"], fault["remaining"]) == (refused("x"), times - refused("x") if times else None)


def test_after_seconds_of_a_request_counts_from_the_rule(manual: LiveTailEmulator, logs: Any) -> None:
    manual.advance(1_000)
    effect = {"type": "error", "code": "Made Up"}
    manual.add_fault({"operation": "*", "after": {"seconds": 1.5}, "effect": effect})
    assert _refused(logs.describe_log_groups) is None
    manual.advance(1.499)
    assert _refused(logs.describe_log_groups) is None
    manual.advance(0.001)
    assert _refused(logs.describe_log_groups) == "Made Up"


@pytest.mark.parametrize(
    ("after", "updates"),
    [({"updates": 0}, 0), ({"updates": 2}, 2), ({"seconds": 3}, 2), ({"seconds": 3.001}, 3), ({"seconds": 0.5}, 0)],
    ids=str,
)
def test_after_updates_and_seconds_of_a_tail(
    manual: LiveTailEmulator, tailing: Tailing, group: str, after: dict[str, float], updates: int
) -> None:
    manual.advance(1_000)
    manual.add_fault({"after": after, "effect": {"type": "exception"}})
    tail = tailing(group)
    manual.advance(5)
    received = 0
    with pytest.raises(EventStreamError):
        for _ in tail:
            received += 1
    assert received == updates
    manual.assert_no_sessions()


def test_after_requests_lets_the_first_sessions_pass(manual: LiveTailEmulator, logs: Any, group: str) -> None:
    arn = manual.log_group_arn(group)
    streams = [logs.start_live_tail(logGroupIdentifiers=[arn])["responseStream"]]
    manual.wait_for_sessions(1)
    manual.add_fault({"after": {"requests": 1}, "times": 0, "effect": {"type": "duplicate"}})
    streams += [logs.start_live_tail(logGroupIdentifiers=[arn])["responseStream"] for _ in range(3)]
    for session in manual.wait_for_sessions(4):
        manual.end_session(session["sessionId"])
    # A rule at once acts on sessionStart already. The session before the rule is not counted, and never met.
    assert [[next(iter(event)) for event in stream] for stream in streams] == [
        ["sessionStart"],
        ["sessionStart"],
        ["sessionStart", "sessionStart"],
        ["sessionStart", "sessionStart"],
    ]


@pytest.mark.parametrize(("times", "ended"), [(0, 3), (1, 1), (2, 2)])
def test_times_counts_over_all_sessions(
    manual: LiveTailEmulator, tailing: Tailing, group: str, times: int, ended: int
) -> None:
    manual.add_fault({"after": {"updates": 1}, "times": times, "effect": {"type": "end"}})
    tails = [tailing(group) for _ in range(3)]
    manual.advance(1)
    assert manual.faults()[0]["fired"] == ended
    until(lambda: len(manual.sessions()) == 3 - ended)
    for tail in tails[:ended]:
        assert len(list(tail)) == 1


def test_reconnecting_client_is_served_well(manual: LiveTailEmulator, tailing: Tailing, group: str) -> None:
    manual.add_fault({"after": {"updates": 1}, "effect": {"type": "cut"}})
    tail = tailing(group)
    manual.advance(2)
    with pytest.raises(ProtocolError):
        list(tail)
    again = tailing(group)
    manual.put(group, "web-1", ["after it"])
    manual.advance(3)
    assert [again.messages() for _ in range(3)] == [["after it"], [], []]


# ---- by chance -------------------------------------------------------------------------------------------------------


def _drawn(seed: int) -> tuple[str, list[int]]:
    """Which of 20 requests a rule refuses, and how many copies of each of 12 updates another one makes."""
    with LiveTailEmulator(clock="manual@2026-01-01T00:00:00Z", seed=seed) as emulator:
        emulator.put(GROUP, "web-1", ["before anyone listens"])
        half = {"times": 0, "probability": 0.5}
        emulator.add_fault({"operation": "ListTagsLogGroup", **half, "effect": {"type": "error", "code": "Made Up"}})
        emulator.add_fault({**half, "after": {"updates": 0}, "effect": {"type": "duplicate"}})
        logs = emulator.client(config=PATIENT)
        refused = [_refused(lambda: logs.list_tags_log_group(logGroupName=GROUP)) for _ in range(20)]
        copies = [0] * 12
        with Tail(logs, emulator.log_group_arn(GROUP)) as tail:
            for number in range(12):
                emulator.put(GROUP, "web-1", [str(number)])
                emulator.advance(1)
            emulator.end_session(emulator.sessions()[0]["sessionId"])
            for update in tail:
                copies[int(update["sessionResults"][0]["message"])] += 1
        logs.close()
        return "".join("x" if code else "." for code in refused), copies


def test_probability_is_drawn_from_the_seed() -> None:
    first, again, other = _drawn(7), _drawn(7), _drawn(8)
    assert first == again
    assert first[0] != other[0] and first[1] != other[1]
    assert 3 < first[0].count("x") < 17
    assert 1 < first[1].count(2) < 11 and set(first[1]) == {1, 2}


def test_probability_of_nothing_never_fires(manual: LiveTailEmulator, logs: Any) -> None:
    effect = {"type": "error", "code": "Made Up"}
    manual.add_fault({"operation": "*", "times": 0, "probability": 0, "effect": effect})
    assert {_refused(logs.describe_log_groups) for _ in range(20)} == {None}


# ---- what ends a fault -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lift", [LiveTailEmulator.clear_faults, lambda manual: manual.remove_fault("fault-1")])
def test_removing_a_rule_lifts_a_stall(
    manual: LiveTailEmulator, tailing: Tailing, group: str, lift: Callable[[LiveTailEmulator], None]
) -> None:
    tail = tailing(group)
    manual.add_fault({"effect": {"type": "stall", "seconds": 3600}})
    manual.put(group, "web-1", ["kept"])
    manual.advance(2)
    assert manual.sessions()[0]["counters"]["bufferedUpdates"] == 2
    lift(manual)
    assert [tail.messages(), tail.messages()] == [["kept"], []]


def test_removing_a_rule_lets_go_of_what_was_held_back(manual: LiveTailEmulator, tailing: Tailing, group: str) -> None:
    tail = tailing(group)
    fault = manual.add_fault({"effect": {"type": "reorder", "milliseconds": 60_000, "share": 1}})
    manual.put(group, "web-1", [str(number) for number in range(100)])
    manual.advance(1)
    came = tail.messages()
    counters = manual.sessions()[0]["counters"]
    assert counters["pendingEvents"] == 100 - len(came) > 50
    manual.remove_fault(fault)
    manual.advance(1)
    assert sorted(came + tail.messages(), key=int) == [str(number) for number in range(100)]


def test_reset_of_the_emulator_ends_a_stalled_tail(manual: LiveTailEmulator, tailing: Tailing, group: str) -> None:
    manual.add_fault({"after": {"updates": 1}, "effect": {"type": "stall", "seconds": 3600}})
    tail = tailing(group)
    manual.advance(3)
    manual.reset()
    assert len(list(tail)) == 3
    assert tail.rest() == b"" and manual.faults() == []


def test_faults_of_a_scenario_file(tmp_path: Path) -> None:
    path = tmp_path / "flaky.toml"
    path.write_text(
        """
        [[log_group]]
        name = "/app/api"

        [[fault]]
        where = { log_group = "/app/*" }
        after = { updates = 2 }
        effect = { type = "exception", name = "SessionTimeoutException" }

        [[fault]]
        operation = "DescribeLogGroups"
        effect = { type = "error", code = "ThrottlingException" }
        """
    )
    with LiveTailEmulator(clock="manual", seed=7, scenario=[path]) as emulator:
        logs = emulator.client(config=PATIENT)
        for _ in range(2):
            assert [fault["id"] for fault in emulator.faults()] == ["fault-1", "fault-2"]
            assert _refused(logs.describe_log_groups) == "ThrottlingException"
            with Tail(logs, emulator.log_group_arn(GROUP)) as tail:
                emulator.advance(3)
                tail.update()
                tail.update()
                with pytest.raises(EventStreamError, match="SessionTimeoutException"):
                    tail.update()
            emulator.reset()
        logs.close()
