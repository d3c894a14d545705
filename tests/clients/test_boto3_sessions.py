"""How sessions begin and end as boto3 sees it: quotas, timeout, failures, disconnects, and connections
afterwards."""

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EventStreamError

from livetail import LiveTailEmulator
from livetail.live import session as live_session
from tests.clients.tailing import PATIENT, Tail, Tailing, until

THREE_HOURS = 3 * 3600


# ---- quotas --------------------------------------------------------------------------------------------------------


def test_the_sixteenth_session_is_refused_until_a_client_leaves(
    manual: LiveTailEmulator, logs: Any, tailing: Tailing
) -> None:
    logs.create_log_group(logGroupName="/app/api")
    tails = [tailing("/app/api") for _ in range(15)]
    with pytest.raises(logs.exceptions.LimitExceededException) as caught:
        tailing("/app/api")
    assert caught.value.response["Error"] == {"Code": "LimitExceededException", "Message": "Rate exceeded"}
    assert len(manual.sessions()) == 15
    tails[3].close()
    until(lambda: len(manual.sessions()) == 14)
    tailing("/app/api")
    assert tails[3].start["sessionId"] not in {session["sessionId"] for session in manual.sessions()}
    with pytest.raises(logs.exceptions.LimitExceededException):
        tailing("/app/api")


def test_each_account_and_region_has_its_own_quota() -> None:
    with LiveTailEmulator(clock="manual", seed=7, max_sessions=1) as emulator:
        tails = []
        for region, account in (
            ("us-east-1", "123456789012"),
            ("eu-west-1", "123456789012"),
            ("us-east-1", "111122223333"),
        ):
            logs = emulator.client(config=PATIENT, region_name=region, aws_access_key_id=account)
            logs.create_log_group(logGroupName="/app/api")
            arn = f"arn:aws:logs:{region}:{account}:log-group:/app/api"
            tails.append(Tail(logs, arn))
            with pytest.raises(logs.exceptions.LimitExceededException):
                logs.start_live_tail(logGroupIdentifiers=[arn])
            logs.close()
        assert len(emulator.sessions()) == 3
        for tail in tails:
            tail.close()


def test_without_a_limit_there_may_be_more() -> None:
    with LiveTailEmulator(clock="manual", seed=7, max_sessions=0) as emulator:
        logs = emulator.client(config=PATIENT.merge(Config(max_pool_connections=20)))
        logs.create_log_group(logGroupName="/app/api")
        tails = [Tail(logs, emulator.log_group_arn("/app/api")) for _ in range(20)]
        assert len(emulator.wait_for_sessions(20)) == 20
        for tail in tails:
            tail.close()
        logs.close()


def test_the_session_rate_is_counted_by_the_second() -> None:
    with LiveTailEmulator(clock="manual", seed=7, session_rate=5) as emulator:
        logs = emulator.client(config=PATIENT)
        logs.create_log_group(logGroupName="/app/api")
        arn = emulator.log_group_arn("/app/api")
        tails = [Tail(logs, arn) for _ in range(5)]
        for _ in range(2):
            with pytest.raises(logs.exceptions.LimitExceededException, match="Rate exceeded"):
                logs.start_live_tail(logGroupIdentifiers=[arn])
        emulator.advance(0.999)
        with pytest.raises(logs.exceptions.LimitExceededException):
            logs.start_live_tail(logGroupIdentifiers=[arn])
        emulator.advance(0.001)
        tails.append(Tail(logs, arn))
        for tail in tails:
            tail.close()
        logs.close()


def test_a_client_with_retries_retries_as_it_does_with_aws() -> None:
    """LimitExceededException is one of the errors that the `standard` mode retries."""
    retrying = Config(retries={"mode": "standard", "total_max_attempts": 2})
    with LiveTailEmulator(clock="manual", seed=7, session_rate=1) as emulator:
        logs = emulator.client(config=PATIENT.merge(retrying))
        logs.create_log_group(logGroupName="/app/api")
        arn = emulator.log_group_arn("/app/api")
        with Tail(logs, arn):
            with pytest.raises(logs.exceptions.LimitExceededException) as caught:
                logs.start_live_tail(logGroupIdentifiers=[arn])
            assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 1
            asked = [(request["operation"], request["error"]) for request in emulator.requests()]
            assert asked[-2:] == [("StartLiveTail", "LimitExceededException")] * 2
        logs.close()


# ---- the end of a session ------------------------------------------------------------------------------------------


def test_after_three_hours_comes_session_timeout_exception_and_a_clean_end(
    manual: LiveTailEmulator, tailing: Tailing
) -> None:
    manual.put("/app/api", "web-1", ["before"])
    tail = tailing("/app/api")
    with ThreadPoolExecutor(1) as reader:
        reading = reader.submit(_read, tail)
        manual.advance(THREE_HOURS - 1)
        assert [session["state"] for session in manual.sessions()] == ["streaming"]
        manual.put("/app/api", "web-1", ["last words"])
        assert manual.advance(1) == 1
        updates, error = reading.result(20)
    assert len(updates) == THREE_HOURS
    assert [result["message"] for result in updates[-1]["sessionResults"]] == ["last words"]
    assert isinstance(error, EventStreamError)
    assert error.operation_name == "StartLiveTail"
    assert error.response == {"Error": {"Code": "SessionTimeoutException", "Message": "Session timed out."}}
    assert tail.rest() == b""
    manual.assert_no_sessions()


def test_a_shorter_session_timeout() -> None:
    with LiveTailEmulator(clock="manual", seed=7, session_timeout="90s") as emulator:
        logs = emulator.client(config=PATIENT)
        logs.create_log_group(logGroupName="/app/api")
        with Tail(logs, emulator.log_group_arn("/app/api")) as tail:
            emulator.advance(89)
            assert len(emulator.sessions()) == 1
            emulator.advance(1)
            updates, error = _read(tail)
            assert len(updates) == 90
            assert isinstance(error, EventStreamError)
            assert error.response["Error"]["Code"] == "SessionTimeoutException"
        logs.close()


def test_a_failure_inside_is_a_session_streaming_exception_and_a_clean_end(
    manual: LiveTailEmulator, tailing: Tailing, monkeypatch: pytest.MonkeyPatch
) -> None:
    manual.put("/app/api", "web-1", ["before"])
    tail = tailing("/app/api")
    manual.advance(1)

    def broken(_: object) -> Any:
        raise RuntimeError("an error of the emulator's own")

    monkeypatch.setattr(live_session, "session_update_json", broken)
    manual.put("/app/api", "web-1", ["what fails is its JSON"])
    manual.advance(1)
    updates, error = _read(tail)
    assert len(updates) == 1
    assert isinstance(error, EventStreamError)
    assert error.response == {"Error": {"Code": "SessionStreamingException", "Message": "Internal streaming error."}}
    assert tail.rest() == b""
    manual.assert_no_sessions()


def test_nothing_follows_a_session_streaming_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails here is the update of the very second in which the session times out."""
    with LiveTailEmulator(clock="manual", seed=7, session_timeout="1s") as emulator:
        logs = emulator.client(config=PATIENT)
        logs.create_log_group(logGroupName="/app/api")
        with Tail(logs, emulator.log_group_arn("/app/api")) as tail:

            def broken(_: object) -> Any:
                raise RuntimeError("an error of the emulator's own")

            monkeypatch.setattr(live_session, "session_update_json", broken)
            emulator.put("/app/api", "web-1", ["what fails is its JSON"])
            emulator.advance(1)
            _, error = _read(tail)
            assert isinstance(error, EventStreamError)
            assert error.response["Error"]["Code"] == "SessionStreamingException"
            assert tail.rest() == b""
        logs.close()


def test_a_session_that_fails_at_its_update_is_ended_and_the_others_go_on(
    manual: LiveTailEmulator, tailing: Tailing, monkeypatch: pytest.MonkeyPatch
) -> None:
    manual.put("/app/api", "web-1", ["before"])
    broken, sound = tailing("/app/api"), tailing("/app/api")
    make_update = live_session.Session.make_update

    def fail_for_one(session: live_session.Session, now: int) -> bool:
        if session.session_id == broken.start["sessionId"]:
            raise RuntimeError("an error of the emulator's own")
        return make_update(session, now)

    monkeypatch.setattr(live_session.Session, "make_update", fail_for_one)
    manual.put("/app/api", "web-1", ["heard"])
    manual.advance(1)
    assert sound.messages() == ["heard"]
    _, error = _read(broken)
    assert isinstance(error, EventStreamError)
    assert error.response["Error"]["Code"] == "SessionStreamingException"
    assert broken.rest() == b""


def test_a_session_can_be_ended_from_outside(manual: LiveTailEmulator, tailing: Tailing) -> None:
    manual.put("/app/api", "web-1", ["before"])
    ended, other = tailing("/app/api"), tailing("/app/api")
    manual.put("/app/api", "web-1", ["heard"])
    manual.advance(1)
    manual.end_session(ended.start["sessionId"])
    updates, error = _read(ended)
    assert (len(updates), error) == (1, None)
    assert ended.rest() == b""
    manual.advance(1)
    assert (other.messages(), other.messages()) == (["heard"], [])


def test_reset_ends_every_session_cleanly(manual: LiveTailEmulator, logs: Any, tailing: Tailing) -> None:
    manual.put("/app/api", "web-1", ["before"])
    tails = [tailing("/app/api"), tailing("/app/api", logEventFilterPattern="ERROR")]
    manual.advance(2)
    manual.reset()
    for tail in tails:
        updates, error = _read(tail)
        assert (len(updates), error) == (2, None)
        assert tail.rest() == b""
    assert logs.describe_log_groups()["logGroups"] == []
    assert manual.now() == 1_767_225_600_000


def test_stopping_the_emulator_ends_every_session_cleanly() -> None:
    emulator = LiveTailEmulator(clock="manual", seed=7)
    logs = emulator.client(config=PATIENT)
    logs.create_log_group(logGroupName="/app/api")
    with Tail(logs, emulator.log_group_arn("/app/api")) as tail:
        emulator.advance(1)
        emulator.stop()
        updates, error = _read(tail)
        assert (len(updates), error) == (1, None)
        assert tail.rest() == b""
    logs.close()


# ---- clients that leave --------------------------------------------------------------------------------------------


def test_close_returns_while_another_thread_reads(manual: LiveTailEmulator) -> None:
    """botocore's `close` waits for the read that is under way, which the update of the second ends."""
    logs = manual.client()  # with the patience of 60 seconds that clients have by themselves
    logs.create_log_group(logGroupName="/app/api")
    tail = Tail(logs, manual.log_group_arn("/app/api"))
    with ThreadPoolExecutor(2) as threads:
        reading = threads.submit(_read, tail)
        manual.advance(1)
        closing = threads.submit(tail.close)
        while not closing.done():
            manual.advance(1)
        reading.result(10)
    manual.assert_no_sessions()
    logs.close()


@pytest.mark.parametrize("seconds", [0, 1])
def test_a_closed_stream_frees_its_session_at_once(manual: LiveTailEmulator, tailing: Tailing, seconds: int) -> None:
    manual.put("/app/api", "web-1", ["before"])
    staying, leaving = tailing("/app/api"), tailing("/app/api")
    manual.advance(seconds)
    leaving.close()
    until(lambda: len(manual.sessions()) == 1)
    assert manual.sessions()[0]["sessionId"] == staying.start["sessionId"]
    assert manual.advance(1) == 1


# ---- the connection ------------------------------------------------------------------------------------------------


def test_a_connection_is_used_again_after_a_clean_end(
    manual: LiveTailEmulator, logs: Any, tailing: Tailing, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "urllib3.connectionpool")
    logs.create_log_group(logGroupName="/app/api")
    for _ in range(3):
        tail = tailing("/app/api")
        manual.advance(1)
        manual.end_session(tail.start["sessionId"])
        assert _read(tail) == ([{"sessionMetadata": {"sampled": False}, "sessionResults": []}], None)
    logs.describe_log_groups()
    opened = [record for record in caplog.records if record.getMessage().startswith("Starting new HTTP")]
    assert len(opened) == 1


def _read(tail: Tail) -> tuple[list[dict[str, Any]], Exception | None]:
    """The session updates up to the end of the stream, and what it ended with; None is a clean end."""
    updates: list[dict[str, Any]] = []
    try:
        updates.extend(tail)  # extend keeps what came before an error
    except ClientError as error:
        return updates, error
    except (AttributeError, ValueError) as error:  # another thread has closed the stream
        return updates, error
    return updates, None
