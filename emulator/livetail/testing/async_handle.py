"""The handle of an emulator for asyncio. Its calls are coroutines, so the event loop can read updates meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from livetail.testing.handle import LiveTail
from livetail.testing.session import Session
from livetail.testing.shapes import LogEvent
from livetail.testing.tail import Tail

P = ParamSpec("P")
T = TypeVar("T")
U = TypeVar("U")


def _in_thread(method: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]:
    """A coroutine function that calls `method` in a thread."""

    @wraps(method)
    async def call(*args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.to_thread(method, *args, **kwargs)

    return call


def _block_in_threads(
    manager: Callable[P, AbstractContextManager[T]], shown_as: Callable[[T], U]
) -> Callable[P, AbstractAsyncContextManager[U]]:
    """An `async with` block that enters and leaves a `with` block in threads; its value is shown as `shown_as` does."""

    @wraps(manager)
    @asynccontextmanager
    async def block(*args: P.args, **kwargs: P.kwargs) -> AsyncIterator[U]:
        blocking = await asyncio.to_thread(manager, *args, **kwargs)
        value = await asyncio.to_thread(blocking.__enter__)
        try:
            yield shown_as(value)
        finally:
            await asyncio.to_thread(blocking.__exit__, None, None, None)

    return block


class AsyncSession:
    """A session of the code under test; `session` is its blocking form."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.id = session.id
        self.log_groups = session.log_groups
        self.filter_pattern = session.filter_pattern
        self.counters = _in_thread(lambda: session.counters)
        self.ended_by = _in_thread(lambda: session.ended_by)
        self.wait_until_ended = _in_thread(session.wait_until_ended)
        self.wait_for_delivered = _in_thread(session.wait_for_delivered)
        self.end = _in_thread(session.end)


class AsyncTail:
    """A session that the test has opened; `async for` gives its log events."""

    def __init__(self, tail: Tail) -> None:
        self.id = tail.id
        self.next_event = _in_thread(tail.next_event)
        self.messages = _in_thread(tail.messages)
        self._tail = tail

    async def __aiter__(self) -> AsyncIterator[LogEvent]:
        events = iter(self._tail)
        while (event := await asyncio.to_thread(next, events, None)) is not None:
            yield event


class AsyncLiveTail:
    """A running emulator. The calls are those of its blocking form, `livetail`."""

    def __init__(self, livetail: LiveTail) -> None:
        self.livetail = livetail
        self.endpoint_url = livetail.endpoint_url
        self.region = livetail.region
        self.account_id = livetail.account_id
        # These do not block.
        self.async_client = livetail.async_client
        self.client = livetail.client
        self.environment = livetail.environment
        self.patched_environment = livetail.patched_environment
        self.log_group_arn = livetail.log_group_arn
        # These do.
        self.settings = _in_thread(livetail.settings)
        self.put = _in_thread(livetail.put)
        self.now = _in_thread(livetail.now)
        self.advance = _in_thread(livetail.advance)
        self.clock_mode = _in_thread(livetail.clock_mode)
        self.sessions = _in_thread(livetail.sessions)
        self.ended_sessions = _in_thread(livetail.ended_sessions)
        self.wait_for_sessions = _in_thread(livetail.wait_for_sessions)
        self.end_session = _in_thread(livetail.end_session)
        self.assert_no_sessions = _in_thread(livetail.assert_no_sessions)
        self.assert_nothing_dropped = _in_thread(livetail.assert_nothing_dropped)
        self.requests = _in_thread(livetail.requests)
        self.wait_for_requests = _in_thread(livetail.wait_for_requests)
        self.assert_requested = _in_thread(livetail.assert_requested)
        self.add_fault = _in_thread(livetail.add_fault)
        self.faults = _in_thread(livetail.faults)
        self.remove_fault = _in_thread(livetail.remove_fault)
        self.clear_faults = _in_thread(livetail.clear_faults)
        self.start_scenario = _in_thread(livetail.start_scenario)
        self.scenarios = _in_thread(livetail.scenarios)
        self.stop_scenarios = _in_thread(livetail.stop_scenarios)
        self.reset = _in_thread(livetail.reset)
        self.tail = _block_in_threads(livetail.tail, AsyncTail)
        self.fault = _block_in_threads(livetail.fault, lambda fault: fault)

    async def wait_for_new_session(self, after: AsyncSession | None = None, timeout: float = 10) -> AsyncSession:
        """As `LiveTail.wait_for_new_session`."""
        before = None if after is None else after.session
        return AsyncSession(await asyncio.to_thread(self.livetail.wait_for_new_session, before, timeout))
