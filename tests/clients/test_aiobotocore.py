"""Live Tail through aiobotocore: the stream in an `async for`, beside other tasks of the same event loop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiobotocore.config import AioConfig
from botocore.exceptions import EventStreamError

from livetail import LiveTailEmulator

MIDNIGHT = 1_767_225_600_000


@asynccontextmanager
async def _tail(logs: Any, arn: str, **filters: Any) -> AsyncIterator[Any]:
    response = await logs.start_live_tail(logGroupIdentifiers=[arn], **filters)
    stream = response["responseStream"]
    try:
        yield stream
    finally:
        stream.close()


def _run(emulator: LiveTailEmulator, scene: Callable[[Any], Awaitable[None]]) -> None:
    async def main() -> None:
        async with emulator.async_client(config=AioConfig(read_timeout=20)) as logs:
            await scene(logs)

    asyncio.run(main())


def test_updates_are_iterated_over(manual: LiveTailEmulator) -> None:
    manual.put("/app/api", "web-1", ["before"])

    async def scene(logs: Any) -> None:
        async with _tail(logs, manual.log_group_arn("/app/api"), logEventFilterPattern="ERROR") as stream:
            events = [{"timestamp": MIDNIGHT, "message": text} for text in ("ERROR boom", "fine")]
            await logs.put_log_events(logGroupName="/app/api", logStreamName="web-1", logEvents=events)
            await asyncio.to_thread(manual.advance, 2)
            manual.end_session(manual.sessions()[0]["sessionId"])
            seen = [event async for event in stream]
        assert [next(iter(event)) for event in seen] == ["sessionStart", "sessionUpdate", "sessionUpdate"]
        assert seen[0]["sessionStart"]["logEventFilterPattern"] == "ERROR"
        results = [event["sessionUpdate"]["sessionResults"] for event in seen[1:]]
        assert [[result["message"] for result in each] for each in results] == [["ERROR boom"], []]

    _run(manual, scene)


def test_two_sessions_are_read_side_by_side(manual: LiveTailEmulator) -> None:
    manual.put("/a", "s", ["before"])
    manual.put("/b", "s", ["before"])

    async def read(logs: Any, name: str) -> list[str]:
        async with _tail(logs, manual.log_group_arn(name)) as stream:
            return [
                result["message"]
                async for event in stream
                for result in event.get("sessionUpdate", {}).get("sessionResults", ())
            ]

    async def scene(logs: Any) -> None:
        reading = [asyncio.create_task(read(logs, name)) for name in ("/a", "/b")]
        await asyncio.to_thread(manual.wait_for_sessions, 2)
        manual.put("/a", "s", ["of a"])
        manual.put("/b", "s", ["of b"])
        await asyncio.to_thread(manual.advance, 1)
        manual.reset()
        assert [await task for task in reading] == [["of a"], ["of b"]]

    _run(manual, scene)


def test_2000_events_are_sampled(manual: LiveTailEmulator) -> None:
    manual.put("/app/api", "s", ["before"])

    async def scene(logs: Any) -> None:
        async with _tail(logs, manual.log_group_arn("/app/api")) as stream:
            manual.put("/app/api", "s", [str(number) for number in range(2000)])
            await asyncio.to_thread(manual.advance, 1)
            events = aiter(stream)
            await anext(events)
            update = (await anext(events))["sessionUpdate"]
        assert update["sessionMetadata"] == {"sampled": True}
        assert len({result["message"] for result in update["sessionResults"]}) == 500

    _run(manual, scene)


def test_the_timeout_is_an_event_stream_error() -> None:
    with LiveTailEmulator(clock="manual", seed=7, session_timeout="3s") as emulator:

        async def scene(logs: Any) -> None:
            await logs.create_log_group(logGroupName="/app/api")
            updates = 0
            async with _tail(logs, emulator.log_group_arn("/app/api")) as stream:
                await asyncio.to_thread(emulator.advance, 3)
                with pytest.raises(EventStreamError) as caught:
                    async for event in stream:
                        updates += "sessionUpdate" in event
            assert updates == 3
            assert caught.value.response == {
                "Error": {"Code": "SessionTimeoutException", "Message": "Session timed out."}
            }

        _run(emulator, scene)


def test_errors_of_the_request_are_typed(manual: LiveTailEmulator) -> None:
    async def scene(logs: Any) -> None:
        with pytest.raises(logs.exceptions.ResourceNotFoundException) as caught:
            await logs.start_live_tail(logGroupIdentifiers=[manual.log_group_arn("/app/api")])
        assert caught.value.response["Error"]["Message"] == "The specified log group does not exist."
        with pytest.raises(logs.exceptions.InvalidParameterException):
            await logs.start_live_tail(logGroupIdentifiers=["/app/api"])

    _run(manual, scene)


def test_leaving_the_loop_early_frees_the_session(manual: LiveTailEmulator) -> None:
    manual.put("/app/api", "web-1", ["before"])

    async def scene(logs: Any) -> None:
        async with _tail(logs, manual.log_group_arn("/app/api")) as stream:
            async for event in stream:
                assert "sessionStart" in event
                break
            assert len(manual.sessions()) == 1
        await asyncio.to_thread(manual.assert_no_sessions)

    _run(manual, scene)


def test_a_cancelled_reader_frees_its_session(manual: LiveTailEmulator) -> None:
    manual.put("/app/api", "web-1", ["before"])

    async def scene(logs: Any) -> None:
        started = asyncio.Event()

        async def read() -> None:
            async with _tail(logs, manual.log_group_arn("/app/api")) as stream:
                async for _ in stream:
                    started.set()

        reading = asyncio.create_task(read())
        await started.wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        await asyncio.to_thread(manual.assert_no_sessions)

    _run(manual, scene)
