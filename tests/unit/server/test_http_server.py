"""The listening socket, and Hypercorn's settings for endless streams; what each is for is shown in `tests/wire`."""

import asyncio
import socket
import struct
from pathlib import Path
from typing import Any

import pytest

from livetail.server.http_request import ServerConfig
from livetail.server.http_server import BACKLOG, HttpServer, StartError, listen


def test_settings() -> None:
    config = ServerConfig()
    assert config.server_names == [], "SDKs send any Host"
    assert config.keep_alive_max_requests >= 2**31
    assert not config.include_server_header and not config.include_date_header
    assert config.h2_max_concurrent_streams >= 1000
    assert config.max_app_queue_size == 0, "a full queue would block a connection with all its streams"
    assert config.accesslog is None


def test_listener_notices_slow_and_dead_clients() -> None:
    """Accepted connections inherit both."""
    with (
        listen("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname(), 10),
    ):
        listener.setblocking(True)
        with listener.accept()[0] as accepted:
            assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 1024 * 1024


def test_backlog_is_not_made_smaller_by_serving() -> None:
    """tcpi_sacked of a listening socket is its backlog (Linux)."""

    async def app(*_: Any) -> None: ...

    async def test() -> int:
        listener = listen("127.0.0.1", 0)
        server = HttpServer(app, listener)
        server.start()
        await asyncio.sleep(0)
        (backlog,) = struct.unpack_from("I", listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104), 28)
        await server.close(0)
        assert listener.fileno() == -1
        assert isinstance(backlog, int)
        return backlog

    most = int(Path("/proc/sys/net/core/somaxconn").read_text())
    assert asyncio.run(test()) == min(BACKLOG, most)


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid", "a..b", "x" * 70 + ".example"])
def test_host_that_is_not_here_is_one_sentence(host: str) -> None:
    with pytest.raises(StartError, match=f"^cannot listen on {host}:0: ") as caught:
        listen(host, 0)
    assert "\n" not in str(caught.value)
