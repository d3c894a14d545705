"""A connection survives what applications do."""

import logging
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

import pytest
from h2.errors import ErrorCodes

from livetail.server.connection import connection_of
from livetail.server.runner import ServerThread
from livetail.server.server import Server
from livetail.settings import Settings
from livetail.testing.handle import LiveTail
from tests.wire.http1 import Http1
from tests.wire.http2 import Http2
from tests.wire.sockets import TIMEOUT


async def _application(scope: Any, receive: Any, send: Any) -> None:
    """Fails where its path says."""
    head = {"type": "http.response.start", "status": 200, "headers": []}
    if scope["path"] == "/in-the-middle":
        await send(head)
        await send({"type": "http.response.body", "body": b"a part", "more_body": True})
    if scope["path"] != "/good":
        raise RuntimeError("this application fails")
    await send({**head, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def failing() -> Iterator[LiveTail]:
    server = Server(Settings.resolve({"port": 0}))
    server.app = _application
    thread = ServerThread(server)
    thread.start()
    yield LiveTail(server.endpoint_url)
    thread.stop()


def test_application_that_fails(failing: LiveTail, caplog: pytest.LogCaptureFixture) -> None:
    """Before its response: 500. In the middle: HTTP/1.1 can only close the connection, HTTP/2 resets the stream."""
    for http in (Http1, Http2):
        with http(failing) as client:
            assert client.ask("GET", "/at-once").status == 500
        with http(failing) as client:
            with pytest.raises((ConnectionError, AssertionError)):
                client.ask("GET", "/in-the-middle")
            if isinstance(client, Http2):
                assert list(client.was_reset.values()) == [ErrorCodes.INTERNAL_ERROR]
                assert client.ask("GET", "/good").body == b"ok"
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 4 and {record.name for record in errors} == {"livetail.server.http_request"}


def test_client_that_closes_just_before_its_connection_is_ended() -> None:
    """Its kernel responds to the GOAWAY with a reset, so that the server cannot shut the connection down any more."""
    ended: Future[None] = Future()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        client.socket.setblocking(False)
        with suppress(BlockingIOError):
            while client.socket.recv(4096):
                pass
        client.close()
        try:
            connection_of(scope).end()
        except OSError as error:
            ended.set_exception(error)
        else:
            ended.set_result(None)

    server = Server(Settings.resolve({"port": 0}))
    server.app = application
    thread = ServerThread(server)
    thread.start()
    client = Http2(LiveTail(server.endpoint_url))
    client.start("GET", "/")
    ended.result(TIMEOUT)
    thread.stop()
