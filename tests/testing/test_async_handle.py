"""The handle for asyncio, and the environment of this process."""

import asyncio
import os

import boto3
import pytest

from livetail import AsyncLiveTail, LiveTailEmulator, LiveTailError, faults

GROUP = "/app/api"


def test_the_loop_reads_while_time_moves() -> None:
    async def main() -> None:
        async with LiveTailEmulator(clock="manual", seed=7) as emulator:
            await emulator.put(GROUP, "web-1", ["before"])
            async with emulator.async_client() as logs:
                response = await logs.start_live_tail(logGroupIdentifiers=[emulator.log_group_arn(GROUP)])
                session = await emulator.wait_for_new_session()
                advanced = asyncio.create_task(emulator.advance(20))
                updates = 0
                async for event in response["responseStream"]:
                    updates += "sessionUpdate" in event
                    if updates == 20:
                        break
                assert await advanced == 20
                await emulator.assert_nothing_dropped()
                response["responseStream"].close()
                assert await session.wait_until_ended() == "client"

    asyncio.run(main())


def test_tail_and_fault(manual: LiveTailEmulator) -> None:
    async def main() -> None:
        emulator = AsyncLiveTail(manual)
        async with emulator.fault(faults.end(after_updates=1)), emulator.tail(GROUP) as tail:
            await emulator.put(GROUP, "web-1", ["one", "two"])
            await emulator.advance(2)
            assert [event["message"] async for event in tail] == ["one", "two"]
        assert await emulator.faults() == []

    asyncio.run(main())


def test_moving_time_in_the_loop_is_an_error(manual: LiveTailEmulator) -> None:
    async def main() -> None:
        manual.advance(1)

    with pytest.raises(LiveTailError, match=r"^advance\(\) would stop the event loop that reads the updates: use "):
        asyncio.run(main())


def test_patched_environment_undoes_all(manual: LiveTailEmulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "missing-profile")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    before = dict(os.environ)

    @manual.patched_environment()
    def describe() -> int:
        logs = boto3.client("logs")
        found = len(logs.describe_log_groups()["logGroups"])
        logs.close()
        return found

    manual.put(GROUP, "web-1", ["hello"])
    assert [describe(), describe()] == [1, 1]
    assert (dict(os.environ), boto3.DEFAULT_SESSION) == (before, None)
