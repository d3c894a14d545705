"""Two emulators and a Hypercorn of the user's own in one process do not notice each other."""

import asyncio
import inspect
import json
import socket
import threading
import urllib.request
from collections.abc import Iterator
from typing import Any

import hypercorn.asyncio.run
import hypercorn.asyncio.tcp_server
import hypercorn.protocol.h2
import hypercorn.protocol.h11
import hypercorn.protocol.http_stream
import pytest
from hypercorn.asyncio import serve
from hypercorn.config import Config

from livetail import LiveTailEmulator
from tests.wire.http1 import Http1
from tests.wire.http2 import Http2

MODULES = [
    hypercorn.asyncio.run,
    hypercorn.asyncio.tcp_server,
    hypercorn.protocol,
    hypercorn.protocol.h2,
    hypercorn.protocol.h11,
    hypercorn.protocol.http_stream,
]


async def _own_app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    content = {"state": sorted(scope["state"]), "path": scope["path"]}
    await send({"type": "http.response.body", "body": json.dumps(content).encode()})


@pytest.fixture
def own_server() -> Iterator[str]:
    """A Hypercorn that a user's tests run in a thread; yields its address."""
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    ready = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.errorlog = None
    port = socket.socket(fileno=int(config.bind[0].removeprefix("fd://")))
    address = f"http://127.0.0.1:{port.getsockname()[1]}"
    port.detach()

    async def trigger() -> None:
        ready.set()
        await stop.wait()

    def run() -> None:
        loop.run_until_complete(serve(_own_app, config, shutdown_trigger=trigger))
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(10)
    yield address
    loop.call_soon_threadsafe(stop.set)
    thread.join()


def _methods() -> dict[str, Any]:
    return {
        f"{cls.__module__}.{cls.__qualname__}.{name}": member
        for module in MODULES
        for cls in vars(module).values()
        if inspect.isclass(cls) and cls.__module__.startswith("hypercorn")
        for name, member in vars(cls).items()
    }


def _get(address: str) -> Any:
    with urllib.request.urlopen(f"{address}/some/path", timeout=10) as response:
        return dict(response.headers), json.load(response)


def test_they_do_not_notice_each_other(own_server: str) -> None:
    before = _methods()
    headers, content = _get(own_server)
    assert content == {"state": [], "path": "/some/path"}
    with LiveTailEmulator(clock="manual") as first, LiveTailEmulator(clock="manual", tls=True) as second:
        first.put("/app/api", "web-1", ["only here"])
        for emulator, groups in ((first, 1), (second, 0)):
            for http in (Http1, Http2):
                with http(emulator) as client:
                    assert len(client.call("DescribeLogGroups", {}).json["logGroups"]) == groups
        now, content = _get(own_server)
        assert content == {"state": [], "path": "/some/path"}
        assert now.keys() == headers.keys() and now["server"] == "hypercorn-h11"
        first.stop()
        assert _get(own_server)[1] == content
        with Http1(second) as client:
            assert client.ask().status == 200
    assert _get(own_server)[1] == content
    assert _methods() == before, "nothing in the library was replaced"
