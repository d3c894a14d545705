"""Each format is read back by something that was not written for it, and what belongs together agrees."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from statistics import mean
from typing import Any

import pytest
from apachelogs import COMBINED, LogParser

from livetail.core.chance import Chance
from livetail.patterns import Subject, compile
from livetail.scenarios.formats import FORMATS
from livetail.scenarios.player import Player
from livetail.scenarios.scenario import Scenario
from livetail.store.batch import LogEvent
from tests.unit.scenarios.builders import STARTED_AT, lines, play, run_until, source

# nginx's predefined `combined`, in the words of Apache: $body_bytes_sent is 0 where %b writes '-'.
NGINX_COMBINED = '%h - %u %t "%r" %>s %B "%{Referer}i" "%{User-Agent}i"'

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def matching(pattern: str, events: list[LogEvent]) -> list[str]:
    matcher = compile(pattern)
    return [event.message for event in events if matcher.matches(Subject(event.message))]


def digest(events: list[LogEvent]) -> str:
    text = "\n".join(f"{event.timestamp} {event.message}" for event in events)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@pytest.mark.parametrize("name", FORMATS)
def test_every_event_has_a_time_and_a_message(name: str) -> None:
    events = lines(name, 500)
    assert len(events) == 500
    for event in events:
        assert event.message
        assert STARTED_AT <= event.timestamp <= STARTED_AT + 5_000


@pytest.mark.parametrize("name", FORMATS)
def test_messages_depend_on_the_seed_alone(name: str) -> None:
    assert lines(name, 100) == lines(name, 100)
    assert lines(name, 100) != lines(name, 100, seed=2)


def test_text_lines_have_a_time_a_level_and_a_component() -> None:
    events = lines("text", 1_000)
    for event in events:
        time, level, component, _ = event.message.split(" ", 3)
        assert datetime.fromisoformat(time).timestamp() * 1_000 == pytest.approx(event.timestamp, abs=0.5)
        assert level in {"DEBUG", "INFO", "WARN", "ERROR"}
        assert re.fullmatch(r"\[[a-z]+\]", component)
    assert 20 < len(matching("ERROR", events)) < 100


def decoded(name: str, count: int) -> Iterator[tuple[LogEvent, dict[str, Any]]]:
    for event in lines(name, count):
        yield event, json.loads(event.message)


def test_json_lines_are_json_whose_fields_agree() -> None:
    latencies: dict[int, list[int]] = {}
    request_ids = set()
    for event, entry in decoded("json", 3_000):
        assert datetime.fromisoformat(entry["time"]) == datetime.fromtimestamp(event.timestamp / 1_000, UTC)
        assert entry["message"] == f"{entry['method']} {entry['path']} {entry['status']}"
        assert UUID.fullmatch(entry["request_id"])
        request_ids.add(entry["request_id"])
        latencies.setdefault(entry["status"], []).append(entry["latency_ms"])
        assert (entry["status"] >= 500) == (entry["level"] == "ERROR") == ("error" in entry)
        assert entry["level"] != "INFO" or entry["status"] < 400
        assert entry["status"] != 204 or entry["bytes"] == 0
    assert len(request_ids) == 3_000
    assert mean(latencies[500]) > 10 * mean(latencies[200])
    assert min(latencies[500]) > 1_000


@pytest.mark.parametrize(("name", "log_format"), [("apache", COMBINED), ("nginx", NGINX_COMBINED)])
def test_access_logs_are_read_by_a_log_parser(name: str, log_format: str) -> None:
    parser = LogParser(log_format)
    statuses: Counter[int] = Counter()
    protocols = set()
    for event in lines(name, 2_000):
        entry = parser.parse(event.message)
        assert entry.request_time.timestamp() == event.timestamp // 1_000
        method, path, protocol = entry.request_line.split(" ")
        assert method in {"GET", "POST", "PUT", "DELETE"}
        assert path.startswith("/")
        protocols.add(protocol)
        assert entry.remote_host.rsplit(".", 1)[0] in {"203.0.113", "198.51.100", "192.0.2", "10.0.1", "10.0.2"}
        agent = entry.headers_in["User-Agent"]
        if path == "/health" or agent.startswith("ELB-HealthChecker"):
            assert (method, path, entry.final_status, entry.remote_user) == ("GET", "/health", 200, None)
            assert agent == "ELB-HealthChecker/2.0"
        if "Googlebot" in agent:
            assert (method, entry.remote_user) == ("GET", None)
        statuses[entry.final_status] += 1
        if entry.final_status in {204, 304}:
            assert not entry.bytes_sent
        else:
            assert entry.bytes_sent > 0
        if entry.final_status == 401:
            assert entry.remote_user is None
    assert statuses[200] > 1_000
    assert {304, 404, 500, 201} <= set(statuses)
    assert protocols == ({"HTTP/2.0", "HTTP/1.1"} if name == "nginx" else {"HTTP/1.0", "HTTP/1.1"})


def test_access_logs_match_the_pattern_of_the_user_guide() -> None:
    events = lines("apache", 2_000)
    failed = matching("[ip, user, username, timestamp, request, status_code=4*, bytes, referer, agent]", events)
    assert failed
    assert all(re.search(r'" 4\d\d ', message) for message in failed)
    assert len(failed) == sum(bool(re.search(r'" 4\d\d ', event.message)) for event in events)


REPORT_FIELDS = (
    '[report_name="REPORT", request_id_name="RequestId:", request_id_value, duration_name="Duration:", duration_value, '
    'duration_unit="ms", billed_duration_name_1="Billed", bill_duration_name_2="Duration:", billed_duration_value, '
    'billed_duration_unit="ms", memory_size_name_1="Memory", memory_size_name_2="Size:", memory_size_value, '
    'memory_size_unit="MB", max_memory_used_name_1="Max", max_memory_used_name_2="Memory", '
    'max_memory_used_name_3="Used:", max_memory_used_value, max_memory_used_unit="MB"'
)
REPORT = re.compile(
    r"REPORT RequestId: (?P<id>\S+)\tDuration: (?P<duration>\d+\.\d\d) ms\tBilled Duration: (?P<billed>\d+) ms\t"
    r"Memory Size: (?P<size>\d+) MB\tMax Memory Used: (?P<used>\d+) MB\t(?:Init Duration: (?P<init>\d+\.\d\d) ms\t)?\n"
)


def test_lambda_reports_match_the_patterns_for_them() -> None:
    events = lines("lambda", 3_000)
    reports = [event.message for event in events if event.message.startswith("REPORT")]
    cold = [message for message in reports if "Init Duration" in message]
    assert len(cold) == 2
    assert matching(REPORT_FIELDS + "]", events) == [message for message in reports if message not in cold]
    assert matching(REPORT_FIELDS + ", ...]", events) == reports
    assert matching('"Init Duration"', events) == cold


@pytest.mark.parametrize("rate", [1, 40, 5_000])
def test_each_invocation_has_one_request_id_and_the_duration_that_its_stamps_show(rate: int) -> None:
    streams = ("a", "b", "c")
    playing = Player(
        Scenario("test", 1, sources=(source("lambda", rate=rate, streams=streams),)), STARTED_AT, Chance(0)
    )
    by_stream: dict[str, list[LogEvent]] = {}
    for emission in run_until(playing, STARTED_AT + 2_000_000 // rate):
        by_stream.setdefault(emission.log_stream, []).extend(emission.events)
    assert set(by_stream) == set(streams)
    for events in by_stream.values():
        invocations = 0
        begun: LogEvent | None = None
        request_id = ended = ""
        end = 0
        for event in events:
            if event.message.startswith("START"):
                assert begun is None
                begun, request_id, ended = event, event.message.split()[2], ""
                assert UUID.fullmatch(request_id)
                continue
            assert begun is not None
            assert request_id in event.message
            if event.message.startswith("END"):
                ended, end = request_id, event.timestamp
            elif event.message.startswith("REPORT"):
                report = REPORT.fullmatch(event.message)
                assert report is not None
                assert ended == request_id
                duration, init = float(report["duration"]), float(report["init"] or 0)
                assert int(duration) == end - begun.timestamp
                assert duration + init <= int(report["billed"]) < duration + init + 1.01
                assert int(report["used"]) <= int(report["size"])
                assert bool(init) == (invocations == 0)
                begun, invocations = None, invocations + 1
            else:
                level, time, own_id, _ = event.message.split("\t")
                assert level in {"[INFO]", "[WARNING]", "[ERROR]"}
                assert own_id == request_id
                assert datetime.fromisoformat(time) == datetime.fromtimestamp(event.timestamp / 1_000, UTC)
        assert invocations > 50


def test_java_traces_are_one_event() -> None:
    events = lines("java", 2_000)
    head = re.compile(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} (?:INFO |DEBUG|WARN |ERROR) \[http-nio-8080-exec-\d+\] \S+ - .+"
    )
    traces = 0
    for event in events:
        first, *rest = event.message.split("\n")
        assert head.fullmatch(first)
        assert ("ERROR" in first) == bool(rest)
        if rest:
            traces += 1
            assert re.fullmatch(r"[a-z.]+[A-Za-z]+(Exception|Error): .+", rest[0])
            assert all(
                re.fullmatch(r"\tat [\w.$/]+\(\w+\.java:\d+\)|Caused by: .+|\t\.\.\. \d+ .+", line) for line in rest[1:]
            )
    assert 50 < traces < 300
    assert len(matching('"Caused by"', events)) < traces


SSH_REJECTS = (
    '[version, account, eni, source, destination, srcport, destport="22", protocol="6", packets, bytes, windowstart, '
    'windowend, action="REJECT", flowlogstatus]'
)


def test_flow_logs_match_the_documented_pattern() -> None:
    events = lines("vpc-flow", 3_000, streams=("eni-0a1b2c3d4e5f60718-all", "other"))
    rejected = matching(SSH_REJECTS, events)
    assert rejected == [
        event.message
        for event in events
        if (fields := event.message.split(" "))[6] == "22" and fields[7] == "6" and fields[12] == "REJECT"
    ]
    assert rejected
    assert any(" eni-0a1b2c3d4e5f60718 " in event.message for event in events)


def test_fields_of_flow_logs_agree() -> None:
    statuses: Counter[str] = Counter()
    for event in lines("vpc-flow", 3_000):
        fields = event.message.split(" ")
        assert len(fields) == 14
        assert fields[0] == "2"
        assert re.fullmatch(r"eni-0[0-9a-f]{16}", fields[2])
        start, end = int(fields[10]), int(fields[11])
        assert start < end == event.timestamp // 1_000 <= start + 60
        statuses[fields[13]] += 1
        if fields[13] != "OK":
            assert fields[3:10] == ["-"] * 7
            assert fields[12] == "-"
            continue
        packets, size = int(fields[8]), int(fields[9])
        assert size >= 40 * packets > 0
        assert fields[12] in {"ACCEPT", "REJECT"}
        assert sum(address.startswith("10.0.") for address in fields[3:5]) == 1
        assert all(0 <= int(port) < 65_536 for port in fields[5:7])
    assert set(statuses) == {"OK", "NODATA", "SKIPDATA"}


CLOUDTRAIL_PATTERNS: dict[str, Callable[[dict[str, Any]], bool]] = {
    '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }': lambda record: (
        record.get("errorCode", "").endswith("UnauthorizedOperation")
        or record.get("errorCode", "").startswith("AccessDenied")
    ),
    '{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }': lambda record: (
        record["eventName"] == "ConsoleLogin" and record.get("errorMessage") == "Failed authentication"
    ),
    '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }': (
        lambda record: record["userIdentity"]["type"] == "Root"
    ),
    "{ ($.eventName = RunInstances) || ($.eventName = StopInstances) }": lambda record: (
        record["eventName"] in {"RunInstances", "StopInstances"}
    ),
}


@pytest.mark.parametrize("pattern", CLOUDTRAIL_PATTERNS)
def test_cloudtrail_records_match_the_documented_patterns(pattern: str) -> None:
    events = lines("cloudtrail", 3_000)
    found = matching(pattern, events)
    assert found == [event.message for event in events if CLOUDTRAIL_PATTERNS[pattern](json.loads(event.message))]
    assert 0 < len(found) < 600


def test_cloudtrail_records_have_the_fields_of_the_reference() -> None:
    identifiers = set()
    for event, record in decoded("cloudtrail", 2_000):
        assert {
            *("eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress"),
            *("userAgent", "requestParameters", "responseElements", "eventID", "eventType", "recipientAccountId"),
        } <= set(record)
        assert record["eventTime"] == datetime.fromtimestamp(event.timestamp // 1_000, UTC).strftime(
            "%Y-%m-%dT%H:%M:%SZ"
        )
        assert record["userIdentity"]["accountId"] == record["recipientAccountId"] == "123456789012"
        assert ("requestID" in record) == (record["eventType"] == "AwsApiCall")
        if "errorCode" in record:
            assert record["responseElements"] is None
            assert record["eventName"] in record["errorMessage"]
        identifiers.add(record["eventID"])
    assert len(identifiers) == 2_000


def test_people_search_for_several_things() -> None:
    found = {term for event in lines("nginx", 2_000) for term in re.findall(r"/search\?q=([^&]+)&", event.message)}
    assert len(found) >= 10


def test_text_has_many_sentences_whose_numbers_agree() -> None:
    sentences = set()
    for event in lines("text", 3_000):
        sentences.add(re.sub(r"\d+", "#", event.message.partition(" ")[2]))
        if found := re.search(r"pool has (\d+) connections, (\d+) idle", event.message):
            assert int(found[2]) <= int(found[1])
    assert len(sentences) >= 20


def test_a_request_id_is_found_in_other_log_groups() -> None:
    text = """
[[source]]
log_group = "/api"
format = "json"
rate = 8

[[source]]
log_group = "/payments"
template = "request={request_id}"
rate = 1.5
"""
    found: dict[str, list[str]] = {"/api": [], "/payments": []}
    for emission in play(text, 20):
        for event in emission.events:
            found[emission.log_group] += re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", event.message)
    assert len(found["/payments"]) == 30
    assert set(found["/payments"]) < set(found["/api"])
    assert all(len(set(ids)) == len(ids) for ids in found.values())


def test_nasty_lines_have_what_viewers_stumble_over() -> None:
    messages = [event.message for event in lines("nasty", 400)]
    everything = "".join(messages)
    for part in ("\x1b[31m", "\x1b[2J", "👩‍👩‍👧‍👦", "漢字", "\t", "\u202e", "\0", "\x07", "\r", "<script>", "e\u0301"):
        assert part in everything, part
    assert max(len(message.encode()) for message in messages) > 190_000
    assert any("\n  " in message and json.loads(message) for message in messages if message.startswith("{\n"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("text", "52a83b4528c42fc9"),
        ("json", "a3c723b5c1f1a50a"),
        ("apache", "7f8011f0cdbbb08e"),
        ("nginx", "92167db0d2e2ceaf"),
        ("lambda", "041fed9ec2511c61"),
        ("java", "a3e716bfd578bfb2"),
        ("vpc-flow", "bc11d0e55bf6d8fc"),
        ("cloudtrail", "7e1d1ce827bc5ec5"),
        ("nasty", "f0d44e758caab95b"),
    ],
)
def test_the_same_bytes_on_every_python(name: str, expected: str) -> None:
    """A seed gives these bytes whatever Python runs; who changes a format changes its line here, and the changelog."""
    assert digest(lines(name, 400)) == expected


@pytest.mark.parametrize("name", FORMATS)
def test_the_end_of_the_calendar_stops_no_format(name: str) -> None:
    playing = Player(Scenario("test", 1, sources=(source(name),)), 253_402_300_799_000, Chance(0))
    assert len(run_until(playing, 253_402_300_799_000 + 3_000)) > 0
