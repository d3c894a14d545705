"""A stop ends the process with status 0, also while a request computes and the event loop can do nothing."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from livetail.server import runner
from tests.processes import start_command
from tests.wire.sockets import TIMEOUT

SERVER = """
import socket, sys
from livetail.server import runner
from livetail.server.server import Server
from livetail.settings import Settings

runner.STOP_S, runner.SECOND_STOP_S = float(sys.argv[2]), 0.05

async def app(scope, receive, send):
    while True:
        pass

class BlockedServer(Server):
    def clean_up(self):
        super().clean_up()
        print("cleaned up", flush=True)

server = BlockedServer(Settings.resolve({"port": 0, "loop": sys.argv[1]}))
server.app = app
port = int(server.endpoint_url.rpartition(":")[2])
client = socket.create_connection(("127.0.0.1", port))
client.sendall(b"GET / HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
runner.serve_in_foreground(server, lambda: print("ready", flush=True))
"""
"""Its arguments are the event loop, and how many seconds a stop may take."""


@contextmanager
def blocked(loop: str, stop_s: float) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", SERVER, loop, str(stop_s)]
    process = start_command(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=TIMEOUT)


def test_two_seconds_are_promised() -> None:
    assert runner.STOP_S < 2 and runner.SECOND_STOP_S < 1


@pytest.mark.parametrize(("loop", "number"), [("asyncio", signal.SIGTERM), ("uvloop", signal.SIGINT)])
def test_one_signal(loop: str, number: signal.Signals) -> None:
    with blocked(loop, stop_s=0.1) as process:
        process.send_signal(number)
        output, log = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, output) == (0, "cleaned up\n")
    assert "Traceback" not in log


def test_second_signal_ends_it_sooner() -> None:
    with blocked("asyncio", stop_s=3600) as process:
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_during_the_start_is_a_stop(tmp_path: Path, number: signal.Signals) -> None:
    """The start takes long, since a package that it needs does."""
    (tmp_path / "trustme.py").write_text("import time\nprint('starting', flush=True)\ntime.sleep(60)\n")
    environ = {**os.environ, "PYTHONPATH": str(tmp_path), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "livetail", "serve", "--port", "0", "--tls"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ)
    assert process.stdout is not None
    assert process.stdout.readline() == "starting\n"
    process.send_signal(number)
    output, log = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, output, log) == (0, "", "")
    assert [path for path in tmp_path.iterdir() if path.is_dir() and path.name.startswith("livetail-")] == []
