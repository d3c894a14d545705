"""The metrics: their names, and that they still count a session after its end."""

import json
import subprocess
import sys
from collections.abc import Callable
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from livetail import LiveTailEmulator
from livetail.api.context import Caller
from livetail.faults import parse_rule
from livetail.live.session import Ending, Session
from livetail.server.emulator import Emulator
from livetail.server.metrics import CONTENT_TYPE, METRICS, exposition
from livetail.settings import Settings
from tests.wire.http1 import Http1, Http1Tail
from tests.wire.sockets import eventually

GROUP = "/app/api"
ARN = f"arn:aws:logs:us-east-1:123456789012:log-group:{GROUP}"
CALLER = Caller("123456789012", "us-east-1", "request")

Values = dict[tuple[str, ...], float]


def values(text: str) -> Values:
    """Every sample by its name, without the prefix, and the values of its labels."""
    return {
        (sample.name.removeprefix("livetail_"), *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def emulator() -> Emulator:
    emulator = Emulator(Settings.resolve({"clock": "manual", "seed": 1}, {}))
    emulator.ingest(GROUP, "web-1", ["before"])
    return emulator


def scrape(emulator: Emulator) -> Values:
    return values(exposition(emulator).decode())


def tail(emulator: Emulator) -> Session:
    response = emulator.service.handle("StartLiveTail", json.dumps({"logGroupIdentifiers": [ARN]}).encode(), CALLER)
    assert isinstance(response, Session)
    return response


def drain(session: Session) -> None:
    while session.take() is not None:
        session.accept()


def keeps_the_sum_rule(seen: Values) -> bool:
    parts = ("delivered_total", "sampled_out_total", "dropped_total", "unread_total", "buffered", "pending")
    return seen["log_events_matched_total",] == sum(seen[f"log_events_{part}",] for part in parts)


class TestNames:
    def test_all_rows_are_exposed_in_order(self, emulator: Emulator) -> None:
        emulator.request_totals["PutLogEvents", 200, None] += 1
        emulator.add_fault(parse_rule({"effect": {"type": "end"}}))
        families = list(text_string_to_metric_families(exposition(emulator).decode()))
        assert [(f"{family.name}_total" if family.type == "counter" else family.name) for family in families] == [
            metric.full_name for metric in METRICS
        ]
        for metric, family in zip(METRICS, families, strict=True):
            assert (family.type, family.documentation) == (metric.kind, metric.doc)
            assert all(set(sample.labels) == set(metric.labels) for sample in family.samples)

    def test_each_has_a_name_of_its_own_and_a_sentence(self) -> None:
        assert len({metric.name for metric in METRICS}) == len(METRICS)
        assert all(metric.doc.endswith(".") for metric in METRICS)


class TestSessions:
    def test_an_open_session_counts_for_itself(self, emulator: Emulator) -> None:
        session = tail(emulator)
        emulator.ingest(GROUP, "web-1", ["x"] * 700)
        assert scrape(emulator)["log_events_pending",] == 700
        emulator.run_due(session.next_due)
        seen = scrape(emulator)
        assert (seen["session_updates_buffered",], seen["log_events_buffered",]) == (1, 500)
        drain(session)
        seen = scrape(emulator)
        assert (seen["sessions_open",], seen["sessions_started_total",]) == (1, 1)
        assert (seen["session_updates_total",], seen["log_events_delivered_total",]) == (1, 500)
        assert seen["log_events_sampled_out_total",] == 200
        assert seen["log_events_ingested_total",] == 701
        assert seen["session_bytes_total",] == session.counters.bytes > 0
        assert keeps_the_sum_rule(seen)

    def test_a_session_that_is_over_still_counts(self, emulator: Emulator) -> None:
        gone, slow = tail(emulator), tail(emulator)
        emulator.ingest(GROUP, "web-1", ["x"] * 3)
        emulator.run_due(gone.next_due)
        drain(gone)
        for _ in range(12):
            emulator.ingest(GROUP, "web-1", ["y"])
            emulator.run_due(slow.next_due)
        emulator.ingest(GROUP, "web-1", ["z"])
        before = scrape(emulator)
        for session in (gone, slow):
            emulator.hub.close(session)
        seen = scrape(emulator)
        assert seen["sessions_open",] == 0
        for name in ("matched", "delivered", "dropped"):
            assert seen[f"log_events_{name}_total",] == before[f"log_events_{name}_total",] > 0
        assert seen["session_updates_dropped_total",] == 5
        assert (seen["log_events_buffered",], seen["log_events_pending",]) == (0, 0)
        assert seen["log_events_unread_total",] == before["log_events_buffered",] + before["log_events_pending",] > 0
        assert keeps_the_sum_rule(seen)

    def test_a_session_is_closed_once(self, emulator: Emulator) -> None:
        session = tail(emulator)
        emulator.hub.close(session)
        emulator.hub.close(session)
        assert scrape(emulator)["sessions_ended_total", "client"] == 1

    @pytest.mark.parametrize(
        ("end", "reason"),
        [
            (lambda emulator, session: None, "client"),
            (lambda emulator, session: emulator.hub.end(session), "deleted"),
            (lambda emulator, session: emulator.run_due(session.ends_at), "timeout"),
        ],
    )
    def test_how_it_ended(self, emulator: Emulator, end: Callable[[Emulator, Session], object], reason: str) -> None:
        session = tail(emulator)
        end(emulator, session)
        emulator.hub.close(session)
        seen = scrape(emulator)
        assert {ending: seen["sessions_ended_total", ending.value] for ending in Ending} == {
            ending: int(ending.value == reason) for ending in Ending
        }

    def test_a_failure_in_here(self, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
        session = tail(emulator)
        monkeypatch.setattr(Session, "make_update", None)
        emulator.run_due(session.next_due)
        emulator.hub.close(session)
        assert scrape(emulator)["sessions_ended_total", "exception"] == 1


class TestOverTheWire:
    def test_it_is_what_prometheus_reads(self, manual: LiveTailEmulator) -> None:
        with urlopen(f"{manual.endpoint_url}/_livetail/metrics") as response:
            assert response.headers["Content-Type"] == CONTENT_TYPE
            seen = values(response.read().decode())
        assert seen["clock_seconds",] == manual.now() / 1000

    def test_requests_by_operation_status_and_error(self, manual: LiveTailEmulator) -> None:
        manual.put(GROUP, "web-1", ["before"])
        manual.add_fault({"operation": "DescribeLogGroups", "effect": {"type": "empty"}})
        with Http1(manual) as client:
            client.call("CreateLogGroup", {"logGroupName": "/new"})
            client.call("CreateLogGroup", {"logGroupName": "/new"})
            client.call("CreateLogGroup", b"{")
            client.call("MadeUpByTheClient", {})
            client.ask("GET", "/favicon.ico")
            client.ask("GET", "/_livetail/health")
            with Http1Tail(manual, GROUP), pytest.raises(ConnectionError):
                client.call("DescribeLogGroups", {})
        seen = scraped(manual)
        assert {key[1:]: value for key, value in seen.items() if key[0] == "requests_total"} == {
            # Labels come in the order of their names: error, operation, status.
            ("", "CreateLogGroup", "200"): 1,
            ("ResourceAlreadyExistsException", "CreateLogGroup", "400"): 1,
            ("SerializationException", "CreateLogGroup", "400"): 1,
            ("UnknownOperationException", "other", "400"): 1,
            ("", "other", "404"): 1,
            ("", "StartLiveTail", "200"): 1,
            ("", "DescribeLogGroups", "0"): 1,
        }

    def test_ends_of_sessions(self, manual: LiveTailEmulator) -> None:
        manual.put(GROUP, "web-1", ["before"])
        with Http1Tail(manual, GROUP):
            pass
        manual.assert_no_sessions()
        with Http1Tail(manual, GROUP) as ended:
            manual.end_session(ended.session_id)
            assert ended.take_all() == []
        fault = manual.add_fault({"after": {"updates": 0}, "effect": {"type": "end"}, "times": 0})
        with Http1Tail(manual, GROUP) as broken:
            assert broken.take_all() == []
        manual.remove_fault(fault)
        manual.assert_no_sessions()
        seen = scraped(manual)
        assert {reason: seen["sessions_ended_total", reason] for reason in ("client", "deleted", "fault")} == {
            "client": 1,
            "deleted": 1,
            "fault": 1,
        }
        assert seen["faults_fired_total", "end"] == 1
        assert seen["fault_rules",] == 0

    def test_reset_begins_all_again(self, manual: LiveTailEmulator) -> None:
        fresh = scraped(manual)
        manual.put(GROUP, "web-1", ["before"])
        manual.add_fault({"operation": "*", "effect": {"type": "error", "code": "ThrottlingException"}})
        manual.start_scenario({"source": [{"log_group": GROUP, "rate": 1}]})
        with Http1(manual) as client:
            client.call("DescribeLogGroups", {})
        with Http1Tail(manual, GROUP):
            manual.put(GROUP, "web-1", ["matched"])
            manual.advance(2)
            assert scraped(manual).items() > {("sessions_open",): 1, ("scenarios",): 1}.items()
            manual.reset()
            # What ended with the reset belongs to the time before it, even if its client notices it later.
            assert scraped(manual) == fresh
        assert eventually(lambda: scraped(manual) == fresh)


def scraped(emulator: LiveTailEmulator) -> Values:
    with urlopen(f"{emulator.endpoint_url}/_livetail/metrics") as response:
        return values(response.read().decode())


def test_a_server_without_scrapes_does_not_import_prometheus() -> None:
    names = "prometheus_client livetail.server.metrics livetail.scenarios.tables"
    check = f"import sys, livetail.server.app; print([name for name in {names.split()!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
