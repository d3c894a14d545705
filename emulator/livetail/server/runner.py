"""Runs a server until a stop is requested: in the foreground for the command, in a thread for tests."""

import asyncio
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any, Final, Protocol

from livetail.server.clocks import uptime_s
from livetail.server.http_server import StartError

_log = logging.getLogger(__name__)

STOP_S: Final = 1.7
"""Seconds from a signal to the end of the process, also while a request is computed; the documented limit is 2 s."""

SECOND_STOP_S: Final = 0.5
"""Seconds from a second signal to the end of the process."""

THREAD_STOP_S: Final = 10.0
"""Seconds that a thread gets to stop; a request may still be computed."""

_KEPT_BYTES: Final = 1024 * 1024
"""Size of a block that is allocated and freed at the start. glibc keeps as much freed memory as the largest block that
it has mapped and freed (mallopt(3), M_MMAP_THRESHOLD). Without this it returns the memory of each message to the
system, which has to clear it for the next one: a thousand tails take 40% more CPU. Without glibc this has no effect."""


class Stop:
    """The two steps of a stop: at `requested` the sessions end, at `hurried` they are no longer waited for."""

    def __init__(self) -> None:
        self.requested = asyncio.Event()
        self.hurried = asyncio.Event()

    def request(self) -> None:
        """Do the next step."""
        (self.hurried if self.requested.is_set() else self.requested).set()


class Runnable(Protocol):
    """The methods of a server that running it needs."""

    @property
    def loop(self) -> str:
        """The event loop: asyncio or uvloop."""
        ...

    def serve(self, stop: Stop, on_ready: Callable[[], None]) -> Coroutine[Any, Any, None]:
        """Serve until a stop is requested; `on_ready` is called once requests are accepted."""
        ...

    def clean_up(self) -> None:
        """Remove what was made for this run alone. May be called more than once, from any thread."""
        ...


def loop_factory(name: str) -> Callable[[], asyncio.AbstractEventLoop]:
    """A function that makes an event loop.

    Raises:
        StartError: it is not installed.
    """
    if name == "asyncio":
        return _asyncio_loop
    try:
        import uvloop
    except ImportError:
        raise StartError("--loop uvloop needs the package uvloop: pip install 'livetail[uvloop]'") from None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


def _asyncio_loop() -> asyncio.AbstractEventLoop:
    """An event loop whose time does not stop when a test freezes `time.monotonic`, as freezegun does."""
    loop = asyncio.new_event_loop()
    loop.time = uptime_s  # type: ignore[method-assign]
    return loop


def serve_in_foreground(server: Runnable, on_ready: Callable[[], None] = lambda: None) -> None:
    """Serve in this thread, the main one, until SIGINT or SIGTERM; a second signal ends at once.

    The signals are blocked, and received by a thread of their own: a handler would have to wait while the main thread
    is inside C code, such as a long regular expression.

    Raises:
        StartError: the server did not start.
    """
    signals = _Signals(server.clean_up)
    signals.receive()

    async def main() -> None:
        stop = Stop()
        signals.pass_on_to(asyncio.get_running_loop(), stop)
        await _serve(server, stop, on_ready)

    try:
        with asyncio.Runner(loop_factory=loop_factory(server.loop)) as runner:
            runner.run(main())
    finally:
        server.clean_up()


class _Signals:
    """Passes SIGINT and SIGTERM on to an event loop; ends the process when the loop does not end in time."""

    NUMBERS: Final = frozenset({signal.SIGINT, signal.SIGTERM})

    def __init__(self, clean_up: Callable[[], None]) -> None:
        self._clean_up = clean_up
        self._request: Callable[[], object] | None = None
        self._received = 0
        self._lock = threading.Lock()

    def receive(self) -> None:
        """Receive them in a thread from now on, until the process ends."""
        signal.pthread_sigmask(signal.SIG_BLOCK, self.NUMBERS)
        threading.Thread(target=self._run, name="livetail-signals", daemon=True).start()

    def pass_on_to(self, loop: asyncio.AbstractEventLoop, stop: Stop) -> None:
        """Request a stop for each signal, those that came before included."""
        with self._lock:
            self._request = partial(loop.call_soon_threadsafe, stop.request)
            for _ in range(self._received):
                stop.request()

    def _run(self) -> None:
        signal.sigwait(self.NUMBERS)
        self._request_stop()
        if signal.sigtimedwait(self.NUMBERS, STOP_S) is not None:
            self._request_stop()
            time.sleep(SECOND_STOP_S)
        _log.warning("stopped without waiting for a request that was still being computed")
        self._clean_up()
        os._exit(0)

    def _request_stop(self) -> None:
        with self._lock:
            self._received += 1
            if self._request is not None:
                with suppress(RuntimeError):  # the loop has just been closed
                    self._request()


class ServerThread:
    """A server in a daemon thread of its own."""

    def __init__(self, server: Runnable) -> None:
        self._server = server
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: Stop | None = None
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
        """Stop and wait until the thread has ended. May be called more than once."""
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            with suppress(RuntimeError):  # the loop has just been closed
                self._loop.call_soon_threadsafe(self._stop.requested.set)
        self._thread.join(THREAD_STOP_S)
        if self._thread.is_alive():
            raise RuntimeError("the server's thread did not stop")

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=loop_factory(self._server.loop)) as runner:
                runner.run(self._main())
        except BaseException as error:  # start() raises it
            self._failure = error
        finally:
            self._server.clean_up()
            self._ready.set()

    async def _main(self) -> None:
        self._stop = Stop()
        self._loop = asyncio.get_running_loop()
        await _serve(self._server, self._stop, self._ready.set)


async def _serve(server: Runnable, stop: Stop, on_ready: Callable[[], None]) -> None:
    bytearray(_KEPT_BYTES)
    asyncio.get_running_loop().set_exception_handler(_handle_exception)
    await server.serve(stop, on_ready)


def _handle_exception(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log errors that no task has handled. Those of connections, such as TLS without a proper end, are normal."""
    if isinstance(context.get("exception"), (OSError, asyncio.CancelledError)):
        _log.debug("%s: %r", context["message"], context["exception"])
    else:
        loop.default_exception_handler(context)
