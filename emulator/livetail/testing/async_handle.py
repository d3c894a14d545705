"""The handle of an emulator for asyncio: its calls are coroutines, so the event loop reads while they wait."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from livetail.testing.handle import Fault, LiveTail
from livetail.testing.patching import PatchedEnvironment
from livetail.testing.session import Session
from livetail.testing.shapes import (
    Counters,
    EndedSessionInfo,
    EventToPut,
    FaultInfo,
    LogEvent,
    RequestInfo,
    SessionInfo,
    Several,
)
from livetail.testing.tail import Tail

if TYPE_CHECKING:
    from livetail.faults import AnyRule

__all__ = ["AsyncLiveTail", "AsyncSession", "AsyncTail"]


class AsyncSession:
    """A session of the code under test; `session` is the same for threads."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.id = session.id
        self.log_groups = session.log_groups
        self.filter_pattern = session.filter_pattern

    async def counters(self) -> Counters:
        return await asyncio.to_thread(lambda: self.session.counters)

    async def ended_by(self) -> str | None:
        """As `Session.ended_by`; None while it is open."""
        return await asyncio.to_thread(lambda: self.session.ended_by)

    async def wait_until_ended(self, timeout: float = 10) -> str:
        return await asyncio.to_thread(self.session.wait_until_ended, timeout)

    async def wait_for_delivered(self, count: int, timeout: float = 10) -> Counters:
        return await asyncio.to_thread(self.session.wait_for_delivered, count, timeout)

    async def end(self) -> None:
        await asyncio.to_thread(self.session.end)


class AsyncTail:
    """A session of the test's own; `async for` gives its log events."""

    def __init__(self, tail: Tail) -> None:
        self._tail = tail
        self.id = tail.id

    async def __aiter__(self) -> AsyncIterator[LogEvent]:
        events = iter(self._tail)
        while (event := await asyncio.to_thread(next, events, None)) is not None:
            yield event

    async def next_event(self) -> LogEvent:
        return await asyncio.to_thread(self._tail.next_event)

    async def messages(self, count: int) -> list[str]:
        return await asyncio.to_thread(self._tail.messages, count)


class AsyncLiveTail:
    """A running emulator. The calls are those of `LiveTail`, which `livetail` is."""

    def __init__(self, livetail: LiveTail) -> None:
        self.livetail = livetail
        self.endpoint_url = livetail.endpoint_url
        self.region = livetail.region
        self.account_id = livetail.account_id

    def async_client(self, **options: Any) -> Any:
        """An aiobotocore client, for `async with`."""
        return self.livetail.async_client(**options)

    def client(self, **options: Any) -> Any:
        """A boto3 client, for code that runs in a thread."""
        return self.livetail.client(**options)

    def environment(self) -> dict[str, str]:
        return self.livetail.environment()

    def patched_environment(self) -> PatchedEnvironment:
        return self.livetail.patched_environment()

    def log_group_arn(self, name: str) -> str:
        return self.livetail.log_group_arn(name)

    async def put(self, log_group: str, log_stream: str, messages: Several[str | EventToPut]) -> None:
        await asyncio.to_thread(self.livetail.put, log_group, log_stream, messages)

    async def now(self) -> int:
        return await asyncio.to_thread(self.livetail.now)

    async def advance(self, seconds: float) -> int:
        return await asyncio.to_thread(self.livetail.advance, seconds)

    async def clock_mode(self) -> str:
        return await asyncio.to_thread(self.livetail.clock_mode)

    async def sessions(self) -> list[SessionInfo]:
        return await asyncio.to_thread(self.livetail.sessions)

    async def ended_sessions(self) -> list[EndedSessionInfo]:
        return await asyncio.to_thread(self.livetail.ended_sessions)

    async def wait_for_sessions(self, count: int, timeout: float = 10) -> list[SessionInfo]:
        return await asyncio.to_thread(self.livetail.wait_for_sessions, count, timeout)

    async def wait_for_new_session(self, after: AsyncSession | None = None, timeout: float = 10) -> AsyncSession:
        before = None if after is None else after.session
        return AsyncSession(await asyncio.to_thread(self.livetail.wait_for_new_session, before, timeout))

    async def end_session(self, session_id: str) -> None:
        await asyncio.to_thread(self.livetail.end_session, session_id)

    async def assert_no_sessions(self, timeout: float = 5) -> None:
        await asyncio.to_thread(self.livetail.assert_no_sessions, timeout)

    async def assert_nothing_dropped(self) -> None:
        await asyncio.to_thread(self.livetail.assert_nothing_dropped)

    @asynccontextmanager
    async def tail(
        self, *log_groups: str, filter_pattern: str | None = None, log_streams: Iterable[str] = (), timeout: float = 10
    ) -> AsyncIterator[AsyncTail]:
        """A session of the test's own on log groups, for `async with`."""
        tail = await asyncio.to_thread(
            self.livetail.tail, *log_groups, filter_pattern=filter_pattern, log_streams=log_streams, timeout=timeout
        )
        try:
            yield AsyncTail(tail)
        finally:
            await asyncio.to_thread(tail.close)

    async def requests(self) -> list[RequestInfo]:
        return await asyncio.to_thread(self.livetail.requests)

    async def wait_for_requests(self, operation: str, count: int = 1, timeout: float = 10) -> list[RequestInfo]:
        return await asyncio.to_thread(self.livetail.wait_for_requests, operation, count, timeout)

    async def assert_requested(
        self, operation: str, *, times: int | None = None, where: Mapping[str, Any] | None = None
    ) -> list[RequestInfo]:
        return await asyncio.to_thread(self.livetail.assert_requested, operation, times=times, where=where)

    async def add_fault(self, rule: "Mapping[str, Any] | AnyRule") -> str:
        return await asyncio.to_thread(self.livetail.add_fault, rule)

    @asynccontextmanager
    async def fault(self, rule: "Mapping[str, Any] | AnyRule") -> AsyncIterator[Fault]:
        """A fault rule that holds in an `async with` block."""
        holding = self.livetail.fault(rule)
        fault = await asyncio.to_thread(holding.__enter__)
        try:
            yield fault
        finally:
            await asyncio.to_thread(holding.__exit__, None, None, None)

    async def faults(self) -> list[FaultInfo]:
        return await asyncio.to_thread(self.livetail.faults)

    async def remove_fault(self, fault_id: str) -> None:
        await asyncio.to_thread(self.livetail.remove_fault, fault_id)

    async def clear_faults(self) -> None:
        await asyncio.to_thread(self.livetail.clear_faults)

    async def start_scenario(self, scenario: str | Mapping[str, Any]) -> str:
        return await asyncio.to_thread(self.livetail.start_scenario, scenario)

    async def stop_scenarios(self) -> None:
        await asyncio.to_thread(self.livetail.stop_scenarios)

    async def reset(self) -> None:
        await asyncio.to_thread(self.livetail.reset)
