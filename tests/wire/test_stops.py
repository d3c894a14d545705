"""A stop: sessions get a clean end of stream, and it ends in time whatever clients do.

`stop()` raises when the thread does not end. `test_blocked_stop.py` tests the two seconds that are promised.
"""

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from h2.exceptions import ProtocolError

from livetail import LiveTailEmulator
from livetail.server import tail_writer as tail_module
from livetail.testing.handle import LiveTail
from tests.wire.commands import serving
from tests.wire.http1 import Http1, Http1Tail
from tests.wire.http2 import Http2, Http2Tail
from tests.wire.kinds import KINDS, SLOW_KINDS, Kind
from tests.wire.reading import Reading
from tests.wire.sockets import TIMEOUT, address_of

GROUP = "/app/api"
MANUAL = "manual@2026-01-01T00:00:00Z"


@pytest.fixture(autouse=True)
def short_stall(monkeypatch: pytest.MonkeyPatch) -> None:
    """Treat clients that do not read as stalled after a shorter time, so that the tests end sooner."""
    monkeypatch.setattr(tail_module, "STALL_S", 0.4)


def _stall(emulator: LiveTail, seconds: int = 8) -> None:
    """Let so many updates be made that a client which does not read is stalled, with a full backlog."""
    with Http1(emulator) as control:
        for _ in range(seconds):
            body = b'{"logGroup": "/app/api", "logStream": "web-1", "messages": ["%s"]}' % (b"x" * 400_000)
            assert control.ask("POST", "/_livetail/events", body).status == 200
            assert control.ask("POST", "/_livetail/clock/advance", b'{"seconds": 1}').status == 200
    assert any(session["counters"]["bufferedUpdates"] for session in emulator.sessions())


class TestThread:
    @pytest.fixture(params=[*KINDS, *SLOW_KINDS], ids=str)
    def kind(self, request: pytest.FixtureRequest) -> Kind:
        chosen: Kind = request.param
        return chosen

    @pytest.fixture
    def emulator(self, kind: Kind) -> Iterator[LiveTailEmulator]:
        with LiveTailEmulator(clock=MANUAL, seed=7, tls=kind.tls) as emulator:
            emulator.put(GROUP, "web-1", ["before anyone listens"])
            yield emulator

    @pytest.mark.parametrize("kind", KINDS, ids=str)
    def test_idle_tail_gets_a_clean_end(self, emulator: LiveTailEmulator, kind: Kind) -> None:
        with kind.open(emulator, GROUP) as tail:
            emulator.stop()
            assert tail.take_all() == []

    @pytest.mark.parametrize("kind", SLOW_KINDS, ids=str)
    def test_stalled_tail_does_not_delay_it(self, emulator: LiveTailEmulator, kind: Kind) -> None:
        with kind.open(emulator, GROUP):
            _stall(emulator)
            emulator.stop()

    @pytest.mark.parametrize("kind", KINDS, ids=str)
    def test_pooled_connection_does_not_delay_it(self, emulator: LiveTailEmulator, kind: Kind) -> None:
        with Http2(emulator) if kind.name.endswith("http2") else Http1(emulator) as pooled:
            assert pooled.ask().status == 200
            emulator.stop()

    @pytest.mark.parametrize("kind", [KINDS[0], KINDS[2]], ids=["plain", "tls"])
    def test_silent_connection_does_not_delay_it(self, emulator: LiveTailEmulator, kind: Kind) -> None:
        """With TLS this is one that has not begun its handshake. The server's thread sleeps, and must be woken."""
        with socket.create_connection(address_of(emulator), TIMEOUT) as silent:
            assert emulator.sessions() == []
            silent.settimeout(0.1)
            with pytest.raises(TimeoutError):
                silent.recv(1)
            emulator.stop()

    @pytest.mark.parametrize("kind", KINDS, ids=str)
    def test_reading_client_gets_all_that_was_ingested(self, emulator: LiveTailEmulator, kind: Kind) -> None:
        """It had stopped for a while; the stop finds it reading what was kept for it."""
        with Http2Tail(emulator, GROUP) if kind.name.endswith("http2") else Http1Tail(emulator, GROUP) as tail:
            _stall(emulator)
            (session,) = emulator.sessions()
            counters = session["counters"]
            with Reading(tail) as reading:
                emulator.stop()
                assert len(reading.finish()) == counters["updates"] + counters["bufferedUpdates"]

    @pytest.mark.parametrize("kind", KINDS, ids=str)
    def test_clients_that_reconnect_at_once_do_not_delay_it(self, emulator: LiveTailEmulator, kind: Kind) -> None:
        """As SDKs do: a client whose connection is closed connects again while the server stops."""
        over = threading.Event()

        def come_back() -> None:
            while not over.is_set():
                with (
                    suppress(OSError, ProtocolError),
                    Http2(emulator) if kind.name.endswith("http2") else Http1(emulator) as client,
                ):
                    while not over.is_set():
                        client.ask()

        threads = [threading.Thread(target=come_back) for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            assert emulator.sessions() == []
            emulator.stop()
        finally:
            over.set()
            for thread in threads:
                thread.join()

    @pytest.mark.parametrize("kind", KINDS[:1], ids=str)
    def test_request_that_waits_does_not_delay_it(self, emulator: LiveTailEmulator, kind: Kind) -> None:
        with Http1(emulator) as waiting:
            waiting.send(b"GET /_livetail/sessions?wait=9&timeout=3600 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert emulator.sessions() == []
            emulator.stop()


def _clients(emulator: LiveTail, stack: ExitStack) -> list[Http1Tail | Http2Tail]:
    """One client of every kind on one server, the slow ones stalled; returns those that are idle."""
    tls = emulator.endpoint_url.startswith("https")
    for kind in SLOW_KINDS:
        if kind.tls == tls:
            stack.enter_context(kind.open(emulator, GROUP))
    _stall(emulator)
    for pooled in (Http1(emulator), Http2(emulator), Http2(emulator, opens_windows=False)):
        stack.callback(pooled.close)
        assert pooled.ask().status == 200
    stack.enter_context(socket.create_connection(address_of(emulator), TIMEOUT))
    idle = [kind.open(emulator, GROUP) for kind in KINDS if kind.tls == tls]
    for tail in idle:
        stack.callback(tail.close)
    return idle


@pytest.mark.parametrize(
    ("flags", "number"), [((), signal.SIGTERM), (("--tls",), signal.SIGINT)], ids=["plain-SIGTERM", "tls-SIGINT"]
)
def test_command_ends_with_status_0(tmp_path: Path, flags: tuple[str, ...], number: signal.Signals) -> None:
    with serving(tmp_path, "--clock", MANUAL, *flags) as command, ExitStack() as stack:
        command.handle.put(GROUP, "web-1", ["before anyone listens"])
        idle = _clients(command.handle, stack)
        command.signal(number)
        assert command.wait(TIMEOUT) == 0
        assert [tail.take_all() for tail in idle] == [[] for _ in idle]
        assert "Traceback" not in command.log and "Warning" not in command.log


def test_second_signal_ends_the_command(tmp_path: Path) -> None:
    with serving(tmp_path, "--clock", MANUAL) as command, ExitStack() as stack:
        command.handle.put(GROUP, "web-1", ["before anyone listens"])
        idle = _clients(command.handle, stack)
        command.signal(signal.SIGINT)
        # The idle tails end at once, while the stalled ones are still given their time.
        assert [tail.take_all() for tail in idle] == [[] for _ in idle]
        command.signal(signal.SIGTERM)
        assert command.wait(TIMEOUT) == 0
        assert "Traceback" not in command.log and "Warning" not in command.log


def test_command_ends_while_time_is_being_moved(tmp_path: Path) -> None:
    """Years of a busy scenario are hours of work, and a signal must get through."""
    scenario = tmp_path / "busy.toml"
    scenario.write_text(
        '[[log_group]]\nname = "/shop/api"\nstreams = ["web-1"]\n\n'
        '[[source]]\nlog_group = "/shop/api"\nlog_streams = ["web-1"]\nformat = "text"\nrate = 1000\n'
    )
    with serving(tmp_path, "--clock", MANUAL, "--scenario", str(scenario)) as command, Http1(command.handle) as control:
        body = b'{"seconds": 30000000}'
        control.send(
            b"POST /_livetail/clock/advance HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body)
            + body
        )
        began = command.handle.now()
        while command.handle.now() == began:
            pass
        command.signal(signal.SIGTERM)
        assert command.wait(TIMEOUT) == 0
