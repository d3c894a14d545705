"""The handle of an emulator for asyncio. Its calls are coroutines, so the event loop can read updates meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from livetail.control_shapes import Counters
from livetail.testing.handle import Fault, LiveTail
from livetail.testing.session import Session
from livetail.testing.shapes import LogEvent
from livetail.testing.tail import Tail

if TYPE_CHECKING:
    from livetail.faults import AnyRule

P = ParamSpec("P")
T = TypeVar("T")


def _in_thread(method: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]:
    """A coroutine method that calls `method` of the blocking object, `self._blocking`, in a thread."""

    @wraps(method)
    async def call(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        found: Callable[P, T] = getattr(self._blocking, method.__name__)
        return await asyncio.to_thread(found, *args, **kwargs)

    return call


def _directly(method: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], T]:
    """A method that calls `method` of the blocking object, `self._blocking`, directly, since it does not block."""

    @wraps(method)
    def call(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        found: Callable[P, T] = getattr(self._blocking, method.__name__)
        return found(*args, **kwargs)

    return call


class AsyncSession:
    """A session of the code under test; `session` is its blocking form."""

    def __init__(self, session: Session) -> None:
        self.session = self._blocking = session
        self.id = session.id
        self.log_groups = session.log_groups
        self.filter_pattern = session.filter_pattern

    async def counters(self) -> Counters:
        """As `Session.counters`."""
        return await asyncio.to_thread(lambda: self.session.counters)

    async def ended_by(self) -> str | None:
        """As `Session.ended_by`; None while it is open."""
        return await asyncio.to_thread(lambda: self.session.ended_by)

    wait_until_ended = _in_thread(Session.wait_until_ended)
    wait_for_delivered = _in_thread(Session.wait_for_delivered)
    end = _in_thread(Session.end)


class AsyncTail:
    """A session that the test has opened; `async for` gives its log events."""

    def __init__(self, tail: Tail) -> None:
        self._blocking = tail
        self.id = tail.id

    async def __aiter__(self) -> AsyncIterator[LogEvent]:
        events = iter(self._blocking)
        while (event := await asyncio.to_thread(next, events, None)) is not None:
            yield event

    next_event = _in_thread(Tail.next_event)
    messages = _in_thread(Tail.messages)


class AsyncLiveTail:
    """A running emulator. The calls are those of its blocking form, `livetail`."""

    def __init__(self, livetail: LiveTail) -> None:
        self.livetail = self._blocking = livetail
        self.endpoint_url = livetail.endpoint_url
        self.region = livetail.region
        self.account_id = livetail.account_id

    async_client = _directly(LiveTail.async_client)
    client = _directly(LiveTail.client)
    environment = _directly(LiveTail.environment)
    patched_environment = _directly(LiveTail.patched_environment)
    log_group_arn = _directly(LiveTail.log_group_arn)

    settings = _in_thread(LiveTail.settings)
    put = _in_thread(LiveTail.put)
    now = _in_thread(LiveTail.now)
    advance = _in_thread(LiveTail.advance)
    clock_mode = _in_thread(LiveTail.clock_mode)
    sessions = _in_thread(LiveTail.sessions)
    ended_sessions = _in_thread(LiveTail.ended_sessions)
    wait_for_sessions = _in_thread(LiveTail.wait_for_sessions)
    end_session = _in_thread(LiveTail.end_session)
    assert_no_sessions = _in_thread(LiveTail.assert_no_sessions)
    assert_nothing_dropped = _in_thread(LiveTail.assert_nothing_dropped)
    requests = _in_thread(LiveTail.requests)
    wait_for_requests = _in_thread(LiveTail.wait_for_requests)
    assert_requested = _in_thread(LiveTail.assert_requested)
    add_fault = _in_thread(LiveTail.add_fault)
    faults = _in_thread(LiveTail.faults)
    remove_fault = _in_thread(LiveTail.remove_fault)
    clear_faults = _in_thread(LiveTail.clear_faults)
    start_scenario = _in_thread(LiveTail.start_scenario)
    scenarios = _in_thread(LiveTail.scenarios)
    stop_scenarios = _in_thread(LiveTail.stop_scenarios)
    reset = _in_thread(LiveTail.reset)

    async def wait_for_new_session(self, after: AsyncSession | None = None, timeout: float = 10) -> AsyncSession:
        """As `LiveTail.wait_for_new_session`."""
        before = None if after is None else after.session
        return AsyncSession(await asyncio.to_thread(self.livetail.wait_for_new_session, before, timeout))

    @asynccontextmanager
    async def tail(
        self, *log_groups: str, filter_pattern: str | None = None, log_streams: Iterable[str] = (), timeout: float = 10
    ) -> AsyncIterator[AsyncTail]:
        """A session that the test opens on log groups, for `async with`."""
        tail = await asyncio.to_thread(
            self.livetail.tail, *log_groups, filter_pattern=filter_pattern, log_streams=log_streams, timeout=timeout
        )
        try:
            yield AsyncTail(tail)
        finally:
            await asyncio.to_thread(tail.close)

    @asynccontextmanager
    async def fault(self, rule: "Mapping[str, Any] | AnyRule") -> AsyncIterator[Fault]:
        """A fault rule that is in force in an `async with` block."""
        rule_in_force = self.livetail.fault(rule)
        fault = await asyncio.to_thread(rule_in_force.__enter__)
        try:
            yield fault
        finally:
            await asyncio.to_thread(rule_in_force.__exit__, None, None, None)
