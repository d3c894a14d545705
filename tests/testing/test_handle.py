"""The handle of a running emulator: what each call does, and its errors."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from livetail import LiveTail, LiveTailEmulator, LiveTailError
from livetail.errors import NoResponseError

ARN = "arn:aws:logs:us-east-1:123456789012:log-group:/app/api"


@pytest.fixture
def logs(manual: LiveTailEmulator) -> Any:
    client = manual.client()
    yield client
    client.close()


def _start(logs: Any) -> Any:
    return logs.start_live_tail(logGroupIdentifiers=[ARN])["responseStream"]


def test_it_needs_no_more_than_an_address(manual: LiveTailEmulator) -> None:
    """For an emulator in another process or in a container."""
    handle = LiveTail(manual.endpoint_url)
    handle.put("/app/api", "web-1", ["hello"])
    client = handle.client()
    assert client.describe_log_groups()["logGroups"][0]["logGroupArn"] == handle.log_group_arn("/app/api") == ARN
    client.close()
    assert handle.now() == manual.now()
    assert handle.environment() == manual.environment()


@pytest.mark.parametrize("url", ["127.0.0.1:4586", "ftp://127.0.0.1", "http://127.0.0.1:4586/path", ""])
def test_address_that_is_none(url: str) -> None:
    with pytest.raises(ValueError, match="is not a URL such as http://127.0.0.1:4586"):
        LiveTail(url).now()


def test_no_response() -> None:
    with pytest.raises(NoResponseError, match="^no response from http://127.0.0.1:1: Connection refused$"):
        LiveTail("http://127.0.0.1:1").now()


# ---- logs ----------------------------------------------------------------------------------------------------------


def test_put_takes_texts_and_events(manual: LiveTailEmulator, logs: Any) -> None:
    manual.put("/app/api", "web-1", (f"text {number}" for number in range(2)))
    manual.put("/app/api", "web-1", [{"timestamp": manual.now() - 1000, "message": "a second ago"}])
    manual.put("/app/api", "web-2", ["elsewhere"])
    events = logs.filter_log_events(logGroupName="/app/api", logStreamNames=["web-1"])["events"]
    assert [event["message"] for event in events] == ["a second ago", "text 0", "text 1"]
    assert events[1]["timestamp"] == manual.now()


def test_one_text_is_one_message_and_bytes_are_none(manual: LiveTailEmulator, logs: Any) -> None:
    manual.put("/app/api", "web-1", "hello")  # type: ignore[arg-type]  # a mistake, most likely
    events = logs.filter_log_events(logGroupName="/app/api")["events"]
    assert [event["message"] for event in events] == ["hello"]
    for wrong in (b"hello", ["hello", b"hello"], [7], [None]):
        with pytest.raises(TypeError, match=r"^a message is a str or an event with timestamp and message, not "):
            manual.put("/app/api", "web-1", wrong)  # type: ignore[arg-type]


def test_put_of_more_than_a_request_may_have(manual: LiveTailEmulator) -> None:
    manual.put("/app/api", "web-1", [*(str(number) for number in range(100_001)), "x" * 900_000, "y" * 900_000])
    (group,) = manual._client.request("GET", "/log-groups")["logGroups"]
    assert group["ingested"] == 100_003


def test_put_of_something_wrong(manual: LiveTailEmulator) -> None:
    with pytest.raises(LiveTailError, match="logGroupName"):
        manual.put("a name with spaces", "web-1", ["hello"])
    with pytest.raises(LiveTailError, match="there are no messages and no events to ingest"):
        manual.put("/app/api", "web-1", [])


# ---- time ----------------------------------------------------------------------------------------------------------


def test_advance_returns_the_number_of_updates(manual: LiveTailEmulator, logs: Any) -> None:
    began = manual.now()
    manual.put("/app/api", "web-1", ["hello"])
    assert manual.advance(0.5) == 0
    streams = [_start(logs) for _ in range(2)]
    assert manual.advance(2.5) == 4
    assert manual.now() == began + 3000
    for stream in streams:
        stream.close()


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), 1e12])
def test_advance_by_what_is_no_span(manual: LiveTailEmulator, seconds: float) -> None:
    with pytest.raises(LiveTailError):
        manual.advance(seconds)


def test_only_a_manual_clock_can_be_moved(real: LiveTailEmulator, manual: LiveTailEmulator) -> None:
    assert (real.clock_mode(), manual.clock_mode()) == ("real", "manual")
    with pytest.raises(LiveTailError, match="^the clock runs by itself; start the server with --clock manual"):
        real.advance(1)


# ---- sessions ------------------------------------------------------------------------------------------------------


def test_sessions_can_be_waited_for(manual: LiveTailEmulator, logs: Any) -> None:
    manual.put("/app/api", "web-1", ["hello"])
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(manual.wait_for_sessions, 2)
        streams = [_start(logs), _start(logs)]
        assert [session["logGroupIdentifiers"] for session in waiting.result(10)] == [[ARN], [ARN]]
    with pytest.raises(LiveTailError, match=r"^fewer than 3 sessions within 0\.01 s; 2 open: .*advance"):
        manual.wait_for_sessions(3, timeout=0.01)
    for stream in streams:
        stream.close()
    manual.assert_no_sessions()


def test_open_sessions_are_an_assertion_error(manual: LiveTailEmulator, logs: Any) -> None:
    manual.put("/app/api", "web-1", ["hello"])
    manual.assert_no_sessions()
    stream = _start(logs)
    with pytest.raises(AssertionError, match="still open, on .*/app/api") as raised:
        manual.assert_no_sessions(timeout=0.01)
    assert raised.value.__suppress_context__
    stream.close()


def test_session_can_be_ended(manual: LiveTailEmulator, logs: Any) -> None:
    manual.put("/app/api", "web-1", ["hello"])
    stream = _start(logs)
    (session,) = manual.wait_for_sessions(1)
    manual.end_session(session["sessionId"])
    assert [kind for event in stream for kind in event] == ["sessionStart"]
    stream.close()
    with pytest.raises(LiveTailError, match=f"^there is no open session '{session['sessionId']}'$"):
        manual.end_session(session["sessionId"])


# ---- rules ---------------------------------------------------------------------------------------------------------


def test_faults(manual: LiveTailEmulator, logs: Any) -> None:
    refused = {"operation": "DescribeLogGroups", "effect": {"type": "error", "code": "ThrottlingException"}}
    added, other = manual.add_fault(refused), manual.add_fault({"effect": {"type": "end"}})
    assert [fault["id"] for fault in manual.faults()] == [added, other]
    with pytest.raises(ClientError, match="ThrottlingException"):
        logs.describe_log_groups()
    assert [(fault["fired"], fault["remaining"]) for fault in manual.faults()] == [(1, 0), (0, 1)]
    manual.remove_fault(added)
    assert [fault["id"] for fault in manual.faults()] == [other]
    with pytest.raises(LiveTailError, match=f"^there is no fault '{added}'$"):
        manual.remove_fault(added)
    manual.clear_faults()
    assert manual.faults() == []
    with pytest.raises(LiveTailError, match="effect"):
        manual.add_fault({"effect": {"type": "explode"}})


SCENARIO = '[[source]]\nlog_group = "/shop/api"\nrate = 10\n'


@pytest.mark.parametrize("scenario", [SCENARIO, {"source": [{"log_group": "/shop/api", "rate": 10}]}], ids=type)
def test_scenarios(manual: LiveTailEmulator, logs: Any, scenario: Any) -> None:
    started = manual.start_scenario(scenario)
    assert [running["id"] for running in manual.scenarios()] == [started]
    manual.advance(2)
    assert len(logs.filter_log_events(logGroupName="/shop/api")["events"]) == 20
    manual.stop_scenarios()
    assert manual.scenarios() == []
    manual.advance(2)
    assert len(logs.filter_log_events(logGroupName="/shop/api")["events"]) == 20


def test_scenario_that_is_wrong(manual: LiveTailEmulator) -> None:
    with pytest.raises(LiveTailError, match="log_group"):
        manual.start_scenario("[[source]]\nrate = 1\n")


# ---- requests and reset ---------------------------------------------------------------------------------------------


def test_requests(manual: LiveTailEmulator, logs: Any) -> None:
    logs.create_log_group(logGroupName="/app/api")
    with pytest.raises(ClientError):
        logs.create_log_group(logGroupName="/app/api")
    seen = [(request["operation"], request["status"], request["error"]) for request in manual.requests()]
    assert seen == [("CreateLogGroup", 200, None), ("CreateLogGroup", 400, "ResourceAlreadyExistsException")]
    assert manual.requests()[0]["parameters"] == {"logGroupName": "/app/api"}


def test_reset_begins_again(manual: LiveTailEmulator, logs: Any) -> None:
    manual.put("/app/api", "web-1", ["hello"])
    manual.add_fault({"effect": {"type": "end"}, "after": {"seconds": 60}})
    manual.start_scenario(SCENARIO)
    stream = _start(logs)
    manual.advance(1)
    manual.reset()
    assert [kind for event in stream for kind in event] == ["sessionStart", "sessionUpdate"]
    stream.close()
    assert [manual.sessions(), manual.faults(), manual.scenarios(), manual.requests()] == [[], [], [], []]
    assert manual.now() == 1_767_225_600_000
    assert logs.describe_log_groups()["logGroups"] == []


# ---- clients -------------------------------------------------------------------------------------------------------


def test_client_tries_once_by_default(manual: LiveTailEmulator) -> None:
    """A test that makes a call fail has to see it fail at once."""
    manual.add_fault({"operation": "*", "times": 0, "effect": {"type": "status", "status": 503}})
    for config, tries in ((None, 1), (Config(read_timeout=5), 1), (Config(retries={"total_max_attempts": 2}), 2)):
        client = manual.client(config=config)
        before = len(manual.requests())
        with pytest.raises(ClientError, match="503"):
            client.describe_log_groups()
        assert len(manual.requests()) - before == tries
        client.close()


def test_options_of_a_client_win(manual: LiveTailEmulator) -> None:
    client = manual.client(region_name="eu-west-1", aws_access_key_id="210987654321")
    client.create_log_group(logGroupName="/app/api")
    (group,) = client.describe_log_groups()["logGroups"]
    assert group["logGroupArn"] == "arn:aws:logs:eu-west-1:210987654321:log-group:/app/api"
    client.close()
