"""A day of moved time with sessions that start and end needs no more memory than an hour of it."""

import gc
import tracemalloc
from pathlib import Path
from unittest.mock import Mock

import livetail
from livetail.core.arns import LogGroupArn
from livetail.core.clock import HOUR, MINUTE, SECOND, ManualClock
from livetail.live.hub import Owner
from livetail.live.session import Session
from livetail.live.subscription import Subscription
from livetail.patterns import compile as compile_pattern
from livetail.server.emulator import Emulator, session_info
from livetail.server.tail_writer import Client
from livetail.settings import Settings

CYCLE = 5
"""Minutes after which sessions start and end."""

OURS = [tracemalloc.Filter(True, str(Path(livetail.__file__).parent / "*"))]
"""Not what other tests of the process still free or fill meanwhile."""

OWNER = Owner("123456789012", "us-east-1")
ARN = LogGroupArn.of(OWNER.region, OWNER.account_id, "/a")


def _take_all(session: Session) -> None:
    while session.take() is not None:
        session.accept()


def _open(emulator: Emulator) -> Session:
    subscription = Subscription((ARN,), compile_pattern("ERROR"), (str(ARN),))
    return emulator.hub.open(subscription, OWNER, "request")


def _close(emulator: Emulator, session: Session) -> None:
    emulator.hub.close(session)
    client = Client(Mock(), "1.1", None, Mock(), Mock())
    info = session_info(session, client)
    emulator.ended_sessions.append({**info, "endedAt": emulator.clock.now(), "endedBy": "client"})


def _held_bytes() -> int:
    """What is allocated by our own code."""
    gc.collect()
    return sum(trace.size for trace in tracemalloc.take_snapshot().filter_traces(OURS).traces)


def test_memory_after_a_day_is_that_after_an_hour() -> None:
    settings = {"clock": "manual@2026-01-01T00:00:00Z", "seed": 7, "retain_events": 100}
    emulator = Emulator(Settings.resolve({**settings, "session_timeout": "15m", "session_rate": 5}))
    clock = emulator.clock
    assert isinstance(clock, ManualClock)
    tracemalloc.start()
    for _ in range(100):  # as many as are listed when they are over
        _close(emulator, _open(emulator))
        clock.move_to(clock.now() + SECOND)
    start, held = clock.now(), dict[int, int]()
    for minute in range(CYCLE, 24 * 60 + 1, CYCLE):
        sessions = [_open(emulator), _open(emulator)]
        emulator.ingest("/a", "s", [f"ERROR {minute}", "fine"] * 10)
        for second in range(0, CYCLE * 60, 15):
            clock.move_to(start + (minute - CYCLE) * MINUTE + (second + 15) * SECOND)
            for session in emulator.run_due(clock.now()):
                _take_all(session)
                if session.ended_by is not None:
                    _close(emulator, session)
        _close(emulator, sessions[1])
        if minute * MINUTE in (HOUR, 24 * HOUR):
            held[minute] = _held_bytes()
    tracemalloc.stop()
    assert emulator.hub.totals.ended.total() > 200
    assert held[24 * 60] <= 1.05 * held[60] + 10_000, held
