"""Runs a server until a stop is requested: in the foreground for the command, in a thread for tests."""

import asyncio
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

from livetail.server.clocks import uptime_s
from livetail.server.http_server import StartError, Stop

if TYPE_CHECKING:
    from livetail.server.server import Server

_log = logging.getLogger(__name__)

STOP_S: Final = 1.7
"""Seconds from a signal to the end of the process, also while a request is computed; the documented limit is 2 s."""

SECOND_STOP_S: Final = 0.5
"""Seconds from a second signal to the end of the process."""

THREAD_STOP_S: Final = 10.0
"""Seconds that a thread gets to stop; a request may still be computed."""

_SIGNALS: Final = frozenset({signal.SIGINT, signal.SIGTERM})

_KEPT_BYTES: Final = 1024 * 1024
"""Size of a block that is allocated and freed at the start. glibc keeps as much freed memory as the largest block that
it has mapped and freed (mallopt(3), M_MMAP_THRESHOLD). Without this it returns the memory of each message to the
system, which has to clear it for the next one: a thousand tails take 40% more CPU. Without glibc this has no effect."""


def new_loop(name: str) -> asyncio.AbstractEventLoop:
    """A new event loop of asyncio or uvloop. Raises StartError if that is not installed."""
    if name == "uvloop":
        try:
            import uvloop
        except ImportError:
            raise StartError("--loop uvloop needs the package uvloop: pip install 'livetail[uvloop]'") from None
        return cast("asyncio.AbstractEventLoop", uvloop.new_event_loop())
    loop = asyncio.new_event_loop()
    loop.time = uptime_s  # type: ignore[method-assign]  # it does not stop when freezegun freezes `time.monotonic`
    return loop


def serve_in_foreground(server: "Server", on_ready: Callable[[], None] = lambda: None) -> None:
    """Serve in this thread, the main one, until SIGINT or SIGTERM; a second signal ends at once.

    The signals are blocked, and received by a thread of their own: a handler would have to wait while the main thread
    is inside C code, such as a long regular expression.

    Raises:
        StartError: the server did not start.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)  # until the thread is there, the system keeps them

    def receive_signals(stop: Stop) -> None:
        threading.Thread(target=_receive_signals, args=(stop, server), name="livetail-signals", daemon=True).start()

    _run(server, receive_signals, on_ready)


def _receive_signals(stop: Stop, server: "Server") -> None:
    """Stop the server at the first signal; end the process when that takes too long."""
    signal.sigwait(_SIGNALS)
    stop.request()
    if signal.sigtimedwait(_SIGNALS, STOP_S) is not None:
        stop.request()
        time.sleep(SECOND_STOP_S)
    _log.warning("stopped without waiting for a request that was still being computed")
    server.clean_up()
    os._exit(0)


class ServerThread:
    """A server in a daemon thread of its own."""

    def __init__(self, server: "Server") -> None:
        self._server = server
        self._started: Future[None] = Future()
        self._stops: list[Stop] = []
        self._thread = threading.Thread(target=self._run, name="livetail", daemon=True)

    def start(self) -> None:
        """Start and wait until requests are accepted.

        Raises:
            StartError: the server did not start.
        """
        self._thread.start()
        failure = self._started.exception()
        if failure is not None:
            self._thread.join()
            if isinstance(failure, StartError):
                raise failure
            raise StartError(f"the server did not start: {failure}") from failure

    def stop(self) -> None:
        """Stop and wait until the thread has ended. May be called more than once."""
        for stop in self._stops:
            stop.request()
        self._thread.join(THREAD_STOP_S)
        if self._thread.is_alive():
            raise RuntimeError("the server's thread did not stop")

    def _run(self) -> None:
        try:
            _run(self._server, self._stops.append, lambda: self._started.set_result(None))
        except BaseException as error:
            if not self._started.done():
                self._started.set_exception(error)


def _run(server: "Server", receive_stop: Callable[[Stop], None], on_ready: Callable[[], None]) -> None:
    """Run a server; `receive_stop` is given what requests its stop."""

    async def main() -> None:
        bytearray(_KEPT_BYTES)
        asyncio.get_running_loop().set_exception_handler(_handle_exception)
        stop = Stop()
        receive_stop(stop)
        await server.serve(stop, on_ready)

    try:
        with asyncio.Runner(loop_factory=partial(new_loop, server.loop)) as runner:
            runner.run(main())
    finally:
        server.clean_up()


def _handle_exception(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log errors that no task has handled. Those of connections, such as TLS without a proper end, are normal."""
    if isinstance(context.get("exception"), (OSError, asyncio.CancelledError)):
        _log.debug("%s: %r", context["message"], context["exception"])
    else:
        loop.default_exception_handler(context)
