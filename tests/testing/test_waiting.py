"""What tests wait for and verify: sessions, requests, faults; and the messages of their errors."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from livetail import LiveTailEmulator, LiveTailError, LiveTailTimeoutError, faults
from livetail.testing.expecting import differing
from tests.clients.tailing import Tail

GROUP = "/app/api"


@pytest.fixture
def logs(manual: LiveTailEmulator) -> Any:
    manual.put(GROUP, "web-1", ["before"])
    client = manual.client()
    yield client
    client.close()


def _tail(manual: LiveTailEmulator, logs: Any) -> Tail:
    return Tail(logs, manual.log_group_arn(GROUP))


# ---- sessions ------------------------------------------------------------------------------------------------------


def test_a_new_session_is_found_once(manual: LiveTailEmulator, logs: Any) -> None:
    with _tail(manual, logs) as tail:
        session = manual.wait_for_new_session()
        assert session.id == tail.start["sessionId"]
        assert session.log_groups == (manual.log_group_arn(GROUP),)
        assert session.ended_by is None
        with pytest.raises(LiveTailTimeoutError, match=r"^no new session within 0 s; 1 open: .* on /app/api"):
            manual.wait_for_new_session(after=session, timeout=0)
    assert session.wait_until_ended() == "client"
    with _tail(manual, logs) as tail:
        assert manual.wait_for_new_session(after=session).id == tail.start["sessionId"]


def test_a_session_that_has_ended_already_is_found_too(manual: LiveTailEmulator, logs: Any) -> None:
    with manual.fault(faults.end(after_updates=1)), _tail(manual, logs) as tail:
        manual.advance(2)
        list(tail)
        session = manual.wait_for_new_session()
        assert (session.id, session.wait_until_ended()) == (tail.start["sessionId"], "fault")
    assert [ended["endedBy"] for ended in manual.ended_sessions()] == ["fault"]


def test_sessions_of_the_test_before_are_none_of_this_one(manual: LiveTailEmulator, logs: Any) -> None:
    """With a seed the ids repeat after a reset."""
    with _tail(manual, logs) as tail:
        first = manual.wait_for_new_session()
        manual.reset()
        list(tail)
    assert first.wait_until_ended() == "reset"
    assert manual.ended_sessions() == []
    manual.put(GROUP, "web-1", ["before"])
    with _tail(manual, logs) as tail:
        assert manual.wait_for_new_session().id == tail.start["sessionId"] == first.id


def test_delivered_events_can_be_waited_for(manual: LiveTailEmulator, logs: Any) -> None:
    with _tail(manual, logs):
        session = manual.wait_for_new_session()
        manual.put(GROUP, "web-1", ["one", "two"])
        with pytest.raises(LiveTailTimeoutError, match=f"^session {session.id} has not delivered 2 .*not moved mean"):
            session.wait_for_delivered(2, timeout=0)
        manual.advance(1)
        assert session.wait_for_delivered(2)["delivered"] == 2
        assert session.counters["matched"] == 2
        session.end()
        with pytest.raises(LiveTailError, match="was ended by deleted after 2 log events, not 3$"):
            session.wait_for_delivered(3)


def test_a_timeout_mentions_only_a_manual_clock(real: LiveTailEmulator) -> None:
    with pytest.raises(LiveTailTimeoutError) as raised:
        real.wait_for_new_session(timeout=0)
    assert str(raised.value) == "no new session within 0 s; no session is open; none has ended; requests: none"


def test_what_was_dropped_is_an_assertion_error(manual: LiveTailEmulator, logs: Any) -> None:
    manual.add_fault(faults.stall(20.5, after_updates=1))
    with _tail(manual, logs):
        for _ in range(13):
            manual.put(GROUP, "web-1", ["hello"])
            manual.advance(1)
        with pytest.raises(AssertionError, match="has dropped 2 updates and 2 log events; it delivered 1 of 13$"):
            manual.assert_nothing_dropped()


def test_nothing_dropped(manual: LiveTailEmulator, logs: Any) -> None:
    with _tail(manual, logs):
        manual.put(GROUP, "web-1", ["hello"])
        manual.advance(1)
        manual.assert_nothing_dropped()


# ---- requests ------------------------------------------------------------------------------------------------------


def test_requests_can_be_waited_for(manual: LiveTailEmulator, logs: Any) -> None:
    logs.describe_log_groups()
    assert len(manual.wait_for_requests("DescribeLogGroups", 1)) == 1
    expected = (
        "^fewer than 2 requests DescribeLogGroups within 0 s; .*requests: DescribeLogGroups 200; the clock is manual"
    )
    with pytest.raises(LiveTailTimeoutError, match=expected):
        manual.wait_for_requests("DescribeLogGroups", 2, timeout=0)


def test_requests_are_verified(manual: LiveTailEmulator, logs: Any) -> None:
    logs.create_log_group(logGroupName="/one", tags={"team": "a", "tier": "1"})
    with pytest.raises(ClientError):
        logs.create_log_group(logGroupName="/one")
    manual.assert_requested("CreateLogGroup")
    assert len(manual.assert_requested("CreateLogGroup", times=2, where={"logGroupName": "/one"})) == 2
    manual.assert_requested("CreateLogGroup", times=1, where={"tags": {"team": "a"}})
    manual.assert_requested("PutLogEvents", times=0)
    with pytest.raises(AssertionError) as raised:
        manual.assert_requested("CreateLogGroup", times=2, where={"logGroupName": "/two", "tags": {"team": "a"}})
    assert str(raised.value).splitlines() == [
        'CreateLogGroup was requested never with {"logGroupName": "/two", "tags": {"team": "a"}}, not 2 times',
        '  CreateLogGroup 200: logGroupName is "/one", not "/two"',
        '  CreateLogGroup ResourceAlreadyExistsException: logGroupName is "/one", not "/two"; tags is missing',
    ]
    with pytest.raises(AssertionError, match=r"^PutLogEvents was requested never, not at least once\n  the journal"):
        manual.assert_requested("PutLogEvents")
    with pytest.raises(AssertionError, match=r"^CreateLogGroup was requested 2 times, not never\n  CreateLogGroup 200"):
        manual.assert_requested("CreateLogGroup", times=0)


@pytest.mark.parametrize(
    ("found", "wanted", "lines"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, []),
        ({"a": [{"b": 1, "c": 2}]}, {"a": [{"b": 1}]}, []),
        ({"a": ["x"]}, {"a": ("x",)}, []),
        ({"a": [1, 2]}, {"a": [1]}, ["a is [1, 2], not [1]"]),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, ["a[0].b is 1, not 2"]),
        (None, {"a": 1}, ['the body is null, not {"a": 1}']),
    ],
)
def test_differences(found: Any, wanted: Any, lines: list[str]) -> None:
    assert differing(found, wanted) == lines


# ---- faults --------------------------------------------------------------------------------------------------------


def test_a_fault_holds_in_its_block(manual: LiveTailEmulator, logs: Any) -> None:
    with manual.fault(faults.throttling(fail=1, pass_=1, operation="DescribeLogGroups")) as fault:
        with pytest.raises(ClientError, match="ThrottlingException"):
            logs.describe_log_groups()
        assert fault.fired == 1
        assert [fired["sessionId"] for fired in fault.info["firedOn"]] == [None]
    assert manual.faults() == []
    with pytest.raises(LiveTailError, match=f"^there is no fault '{fault.id}'$"):
        _ = fault.fired
    with manual.fault(faults.cut()):
        manual.reset()


# ---- the test's own tail -------------------------------------------------------------------------------------------


def test_events_of_a_producer(manual: LiveTailEmulator) -> None:
    events = manual.events("/made/for/it")
    manual.put("/made/for/it", "web-1", ["one", "two"])
    manual.advance(1)
    assert [next(events)["message"], next(events)["message"]] == ["one", "two"]
    manual.assert_requested("CreateLogGroup", times=1)
    del events
    manual.assert_no_sessions()


def test_a_tail_reads_whatever_the_test_does(manual: LiveTailEmulator) -> None:
    with manual.tail(GROUP, filter_pattern="ERROR", timeout=0.3) as tail:
        for number in range(20):
            manual.put(GROUP, "web-1", [f"ERROR {number}", "fine"])
            manual.advance(1)
        assert tail.messages(20) == [f"ERROR {number}" for number in range(20)]
        manual.assert_nothing_dropped()
        with pytest.raises(LiveTailTimeoutError, match=r"^no log event within 0\.3 s; 1 open: .* was not moved mean"):
            tail.next_event()
        manual.put(GROUP, "web-1", ["ERROR again"])
        manual.advance(1)
        manual.end_session(tail.id)
        assert [event["message"] for event in tail] == ["ERROR again"]
    with pytest.raises(LiveTailError, match=r"^session .* has ended, and has delivered no further log event$"):
        tail.next_event()


def test_a_tail_that_is_refused_or_breaks(manual: LiveTailEmulator) -> None:
    with (
        manual.fault(faults.error("LimitExceededException")),
        pytest.raises(LiveTailError, match="^StartLiveTail was refused: LimitExceededException: "),
    ):
        manual.tail(GROUP)
    with manual.fault(faults.exception(after_updates=1)), manual.tail(GROUP) as tail:
        manual.advance(2)
        with pytest.raises(LiveTailError, match="^the session ended in SessionStreamingException: "):
            tail.next_event()
    with manual.fault(faults.cut(after_updates=1)), manual.tail(GROUP) as tail:
        manual.advance(2)
        with pytest.raises(LiveTailError, match="^the session broke off: "):
            tail.next_event()
