"""Clients that flood the server, or hold what it has: it ends them, keeps serving others, and its memory is bounded."""

import logging
import resource
import socket
import ssl
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import hpack
import psutil
import pytest
from h2.errors import ErrorCodes
from h2.events import ConnectionTerminated

from livetail import LiveTailEmulator
from livetail.server import http_request, http_server, tail_writer
from livetail.server.http_request import UnfinishedBodies
from tests.wire.commands import serving
from tests.wire.http1 import Http1, aws_headers, request_bytes
from tests.wire.http2 import Http2, Http2Tail
from tests.wire.kinds import SLOW_KINDS, Kind
from tests.wire.sockets import TIMEOUT, address_of, eventually

GROUP = "/app/api"
MB = 1_000_000

_HEAD = hpack.Encoder().encode([(":method", "POST"), (":scheme", "http"), (":path", "/"), (":authority", "x")])


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def _rapid_resets(number: int) -> bytes:
    stream = 2 * number + 101
    return frame(1, 4, stream, _HEAD) + frame(3, 0, stream, b"\0\0\0\x08")


FLOODS: dict[str, Callable[[int], bytes]] = {
    "SETTINGS": lambda _: frame(4, 0, 0, b"\0\x04\0\0\xff\xff"),
    "PING": lambda _: frame(6, 0, 0, b"12345678"),
    "WINDOW_UPDATE": lambda _: frame(8, 0, 0, b"\0\0\0\x01"),
    "PRIORITY": lambda number: frame(2, 0, 2 * number + 101, b"\0\0\0\0\x10"),
    "empty DATA": lambda number: (frame(1, 4, 101, _HEAD) if number == 0 else b"") + frame(0, 0, 101),
    "DATA of a byte": lambda number: (frame(1, 4, 101, _HEAD) if number == 0 else b"") + frame(0, 0, 101, b"x"),
    "rapid resets": _rapid_resets,
}


@pytest.mark.parametrize("name", FLOODS)
def test_flood_of_frames_ends_the_connection(
    manual: LiveTailEmulator, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    manual.put(GROUP, "web-1", ["before anyone listens"])
    with Http2Tail(manual, GROUP) as other, Http2(manual) as client:
        assert client.ask().status == 200
        count = 300 if name == "rapid resets" else 3_000  # each of those is a request too
        client.socket.sendall(b"".join(map(FLOODS[name], range(count))))
        ended: ConnectionTerminated | None = None
        with pytest.raises(ConnectionError):
            while True:
                for event in client.receive():
                    ended = event if isinstance(event, ConnectionTerminated) else ended
        assert ended is not None and ended.error_code == ErrorCodes.ENHANCE_YOUR_CALM
        manual.advance(1)
        update = other.take()
        assert update is not None and update.kind == "sessionUpdate"
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_clients_that_read_and_ask_much_are_no_flood(manual: LiveTailEmulator) -> None:
    """Two windows are opened for each DATA frame, and a body may come in hundreds of small ones."""
    manual.put(GROUP, "web-1", ["x" * 250_000])
    with Http2(manual) as client:
        for _ in range(60):
            body = b'{"logGroupName": "/app/api", "logStreamName": "web-1"}'
            response = client.response(client.start("POST", "/", body, aws_headers("GetLogEvents"), piece=20))
            assert response.status == 200 and len(response.body) > 250_000


class TestBodiesThatNeverEnd:
    def test_largest_is_given_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        given_up = []

        class Request:
            def give_up(self) -> None:
                given_up.append(self)

        small, large, other = Request(), Request(), Request()
        monkeypatch.setattr(http_request, "MAX_UNFINISHED_BYTES", 100)
        bodies = UnfinishedBodies()
        bodies.add(small, 10)  # type: ignore[arg-type]
        bodies.add(large, 60)  # type: ignore[arg-type]
        bodies.add(other, 30)  # type: ignore[arg-type]
        assert given_up == []
        bodies.add(small, 1)  # type: ignore[arg-type]
        assert given_up == [large]
        bodies.remove(other)  # type: ignore[arg-type]
        bodies.add(small, 89)  # type: ignore[arg-type]
        assert given_up == [large]

    def test_memory_is_bounded(self, tmp_path: Path) -> None:
        """Five of 40 MB are 200 MB; 128 MiB are kept. Small requests are served meanwhile."""
        with serving(tmp_path) as command:
            process = psutil.Process(command.process.pid)
            before = process.memory_info().rss
            address = address_of(command.handle)
            clients = [socket.create_connection(address, TIMEOUT) for _ in range(5)]
            head = request_bytes("POST", "/_livetail/events", {"Content-Length": str(60 * MB)})
            for client in clients:
                client.sendall(head)
                for _ in range(40):
                    client.sendall(bytes(MB))
                assert command.handle.sessions() == []
            assert process.memory_info().rss - before < 180 * MB
            refused = clients[0].recv(1000)
            assert refused.startswith(b"HTTP/1.1 503 ") and refused.endswith(
                b"too many bytes of unfinished request bodies"
            )
            for client in clients:
                client.close()


@pytest.fixture(autouse=True)
def short_stall(monkeypatch: pytest.MonkeyPatch) -> None:
    """Treat clients that do not read as stalled after a shorter time, so that the tests end sooner."""
    monkeypatch.setattr(tail_writer, "STALL_S", 0.1)


@pytest.fixture
def few_handshakes(monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveTailEmulator]:
    monkeypatch.setattr(http_server, "MAX_HANDSHAKES", 3)
    monkeypatch.setattr(http_server, "MIN_HANDSHAKE_S", 0.05)
    with LiveTailEmulator(tls=True) as emulator:
        yield emulator


def test_handshakes_that_do_not_end_are_ended_for_others(few_handshakes: LiveTailEmulator) -> None:
    clients = []
    for _ in range(12):
        client = socket.create_connection(address_of(few_handshakes), TIMEOUT)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        with pytest.raises(ssl.SSLWantReadError):
            ssl._create_unverified_context().wrap_bio(incoming, outgoing).do_handshake()
        client.sendall(outgoing.read())
        clients.append(client)
    with Http1(few_handshakes) as good:
        assert good.ask().status == 200
    for client in clients[:9]:
        while client.recv(65536):
            pass
    for client in clients:
        client.close()


def test_lack_of_descriptors_is_logged_once(tmp_path: Path) -> None:
    """Clients that are connected are served, and the others as soon as a connection is closed."""
    with serving(tmp_path, "--log-level", "warning") as command:
        resource.prlimit(command.process.pid, resource.RLIMIT_NOFILE, (40, 40))
        address = address_of(command.handle)
        with Http1(command.handle) as early:
            assert early.ask().status == 200
            clients = [socket.create_connection(address, TIMEOUT) for _ in range(60)]
            server = psutil.Process(command.process.pid)
            assert eventually(lambda: early.ask().status == 200 and server.num_fds() == 40)
            assert early.ask().status == 200
            clients[-1].sendall(request_bytes("GET", "/_livetail/health"))
            for client in clients[:-1]:
                client.close()
            assert clients[-1].recv(1000).startswith(b"HTTP/1.1 200 ")
            clients[-1].close()
        command.process.terminate()
        assert command.wait(TIMEOUT) == 0
        warnings = [line for line in command.log.splitlines() if "no connection can be accepted" in line]
        assert len(warnings) == 1 and "Too many open files" in warnings[0]


def test_client_that_waits_for_its_handshake_is_disconnected_at_the_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "MAX_HANDSHAKES", 1)
    with LiveTailEmulator(tls=True) as emulator:
        clients = [socket.create_connection(address_of(emulator), TIMEOUT) for _ in range(2)]
        emulator.stop()
        for client in clients:
            with client, suppress(ConnectionResetError):  # the second one was not accepted
                assert client.recv(1) == b""


FORKING = """
import os, socket, sys, time
from livetail import LiveTailEmulator

with LiveTailEmulator() as emulator:
    port = int(emulator.endpoint_url.rpartition(":")[2])
    connected = socket.create_connection(("127.0.0.1", port), 10)
    connected.sendall(b"GET /_livetail/health HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
    assert connected.recv(1000).startswith(b"HTTP/1.1 200 ")
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(write)
        os.read(read, 1)  # until the parent has ended
        os._exit(0)
assert connected.recv(1000) == b""
try:
    socket.create_connection(("127.0.0.1", port), 10)
except ConnectionRefusedError:
    print("refused")
os.close(write)
os.waitpid(child, 0)
"""


def test_forked_process_keeps_neither_the_port_nor_connections() -> None:
    run = subprocess.run([sys.executable, "-c", FORKING], capture_output=True, text=True, timeout=30, check=False)
    assert run.stdout == "refused\n", run.stderr


@pytest.mark.parametrize("kind", SLOW_KINDS, ids=str)
def test_slow_client_that_leaves_is_no_warning(kind: Kind, caplog: pytest.LogCaptureFixture) -> None:
    """asyncio warns of `socket.send() raised exception` when data is still written to a closed socket."""
    with LiveTailEmulator(clock="manual", tls=kind.tls) as emulator:
        emulator.put(GROUP, "web-1", ["before anyone listens"])
        with kind.open(emulator, GROUP) as tail:
            for _ in range(6):
                emulator.put(GROUP, "web-1", ["x" * 250_000] * 4)
                emulator.advance(1)
            tail.reset()
        assert eventually(lambda: emulator.sessions() == [])
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
