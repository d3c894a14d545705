"""Live Tail, FilterLogEvents and TestMetricFilter have the same result for every pattern."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from livetail import LiveTailEmulator
from tests.clients.tailing import PATIENT
from tests.unit.patterns.test_documentation import EXAMPLES

# The examples of the documentation have every kind of pattern; tests of the patterns alone have the rest.
CASES = [(example.pattern, message) for example in EXAMPLES for message in example.matches + example.ignores]
REFUSED = [example.pattern for example in EXAMPLES if example.refused] + ["{ $.v IS NOT NULL }"]


@pytest.fixture(scope="module")
def emulator() -> Iterator[LiveTailEmulator]:
    with LiveTailEmulator(clock="manual@2026-01-01T00:00:00Z", seed=7, max_sessions=0) as running:
        yield running


@pytest.fixture(scope="module")
def logs(emulator: LiveTailEmulator) -> Iterator[Any]:
    client = emulator.client(config=PATIENT.merge(Config(parameter_validation=False)))
    yield client
    client.close()


def test_all_three_have_the_same_result(emulator: LiveTailEmulator, logs: Any) -> None:
    """All cases in one go: each has a log group and a session of its own, and time is moved once."""
    tails, expected, filtered = [], [], []
    for number, (pattern, message) in enumerate(CASES):
        tested = logs.test_metric_filter(filterPattern=pattern, logEventMessages=[message])
        expected.append([match["eventMessage"] for match in tested["matches"]])
        group = f"/case/{number}"
        logs.create_log_group(logGroupName=group)
        arn = emulator.log_group_arn(group)
        tails.append(logs.start_live_tail(logGroupIdentifiers=[arn], logEventFilterPattern=pattern)["responseStream"])
        emulator.put(group, "s", [message])
        found = logs.filter_log_events(logGroupName=group, filterPattern=pattern)["events"]
        filtered.append([event["message"] for event in found])
    emulator.advance(1)
    tailed = []
    for tail in tails:
        events = iter(tail)
        next(events)
        tailed.append([event["message"] for event in next(events)["sessionUpdate"]["sessionResults"]])
        tail.close()
    assert filtered == expected
    assert tailed == expected
    assert {len(found) for found in expected} == {0, 1}


@pytest.mark.parametrize("pattern", REFUSED)
def test_all_three_refuse_the_same(emulator: LiveTailEmulator, logs: Any, pattern: str) -> None:
    emulator.put("/refused", "s", ["message"])
    arn = emulator.log_group_arn("/refused")
    texts = []
    for call, members in (
        (logs.start_live_tail, {"logGroupIdentifiers": [arn], "logEventFilterPattern": pattern}),
        (logs.filter_log_events, {"logGroupName": "/refused", "filterPattern": pattern}),
        (logs.test_metric_filter, {"filterPattern": pattern, "logEventMessages": ["message"]}),
    ):
        with pytest.raises(ClientError) as caught:
            call(**members)
        assert caught.value.response["Error"]["Code"] == "InvalidParameterException"
        texts.append(caught.value.response["Error"]["Message"])
    assert texts[0] == f"Invalid filter pattern: {texts[1]}"
    if pattern == "{ $.v IS NOT NULL }":
        texts[2] = texts[2].replace("Invalid character(s) in term 'NOT'", "Invalid filter pattern")
    assert texts[1] == texts[2].replace("metric filter pattern", "filter pattern")
