"""The control plane over real sockets: its errors, and what it shows and changes."""

import json
import sys
from typing import Any

import pytest

from livetail import LiveTailEmulator
from livetail.server.control import application
from tests.wire.http1 import Http1, refused, request_bytes

GROUP = "/app/api"
START = 1_767_225_600_000

Parameters = dict[str, Any]


class TestErrors:
    @pytest.mark.parametrize("path", ["/else", "/health/", "/sessions/a/b", "/clock/else", "/..", "/%2e%2e"])
    def test_unknown_route(self, client: Http1, path: str) -> None:
        refused(client.ask("GET", f"/_livetail{path}"), 404)

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
        response = client.ask(method, f"/_livetail/{path}")
        assert method in refused(response, 405)
        allowed = response.headers["allow"].split(", ")
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
        refused(client.ask("POST", "/_livetail/clock/advance", body), 400)
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
        refused(client.ask("POST", "/_livetail/events", json.dumps(body).encode()), 400)
        assert client.call("DescribeLogGroups", {}).json == {"logGroups": []}

    @pytest.mark.parametrize(
        "query",
        ["wait=x", "wait=-1", "wait=1.5", "wait=", "wait=1000001", "wait=" + "9" * 5000]
        + ["most=0", "timeout=x", "timeout=-1", "timeout=nan", "timeout=inf", "timeout=-inf", "timeout=3601"],
        ids=lambda query: query[:16],
    )
    def test_query_that_cannot_be(self, client: Http1, query: str) -> None:
        assert query.partition("=")[0] in refused(client.ask("GET", f"/_livetail/sessions?{query}"), 400)

    def test_query_of_a_route_without_parameters(self, client: Http1) -> None:
        """Clients add some against caches."""
        assert client.ask("GET", "/_livetail/health?_=1").status == 200

    @pytest.mark.parametrize("session_id", ["none", "%00", "%ff", "..%2f..", "\u00e9"])
    def test_session_that_is_not_open(self, client: Http1, session_id: str) -> None:
        client.send(request_bytes("DELETE", f"/_livetail/sessions/{session_id}").decode("latin-1").encode())
        assert client.read_response().status in (400, 404)

    def test_internal_error_has_a_sentence_and_is_logged(
        self, manual: LiveTailEmulator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise ZeroDivisionError("for this test")

        monkeypatch.setattr(application, "read", fail)
        with Http1(manual) as client:
            refused(client.ask("GET", "/_livetail/sessions"), 500)
        assert [record.exc_info and record.exc_info[0] for record in caplog.records] == [ZeroDivisionError]

    def test_body_that_is_too_long(self, client: Http1) -> None:
        too_long = b'{"seconds": 1}' + b" " * application.MAX_BODY_BYTES
        assert "16,777,216 bytes" in refused(client.ask("POST", "/_livetail/clock/advance", too_long), 413)

    def test_more_events_than_a_request_may_have(self, client: Http1) -> None:
        body = {"logGroup": GROUP, "logStream": "web-1", "messages": ["m"] * 100_001}
        assert "100000" in refused(client.ask("POST", "/_livetail/events", json.dumps(body).encode()), 400)


def test_metrics_without_their_package(client: Http1, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "livetail.server.metrics", raising=False)
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    assert "livetail[metrics]" in refused(client.ask("GET", "/_livetail/metrics"), 501)


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
        refused(client.ask("POST", "/_livetail/patterns", json.dumps(body).encode()), 400)


class TestPage:
    def test_page_is_there(self, client: Http1) -> None:
        page = client.ask("GET", "/_livetail/")
        assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "default-src 'none'" in page.headers["content-security-policy"]

    def test_without_the_last_slash(self, client: Http1) -> None:
        response = client.ask("GET", "/_livetail")
        assert (response.status, response.headers["location"]) == (308, "/_livetail/")

    def test_browser_that_opens_the_server(self, client: Http1) -> None:
        response = client.ask("GET", "/", Accept="text/html,application/xhtml+xml,*/*;q=0.8")
        assert (response.status, response.headers["location"]) == (303, "/_livetail/")
        assert client.ask("GET", "/", Accept="*/*").status == 404

    @pytest.mark.parametrize("name", ["none.js", "..", "%2e%2e%2fcontrol%2fpage.py", "__init__.py"])
    def test_no_other_files(self, client: Http1, name: str) -> None:
        refused(client.ask("GET", f"/_livetail/page/{name}"), 404)


class TestJournal:
    def test_entry(self, manual: LiveTailEmulator, client: Http1) -> None:
        credential = "Credential=111122223333/20260101/eu-west-1/logs/aws4_request, SignedHeaders=host, Signature=0"
        others = {"User-Agent": "test/1", "Authorization": f"AWS4-HMAC-SHA256 {credential}"}
        response = client.call("CreateLogStream", {"logGroupName": "none", "logStreamName": "s"}, **others)
        assert manual.requests() == [
            {
                "operation": "CreateLogStream",
                "requestId": response.headers["x-amzn-requestid"],
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
