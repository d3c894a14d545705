"""What each bundled scenario promises in the comment at its head is there."""

import json
import re
from typing import Any

import pytest
from botocore.exceptions import EventStreamError
from urllib3.exceptions import ProtocolError

from livetail import LiveTail
from livetail.scenarios import fixtures
from tests.clients.scenarios import messages, playing, stored, tail_of, updates
from tests.clients.tailing import Tail


def test_the_demo_is_sampled_in_second_four() -> None:
    with playing("demo") as (emulator, logs), tail_of(emulator, logs, "/demo/shop", "/demo/orders") as tail:
        found = updates(emulator, tail, 36)
    sampled = [second for second, update in enumerate(found) if update["sessionMetadata"]["sampled"]]
    assert sampled == [4, 5, 34, 35]
    assert all(len(found[second]["sessionResults"]) == 500 for second in sampled)
    assert all(0 <= len(update["sessionResults"]) < 20 for update in found if update not in [found[s] for s in sampled])


def test_the_burst_is_sampled_but_the_log_group_has_it_all_and_a_filter_shows_it_all() -> None:
    with playing("burst") as (emulator, logs):
        tail = tail_of(emulator, logs, "/burst/api")
        filtered = tail_of(emulator, logs, "/burst/api", logEventFilterPattern="ERROR")
        everything, errors = [], []
        for _ in range(30):
            emulator.advance(1)
            everything.append(tail.update())
            errors.append(filtered.update())
        assert [second for second, update in enumerate(everything) if update["sessionMetadata"]["sampled"]] == [
            *range(4, 9)
        ]
        assert {len(update["sessionResults"]) for update in everything} == {20, 500}
        assert not any(update["sessionMetadata"]["sampled"] for update in errors)
        assert sorted(messages(errors)) == sorted(stored(logs, "/burst/api", "ERROR"))
        assert len(stored(logs, "/burst/api")) == 25 * 20 + 5 * 3_000
        shares = {session["counters"]["sampledOut"] for session in emulator.sessions()}
        assert shares == {0, 5 * 2_500}
        tail.close()
        filtered.close()


def test_the_flaky_service_throttles_fails_and_breaks_off_and_then_all_is_well() -> None:
    with playing("flaky") as (emulator, logs):
        arn = emulator.log_group_arn("/flaky/worker")
        with pytest.raises(logs.exceptions.ThrottlingException, match="Rate exceeded"):
            logs.start_live_tail(logGroupIdentifiers=[arn])

        with Tail(logs, arn) as tail:
            assert len(messages(updates(emulator, tail, 3))) == 15
            with pytest.raises(EventStreamError) as failed:
                tail.update()
            assert failed.value.response["Error"] == {
                "Code": "SessionStreamingException",
                "Message": "The session was interrupted.",
            }

        with Tail(logs, arn) as tail:
            assert len(messages(updates(emulator, tail, 5))) == 25
            emulator.advance(1)
            with pytest.raises(ProtocolError):
                tail.update()

        with Tail(logs, arn) as tail:
            assert len(messages(updates(emulator, tail, 60))) == 300


def test_the_slow_consumer_loses_its_oldest_updates() -> None:
    with playing("slow-consumer") as (emulator, logs), tail_of(emulator, logs, "/slow/orders") as tail:
        first = updates(emulator, tail, 5)
        emulator.advance(10)
        assert _backlog(emulator) == {"bufferedUpdates": 10, "droppedUpdates": 0, "droppedEvents": 0}
        emulator.advance(15)
        assert _backlog(emulator) == {"bufferedUpdates": 10, "droppedUpdates": 15, "droppedEvents": 15 * 450}
        emulator.advance(10)
        late = [tail.update() for _ in range(15)]
    assert not any(update["sessionMetadata"]["sampled"] for update in first + late)
    seconds = [_second(update) for update in first + late]
    # The pause ended at second 35, in which the backlog had the ten seconds before it.
    assert seconds[:5] == [1, 2, 3, 4, 5]
    assert seconds[5:] == list(range(seconds[5], seconds[5] + 15))
    assert seconds[5] in (25, 26)


def _backlog(emulator: LiveTail) -> dict[str, int]:
    (session,) = emulator.sessions()
    return {name: session["counters"][name] for name in ("bufferedUpdates", "droppedUpdates", "droppedEvents")}


def _second(update: dict[str, Any]) -> int:
    """The second of the scenario in which the events of an update were ingested."""
    (second,) = {-((1_767_225_600_000 - int(event["ingestionTime"])) // 1_000) for event in update["sessionResults"]}
    return second


def _unauthorised(record: dict[str, Any]) -> bool:
    code = record.get("errorCode") or ""
    return bool(code.endswith("UnauthorizedOperation") or code.startswith("AccessDenied"))


def _failed_sign_in(record: dict[str, Any]) -> bool:
    return record["eventName"] == "ConsoleLogin" and record.get("errorMessage") == "Failed authentication"


def test_the_audit_trail_has_what_its_patterns_look_for() -> None:
    unauthorised, sign_ins, rejected = re.findall(r"^#   (.*)$", fixtures.path("audit-trail").read_text(), re.MULTILINE)
    with playing("audit-trail") as (emulator, logs):
        tails = [
            tail_of(emulator, logs, "/audit/cloudtrail", logEventFilterPattern=unauthorised),
            tail_of(emulator, logs, "/audit/cloudtrail", logEventFilterPattern=sign_ins),
            tail_of(emulator, logs, "/audit/vpc-flow", logEventFilterPattern=rejected),
        ]
        found: list[list[str]] = [[] for _ in tails]
        for _ in range(90):
            emulator.advance(1)
            for tail, texts in zip(tails, found, strict=True):
                texts += tail.messages()
        records = [json.loads(message) for message in stored(logs, "/audit/cloudtrail")]
        flows = stored(logs, "/audit/vpc-flow")
        for tail in tails:
            tail.close()
    assert len(records) == 90 * 6
    for texts, wanted in zip(found, (_unauthorised, _failed_sign_in), strict=False):
        expected = sorted(record["eventID"] for record in records if wanted(record))
        assert expected
        assert sorted(json.loads(text)["eventID"] for text in texts) == expected
    ssh = [flow for flow in flows if (fields := flow.split())[6:8] == ["22", "6"] and fields[12] == "REJECT"]
    assert ssh
    assert sorted(found[2]) == sorted(ssh)


def test_the_lambda_fleet_shows_cold_starts_errors_and_single_invocations() -> None:
    functions = [f"/aws/lambda/{name}" for name in ("checkout", "thumbnails", "mailer", "nightly-report")]
    with playing("lambda-fleet") as (emulator, logs):
        cold = tail_of(emulator, logs, *functions, logEventFilterPattern='"Init Duration"')
        failed = tail_of(emulator, logs, *functions, logEventFilterPattern='"[ERROR]"')
        starts, errors = [], []
        for _ in range(60):
            emulator.advance(1)
            starts += cold.update()["sessionResults"]
            errors += failed.messages()
        cold.close()
        failed.close()
        assert {event["logGroupIdentifier"].partition(":")[2] for event in starts} == set(functions)
        assert all(event["message"].startswith("REPORT RequestId: ") for event in starts)
        # An execution environment starts cold once, and writes to a log stream of its own.
        assert len({event["logStreamName"] for event in starts}) == len(starts)
        assert errors
        request_id = starts[0]["message"].split()[2]
        group = starts[0]["logGroupIdentifier"].partition(":")[2]
        invocation = stored(logs, group, f'"{request_id}"')
        kinds = [message.split()[0] for message in invocation]
        assert (kinds[0], kinds[-2:]) == ("START", ["END", "REPORT"])
        assert len(kinds) >= 3


def test_one_problem_of_the_shop_shows_in_four_log_groups() -> None:
    groups = ["/shop/nginx", "/shop/api", "/shop/orders", "/shop/payments"]
    with playing("shop") as (emulator, logs):
        patterns = ["ERROR", "503", "{ $.status >= 500 }"]
        tails = [tail_of(emulator, logs, *groups, logEventFilterPattern=pattern) for pattern in patterns]
        found: list[list[dict[str, Any]]] = [[] for _ in tails]
        for _ in range(60):
            emulator.advance(1)
            for tail, events in zip(tails, found, strict=True):
                events += tail.update()["sessionResults"]
        for tail in tails:
            tail.close()
    errors, unavailable, failed = found
    assert {event["logGroupIdentifier"].partition(":")[2] for event in errors} == set(groups) - {"/shop/nginx"}
    assert {event["logGroupIdentifier"].partition(":")[2] for event in unavailable} >= {"/shop/nginx", "/shop/api"}
    assert {event["logGroupIdentifier"].partition(":")[2] for event in failed} == {"/shop/api"}
    assert all(json.loads(event["message"])["status"] >= 500 for event in failed)
    incident = [event["ingestionTime"] for event in failed if "checkout failed" in event["message"]]
    assert [time - 1_767_225_600_000 for time in incident] == [5_400]
