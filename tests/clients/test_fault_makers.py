"""Rules made by `livetail.faults` as boto3 meets them: what users ask for in tests of clients that put and read."""

import random
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from livetail import LiveTailEmulator, faults
from tests.clients.tailing import Tailing

GROUP = "/app/api"


@pytest.fixture
def group(manual: LiveTailEmulator) -> str:
    manual.put(GROUP, "web-1", ["before"])
    return GROUP


def _put(logs: Any, message: str) -> Any:
    return logs.put_log_events(
        logGroupName=GROUP, logStreamName="web-1", logEvents=[{"timestamp": 1_767_225_600_000, "message": message}]
    )


def _kept(logs: Any) -> list[str]:
    events = logs.get_log_events(logGroupName=GROUP, logStreamName="web-1", startFromHead=True)["events"]
    return [event["message"] for event in events][1:]


def test_a_race_for_a_log_group(manual: LiveTailEmulator, logs: Any) -> None:
    manual.add_fault(faults.operation_aborted())
    with pytest.raises(logs.exceptions.OperationAbortedException, match="A conflicting operation is currently in"):
        logs.create_log_group(logGroupName="/new")
    logs.create_log_group(logGroupName="/new")


@pytest.mark.parametrize(
    ("rule", "name", "stored"),
    [
        (faults.invalid_sequence_token(), "InvalidSequenceTokenException", []),
        (faults.data_already_accepted(), "DataAlreadyAcceptedException", ["first"]),
    ],
)
def test_sequence_tokens_of_old(
    manual: LiveTailEmulator, logs: Any, group: str, rule: faults.AnyRule, name: str, stored: list[str]
) -> None:
    manual.add_fault(rule)
    with pytest.raises(getattr(logs.exceptions, name)) as caught:
        _put(logs, "first")
    token = caught.value.response["expectedSequenceToken"]
    assert token.isdigit() and token in str(caught.value)
    assert _kept(logs) == stored
    _put(logs, "second")
    assert _kept(logs) == [*stored, "second"]


def test_throttling_for_a_while(manual: LiveTailEmulator, logs: Any, group: str) -> None:
    manual.add_fault(faults.throttling(fail=3, pass_=2, operation="PutLogEvents"))
    refused = []
    for number in range(7):
        try:
            _put(logs, str(number))
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ThrottlingException"
            refused.append(number)
    assert refused == [0, 1, 2, 5, 6]
    assert _kept(logs) == ["3", "4"]
    (rule,) = manual.faults()
    of_puts = [request for request in manual.requests() if request["error"]]
    assert [firing["requestId"] for firing in rule["firedOn"]] == [request["requestId"] for request in of_puts]


@pytest.mark.parametrize("rule", [faults.reset, faults.empty])
def test_a_put_whose_response_is_lost(manual: LiveTailEmulator, logs: Any, group: str, rule: Any) -> None:
    manual.add_fault(rule(carry_out=True, operation="PutLogEvents"))
    with pytest.raises(ConnectionClosedError):
        _put(logs, "stored")
    assert _kept(logs) == ["stored"]


def test_a_session_that_is_carried_out_all_the_same_is_closed(manual: LiveTailEmulator, logs: Any, group: str) -> None:
    manual.add_fault(faults.error("ThrottlingException", carry_out=True))
    with pytest.raises(ClientError):
        logs.start_live_tail(logGroupIdentifiers=[manual.log_group_arn(group)])
    assert manual.sessions() == []


def test_log_events_can_be_read_only_after_a_while(manual: LiveTailEmulator, logs: Any, tailing: Tailing) -> None:
    manual.put(GROUP, "web-1", ["before"])
    manual.advance(10)
    manual.add_fault(faults.read_delay(seconds=10))
    tail = tailing(GROUP)
    _put(logs, "new")
    manual.advance(1)
    assert tail.messages() == ["new"], "a session has it at once"

    def filtered() -> list[str]:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=GROUP)
        return [event["message"] for page in pages for event in page["events"]]

    assert (_kept(logs), filtered()) == ([], ["before"])
    manual.advance(9)
    assert (_kept(logs), filtered()) == (["new"], ["before", "new"])


def test_empty_pages_lead_on_to_all_log_events(manual: LiveTailEmulator, logs: Any) -> None:
    manual.put(GROUP, "web-1", [str(number) for number in range(10)])
    manual.add_fault(faults.empty_pages(times=3))
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=GROUP, PaginationConfig={"PageSize": 4})
    sizes, messages = [], []
    for page in pages:
        sizes.append(len(page["events"]))
        messages += [event["message"] for event in page["events"]]
    assert sizes[:3] == [0, 0, 0]
    assert messages == [str(number) for number in range(10)]


@pytest.mark.parametrize("from_head", [True, False])
@pytest.mark.parametrize("first_empty", [0, 1])
def test_empty_pages_of_one_stream(manual: LiveTailEmulator, logs: Any, from_head: bool, first_empty: int) -> None:
    manual.put(GROUP, "web-1", [str(number) for number in range(10)])
    manual.add_fault(faults.empty_page(times=2, operation="GetLogEvents", after_requests=first_empty))
    messages: list[str] = []
    tokens: list[str] = []
    options: dict[str, Any] = {"startFromHead": from_head}
    while True:
        page = logs.get_log_events(logGroupName=GROUP, logStreamName="web-1", limit=4, **options)
        found = [event["message"] for event in page["events"]]
        messages = messages + found if from_head else found + messages
        token = page["nextForwardToken" if from_head else "nextBackwardToken"]
        if options.get("nextToken") == token:
            break
        assert token not in tokens, "a token that differs from those before"
        tokens.append(token)
        options["nextToken"] = token
    assert messages == [str(number) for number in range(10)]


def test_a_whole_batch_in_one_update_comes_out_of_order(manual: LiveTailEmulator, tailing: Tailing, group: str) -> None:
    manual.add_fault(faults.reorder(900, share=0.5))
    tail = tailing(group)
    messages = [f"{number:03}" for number in range(100)]
    manual.put(group, "web-1", messages)
    manual.advance(1)
    came = tail.messages()
    assert came != messages and sorted(came) == messages


def test_a_rule_for_new_sessions_alone(manual: LiveTailEmulator, tailing: Tailing, group: str) -> None:
    old = tailing(group)
    manual.add_fault(faults.end(after_updates=1, times=0, sessions="new"))
    new = tailing(group)
    manual.advance(3)
    assert [len(update["sessionResults"]) for update in new] == [0]
    assert [old.messages() for _ in range(3)] == [[], [], []]
    (rule,) = manual.faults()
    assert rule["sessions"] == "new"
    assert [firing["sessionId"] for firing in rule["firedOn"]] == [new.start["sessionId"]]


def test_a_rule_has_the_same_effect_in_both_forms(manual: LiveTailEmulator) -> None:
    chance = random.Random(7)
    for rule in (faults.cut(chance.randrange(100), after_updates=3), faults.observed_loss(5, log_group="/a*")):
        ids = [manual.add_fault(rule), manual.add_fault(faults.as_json(rule))]
        first, second = [shown for shown in manual.faults() if shown["id"] in ids]
        assert {**first, "id": ""} == {**second, "id": ""}
