"""`advance` on a whole emulator without sockets: what becomes due in between happens in order, each at its instant."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final
from unittest.mock import Mock

from starlette.types import Message

from livetail.faults import parse_rule
from livetail.scenarios.scenario import parse
from livetail.server.app import make_app
from livetail.server.emulator import Emulator
from livetail.settings import Settings
from tests.unit.wire.codec import decode

GROUP: Final = "/app/api"
START: Final = 1_767_225_600_000


@dataclass
class _Caller:
    """One request of the AWS API, which notes at which instants by the emulator's clock it is sent what."""

    emulator: Emulator
    operation: str
    parameters: dict[str, Any]
    sent: list[tuple[int, Message]] = field(default_factory=list)
    asked: bool = False

    async def receive(self) -> Message:
        if self.asked:
            await asyncio.get_running_loop().create_future()
        self.asked = True
        return {"type": "http.request", "body": json.dumps(self.parameters).encode(), "more_body": False}

    async def send(self, message: Message) -> None:
        self.sent.append((self.emulator.clock.now() - START, message))

    def start(self) -> "asyncio.Task[None]":
        headers = [(b"content-type", b"application/x-amz-json-1.1")]
        headers.append((b"x-amz-target", f"Logs_20140328.{self.operation}".encode()))
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/",
            "raw_path": b"/",
            "query_string": b"",
            "root_path": "",
            "scheme": "http",
            "http_version": "2",  # over 1.1 a stream begins some real milliseconds later
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
            "state": {"connection": Mock()},
        }

        async def serve() -> None:
            await make_app(self.emulator)(scope, self.receive, self.send)

        return asyncio.ensure_future(serve())

    @property
    def messages(self) -> list[tuple[int, str, list[str]]]:
        """Of a tail: when each message came, its kind, and the log events in it."""
        found = []
        for at, sent in self.sent:
            for message in decode(sent.get("body", b"")):
                kind = str(message.header(":event-type") or message.header(":exception-type"))
                events = json.loads(message.payload).get("sessionResults", []) if kind == "sessionUpdate" else []
                found.append((at, kind, [event["message"] for event in events]))
        return found


def _server(**settings: Any) -> Emulator:
    emulator = Emulator(Settings.resolve({"clock": "manual@2026-01-01T00:00:00Z", "seed": 7, **settings}))
    emulator.ingest(GROUP, "web-1", ["before anyone listens"])
    return emulator


def _run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with asyncio.Runner() as runner:
        runner.run(asyncio.wait_for(test(), 10))


async def _turns() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def _tail(emulator: Emulator) -> _Caller:
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{GROUP}"
    return _Caller(emulator, "StartLiveTail", {"logGroupIdentifiers": [arn]})


def _say_at(emulator: Emulator, *offsets: int) -> None:
    """Play a scenario with one log event at each of these instants, in milliseconds from now."""
    sources = (
        f"""
        [[source]]
        log_group = "{GROUP}"
        template = "event at {offset}"
        start = "{offset}ms"
        rate = {{ shape = "once", count = 1 }}
        """
        for offset in offsets
    )
    emulator.start_scenario(parse("".join(sources).encode()))


def test_sources_faults_and_timeouts_in_their_order() -> None:
    async def test() -> None:
        emulator = _server(session_timeout="4s")
        _say_at(emulator, 500, 1_000, 1_001, 2_999, 3_500, 4_000)
        emulator.add_fault(parse_rule({"after": {"seconds": 1.5}, "effect": {"type": "stall", "seconds": 1}}))
        tail = _tail(emulator)
        serving = tail.start()
        await _turns()
        assert await emulator.scheduler.advance(10_000) == 4
        await serving
        assert tail.messages == [
            (0, "initial-response", []),
            (0, "sessionStart", []),
            (1_000, "sessionUpdate", ["event at 500", "event at 1000"]),
            (2_500, "sessionUpdate", ["event at 1001"]),  # the stall ends
            (3_000, "sessionUpdate", ["event at 2999"]),
            (4_000, "sessionUpdate", ["event at 3500", "event at 4000"]),
            (4_000, "SessionTimeoutException", []),
        ]
        assert emulator.clock.now() == START + 10_000

    _run(test)


def test_fault_that_is_due_with_an_update_comes_before_it() -> None:
    async def test() -> None:
        emulator = _server()
        emulator.add_fault(parse_rule({"after": {"seconds": 2}, "effect": {"type": "exception"}}))
        tail = _tail(emulator)
        serving = tail.start()
        await _turns()
        await emulator.scheduler.advance(2_000)
        await serving
        assert [message[:2] for message in tail.messages[2:]] == [
            (1_000, "sessionUpdate"),
            (2_000, "SessionStreamingException"),
        ]

    _run(test)


def test_delays_are_over_at_their_instants() -> None:
    async def test() -> None:
        emulator = _server()
        for log_group, seconds in (("/late", 2.5), ("/soon", 0.75), ("*", 0.25)):
            effect = {"type": "delay", "seconds": seconds}
            rule = {"operation": "CreateLogGroup", "where": {"logGroup": log_group}, "times": 0, "effect": effect}
            emulator.add_fault(parse_rule(rule))
        callers = [_Caller(emulator, "CreateLogGroup", {"logGroupName": name}) for name in ("/late", "/soon", "/other")]
        servings = []
        for caller in callers:
            servings.append(caller.start())
            await _turns()
        await emulator.scheduler.advance(5_000)
        await asyncio.gather(*servings)
        # Delays of one request add up.
        assert [caller.sent[0][0] for caller in callers] == [2_750, 1_000, 250]

    _run(test)


def test_session_behind_a_delay_begins_with_it() -> None:
    async def test() -> None:
        emulator = _server()
        emulator.add_fault(parse_rule({"effect": {"type": "delay", "seconds": 1.3}}))
        tail = _tail(emulator)
        tail.start()
        await _turns()
        assert await emulator.scheduler.advance(4_000) == 2
        assert [message[:2] for message in tail.messages] == [
            (1_300, "initial-response"),
            (1_300, "sessionStart"),
            (2_300, "sessionUpdate"),
            (3_300, "sessionUpdate"),
        ]
        await emulator.drain()

    _run(test)
