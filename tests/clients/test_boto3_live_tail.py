"""What a session delivers, as boto3 sees it: updates, filters, groups and samples, with time moved by the test."""

import time
from email.utils import parsedate_to_datetime
from itertools import pairwise
from typing import Any

import pytest

from livetail import LiveTailEmulator
from tests.clients.tailing import PATIENT, Tail, Tailing

MIDNIGHT = 1_767_225_600_000
"""2026-01-01T00:00:00Z, where the manual clock starts."""


# ---- the start -----------------------------------------------------------------------------------------------------


def test_session_start_has_the_members_of_the_request_only(
    manual: LiveTailEmulator, logs: Any, tailing: Tailing
) -> None:
    logs.create_log_group(logGroupName="/app/api")
    tail = tailing("/app/api")
    metadata = tail.response["ResponseMetadata"]
    assert tail.start == {
        "requestId": metadata["RequestId"],
        "sessionId": manual.sessions()[0]["sessionId"],
        "logGroupIdentifiers": ["arn:aws:logs:us-east-1:123456789012:log-group:/app/api"],
    }
    assert metadata["HTTPStatusCode"] == 200
    headers = dict(metadata["HTTPHeaders"])
    assert abs(parsedate_to_datetime(headers.pop("date")).timestamp() - time.time()) < 60, "not the emulator's time"
    assert headers == {
        "x-amzn-requestid": metadata["RequestId"],
        "content-type": "application/vnd.amazon.eventstream",
        "transfer-encoding": "chunked",
    }


@pytest.mark.parametrize(
    "filters",
    [
        {"logStreamNames": ["web-1", "web-2"]},
        {"logStreamNamePrefixes": ["web-"]},
        {"logEventFilterPattern": "ERROR"},
        {"logStreamNames": ["web-1"], "logEventFilterPattern": "ERROR"},
    ],
    ids=lambda filters: "+".join(filters),
)
def test_session_start_lists_the_filters_that_were_given(
    logs: Any, tailing: Tailing, filters: dict[str, object]
) -> None:
    logs.create_log_group(logGroupName="/app/api")
    for stream in ("web-1", "web-2"):
        logs.create_log_stream(logGroupName="/app/api", logStreamName=stream)
    start = tailing("/app/api", **filters).start
    members = {"requestId", "sessionId", "logGroupIdentifiers"}
    assert {name: value for name, value in start.items() if name not in members} == filters


# ---- updates -------------------------------------------------------------------------------------------------------


def test_an_update_comes_with_each_second_and_the_first_after_one(
    manual: LiveTailEmulator, logs: Any, tailing: Tailing
) -> None:
    logs.create_log_group(logGroupName="/app/api")
    tail = tailing("/app/api")
    assert manual.advance(0.999) == 0
    assert manual.advance(0.001) == 1
    assert tail.update() == {"sessionMetadata": {"sampled": False}, "sessionResults": []}
    assert manual.advance(3) == 3
    for _ in range(3):
        assert tail.update()["sessionResults"] == []
    assert manual.sessions()[0]["counters"]["updates"] == 4


def test_a_result_has_the_members_of_the_model_and_the_times_of_the_event(
    manual: LiveTailEmulator, logs: Any, tailing: Tailing
) -> None:
    logs.create_log_group(logGroupName="/app/api")
    tail = tailing("/app/api")
    logs.create_log_stream(logGroupName="/app/api", logStreamName="web-1")
    manual.advance(0.25)
    logs.put_log_events(
        logGroupName="/app/api",
        logStreamName="web-1",
        logEvents=[{"timestamp": MIDNIGHT - 86_400_000, "message": "yesterday"}],
    )
    manual.advance(0.75)
    assert tail.update()["sessionResults"] == [
        {
            "logStreamName": "web-1",
            "logGroupIdentifier": "123456789012:/app/api",
            "message": "yesterday",
            "timestamp": MIDNIGHT - 86_400_000,
            "ingestionTime": MIDNIGHT + 250,
        }
    ]


def test_each_update_carries_the_second_before_it_in_order_of_arrival(
    manual: LiveTailEmulator, tailing: Tailing
) -> None:
    manual.put("/app/api", "web-1", ["before the session"])
    tail = tailing("/app/api")
    manual.put("/app/api", "web-1", ["a", "b"])
    manual.put("/app/api", "web-2", ["c"])
    manual.put("/app/api", "web-1", [{"timestamp": MIDNIGHT - 5000, "message": "d"}])
    manual.advance(1)
    manual.put("/app/api", "web-1", ["e"])
    manual.advance(2)
    assert [tail.messages() for _ in range(3)] == [["a", "b", "c", "d"], ["e"], []]


def test_there_is_no_backfill(manual: LiveTailEmulator, tailing: Tailing) -> None:
    manual.put("/app/api", "web-1", ["old"])
    manual.advance(1)
    manual.put("/app/api", "web-1", ["just before"])
    tail = tailing("/app/api")
    manual.advance(1)
    assert tail.messages() == []


@pytest.mark.parametrize(
    "message",
    ["two\nlines\r\n", "größe ☃ 𝄞", '{"a": "\\u0000"}', "\x00\x01\x1f\x7f", " ", "x" * 200_000, "\u2028\ud7ff\uffff"],
    ids=ascii,
)
def test_a_message_arrives_as_it_was_put(manual: LiveTailEmulator, logs: Any, tailing: Tailing, message: str) -> None:
    logs.create_log_group(logGroupName="/app/api")
    logs.create_log_stream(logGroupName="/app/api", logStreamName="web-1")
    tail = tailing("/app/api")
    event = {"timestamp": MIDNIGHT, "message": message}
    logs.put_log_events(logGroupName="/app/api", logStreamName="web-1", logEvents=[event])
    manual.advance(1)
    assert tail.messages() == [message]


def test_updates_keep_to_the_real_time(real: LiveTailEmulator) -> None:
    """One a second, judged by the times that the server gives: never more often, and not less often either.

    An event is put behind each update, so the ingestion times are as far apart as the updates; a busy machine may
    stretch some of the gaps, and not all of them.
    """
    real.put("/app/api", "web-1", ["before"])
    logs = real.client(config=PATIENT)
    with Tail(logs, real.log_group_arn("/app/api")) as tail:
        (session,) = real.wait_for_sessions(1)
        updates = 0
        arrivals: list[int] = []
        while len(arrivals) < 3:
            real.put("/app/api", "web-1", ["now"])
            results: list[dict[str, Any]] = []
            while not results:
                results = tail.update()["sessionResults"]
                updates += 1
            arrivals.append(results[0]["ingestionTime"])
        assert updates * 1000 <= real.now() - session["startedAt"]
        assert min(later - earlier for earlier, later in pairwise(arrivals)) < 1500
    logs.close()


# ---- samples -------------------------------------------------------------------------------------------------------


def test_of_2000_events_in_a_second_exactly_500_come_in_order_and_marked_as_a_sample(
    manual: LiveTailEmulator, tailing: Tailing
) -> None:
    manual.put("/app/api", "web-1", ["before"])
    tail = tailing("/app/api")
    for start in range(0, 2000, 400):
        manual.put("/app/api", f"web-{start}", [str(number) for number in range(start, start + 400)])
    manual.advance(2)
    update = tail.update()
    assert update["sessionMetadata"] == {"sampled": True}
    numbers = [int(result["message"]) for result in update["sessionResults"]]
    assert len(numbers) == 500
    assert all(earlier < later for earlier, later in pairwise(numbers))
    assert set(numbers) <= set(range(2000))
    # A sample of the whole second and not its first or last 500: each fifth of it has its share, or nearly.
    shares = [sum(start <= number < start + 400 for number in numbers) for start in range(0, 2000, 400)]
    assert all(60 < share < 140 for share in shares), shares
    assert tail.update() == {"sessionMetadata": {"sampled": False}, "sessionResults": []}
    counters = manual.sessions()[0]["counters"]
    assert (counters["matched"], counters["delivered"], counters["sampledOut"]) == (2000, 500, 1500)


@pytest.mark.parametrize(("put", "delivered", "sampled"), [(499, 499, False), (500, 500, False), (501, 500, True)])
def test_500_events_are_all_delivered_and_501_are_sampled(
    manual: LiveTailEmulator, tailing: Tailing, put: int, delivered: int, sampled: bool
) -> None:
    manual.put("/app/api", "web-1", ["before"])
    tail = tailing("/app/api")
    manual.put("/app/api", "web-1", [str(number) for number in range(put)])
    manual.advance(1)
    update = tail.update()
    assert len({result["message"] for result in update["sessionResults"]}) == delivered
    assert len(update["sessionResults"]) == delivered
    assert update["sessionMetadata"] == {"sampled": sampled}


def test_only_what_matches_counts_towards_the_500(manual: LiveTailEmulator, tailing: Tailing) -> None:
    manual.put("/app/api", "web-1", ["before"])
    tail = tailing("/app/api", logEventFilterPattern="ERROR")
    manual.put("/app/api", "web-1", ["ERROR" if number % 4 == 0 else "fine" for number in range(2000)])
    manual.advance(1)
    update = tail.update()
    assert [result["message"] for result in update["sessionResults"]] == ["ERROR"] * 500
    assert update["sessionMetadata"] == {"sampled": False}


# ---- streams and groups --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "heard"),
    [
        ({}, ["web-1", "web-10", "web-2", "worker", "Web-1"]),
        ({"logStreamNames": ["web-1", "web-2"]}, ["web-1", "web-2"]),
        ({"logStreamNamePrefixes": ["none"]}, []),
        ({"logStreamNamePrefixes": ["web-1"]}, ["web-1", "web-10"]),
        ({"logStreamNamePrefixes": ["wo", "web-2"]}, ["web-2", "worker"]),
        ({"logStreamNamePrefixes": ["w", "web"]}, ["web-1", "web-10", "web-2", "worker"]),
    ],
    ids=str,
)
def test_stream_filters_hold_for_streams_made_before_and_during_the_session(
    manual: LiveTailEmulator, tailing: Tailing, filters: dict[str, Any], heard: list[str]
) -> None:
    streams = ["web-1", "web-10", "web-2", "worker", "Web-1"]
    for stream in streams[::2]:
        manual.put("/app/api", stream, ["before"])
    tail = tailing("/app/api", **filters)
    for stream in streams:
        manual.put("/app/api", stream, [stream])
    manual.advance(1)
    assert [(result["logStreamName"], result["message"]) for result in tail.update()["sessionResults"]] == [
        (stream, stream) for stream in heard
    ]


def test_prefixes_may_be_of_streams_that_do_not_exist_yet(
    manual: LiveTailEmulator, logs: Any, tailing: Tailing
) -> None:
    logs.create_log_group(logGroupName="/app/api")
    tail = tailing("/app/api", logStreamNamePrefixes=["later"])
    manual.advance(1)
    assert tail.messages() == []
    manual.put("/app/api", "later", ["here"])
    manual.advance(1)
    assert tail.messages() == ["here"]


def test_ten_groups_are_tailed_in_one_session(manual: LiveTailEmulator, tailing: Tailing) -> None:
    names = [f"/app/{number}" for number in range(11)]
    for name in names:
        manual.put(name, "s", ["before"])
    tail = tailing(*names[:10])
    assert tail.start["logGroupIdentifiers"] == [manual.log_group_arn(name) for name in names[:10]]
    for name in names:
        manual.put(name, "s", [name])
    manual.advance(1)
    results = tail.update()["sessionResults"]
    assert [result["message"] for result in results] == names[:10]
    assert [result["logGroupIdentifier"] for result in results] == [f"123456789012:{name}" for name in names[:10]]


def test_the_sample_is_of_all_groups_together(manual: LiveTailEmulator, tailing: Tailing) -> None:
    manual.put("/a", "s", ["before"])
    manual.put("/b", "s", ["before"])
    tail = tailing("/a", "/b")
    manual.put("/a", "s", ["a"] * 300)
    manual.put("/b", "s", ["b"] * 300)
    manual.advance(1)
    update = tail.update()
    assert len(update["sessionResults"]) == 500
    assert update["sessionMetadata"] == {"sampled": True}


def test_the_same_group_twice_is_delivered_once(manual: LiveTailEmulator, tailing: Tailing) -> None:
    manual.put("/app/api", "s", ["before"])
    tail = tailing("/app/api", "/app/api")
    manual.put("/app/api", "s", ["once"])
    manual.advance(1)
    assert tail.messages() == ["once"]


def test_a_group_that_is_deleted_and_made_again_is_delivered_again(
    manual: LiveTailEmulator, logs: Any, tailing: Tailing
) -> None:
    manual.put("/app/api", "s", ["before"])
    tail = tailing("/app/api")
    manual.put("/app/api", "s", ["last words"])
    logs.delete_log_group(logGroupName="/app/api")
    manual.advance(1)
    assert tail.messages() == ["last words"]
    manual.put("/app/api", "s", ["first words"])
    manual.advance(1)
    assert tail.messages() == ["first words"]


def test_rejected_events_are_not_delivered(manual: LiveTailEmulator, logs: Any, tailing: Tailing) -> None:
    manual.put("/app/api", "web-1", ["before"])
    tail = tailing("/app/api")
    day = 86_400_000
    events = [
        {"timestamp": MIDNIGHT - 15 * day, "message": "too old"},
        {"timestamp": MIDNIGHT, "message": "fine"},
        {"timestamp": MIDNIGHT + day // 2, "message": "too new"},
    ]
    response = logs.put_log_events(logGroupName="/app/api", logStreamName="web-1", logEvents=events)
    assert response["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1, "tooNewLogEventStartIndex": 2}
    manual.advance(1)
    assert tail.messages() == ["fine"]


# ---- patterns ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [
        ("", ["ERROR boom", '{"level": "ERROR", "ms": 512}', "fine", "GET /a 503"]),
        ("ERROR", ["ERROR boom", '{"level": "ERROR", "ms": 512}']),
        ("-ERROR", ["fine", "GET /a 503"]),
        ('"ERROR boom"', ["ERROR boom"]),
        ("?boom ?fine", ["ERROR boom", "fine"]),
        ("{ $.ms > 500 }", ['{"level": "ERROR", "ms": 512}']),
        ("[verb, path, status=5*]", ["GET /a 503"]),
        ("%5[0-9]{2}%", ['{"level": "ERROR", "ms": 512}', "GET /a 503"]),
    ],
)
def test_each_kind_of_pattern_filters(
    manual: LiveTailEmulator, tailing: Tailing, pattern: str, matched: list[str]
) -> None:
    manual.put("/app/api", "web-1", ["before"])
    tail = tailing("/app/api", logEventFilterPattern=pattern)
    manual.put("/app/api", "web-1", ["ERROR boom", '{"level": "ERROR", "ms": 512}', "fine", "GET /a 503"])
    manual.advance(1)
    assert tail.messages() == matched


# ---- several sessions ----------------------------------------------------------------------------------------------


def test_sessions_do_not_disturb_each_other(manual: LiveTailEmulator, tailing: Tailing) -> None:
    manual.put("/a", "web-1", ["before"])
    manual.put("/b", "web-1", ["before"])
    everything, errors, other = tailing("/a"), tailing("/a", logEventFilterPattern="ERROR"), tailing("/b")
    manual.advance(0.5)
    late = tailing("/a", logStreamNamePrefixes=["web-2"])
    manual.put("/a", "web-1", ["ERROR 1", "fine"])
    manual.put("/a", "web-2", ["ERROR 2"])
    manual.advance(0.5)
    assert everything.messages() == ["ERROR 1", "fine", "ERROR 2"]
    assert errors.messages() == ["ERROR 1", "ERROR 2"]
    assert other.messages() == []
    assert manual.sessions()[3]["counters"]["updates"] == 0
    manual.advance(0.5)
    assert late.messages() == ["ERROR 2"]
    assert len({tail.start["sessionId"] for tail in (everything, errors, other, late)}) == 4


def test_the_same_seed_draws_the_same_sample() -> None:
    def sample(seed: int) -> list[str]:
        with LiveTailEmulator(clock="manual@2026-01-01T00:00:00Z", seed=seed) as emulator:
            logs = emulator.client(config=PATIENT)
            emulator.put("/app/api", "s", ["before"])
            with Tail(logs, emulator.log_group_arn("/app/api")) as tail:
                emulator.put("/app/api", "s", [str(number) for number in range(2000)])
                emulator.advance(1)
                messages = [tail.start["sessionId"], *tail.messages()]
            logs.close()
            return messages

    assert sample(7) == sample(7)
    assert sample(7) != sample(8)
