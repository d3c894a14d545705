"""A server in a thread: nothing is left after many starts and stops."""

import gc
import os
import socket
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from livetail import LiveTailEmulator
from livetail.server.http_server import StartError
from tests.wire.http1 import Http1, Http1Tail
from tests.wire.http2 import Http2Tail
from tests.wire.kinds import KINDS
from tests.wire.sockets import TIMEOUT, address_of, eventually

GROUP = "/app/api"
TIMES = 3


@pytest.fixture(scope="module")
def warm() -> None:
    """What is opened once in a process, and kept, is open."""
    for loop in ("asyncio", "uvloop"):
        with LiveTailEmulator(loop=loop):
            pass


@pytest.fixture
def nothing_left(warm: None) -> Iterator[None]:
    """After the test there are as many threads and open files as before it, and nothing was left unclosed."""
    gc.collect()
    gc.freeze()  # the next collection looks at what the test has made, and not at all that the process has
    threads, files = threading.active_count(), psutil.Process().num_fds()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
        gc.collect()
    assert [str(warning.message) for warning in caught] == []
    assert threading.active_count() == threads
    assert psutil.Process().num_fds() == files


SETTINGS: list[dict[str, Any]] = [{}, {"tls": True}, {"loop": "uvloop"}, {"tls": True, "loop": "uvloop"}]


@pytest.mark.parametrize("settings", SETTINGS, ids=["plain", "tls", "uvloop", "tls-uvloop"])
@pytest.mark.usefixtures("nothing_left")
def test_many_starts_and_stops(settings: dict[str, Any]) -> None:
    for _ in range(TIMES):
        with LiveTailEmulator(clock="manual", **settings) as emulator:
            emulator.put(GROUP, "web-1", ["before anyone listens"])
            with Http1Tail(emulator, GROUP) as http1, Http2Tail(emulator, GROUP) as http2:
                emulator.advance(1)
                emulator.stop()
                assert [frame.kind for frame in (*http1.take_all(), *http2.take_all())] == ["sessionUpdate"] * 2


@pytest.mark.usefixtures("nothing_left")
def test_clients_that_are_still_there() -> None:
    with LiveTailEmulator(clock="manual") as emulator:
        emulator.put(GROUP, "web-1", ["before anyone listens"])
        clients = [kind.open(emulator, GROUP) for kind in KINDS if not kind.tls]
        with Http1(emulator) as idle:
            assert idle.ask().status == 200
            emulator.stop()
    for client in clients:
        client.close()


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.usefixtures("nothing_left")
def test_client_that_says_nothing(tls: bool) -> None:
    """With TLS, one that has not even begun its handshake."""
    with LiveTailEmulator(tls=tls) as emulator, socket.create_connection(address_of(emulator), TIMEOUT):
        assert emulator.sessions() == []
        emulator.stop()


@pytest.mark.usefixtures("nothing_left")
def test_several_at_a_time() -> None:
    with LiveTailEmulator() as first, LiveTailEmulator(tls=True) as second, LiveTailEmulator(clock="manual") as third:
        third.put(GROUP, "web-1", ["only here"])
        for emulator, groups in ((first, 0), (second, 0), (third, 1)):
            with Http1(emulator) as client:
                assert len(client.call("DescribeLogGroups", {}).json["logGroups"]) == groups


def test_many_connections_one_after_the_other() -> None:
    """Each call of the handle has a connection of its own; a process may have a thousand files, so none may stay."""
    with LiveTailEmulator(clock="manual") as emulator:
        files = psutil.Process().num_fds()
        for _ in range(100):
            emulator.now()

        def are_closed() -> bool:
            emulator.now()  # so that the next check is not at once
            return bool(psutil.Process().num_fds() <= files + 2)

        assert eventually(are_closed)


@pytest.mark.usefixtures("nothing_left")
def test_stop_may_be_called_again() -> None:
    emulator = LiveTailEmulator()
    emulator.stop()
    emulator.stop()


def test_port_is_free_again() -> None:
    with LiveTailEmulator() as emulator:
        port = int(emulator.endpoint_url.rpartition(":")[2])
    with LiveTailEmulator(port=port) as emulator, Http1(emulator) as client:
        assert client.ask().status == 200


def test_port_file_that_is_a_descriptor() -> None:
    """As /dev/stdout is in a pipeline: the path that it leads to does not exist."""
    read, write = os.pipe()
    with LiveTailEmulator(port_file=Path(f"/dev/fd/{write}")) as emulator:
        assert os.read(read, 10) == f"{emulator.endpoint_url.rpartition(':')[2]}\n".encode()
    os.close(read)
    os.close(write)


class TestFailedStart:
    """A start that fails raises an error of one sentence where it was started, and leaves nothing."""

    @pytest.mark.usefixtures("nothing_left")
    def test_port_in_use(self) -> None:
        with LiveTailEmulator() as emulator, pytest.raises(StartError, match="in use"):
            LiveTailEmulator(port=int(emulator.endpoint_url.rpartition(":")[2]))

    @pytest.mark.usefixtures("nothing_left")
    @pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid", "x" * 70 + ".example", "a..b"])
    def test_host_that_is_not_here(self, host: str) -> None:
        with pytest.raises(StartError, match="cannot listen"):
            LiveTailEmulator(host=host)

    @pytest.mark.usefixtures("nothing_left")
    def test_port_file_that_cannot_be_written(self, tmp_path: Path) -> None:
        # Hypercorn swallows what fails in a lifespan, so nothing of ours may depend on one.
        with pytest.raises(StartError, match="port"):
            LiveTailEmulator(port_file=tmp_path / "none" / "port")

    @pytest.mark.usefixtures("nothing_left")
    def test_certificate_that_is_none(self, tmp_path: Path) -> None:
        path = tmp_path / "some.pem"
        path.write_text("no certificate")
        with pytest.raises(StartError, match=r"some\.pem"):
            LiveTailEmulator(certfile=path, keyfile=path)

    @pytest.mark.usefixtures("nothing_left")
    def test_loop_that_is_not_installed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "uvloop", None)
        with pytest.raises(StartError, match="needs the package uvloop"):
            LiveTailEmulator(loop="uvloop")


def test_throw_away_certificate_is_thrown_away() -> None:
    with LiveTailEmulator(tls=True) as emulator:
        bundle = Path(emulator.environment()["AWS_CA_BUNDLE"])
        assert bundle.is_file()
        assert bundle.is_relative_to(tempfile.gettempdir())
        assert not os.stat(bundle.parent).st_mode & 0o077
    assert not bundle.parent.exists()
