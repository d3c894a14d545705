"""The writer of a session: the only place that waits for a client.

    http.response.start ─▶ message, message, … as the session has them ─▶ end of the body

`send` returns when the server accepts more bytes for this client. Meanwhile the session continues to make updates, and
its backlog drops the oldest; other sessions are not affected.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from starlette.types import Receive, Send

from livetail.core.clock import Clock
from livetail.live.hub import Hub
from livetail.live.session import Ending, Session, State
from livetail.server.bodies import wait_for_disconnect
from livetail.server.connection import Connection
from livetail.wire.livetail import Message

if TYPE_CHECKING:
    from livetail.faults.session_rules import SessionRules

_log = logging.getLogger(__name__)

STALL_S: Final = 1.0
"""Real seconds after which a client that accepts no bytes counts as stalled in `advance`."""

PAUSE_BEFORE_STREAM_S: Final = 0.005
"""Real seconds before the head of a stream over HTTP/1.1. Go's SDK closes the body of its request once it has the head
of a response; where its transport is not done with that body yet, it closes the connection (13 of 3,000 sessions)."""


@dataclass(frozen=True, slots=True)
class Client:
    """The client that reads a session; sessions over HTTP/2 may share a connection."""

    connection: Connection
    http_version: str
    user_agent: str | None
    receive: Receive
    send: Send


class TailWriter:
    """One session being written to one client.

    Attributes:
        idle: set while the writer has nothing to write.
    """

    def __init__(self, session: Session, hub: Hub, clock: Clock, client: Client, schedule: Callable[[], None]) -> None:
        """`schedule` is called when something new is due: the end of a pause by a fault."""
        self.session = session
        self.client = client
        self.idle = asyncio.Event()
        self._hub = hub
        self._clock = clock
        self._schedule = schedule
        self._wake = asyncio.Event()
        self._sending_since: float | None = None
        self._is_over = False
        self._has_client_left = False

    @property
    def stalls_at(self) -> float:
        """When the client counts as stalled, by the time of the event loop: `STALL_S` after it last accepted something.

        While there is nothing to write it is always that long from now.
        """
        since = self._sending_since
        return (asyncio.get_running_loop().time() if since is None else since) + STALL_S

    def wake(self) -> None:
        """Let the writer take the next message, if any; a fault rule that resets the connection does so at once."""
        self.idle.clear()
        self._wake.set()
        rules = None if self._sending_since is None else self._rules
        if rules is not None and rules.resets_blocked_writer(self._clock.now()):
            self.client.connection.end_by_fault(reset=True)

    async def run(self, headers: list[tuple[bytes, bytes]]) -> None:
        """Respond to the request with the session's stream, until the session ends or the client leaves.

        The writer is a task of its own, so that it can be cancelled in a `send` that would wait for ever: Hypercorn
        does not wake it when an HTTP/2 client disappears.
        """
        writer = asyncio.create_task(self._write(headers))
        watcher = asyncio.create_task(self._watch())
        try:
            await asyncio.wait((writer, watcher), return_when=asyncio.FIRST_COMPLETED)
        finally:
            rules = self._rules
            by_fault = self.client.connection.ended_by_fault or (rules is not None and rules.has_ended_stream)
            self._hub.close(self.session, Ending.FAULT if by_fault else Ending.CLIENT)
            self.idle.set()
            for task in (writer, watcher):
                task.cancel()
            for outcome in await asyncio.gather(writer, watcher, return_exceptions=True):
                if isinstance(outcome, Exception):
                    _log.error("session %s failed while writing", self.session.session_id, exc_info=outcome)

    async def _watch(self) -> None:
        await wait_for_disconnect(self.client.receive)
        self._is_over = self._has_client_left = True

    async def _write(self, headers: list[tuple[bytes, bytes]]) -> None:
        self._sending_since = asyncio.get_running_loop().time()
        if self.client.http_version == "1.1":
            await asyncio.sleep(PAUSE_BEFORE_STREAM_S)
        await self.client.send({"type": "http.response.start", "status": 200, "headers": headers})
        self._sending_since = None
        while not self._is_over:
            if not await self._write_next():
                self._wake.clear()
                self.idle.set()
                await self._wake.wait()

    async def _write_next(self) -> bool:
        """Write what comes next; returns False if there is nothing now.

        Only this call refers to the message. Otherwise each waiting writer would keep the last update of its session in
        memory.
        """
        if self.session.fault_rules is not None:
            return await self._write_under_rules(cast("SessionRules", self.session.fault_rules))
        message = self._take()
        if message is not None:
            if await self._send(message.data):
                self.session.accept()
        elif self.session.state is State.ENDED:
            await self._end()
        else:
            return False
        return True

    async def _write_under_rules(self, rules: "SessionRules") -> bool:
        now = self._clock.now()
        step = rules.take(self._take, now)
        if step is None:
            if rules.holds_back(now):
                self._schedule()
            elif self.session.state is State.ENDED:
                await self._end()
                return True
            return False
        if step.data:
            has_accepted = await self._send(step.data)
            if has_accepted and step.then != "close" and not rules.has_steps:
                self.session.accept()
        if step.then == "end":
            await self._end()
        elif step.then != "continue":
            self._is_over = True
            self.client.connection.end_by_fault(reset=step.then == "reset")
        return True

    async def _send(self, data: bytes) -> bool:
        """Write bytes; returns whether the client has accepted them.

        `send` also returns when the client has left, but `_watch` sees this only one turn of the event loop later.
        Without that turn, messages that reach nobody would be counted as delivered.
        """
        self._sending_since = asyncio.get_running_loop().time()
        await self.client.send({"type": "http.response.body", "body": data, "more_body": True})
        if self.session.backlog.updates:
            await asyncio.sleep(0)
            if self._has_client_left:
                return False
        self._sending_since = None
        return True

    async def _end(self) -> None:
        self._is_over = True
        await self.client.send({"type": "http.response.body", "body": b"", "more_body": False})

    @property
    def _rules(self) -> "SessionRules | None":
        """The fault rules that concern the session; None where there are none, so that they cost nothing."""
        return cast("SessionRules | None", self.session.fault_rules)

    def _take(self) -> Message | None:
        """The next message of the session; after an error in our code a SessionStreamingException."""
        try:
            return self.session.take()
        except Exception:
            self._hub.fail(self.session)
            return self.session.take()


class TailWriters:
    """The writers of all open sessions.

    The key is the session, not its id: after a reset the same seed draws the same ids again, while an earlier client
    may still receive the end of its stream.
    """

    def __init__(self) -> None:
        self._writers: dict[Session, TailWriter] = {}
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        return len(self._writers)

    @contextmanager
    def registered(self, writer: TailWriter) -> Iterator[None]:
        """Register the writer of a session while it runs."""
        self._writers[writer.session] = writer
        self.notify()
        try:
            yield
        finally:
            del self._writers[writer.session]
            self.notify()

    def notify(self) -> None:
        """Let `wait_until` check its condition: sessions may have been opened or ended."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition holds; it is checked whenever a session has been opened or has ended."""
        while not condition():
            await self._changed.wait()

    def client_of(self, session: Session) -> Client | None:
        """The client that reads a session; None when its writer has ended."""
        writer = self._writers.get(session)
        return None if writer is None else writer.client

    def wake(self, sessions: Iterable[Session]) -> None:
        """Let the writers of these sessions write their next messages."""
        for session in sessions:
            writer = self._writers.get(session)
            if writer is not None:
                writer.wake()

    async def wait_until_written(self, sessions: Iterable[Session]) -> None:
        """Wait until the writers of these sessions have written what their clients accept.

        A client that accepts nothing for `STALL_S` is not waited for until it accepts again.
        """
        loop = asyncio.get_running_loop()
        for session in sessions:
            writer = self._writers.get(session)
            while writer is not None and not writer.idle.is_set() and (stalls_at := writer.stalls_at) > loop.time():
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(stalls_at):  # the other writers write meanwhile
                        await writer.idle.wait()

    def end_waits(self) -> None:
        """Let `wait_until_written` return now."""
        for writer in self._writers.values():
            writer.idle.set()
