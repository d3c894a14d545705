"""A stop ends the process in time, with status 0, also while a request computes and the event loop can do nothing."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from tests.wire.sockets import TIMEOUT

LIMIT_S = 2.0 + 0.5
"""Two seconds are promised; the rest is for starting and ending a process on a busy machine."""

SERVER = """
import socket, sys
from livetail.server.http_server import HttpServer, listen
from livetail.server.runner import serve_in_foreground

async def app(scope, receive, send):
    while True:
        pass

class Service:
    loop = sys.argv[1]

    def __init__(self):
        self.listener = listen("127.0.0.1", 0)

    async def serve(self, stop, on_ready):
        server = HttpServer(app, self.listener)
        server.start()
        on_ready()
        await stop.requested.wait()
        await server.close(0)

    def clean_up(self):
        self.listener.close()
        print("cleaned up", flush=True)

service = Service()
port = service.listener.getsockname()[1]
client = socket.create_connection(("127.0.0.1", port))
client.sendall(b"GET / HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
serve_in_foreground(service, lambda: print("ready", flush=True))
"""


@pytest.fixture(params=["asyncio", "uvloop"])
def blocked(request: pytest.FixtureRequest) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, request.param], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield process
    process.kill()
    process.communicate(timeout=TIMEOUT)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_signal(blocked: "subprocess.Popen[str]", number: signal.Signals) -> None:
    began = monotonic()
    blocked.send_signal(number)
    output, log = blocked.communicate(timeout=TIMEOUT)
    assert monotonic() - began < LIMIT_S
    assert (blocked.returncode, output) == (0, "cleaned up\n")
    assert "Traceback" not in log


def test_second_signal_ends_it_sooner(blocked: "subprocess.Popen[str]") -> None:
    began = monotonic()
    blocked.send_signal(signal.SIGINT)
    blocked.send_signal(signal.SIGTERM)
    blocked.communicate(timeout=TIMEOUT)
    assert monotonic() - began < LIMIT_S - 0.7
    assert blocked.returncode == 0


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
