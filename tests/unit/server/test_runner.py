"""Hypercorn's settings for endless streams, one by one. What each is for is shown in `tests/wire`."""

import asyncio
import socket
from typing import Any

from hypercorn.config import Config

from livetail.server.runner import Serving, hypercorn_config, listen
from livetail.settings import Settings


def _config(**given: Any) -> tuple[Config, socket.socket]:
    async def app(*_: Any) -> None: ...

    async def drain() -> None: ...

    listener = listen(Settings.resolve({"port": 0}))
    serving = Serving(app=app, listener=listener, on_ready=lambda: None, drain=drain, **{"certificate": None, **given})
    config = hypercorn_config(serving)
    return config, socket.socket(fileno=int(config.bind[0].removeprefix("fd://")))


def test_settings() -> None:
    config, listener = _config()
    with listener:
        assert config.read_timeout is None, "a tail never reads: a timeout would end every healthy one"
        assert config.server_names == [], "SDKs send any Host"
        assert config.keep_alive_max_requests >= 2**31
        assert config.keep_alive_timeout >= 3600
        assert not config.include_server_header and not config.include_date_header
        assert config.h2_max_concurrent_streams >= 1000
        assert config.accesslog is None
        assert not config.ssl_enabled


def test_tls_offers_both_protocols() -> None:
    config, listener = _config(certificate=("chain.pem", "key.pem"))
    with listener:
        assert config.alpn_protocols == ["h2", "http/1.1"]
        assert (config.certfile, config.keyfile) == ("chain.pem", "key.pem")


def test_listener_notices_slow_and_dead_clients() -> None:
    """Accepted connections inherit both."""
    with (
        listen(Settings.resolve({"port": 0})) as listener,
        socket.create_connection(listener.getsockname(), 10),
        listener.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 1024 * 1024


def test_loop_is_one_that_knows_its_connections() -> None:
    from livetail.server.loop import ServerLoop

    loop = ServerLoop()
    try:
        assert isinstance(loop, asyncio.SelectorEventLoop)
        assert list(loop.connections) == []
    finally:
        loop.close()
