"""Fault rules on requests, over sockets: what becomes of delayed requests, and what a lost connection takes along."""

import json
import re
import signal
from pathlib import Path
from typing import Any

import psutil
import pytest

from livetail import LiveTailEmulator, faults
from tests.wire.commands import serving
from tests.wire.http1 import Http1, Http1Tail, aws_headers, request_bytes
from tests.wire.http2 import Http2, Http2Tail
from tests.wire.sockets import eventually

GROUP = "/app/api"


def _metrics(emulator: LiveTailEmulator) -> str:
    with Http1(emulator) as control:
        return control.ask(path="/_livetail/metrics").body.decode()


def _ended_by(emulator: LiveTailEmulator, how: str) -> int:
    """How many sessions have ended like this."""
    found = re.search(rf'^livetail_sessions_ended_total{{reason="{how}"}} (\d+)', _metrics(emulator), re.MULTILINE)
    return 0 if found is None else int(found[1])


def _start(client: Http1, operation: str, parameters: dict[str, Any]) -> None:
    """Send a request whose response is delayed."""
    client.send(request_bytes(headers=aws_headers(operation), body=json.dumps(parameters).encode()))


@pytest.mark.parametrize("operation", ["CreateLogGroup", "StartLiveTail"])
def test_a_delayed_request_is_closed_by_a_reset_and_not_carried_out(manual: LiveTailEmulator, operation: str) -> None:
    manual.put(GROUP, "web-1", ["x"])
    manual.add_fault(faults.delay(60, operation=operation))
    arn = manual.log_group_arn(GROUP)
    with Http1(manual) as client:
        _start(client, operation, {"logGroupName": "/late", "logGroupIdentifiers": [arn]})
        assert eventually(lambda: len(manual.requests()) == 1)
        manual.reset()
        assert client.at_end()
    assert manual.requests() == []
    assert "livetail_requests_total{" not in _metrics(manual)
    manual.put(GROUP, "web-1", ["x"])
    manual.advance(120)
    with Http1(manual) as client:
        groups = client.call("DescribeLogGroups", {}).json["logGroups"]
    assert [group["logGroupName"] for group in groups] == [GROUP]
    assert manual.sessions() == []


def test_a_stop_does_not_wait_for_a_delayed_request(tmp_path: Path) -> None:
    with serving(tmp_path, "--clock", "manual") as command, Http1(command.handle) as client:
        command.handle.add_fault(faults.delay(3_600, operation="CreateLogGroup"))
        _start(client, "CreateLogGroup", {"logGroupName": "/late"})
        assert eventually(lambda: len(command.handle.requests()) == 1)
        command.signal(signal.SIGTERM)
        assert command.wait(10) == 0
        assert client.at_end()


@pytest.mark.parametrize("protocol", ["http1", "http2"])
def test_a_delayed_request_whose_client_has_left_is_dropped(manual: LiveTailEmulator, protocol: str) -> None:
    manual.add_fault(faults.delay(60, operation="CreateLogGroup", times=0))
    body = json.dumps({"logGroupName": "/late"}).encode()
    if protocol == "http1":
        with Http1(manual) as client:
            client.send(request_bytes(headers=aws_headers("CreateLogGroup"), body=body))
            assert eventually(lambda: len(manual.requests()) == 1)
    else:
        with Http2(manual) as other:
            stream = other.start("POST", "/", body, aws_headers("CreateLogGroup"))
            assert eventually(lambda: len(manual.requests()) == 1)
            other.cancel(stream)
    assert eventually(lambda: manual.requests()[0]["status"] == 0)
    manual.advance(120)
    with Http1(manual) as control:
        assert control.call("DescribeLogGroups", {}).json["logGroups"] == []


def test_client_that_cancels_a_delayed_request_keeps_the_others_of_its_connection(manual: LiveTailEmulator) -> None:
    """SDKs over HTTP/2 cancel a stream when a request takes too long; the connection stays."""
    manual.put(GROUP, "web-1", ["x"])
    manual.add_fault(faults.delay(60, operation="CreateLogGroup", times=0))
    with Http2Tail(manual, GROUP) as client:
        streams = [
            client.start("POST", "/", json.dumps({"logGroupName": name}).encode(), aws_headers("CreateLogGroup"))
            for name in ("/cancelled", "/kept")
        ]
        assert eventually(lambda: len(manual.requests()) == 3)
        client.cancel(streams[0])
        assert eventually(lambda: [entry["status"] for entry in manual.requests()].count(0) == 1)
        manual.advance(61)
        assert client.response(streams[1]).status == 200
        manual.end_session(client.session_id)
        assert len(client.take_all()) == 61


def test_delayed_requests_keep_no_more_than_so_many_bytes(manual: LiveTailEmulator) -> None:
    manual.put(GROUP, "s", ["x"])
    manual.add_fault(faults.delay(60, operation="PutLogEvents", times=0))
    clients = [Http1(manual) for _ in range(6)]
    try:
        for client in clients:
            body = b'{"logGroupName":"/app/api","padding":"%s"}' % (b"x" * 15_000_000)
            client.send(request_bytes(headers=aws_headers("PutLogEvents"), body=body))
        refused = clients[-1].read_response()
        assert (refused.status, refused.json["__type"]) == (500, "ServiceUnavailableException")
    finally:
        for client in clients:
            client.close()
    assert eventually(lambda: all(request["status"] in (0, 500) for request in manual.requests()))


def test_abandoned_requests_leave_neither_bodies_nor_descriptors(tmp_path: Path) -> None:
    with serving(tmp_path, "--clock", "manual", "--seed", "7") as command:
        emulator = command.handle
        emulator.put(GROUP, "s", ["x"])
        emulator.add_fault(faults.delay(60, operation="PutLogEvents", times=0))
        usage = psutil.Process(command.process.pid)
        body = b'{"logGroupName":"/app/api","padding":"%s"}' % (b"x" * 900_000)

        def abandon(count: int) -> int:
            """Send requests and disconnect; returns the bytes of memory after the server has noticed."""
            for _ in range(count):
                with Http1(emulator) as client:
                    client.send(request_bytes(headers=aws_headers("PutLogEvents"), body=body))
            assert eventually(lambda: emulator.sessions() == [] and usage.num_fds() < 30)
            return int(usage.memory_info().rss)

        before = abandon(40)
        abandon(40)
        assert abandon(40) - before < 25_000_000, "80 bodies are 72 MB"


@pytest.mark.parametrize("rule", [faults.cut(after_seconds=1), faults.reset(after_seconds=1)], ids=["cut", "reset"])
def test_the_other_streams_of_a_lost_connection_end_by_fault(manual: LiveTailEmulator, rule: faults.FaultRule) -> None:
    manual.put(GROUP, "web-1", ["x"])
    manual.put("/other", "web-1", ["x"])
    manual.add_fault({**faults.as_json(rule), "where": {"logGroup": GROUP}})
    with Http2Tail(manual, GROUP) as first, Http1Tail(manual, GROUP):
        request = {"logGroupIdentifiers": [manual.log_group_arn("/other")]}
        first.start("POST", "/", json.dumps(request).encode(), aws_headers("StartLiveTail"))
        manual.wait_for_sessions(3)
        manual.advance(2)
        assert eventually(lambda: len(manual.sessions()) == 1)
        assert (_ended_by(manual, "fault"), _ended_by(manual, "client")) == (2, 0)


def test_a_session_beside_a_request_that_resets_the_connection_ends_by_fault(manual: LiveTailEmulator) -> None:
    manual.put(GROUP, "web-1", ["x"])
    manual.add_fault(faults.reset(operation="DescribeLogGroups"))
    with Http2Tail(manual, GROUP) as tail:
        tail.start("POST", "/", b"{}", aws_headers("DescribeLogGroups"))
        assert eventually(lambda: manual.sessions() == [])
    assert (_ended_by(manual, "fault"), _ended_by(manual, "client")) == (1, 0)


@pytest.mark.parametrize("protocol", ["http1", "http2"])
def test_a_reset_acts_while_the_client_does_not_read(manual: LiveTailEmulator, protocol: str) -> None:
    manual.put(GROUP, "web-1", ["x"])
    tail = (
        Http1Tail(manual, GROUP, receive_buffer=4_096)
        if protocol == "http1"
        else Http2Tail(manual, GROUP, receive_buffer=4_096, opens_windows=False)
    )
    with tail:
        manual.put(GROUP, "web-1", ["x" * 200_000] * 60)
        manual.advance(1)
        assert manual.sessions()[0]["counters"]["updates"] == 1, "the update is taken, and its bytes do not leave"
        manual.add_fault(faults.reset(after_updates=0))
        assert eventually(lambda: manual.sessions() == [])
    assert _ended_by(manual, "fault") == 1


@pytest.mark.parametrize(
    "body",
    [
        b'{"times": 1%s, "effect": {"type": "end"}}' % (b"0" * 400),
        b'{"times": 1%s, "effect": {"type": "end"}}' % (b"0" * 5_000),
        b'{"probability": 1%s, "effect": {"type": "end"}}' % (b"0" * 400),
        b'{"effect": {"type": "delay", "seconds": -1%s}}' % (b"0" * 400),
        b'{"effect": %s1%s}' % (b"[" * 500, b"]" * 500),
        b'{"where": {"logGroup": %s%s}}' % (b"[" * 900, b"]" * 900),
        b'{"effect": {"type": "error", "code": "X", "members": %s%s}}' % (b"[" * 500, b"]" * 500),
        b'{"preset": %s%s}' % (b'{"a":' * 500 + b"1", b"}" * 500),
        b'{"effect": %s}' % (b"[" * 100_000),
    ],
    ids=str,
)
def test_whatever_is_posted_is_refused_in_a_sentence(manual: LiveTailEmulator, body: bytes) -> None:
    with Http1(manual) as client:
        response = client.ask("POST", "/_livetail/faults", body)
    assert response.status == 400
    assert "\n" not in response.json["error"] and len(response.json["error"]) < 1_000
