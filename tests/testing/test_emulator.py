"""`LiveTailEmulator`: starting and stopping without leaks, and how other programs find it."""

import asyncio
import gc
import json
import os
import socket
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, SSLError

from livetail import LiveTailEmulator
from livetail.errors import NoResponseError
from livetail.scenarios import ScenarioError
from livetail.server.http_server import StartError
from livetail.settings import SettingsError
from tests.processes import run_command


def _start_tail(logs: Any, arn: str) -> Any:
    return logs.start_live_tail(logGroupIdentifiers=[arn])["responseStream"]


# ---- settings ------------------------------------------------------------------------------------------------------


def test_keyword_arguments_are_the_flags() -> None:
    with LiveTailEmulator(clock="manual@2026-01-01T00:00:00Z", seed=7, region="eu-west-1", max_sessions=1) as emulator:
        assert emulator.now() == 1_767_225_600_000
        assert emulator.seed == 7
        assert emulator.log_group_arn("/app/api") == "arn:aws:logs:eu-west-1:123456789012:log-group:/app/api"


def test_environment_does_not_change_what_a_test_means(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVETAIL_CLOCK", "manual")
    monkeypatch.setenv("LIVETAIL_PORT", "1")
    with LiveTailEmulator() as emulator:
        assert emulator.clock_mode() == "real"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"max_session": 1}, "there is no setting 'max_session'; there are host, port, "),
        ({"clock": "sometimes"}, "--clock 'sometimes' is none of real, manual"),
        ({"session_timeout": "soon"}, "--session-timeout 'soon' is not a duration such as 90s"),
        ({"verify_signatures": True}, "--verify-signatures needs at least one --credentials ID:SECRET"),
        ({"certfile": "chain.pem"}, "--certfile and --keyfile go together"),
    ],
)
def test_wrong_settings_are_a_sentence(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        LiveTailEmulator(**settings)


def test_scenario_that_cannot_be_played() -> None:
    with pytest.raises(ScenarioError, match="none.toml: there is no such file"):
        LiveTailEmulator(scenario="none.toml")


# ---- start and stop ------------------------------------------------------------------------------------------------


@pytest.fixture
def nothing_left() -> Iterator[None]:
    """After the test there are as many threads and open files as before, and nothing warns of what was not closed."""
    with LiveTailEmulator() as emulator:  # what the first one loads and keeps open
        emulator.client().close()
    gc.collect()
    gc.freeze()  # the next collection looks at what the test has made, and not at all that the process has
    threads, files = threading.active_count(), psutil.Process().num_fds()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        yield
        gc.collect()
    assert [str(warning.message) for warning in warned] == []
    assert (threading.active_count(), psutil.Process().num_fds()) == (threads, files)


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("settings", [{}, {"clock": "manual"}, {"tls": True}], ids=str)
def test_many_start_and_stop(settings: dict[str, Any]) -> None:
    for _ in range(3):
        with LiveTailEmulator(**settings) as emulator:
            emulator.put("/app/api", "web-1", ["hello"])
            logs = emulator.client()
            stream = _start_tail(logs, emulator.log_group_arn("/app/api"))
            emulator.wait_for_sessions(1)
        assert "sessionStart" in next(iter(stream)), "it is there to be read, then there is a clean end"
        assert all("sessionUpdate" in event for event in stream)
        stream.close()
        logs.close()


@pytest.mark.usefixtures("nothing_left")
def test_stop_may_be_called_more_than_once() -> None:
    emulator = LiveTailEmulator()
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda _: emulator.stop(), range(3)))
    emulator.stop()


@pytest.mark.usefixtures("nothing_left")
def test_with_block_that_fails_stops_it() -> None:
    with pytest.raises(ZeroDivisionError), LiveTailEmulator() as emulator:
        assert emulator.sessions() == []
        _ = 1 / 0
    with pytest.raises(NoResponseError):
        emulator.sessions()


@pytest.mark.usefixtures("nothing_left")
def test_what_cannot_start_leaves_nothing() -> None:
    with LiveTailEmulator() as emulator:
        port = int(emulator.endpoint_url.rpartition(":")[2])
        with pytest.raises(StartError, match=f"cannot listen on 127.0.0.1:{port}: Address already in use"):
            LiveTailEmulator(port=port)


def test_use_after_stop_is_an_error_of_no_response() -> None:
    with LiveTailEmulator(clock="manual") as emulator:
        logs = emulator.client()
    with pytest.raises(NoResponseError, match=f"^no response from {emulator.endpoint_url}: Connection refused$"):
        emulator.put("/app/api", "web-1", ["hello"])
    with pytest.raises(
        EndpointConnectionError, match=f'Could not connect to the endpoint URL: "{emulator.endpoint_url}'
    ):
        logs.describe_log_groups()
    logs.close()


def test_several_at_once_are_independent() -> None:
    with LiveTailEmulator(clock="manual") as one, LiveTailEmulator(clock="manual") as other:
        began = other.now()
        one.put("/app/api", "web-1", ["hello"])
        one.advance(3600)
        logs = other.client()
        assert logs.describe_log_groups()["logGroups"] == []
        assert other.now() == began
        logs.close()


def test_port_can_be_chosen() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with LiveTailEmulator(port=port) as emulator:
        assert emulator.endpoint_url == f"http://127.0.0.1:{port}"


# ---- other processes -----------------------------------------------------------------------------------------------


def _python(program: str, **variables: str) -> str:
    """Run a program in another process; returns what it printed. AWS settings are only those that are given."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    run = run_command([sys.executable, "-c", program], env=environ | variables)
    assert (run.returncode, run.stderr) == (0, ""), run.stderr
    return run.stdout


UNMODIFIED = """
import boto3, json
logs = boto3.client("logs")
(group,) = logs.describe_log_groups()["logGroups"]
stream = logs.start_live_tail(logGroupIdentifiers=[group["logGroupArn"]])["responseStream"]
print(json.dumps(next(iter(stream))["sessionStart"]["logGroupIdentifiers"]))
stream.close()
"""


def test_environment_points_unmodified_programs_at_it() -> None:
    """Also with all settings that a client has to know."""
    keys = ["AKID:secret", "B:b"]
    with LiveTailEmulator(region="eu-west-1", tls=True, verify_signatures=True, credentials=keys) as emulator:
        emulator.put("/app/api", "web-1", ["hello"])
        assert json.loads(_python(UNMODIFIED, **emulator.environment())) == [emulator.log_group_arn("/app/api")]


def test_process_ends_without_a_stop() -> None:
    command = [sys.executable, "-c", "from livetail import LiveTailEmulator; print(LiveTailEmulator().endpoint_url)"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("http://127.0.0.1:")


def test_fork_uses_it_and_leaves_it_running() -> None:
    """As multiprocessing does on Linux before Python 3.14: the child has the handle, and not the server's thread."""
    program = """
import os, warnings
from livetail import LiveTailEmulator

warnings.simplefilter("ignore", DeprecationWarning)  # of forks beside threads, from Python 3.12
emulator = LiveTailEmulator(clock="manual")
child = os.fork()
if child == 0:
    emulator.put("/app/api", "web-1", ["hello"])
    emulator.stop()
    with LiveTailEmulator() as own:
        own.reset()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
logs = emulator.client()
print([group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]])
logs.close()
emulator.stop()
"""
    assert _python(program) == "['/app/api']\n"


# ---- clients -------------------------------------------------------------------------------------------------------


def test_clients_sign_with_a_key_that_is_known() -> None:
    with LiveTailEmulator(verify_signatures=True, credentials=["AKID:secret", "OTHER:other"]) as emulator:
        logs = emulator.client()
        assert logs.describe_log_groups()["logGroups"] == []
        logs.close()
        with_wrong_secret = emulator.client(aws_secret_access_key="a guess")
        with pytest.raises(ClientError, match="InvalidSignatureException"):
            with_wrong_secret.describe_log_groups()
        with_wrong_secret.close()

        async def describe() -> Any:
            async with emulator.async_client() as logs:
                return await logs.describe_log_groups()

        assert asyncio.run(describe())["logGroups"] == []


def test_credentials_are_used_only_if_signatures_are_checked() -> None:
    """A key id of 12 digits would make every client one of another account."""
    with LiveTailEmulator(credentials="210987654321:secret") as emulator:
        emulator.put("/app/api", "web-1", ["hello"])
        logs = emulator.client()
        assert len(logs.describe_log_groups()["logGroups"]) == 1
        logs.close()


def test_clients_trust_its_certificate_and_others_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    with LiveTailEmulator(tls=True, clock="manual") as emulator:
        assert emulator.endpoint_url.startswith("https://")
        emulator.put("/app/api", "web-1", ["before"])
        logs = emulator.client()
        stream = _start_tail(logs, emulator.log_group_arn("/app/api"))
        emulator.advance(1)
        assert [kind for _, event in zip(range(2), stream, strict=False) for kind in event] == [
            "sessionStart",
            "sessionUpdate",
        ]
        stream.close()
        logs.close()
        without_ca = emulator.client(verify=True)
        with pytest.raises(SSLError, match="CERTIFICATE_VERIFY_FAILED"):
            without_ca.describe_log_groups()
        without_ca.close()

        async def describe() -> Any:
            async with emulator.async_client() as logs:
                return await logs.describe_log_groups()

        assert len(asyncio.run(describe())["logGroups"]) == 1


def test_asyncio_code_reads_while_a_thread_moves_time() -> None:
    async def follow(emulator: LiveTailEmulator) -> list[str]:
        kinds: list[str] = []
        async with emulator.async_client() as logs:
            arn = emulator.log_group_arn("/app/api")
            stream = (await logs.start_live_tail(logGroupIdentifiers=[arn]))["responseStream"]
            advancing = asyncio.create_task(asyncio.to_thread(emulator.advance, 3))
            async for event in stream:
                kinds += event
                if len(kinds) == 4:
                    break
            assert await advancing == 3
            stream.close()
        return kinds

    with LiveTailEmulator(clock="manual") as emulator:
        emulator.put("/app/api", "web-1", ["before"])
        assert asyncio.run(follow(emulator)) == ["sessionStart", *["sessionUpdate"] * 3]
        emulator.assert_no_sessions()
