"""The server closes each connection that it has accepted, also one that is accepted while it stops."""

import asyncio
import gc
import socket
from collections.abc import Iterator
from contextlib import suppress
from functools import partial

import pytest
from starlette.types import Receive, Scope, Send

from livetail.server.http_server import HttpServer, listen
from livetail.server.runner import new_loop
from livetail.server.tls import Certificate, certificate_for
from livetail.settings import Settings


async def _application(scope: Scope, receive: Receive, send: Send) -> None:
    raise NotImplementedError


@pytest.fixture(scope="module")
def certificate() -> Iterator[Certificate]:
    made = certificate_for(Settings.resolve({"tls": True}))
    assert made is not None
    yield made
    made.discard()


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_a_connection_that_comes_at_the_stop_is_closed(loop: str, tls: bool, certificate: Certificate) -> None:
    """If nobody closes a socket, its ResourceWarning fails the test. How many turns of the loop there are before it is
    accepted depends on the loop."""

    async def test(turns: int) -> None:
        listener = listen("127.0.0.1", 0)
        server = HttpServer(_application, listener, tls=certificate.context() if tls else None)
        for _ in range(3):
            await asyncio.sleep(0)
        with socket.create_connection(listener.getsockname()) as client:
            for _ in range(turns):
                await asyncio.sleep(0)
            await server.close(0.1)
            client.settimeout(10)
            with suppress(ConnectionResetError):  # it had not been accepted
                assert client.recv(1) == b""

    with asyncio.Runner(loop_factory=partial(new_loop, loop)) as runner:
        for turns in range(6):
            runner.run(test(turns))
    gc.collect()


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_client_with_another_request_that_reads_late_does_not_break_the_stop(loop: str) -> None:
    """Its connection is closed as soon as all is written, while the server still waits to handle the next request."""

    async def test() -> None:
        has_responded = asyncio.Event()

        async def application(_: Scope, __: Receive, send: Send) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            has_responded.set()
            await send({"type": "http.response.body", "body": bytes(8_000_000)})

        listener = listen("127.0.0.1", 0)
        server = HttpServer(application, listener)
        with socket.create_connection(listener.getsockname(), timeout=10) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 2)
            await has_responded.wait()
            closing = asyncio.create_task(server.close(0.2))
            await asyncio.to_thread(lambda: list(iter(lambda: client.recv(65536), b"")))
            await closing

    with asyncio.Runner(loop_factory=partial(new_loop, loop)) as runner:
        runner.run(test())
