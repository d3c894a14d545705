"""`livetail healthcheck`."""

import os
import re
import subprocess
import sys

import pytest

from livetail import LiveTailEmulator
from livetail.cli import endpoint
from livetail.cli.endpoint import served_by
from tests.cli.running import call_livetail, serving


def test_healthcheck_with_and_without_a_server() -> None:
    with LiveTailEmulator() as emulator:
        run = call_livetail("healthcheck", "--endpoint", emulator.endpoint_url)
        assert (run.returncode, run.stdout) == (0, "ok\n")
        port = emulator.endpoint_url.rpartition(":")[2]
        assert call_livetail("healthcheck", variables={"LIVETAIL_PORT": port}).returncode == 0
    run = call_livetail("healthcheck", "--endpoint", emulator.endpoint_url)
    assert run.returncode == 1
    assert re.fullmatch(r"livetail: no response from http://127.0.0.1:\d+: Connection refused\n", run.stderr)


@pytest.mark.parametrize("flags", [[], ["--tls"], ["--tls", "--host", "127.0.0.2"]], ids=" ".join)
def test_the_flags_of_the_first_process_of_a_container_are_followed(
    flags: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with LiveTailEmulator() as emulator:
        port = emulator.endpoint_url.rpartition(":")[2]
    with serving(*flags, "--port", port) as (process, lines):
        assert f"Ready. {served_by(process.pid)}" == lines[0]
        monkeypatch.setattr(endpoint, "served_by", lambda _: served_by(process.pid))
        assert call_livetail("healthcheck").stdout == "ok\n"
    assert served_by(os.getpid()) is None


def test_healthcheck_waits_for_a_server_that_is_still_starting() -> None:
    with LiveTailEmulator() as emulator:
        port = emulator.endpoint_url.rpartition(":")[2]
    command = [sys.executable, "-m", "livetail", "healthcheck", "--endpoint", emulator.endpoint_url]
    with subprocess.Popen([*command, "--wait", "--timeout", "30"], stdout=subprocess.PIPE) as waiting:
        with serving("--port", port):
            assert waiting.wait(30) == 0
        assert waiting.stdout is not None
        assert waiting.stdout.read() == b"ok\n"


def test_healthcheck_gives_up_in_time() -> None:
    run = call_livetail("healthcheck", "--endpoint", "http://127.0.0.1:1", "--wait", "--timeout", "0.2")
    assert run.returncode == 1


def test_healthcheck_loads_the_standard_library_alone() -> None:
    check = (
        "import sys; from livetail.cli import main; main(['healthcheck', '--endpoint', 'http://127.0.0.1:1']);"
        "print([name for name in sys.modules if name.partition('.')[0] in"
        " ('msgspec', 'starlette', 'hypercorn', 'h2', 're2', 'boto3')])"
    )
    run = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_the_demo_names_the_scenarios_that_there_are() -> None:
    run = call_livetail("demo", "--scenario", "nonsense")
    assert run.returncode == 2
    assert "nonsense" in run.stderr
    assert "demo" in run.stderr
