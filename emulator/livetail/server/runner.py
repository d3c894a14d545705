"""Hypercorn, started and stopped: in the foreground for the command, in a thread for tests.

The socket is ours, so the port is known before the loop runs. Hypercorn awaits the shutdown trigger only once it
accepts connections, so entering the trigger is the sign of readiness. A stop happens inside the trigger: the tails get
a clean end, then every connection that is left is aborted, and Hypercorn, which would wait for those connections for
ever on Python 3.12 and later, finds nothing to wait for.
"""

import asyncio
import logging
import signal
import socket
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from hypercorn.asyncio import serve
from hypercorn.config import Config
from starlette.types import ASGIApp

from livetail.server.failures import StartError
from livetail.server.hypercorn_remedies import (
    release_closed_connections,
    release_vanished_http2_clients,
    restore_http2_back_pressure,
)
from livetail.server.loop import KnowsConnections, loop_factory
from livetail.settings import Settings

__all__ = ["ServerThread", "Serving", "listen", "serve_in_foreground"]

_log = logging.getLogger(__name__)

GRACE: Final = 0.8
"""Seconds that tails get to hand over their last messages when the server stops."""

LAST_BYTES: Final = 0.2
"""Seconds that clients then get to take what has been written to them."""

SEND_BUFFER: Final = 256 * 1024
"""Bytes of kernel buffer per connection, so that a client that stops reading is noticed after about half a megabyte.
Left to itself, Linux takes four megabytes off the writer's hands before it has to wait."""


def listen(settings: Settings) -> socket.socket:
    """A socket that accepts connections on the address of the settings.

    Raises:
        StartError: the address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        listener.bind((settings.host, settings.port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise StartError(f"cannot listen on {settings.host}:{settings.port}: {reason}") from None
    return listener


@dataclass(frozen=True, slots=True)
class Serving:
    """What is to be served, and what to do when it starts and when it stops.

    Attributes:
        drain: ends the tails and waits for their last messages; it is cut short after `GRACE` seconds.
        clean_up: takes away what was made for this server alone; called when it has stopped.
    """

    app: ASGIApp
    listener: socket.socket
    certificate: tuple[str, str] | None
    on_ready: Callable[[], None]
    drain: Callable[[], Awaitable[None]]
    clean_up: Callable[[], None] = lambda: None
    loop: str = "asyncio"


def hypercorn_config(serving: Serving) -> Config:
    """Hypercorn's settings for endless streams."""
    config = Config()
    config.bind = [f"fd://{serving.listener.detach()}"]  # from here on Hypercorn closes it
    config.include_server_header = False
    config.include_date_header = False  # our own clock tells the date
    config.keep_alive_timeout = 3600.0  # botocore reuses pooled connections without looking whether they still live
    config.keep_alive_max_requests = 2**31  # the thousandth request would end a tail on the same HTTP/2 connection
    config.h2_max_concurrent_streams = 1000
    config.graceful_timeout = 0.1  # by then every connection has been ended or aborted
    config.accesslog = None
    config.errorlog = None
    if serving.certificate is not None:
        config.certfile, config.keyfile = serving.certificate
        config.alpn_protocols = ["h2", "http/1.1"]
    return config


class _Stopper:
    """The two steps of a stop: `stop` lets the tails end, `hurry` does not wait for them any longer."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.hurry = asyncio.Event()

    def signalled(self) -> None:
        (self.hurry if self.stop.is_set() else self.stop).set()


def serve_in_foreground(serving: Serving) -> None:
    """Serve in this thread, the main one, until SIGINT or SIGTERM; a second signal ends at once."""

    async def main() -> None:
        stopper = _Stopper()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stopper.signalled)
        await _serve(serving, stopper)

    try:
        with asyncio.Runner(loop_factory=loop_factory(serving.loop)) as runner:
            runner.run(main())
    finally:
        serving.clean_up()


class ServerThread:
    """A server in a daemon thread of its own."""

    def __init__(self, serving: Serving) -> None:
        self._serving = replace(serving, on_ready=self._became_ready)
        self._on_ready = serving.on_ready
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopper: _Stopper | None = None
        self._thread = threading.Thread(target=self._run, name="livetail", daemon=True)

    def start(self) -> None:
        """Start and wait until requests are accepted.

        Raises:
            StartError: the server did not start.
        """
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            self._thread.join()
            if isinstance(self._failure, StartError):
                raise self._failure
            raise StartError(f"the server did not start: {self._failure}") from self._failure

    def stop(self) -> None:
        """Stop and wait until the thread has ended."""
        if self._loop is not None and self._stopper is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopper.stop.set)
        self._thread.join(GRACE + 5)
        if self._thread.is_alive():
            raise RuntimeError("the server's thread did not stop")

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=loop_factory(self._serving.loop)) as runner:
                runner.run(self._main())
        except BaseException as error:  # whatever it is, it belongs to whoever waits in start()
            self._serving.listener.close()  # unless Hypercorn has it already
            self._failure = error
            self._ready.set()
        finally:
            self._serving.clean_up()

    async def _main(self) -> None:
        self._stopper = _Stopper()
        self._loop = asyncio.get_running_loop()
        await _serve(self._serving, self._stopper)

    def _became_ready(self) -> None:
        self._on_ready()
        self._ready.set()


async def _serve(serving: Serving, stopper: _Stopper) -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, KnowsConnections)

    failure: StartError | None = None

    async def trigger() -> None:
        nonlocal failure
        try:
            serving.on_ready()
        except StartError as error:
            failure = error
            return
        await stopper.stop.wait()
        draining = asyncio.ensure_future(serving.drain())
        hurry = asyncio.ensure_future(stopper.hurry.wait())
        await asyncio.wait((draining, hurry), timeout=GRACE, return_when=asyncio.FIRST_COMPLETED)
        draining.cancel()
        hurry.cancel()
        await loop.end_connections(0.0 if stopper.hurry.is_set() else LAST_BYTES)

    loop.set_exception_handler(_note_failure)
    restore_http2_back_pressure()
    release_vanished_http2_clients()
    release_closed_connections()
    await asyncio.sleep(0)  # on Python 3.14 a timeout at start-up wants to be inside a task that has run
    app = cast("Any", serving.app)  # Starlette and Hypercorn name the same ASGI messages differently
    await serve(app, hypercorn_config(serving), shutdown_trigger=trigger, mode="asgi")
    if failure is not None:
        raise failure


def _note_failure(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What nobody waited for: connections that end badly, as under TLS without a goodbye, are no news to a user."""
    if isinstance(context.get("exception"), (OSError, asyncio.CancelledError)):
        _log.debug("%s: %r", context["message"], context["exception"])
    else:
        loop.default_exception_handler(context)
