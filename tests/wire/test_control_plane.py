"""The control plane over real sockets: who may use it, its errors, and what it shows and changes."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from livetail import LiveTailEmulator
from livetail.server import tail_writer as tail_module
from livetail.server.control import application
from tests.wire.frames import events_of
from tests.wire.http1 import Answer, Http1, Http1Tail, request_bytes
from tests.wire.http2 import Http2
from tests.wire.sockets import address_of

GROUP = "/app/api"
START = 1_767_225_600_000

Parameters = dict[str, Any]


@pytest.fixture
def client(manual: LiveTailEmulator) -> Iterator[Http1]:
    with Http1(manual) as client:
        yield client


@pytest.fixture
def grouped(manual: LiveTailEmulator) -> LiveTailEmulator:
    manual.put(GROUP, "web-1", ["before anyone listens"])
    return manual


def _refused(answer: Answer, status: int) -> str:
    """The sentence of a refusal, which is all that its body has."""
    assert answer.status == status, answer
    assert answer.headers["content-type"] == "application/json"
    assert list(answer.json) == ["error"]
    sentence: str = answer.json["error"]
    assert sentence and "Traceback" not in sentence and "\n" not in sentence
    return sentence


class TestWhoMayUseIt:
    def test_own_page(self, manual: LiveTailEmulator, client: Http1) -> None:
        host, port = address_of(manual)
        own = {"Host": f"{host}:{port}", "Origin": f"http://{host}:{port}"}
        assert client.ask("POST", "/_livetail/reset", b"", **own).status == 200

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "null"},
            {"Origin": "http://evil.example"},
            {"Origin": "https://localhost"},
            {"Origin": "http://localhost:1"},
            {"Origin": ""},
            {"Host": "evil.example"},
            {"Host": "127.0.0.1.nip.io"},
            {"Host": "evil.example", "Origin": "http://evil.example"},
        ],
        ids=str,
    )
    @pytest.mark.parametrize(("method", "path"), [("GET", "health"), ("POST", "reset"), ("GET", "else")])
    def test_other_pages_and_names(
        self, grouped: LiveTailEmulator, client: Http1, method: str, path: str, headers: dict[str, str]
    ) -> None:
        with Http1Tail(grouped, GROUP):
            _refused(client.ask(method, f"/_livetail/{path}", b"", **headers), 403)
            assert len(grouped.sessions()) == 1

    def test_https_page_of_an_https_server(self) -> None:
        with LiveTailEmulator(tls=True, clock="manual") as emulator, Http1(emulator) as client:
            assert client.ask(Origin="https://localhost").status == 200
            _refused(client.ask(Origin="http://localhost"), 403)
            certificate = client.ask("GET", "/_livetail/ca.pem")
            assert certificate.body == Path(emulator.environment()["AWS_CA_BUNDLE"]).read_bytes()

    def test_http2(self, manual: LiveTailEmulator) -> None:
        with Http2(manual) as client:
            stream = client.start("POST", "/_livetail/reset", authority="evil.example")
            _refused(client.answer(stream), 403)
            stream = client.start("POST", "/_livetail/reset", authority="localhost")
            assert client.answer(stream).status == 200

    def test_allowed_host(self) -> None:
        with (
            LiveTailEmulator(allowed_host=["logs.test.example"], clock="manual") as emulator,
            Http1(emulator) as client,
        ):
            assert client.ask(Host="logs.test.example:4586").status == 200
            _refused(client.ask(Host="test.example"), 403)

    @pytest.mark.parametrize(
        ("target", "host", "status"),
        [
            ("http://localhost/_livetail/health", "localhost", 200),
            ("http://evil.example/_livetail/health", "evil.example", 403),
            ("http://evil.example/_livetail/health", "localhost", 403),
            ("http://evil.example/_livetail/health", None, 403),
            ("http://127.0.0.1.nip.io:80/_livetail/reset", "127.0.0.1", 403),
        ],
    )
    def test_target_in_absolute_form(self, client: Http1, target: str, host: str | None, status: int) -> None:
        """Its authority counts as the Host (RFC 9112, 3.2.2)."""
        client.send(request_bytes("GET", target, host=host, version="HTTP/1.1" if host else "HTTP/1.0"))
        assert client.read_answer().status == status

    def test_no_host_comes_from_no_browser(self, client: Http1) -> None:
        client.send(request_bytes("GET", "/_livetail/health", host=None, version="HTTP/1.0"))
        assert client.read_answer().status == 200


class TestErrors:
    @pytest.mark.parametrize("path", ["/else", "/health/", "/sessions/a/b", "/clock/else", "/..", "/%2e%2e"])
    def test_unknown_route(self, client: Http1, path: str) -> None:
        _refused(client.ask("GET", f"/_livetail{path}"), 404)

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", "health"),
            ("GET", "reset"),
            ("PUT", "clock"),
            ("GET", "clock/advance"),
            ("POST", "sessions"),
            ("GET", "sessions/some"),
            ("DELETE", "events"),
            ("OPTIONS", "requests"),
            ("PUT", "faults"),
        ],
    )
    def test_other_method(self, client: Http1, method: str, path: str) -> None:
        answer = client.ask(method, f"/_livetail/{path}")
        assert method in _refused(answer, 405)
        allowed = answer.headers["allow"].split(", ")
        assert allowed and method not in allowed
        assert allowed == sorted(allowed)  # in any other order they would differ from start to start
        for other in allowed:
            assert client.ask(other, f"/_livetail/{path}").status != 405

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"[]",
            b"null",
            b"\xff\xfe",
            b"[" * 100_000,
            b"{}",
            b'{"seconds": null}',
            b'{"seconds": "1"}',
            b'{"seconds": true}',
            b'{"seconds": NaN}',
            b'{"seconds": Infinity}',
            b'{"seconds": -0.001}',
            b'{"seconds": -1}',
            b'{"seconds": 1e300}',
            b'{"seconds": 1e999}',
            b'{"seconds": 99999999999999999999999999999999}',
            b'{"seconds": 1, "more": 2}',
        ],
        ids=lambda body: body[:24].decode("latin-1"),
    )
    def test_advance_that_cannot_be(self, manual: LiveTailEmulator, client: Http1, body: bytes) -> None:
        _refused(client.ask("POST", "/_livetail/clock/advance", body), 400)
        assert manual.now() == START

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"logGroup": GROUP},
            {"logGroup": GROUP, "logStream": "web-1"},
            {"logGroup": GROUP, "logStream": "web-1", "messages": []},
            {"logGroup": GROUP, "logStream": "web-1", "messages": [""]},
            {"logGroup": GROUP, "logStream": "web-1", "messages": [1]},
            {"logGroup": GROUP, "logStream": "web-1", "messages": "one"},
            {"logGroup": GROUP, "logStream": "web-1", "messages": ["one"], "more": 1},
            {"logGroup": GROUP, "logStream": "web-1", "events": [{"message": "one"}]},
            {"logGroup": GROUP, "logStream": "web-1", "events": [{"timestamp": -1, "message": "one"}]},
            {"logGroup": GROUP, "logStream": "web-1", "events": [{"timestamp": 10**15, "message": "one"}]},
            {"logGroup": GROUP, "logStream": "web-1", "events": [{"timestamp": 1.5, "message": "one"}]},
            {"logGroup": GROUP, "logStream": "web-1", "events": [{"timestamp": 1, "message": ""}]},
            {"logGroup": GROUP, "logStream": "web-1", "events": [{"timestamp": 1, "message": "one", "more": 1}]},
            {"logGroup": "", "logStream": "web-1", "messages": ["one"]},
            {"logGroup": "no:name", "logStream": "web-1", "messages": ["one"]},
            {"logGroup": "x" * 513, "logStream": "web-1", "messages": ["one"]},
            {"logGroup": GROUP, "logStream": "no:name", "messages": ["one"]},
            {"logGroup": GROUP, "logStream": "", "messages": ["one"]},
            {"logGroup": "\ud800", "logStream": "web-1", "messages": ["one"]},
        ],
        ids=lambda body: json.dumps(body)[:60],
    )
    def test_events_that_cannot_be(self, client: Http1, body: Parameters) -> None:
        _refused(client.ask("POST", "/_livetail/events", json.dumps(body).encode()), 400)
        assert client.call("DescribeLogGroups", {}).json == {"logGroups": []}

    @pytest.mark.parametrize(
        "query",
        ["wait=x", "wait=-1", "wait=1.5", "wait=", "wait=1000001", "wait=" + "9" * 5000]
        + ["most=0", "timeout=x", "timeout=-1", "timeout=nan", "timeout=inf", "timeout=-inf", "timeout=3601"],
        ids=lambda query: query[:16],
    )
    def test_query_that_cannot_be(self, client: Http1, query: str) -> None:
        assert query.partition("=")[0] in _refused(client.ask("GET", f"/_livetail/sessions?{query}"), 400)

    def test_query_of_a_route_without_parameters(self, client: Http1) -> None:
        """Clients add some against caches."""
        assert client.ask("GET", "/_livetail/health?_=1").status == 200

    @pytest.mark.parametrize("session_id", ["none", "%00", "%ff", "..%2f..", "\u00e9"])
    def test_session_that_is_not_open(self, client: Http1, session_id: str) -> None:
        client.send(request_bytes("DELETE", f"/_livetail/sessions/{session_id}").decode("latin-1").encode())
        assert client.read_answer().status in (400, 404)

    def test_failure_of_ours_is_worded_and_logged(
        self, manual: LiveTailEmulator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise ZeroDivisionError("for this test")

        monkeypatch.setattr(application, "read", fail)
        with Http1(manual) as client:
            _refused(client.ask("GET", "/_livetail/sessions"), 500)
        assert [record.exc_info and record.exc_info[0] for record in caplog.records] == [ZeroDivisionError]

    def test_body_that_is_too_long(self, client: Http1) -> None:
        too_long = b'{"seconds": 1}' + b" " * application.MAX_BODY_BYTES
        assert "16,777,216 bytes" in _refused(client.ask("POST", "/_livetail/clock/advance", too_long), 413)

    def test_more_events_than_a_request_may_have(self, client: Http1) -> None:
        body = {"logGroup": GROUP, "logStream": "web-1", "messages": ["m"] * 100_001}
        assert "100000" in _refused(client.ask("POST", "/_livetail/events", json.dumps(body).encode()), 400)


def test_metrics_without_their_package(client: Http1, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "livetail.server.metrics", raising=False)
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    assert "livetail[metrics]" in _refused(client.ask("GET", "/_livetail/metrics"), 501)


class TestPatterns:
    def test_each_message(self, client: Http1) -> None:
        body = {"pattern": "[ip, status = 5*]", "messages": ["10.0.0.1 503", "10.0.0.1 200", "one"]}
        results = client.ask("POST", "/_livetail/patterns", json.dumps(body).encode()).json["results"]
        assert [result["matches"] for result in results] == [True, False, False]
        assert results[1]["findings"] == [{"condition": "status = 5*", "holds": False, "reason": 'it is "200"'}]
        assert results[1]["extracted"] == {"$ip": "10.0.0.1", "$status": "200"}

    def test_pattern_that_aws_would_refuse(self, client: Http1) -> None:
        reply = client.ask("POST", "/_livetail/patterns", b'{"pattern": "{ $.a = }"}').json
        assert (reply["results"], reply["error"], reply["column"]) == ([], "Invalid filter pattern", 9)

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"pattern": "x" * 1_025},
            {"pattern": "x", "messages": ["m"] * 1_001},
            {"pattern": "x", "messages": [1]},
            {"pattern": "x", "messages": ["m" * 1_000_000, "m" * 48_577]},
        ],
        ids=lambda body: json.dumps(body)[:40],
    )
    def test_what_does_not_fit(self, client: Http1, body: Parameters) -> None:
        _refused(client.ask("POST", "/_livetail/patterns", json.dumps(body).encode()), 400)


class TestPage:
    def test_page_is_there(self, client: Http1) -> None:
        page = client.ask("GET", "/_livetail/")
        assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "default-src 'none'" in page.headers["content-security-policy"]

    def test_without_the_last_slash(self, client: Http1) -> None:
        answer = client.ask("GET", "/_livetail")
        assert (answer.status, answer.headers["location"]) == (308, "/_livetail/")

    def test_browser_that_opens_the_server(self, client: Http1) -> None:
        answer = client.ask("GET", "/", Accept="text/html,application/xhtml+xml,*/*;q=0.8")
        assert (answer.status, answer.headers["location"]) == (303, "/_livetail/")
        assert client.ask("GET", "/", Accept="*/*").status == 404

    @pytest.mark.parametrize("name", ["none.js", "..", "%2e%2e%2fcontrol%2fpage.py", "__init__.py"])
    def test_no_other_files(self, client: Http1, name: str) -> None:
        _refused(client.ask("GET", f"/_livetail/page/{name}"), 404)


class TestJournal:
    def test_entry(self, manual: LiveTailEmulator, client: Http1) -> None:
        credential = "Credential=111122223333/20260101/eu-west-1/logs/aws4_request, SignedHeaders=host, Signature=0"
        others = {"User-Agent": "test/1", "Authorization": f"AWS4-HMAC-SHA256 {credential}"}
        answer = client.call("CreateLogStream", {"logGroupName": "none", "logStreamName": "s"}, **others)
        assert manual.requests() == [
            {
                "operation": "CreateLogStream",
                "requestId": answer.headers["x-amzn-requestid"],
                "status": 400,
                "error": "ResourceNotFoundException",
                "time": START,
                "region": "eu-west-1",
                "accountId": "111122223333",
                "userAgent": "test/1",
                "rejectedLogEventsInfo": None,
                "parameters": {"logGroupName": "none", "logStreamName": "s"},
            }
        ]
        assert client.ask("DELETE", "/_livetail/requests").status == 200
        assert manual.requests() == []

    @pytest.mark.parametrize(
        "body",
        [
            b"{",
            b"",
            b"\xff",
            b'{"limit": NaN}',
            b'{"limit": 1e999}',
            b'{"limit": 123456789012345678901234567890}',
            b'{"limit": ' + b"9" * 5_000 + b"}",
            b'{"more": "\\ud800"}',
            b'{"\\udfff": 1}',
            b'{"more": ' + b"[" * 900 + b"]" * 900 + b"}",
            b'{"more": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        ],
        ids=lambda body: body[:24].decode("latin-1"),
    )
    def test_shows_every_request(self, manual: LiveTailEmulator, client: Http1, body: bytes) -> None:
        client.call("DescribeLogGroups", body)
        (entry,) = manual.requests()
        assert entry["operation"] == "DescribeLogGroups"


class TestSessions:
    def test_session(self, grouped: LiveTailEmulator) -> None:
        with Http1Tail(grouped, GROUP, logStreamNamePrefixes=["web-"], logEventFilterPattern="ERROR") as tail:
            grouped.put(GROUP, "web-1", ["ERROR one", "two", "ERROR three"])
            assert grouped.sessions() == [
                {
                    "sessionId": tail.session_id,
                    "requestId": tail.head.headers["x-amzn-requestid"],
                    "state": "streaming",
                    "startedAt": START,
                    "logGroupIdentifiers": [grouped.log_group_arn(GROUP)],
                    "logStreamNames": None,
                    "logStreamNamePrefixes": ["web-"],
                    "logEventFilterPattern": "ERROR",
                    "httpVersion": "1.1",
                    "userAgent": None,
                    "counters": {
                        "updates": 0,
                        "matched": 2,
                        "delivered": 0,
                        "sampledOut": 0,
                        "droppedUpdates": 0,
                        "droppedEvents": 0,
                        "bufferedUpdates": 0,
                        "bufferedEvents": 0,
                        "pendingEvents": 2,
                        "bytes": sum(len(frame.raw) for frame in tail.opening),
                    },
                }
            ]

    def test_wait_until_there_are_enough(self, grouped: LiveTailEmulator) -> None:
        with Http1(grouped) as waiting:
            waiting.send(request_bytes("GET", "/_livetail/sessions?wait=2"))
            with Http1Tail(grouped, GROUP), Http1Tail(grouped, GROUP):
                assert len(waiting.read_answer().json["sessions"]) == 2

    @pytest.mark.parametrize(("query", "wanted"), [("wait=2", "at least 2"), ("max=0", "at most 0")])
    def test_wait_in_vain(self, grouped: LiveTailEmulator, client: Http1, query: str, wanted: str) -> None:
        with Http1Tail(grouped, GROUP):
            sentence = _refused(client.ask("GET", f"/_livetail/sessions?{query}&timeout=0.05"), 408)
        assert sentence == f"1 sessions were open after 0.05 s, not {wanted}"

    def test_wait_does_not_count_sessions_that_are_over(
        self, grouped: LiveTailEmulator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A client that does not read holds its connection; its session is gone with the reset all the same."""
        monkeypatch.setattr(tail_module, "STALL_S", 0.2)
        with Http1Tail(grouped, GROUP, receive_buffer=4096):
            for _ in range(3):
                grouped.put(GROUP, "web-1", ["x" * 400_000])
                grouped.advance(1)
            grouped.reset()
            assert grouped.sessions() == []
            with Http1(grouped) as client:
                _refused(client.ask("GET", "/_livetail/sessions?wait=1&timeout=0.05"), 408)


class TestEndedSessions:
    def ended(self, client: Http1, count: int = 1) -> list[Parameters]:
        assert client.ask("GET", "/_livetail/sessions?max=0").status == 200
        sessions: list[Parameters] = client.ask("GET", "/_livetail/sessions/ended").json["sessions"]
        assert len(sessions) == count
        return sessions

    def test_session(self, grouped: LiveTailEmulator, client: Http1) -> None:
        with Http1Tail(grouped, GROUP, logEventFilterPattern="ERROR") as tail:
            (open_session,) = grouped.sessions()
            grouped.put(GROUP, "web-1", ["ERROR one", "two"])
            grouped.advance(1)
            grouped.end_session(tail.session_id)
            tail.take_all()
        (session,) = self.ended(client)
        counters = session.pop("counters")
        assert (counters["updates"], counters["matched"], counters["delivered"]) == (1, 1, 1)
        before = {key: value for key, value in open_session.items() if key != "counters"}
        assert session == {**before, "state": "ended", "endedAt": START + 1_000, "endedBy": "deleted"}

    def test_client_that_leaves(self, grouped: LiveTailEmulator, client: Http1) -> None:
        Http1Tail(grouped, GROUP).close()
        assert self.ended(client)[0]["endedBy"] == "client"

    def test_timeout(self) -> None:
        with LiveTailEmulator(clock="manual", session_timeout="2s") as emulator, Http1(emulator) as client:
            emulator.put(GROUP, "web-1", ["before anyone listens"])
            with Http1Tail(emulator, GROUP) as tail:
                emulator.advance(2)
                tail.take_all()
            assert self.ended(client)[0]["endedBy"] == "timeout"

    @pytest.mark.parametrize("effect", ["exception", "end", "cut", "reset", "truncate"])
    def test_fault(self, grouped: LiveTailEmulator, client: Http1, effect: str) -> None:
        grouped.add_fault({"after": {"updates": 1}, "effect": {"type": effect}})
        with Http1Tail(grouped, GROUP):
            grouped.advance(2)
            assert self.ended(client)[0]["endedBy"] == "fault"

    def test_reset(self, grouped: LiveTailEmulator, client: Http1) -> None:
        with Http1Tail(grouped, GROUP) as tail:
            grouped.reset()
            tail.take_all()
        assert self.ended(client)[0]["endedBy"] == "reset"

    def test_last_hundred(self, grouped: LiveTailEmulator, client: Http1) -> None:
        for _ in range(103):
            Http1Tail(grouped, GROUP).close()
            assert client.ask("GET", "/_livetail/sessions?max=0").status == 200
        self.ended(client, 100)


def test_reset_ends_sessions_and_deletes_the_rest(grouped: LiveTailEmulator, client: Http1) -> None:
    with Http1Tail(grouped, GROUP) as tail:
        grouped.put(GROUP, "web-1", ["not yet in an update"])
        grouped.advance(5)
        grouped.reset()
        frames = tail.take_all()
        assert [frame.kind for frame in frames] == ["sessionUpdate"] * 5
        assert events_of(frames) == ["not yet in an update"]
    assert (grouped.sessions(), grouped.requests(), grouped.now()) == ([], [], START)
    assert client.call("DescribeLogGroups", {}).json == {"logGroups": []}


def test_events_with_a_time_of_their_own(grouped: LiveTailEmulator) -> None:
    with Http1Tail(grouped, GROUP) as tail:
        events = [{"timestamp": 2_000, "message": "later"}, {"timestamp": 1_000, "message": "sooner"}, "now"]
        grouped.put("/made/by/this", "s", ["elsewhere"])
        grouped.put(GROUP, "made-by-this", events)  # type: ignore[arg-type]
        grouped.advance(1)
        update = tail.take()
        assert update is not None
        results = update.json["sessionResults"]
        assert [(event["timestamp"], event["message"]) for event in results] == [
            (1_000, "sooner"),
            (2_000, "later"),
            (START, "now"),
        ]
        assert {event["ingestionTime"] for event in results} == {START}
