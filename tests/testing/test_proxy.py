"""A proxy in the environment, as in many companies, is not used for an emulator on this machine."""

import asyncio

import pytest

from livetail import LiveTailEmulator
from tests.cli.running import call_livetail

DEAD_PROXY = "http://127.0.0.1:1"
"""A proxy that refuses every connection."""


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, DEAD_PROXY)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("proxy")
def test_clients_and_the_handle(manual: LiveTailEmulator) -> None:
    manual.put("/app/api", "web-1", ["hello"])
    assert manual.client().describe_log_groups()["logGroups"][0]["logGroupName"] == "/app/api"

    async def describe() -> str:
        async with manual.async_client() as logs:
            return str((await logs.describe_log_groups())["logGroups"][0]["logGroupName"])

    assert asyncio.run(describe()) == "/app/api"


def test_the_demo() -> None:
    run = call_livetail("demo", "--seconds", "1.5", variables={"http_proxy": DEAD_PROXY})
    assert run.returncode == 0, run.stderr
    assert "updates with" in run.stdout
