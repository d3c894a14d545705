"""The writer of a session, with a client made of queues."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any
from unittest.mock import Mock

import pytest
from starlette.requests import Request
from starlette.types import Message

from livetail.live import encoding
from livetail.live import session as session_module
from livetail.server import tail_writer as tail_module
from livetail.server.app import make_app
from livetail.server.control.sessions import SessionsQuery, list_sessions
from livetail.server.emulator import Emulator
from livetail.settings import Settings
from tests.unit.wire.codec import decode

GROUP = "/app/api"
ARN = f"arn:aws:logs:us-east-1:123456789012:log-group:{GROUP}"


_TURNS = 100
"""Turns of the loop in which everything is done that waits for nothing."""


class _Client:
    """A request for a session as the server sees it. It accepts `room` messages, and then none until there is room."""

    def __init__(self, room: int = 1_000_000) -> None:
        self.sent: list[Message] = []
        self._requests: asyncio.Queue[Message] = asyncio.Queue()
        body = json.dumps({"logGroupIdentifiers": [ARN]}).encode()
        self._requests.put_nowait({"type": "http.request", "body": body, "more_body": False})
        self._has_room = asyncio.Event()
        self._room = room

    def leave(self) -> None:
        self._requests.put_nowait({"type": "http.disconnect"})

    def make_room(self, room: int) -> None:
        self._room = room
        self._has_room.set()

    async def receive(self) -> Message:
        return await self._requests.get()

    async def send(self, message: Message) -> None:
        while not self._room:
            self._has_room.clear()
            await self._has_room.wait()
        self._room -= 1
        self.sent.append(message)

    @property
    def kinds(self) -> list[str]:
        """What has been sent of the body, by the kinds of its messages."""
        messages = decode(b"".join(message["body"] for message in self.sent[1:]))
        return [str(message.header(":event-type") or message.header(":exception-type")) for message in messages]

    @property
    def has_ended(self) -> bool:
        return not self.sent[-1].get("more_body", True)


class _Server:
    """A server without sockets, whose clock does not move."""

    def __init__(self) -> None:
        self.emulator = Emulator(Settings.resolve({"clock": "manual@2026-01-01T00:00:00Z", "seed": 7}))
        self.emulator.ingest(GROUP, "web-1", ["before anyone listens"])
        self._app = make_app(self.emulator)

    async def open(self, client: _Client) -> "asyncio.Task[None]":
        """Start a session, and run it until it waits for its client."""
        headers = [(b"content-type", b"application/x-amz-json-1.1"), (b"x-amz-target", b"Logs_20140328.StartLiveTail")]
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/",
            "raw_path": b"/",
            "query_string": b"",
            "root_path": "",
            "scheme": "http",
            "http_version": "2",
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
            "state": {"connection": Mock(ended_by_fault=False)},
        }

        async def serve() -> None:
            await self._app(scope, client.receive, client.send)

        serving = asyncio.ensure_future(serve())
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        return serving

    async def advance(self, seconds: int) -> None:
        for _ in range(seconds):
            await self.emulator.scheduler.advance(1_000)

    @property
    def open_sessions(self) -> int:
        assert len(self.emulator.hub) == len(self.emulator.tail_writers)
        return len(self.emulator.tail_writers)


def _run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with asyncio.Runner() as runner:
        runner.run(asyncio.wait_for(test(), 10))


@pytest.fixture(autouse=True)
def short_stall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail_module, "STALL_S", 0.05)


def test_client_that_leaves_ends_a_writer_that_waits_for_it() -> None:
    """Hypercorn's `send` never returns after an HTTP/2 client has disconnected."""

    async def test() -> None:
        server, client = _Server(), _Client(room=0)
        serving = await server.open(client)
        client.leave()
        await serving
        assert server.open_sessions == 0

    _run(test)


def test_failure_within_becomes_the_last_message(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What waited behind it is not sent after the exception: that is the end of a stream."""

    async def test() -> None:
        server, client = _Server(), _Client(room=3)
        serving = await server.open(client)
        for _ in range(5):
            server.emulator.ingest(GROUP, "web-1", ["for an update that is not empty"])
            await server.advance(1)
        failed: list[Any] = []

        def fail_once(update: Any) -> Any:
            if not failed:
                failed.append(update)
                raise ZeroDivisionError("for this test")
            return original(update)

        original = encoding.session_update_json
        monkeypatch.setattr(session_module, "session_update_json", fail_once)
        client.make_room(1_000)
        await serving
        assert client.kinds[-1] == "SessionStreamingException"
        assert client.kinds[:-1] == ["initial-response", "sessionStart", *["sessionUpdate"] * (len(client.kinds) - 3)]
        assert len(client.kinds) < 8 and client.has_ended
        assert server.open_sessions == 0

    _run(test)
    assert [record.exc_info and record.exc_info[0] for record in caplog.records] == [ZeroDivisionError]


def test_clients_that_accept_nothing_are_not_waited_for_again_and_the_others_are() -> None:
    async def test() -> None:
        server, clients = _Server(), [_Client(room=3), _Client(), _Client(room=3)]
        for client in clients:
            await server.open(client)
        await server.advance(1)
        writers = [server.emulator.tail_writers._writers[session] for session in server.emulator.hub]
        loop = asyncio.get_running_loop()
        assert [writer.stalls_at <= loop.time() for writer in writers] == [True, False, True]
        await server.advance(4)
        assert [len(client.sent) for client in clients] == [3, 8, 3]
        clients[2].make_room(1_000)
        await server.advance(1)
        assert [len(client.sent) for client in clients[:2]] == [3, 9]
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        assert [writer.stalls_at <= loop.time() for writer in writers] == [True, False, False]
        assert len(clients[2].sent) == 9

    _run(test)


def test_send_that_fails_frees_the_session(caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        server, client = _Server(), _Client(room=0)

        async def fail(message: Message) -> None:
            raise ZeroDivisionError("for this test")

        client.send = fail  # type: ignore[method-assign]
        serving = await server.open(client)
        await serving
        assert server.open_sessions == 0

    _run(test)
    assert [record.exc_info and record.exc_info[0] for record in caplog.records] == [ZeroDivisionError]


def test_cancelled_writer_frees_the_session() -> None:
    """Hypercorn cancels what is left when it stops, and when a connection fails within itself."""

    async def test() -> None:
        server, client = _Server(), _Client(room=0)
        serving = await server.open(client)
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving
        assert server.open_sessions == 0

    _run(test)


def test_client_that_keeps_up_has_all_when_advance_returns() -> None:
    async def test() -> None:
        server, client = _Server(), _Client()
        serving = await server.open(client)
        await server.advance(3)
        assert client.kinds == ["initial-response", "sessionStart", *["sessionUpdate"] * 3]
        client.leave()
        await serving

    _run(test)


def test_stalled_client_is_waited_for_once() -> None:
    async def test() -> None:
        server, client = _Server(), _Client(room=3)
        serving = await server.open(client)
        (session,) = server.emulator.hub
        await server.advance(200)  # two hundred times STALL_S would be the ten seconds that a test has here
        assert session.counters.buffered_updates == 10
        client.make_room(1_000)
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        assert session.counters.buffered_updates == 0
        await server.advance(1)
        assert client.kinds.count("sessionUpdate") == session.counters.updates == 1 + 10 + 1
        client.leave()
        await serving

    _run(test)


def test_drain_waits_for_the_last_bytes() -> None:
    async def test() -> None:
        server, client = _Server(), _Client()
        await server.open(client)
        server.emulator.ingest(GROUP, "web-1", ["not yet in an update"])
        await server.advance(1)
        await server.emulator.drain()
        assert client.kinds == ["initial-response", "sessionStart", "sessionUpdate"] and client.has_ended
        assert server.open_sessions == 0

    _run(test)


def test_drain_ends_sessions_that_are_opened_meanwhile() -> None:
    async def test() -> None:
        server, slow, late = _Server(), _Client(room=0), _Client()
        await server.open(slow)
        draining = asyncio.ensure_future(server.emulator.drain())
        await asyncio.sleep(0)
        await server.open(late)
        assert late.has_ended
        slow.make_room(1_000)
        await draining
        assert server.open_sessions == 0

    _run(test)


def test_who_waits_for_a_session_gets_one_that_is_opened_after_a_reset() -> None:
    async def test() -> None:
        server, client = _Server(), _Client()
        request = Request({"type": "http"}, _Client().receive)
        waiting = asyncio.ensure_future(list_sessions(server.emulator, request, SessionsQuery(wait=1)))
        await asyncio.sleep(0)
        server.emulator.reset()
        server.emulator.ingest(GROUP, "web-1", ["after the reset"])
        await server.open(client)
        (listed,) = await waiting
        assert [listed["sessionId"]] == [session.session_id for session in server.emulator.hub]
        await server.emulator.drain()

    _run(test)
