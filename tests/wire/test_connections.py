"""A connection survives what applications do."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from h2.errors import ErrorCodes

from livetail.server.http_server import HttpServer, listen
from livetail.server.runner import ServerThread, Stop
from livetail.testing.handle import LiveTail
from tests.wire.http1 import Http1
from tests.wire.http2 import Http2


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


class _Service:
    loop = "asyncio"

    def __init__(self) -> None:
        self.listener = listen("127.0.0.1", 0)
        self.endpoint_url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    async def serve(self, stop: Stop, on_ready: Callable[[], None]) -> None:
        server = HttpServer(_application, self.listener)
        server.start()
        on_ready()
        await stop.requested.wait()
        await server.close(0.2)

    def clean_up(self) -> None:
        self.listener.close()


@pytest.fixture
def failing() -> Iterator[LiveTail]:
    service = _Service()
    thread = ServerThread(service)
    thread.start()
    yield LiveTail(service.endpoint_url)
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
