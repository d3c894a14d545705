"""Tests that freeze the time of their process, with freezegun or time-machine, and the emulator in a thread of it."""

from pathlib import Path

from tests.testing.projects import run_pytest

TESTS = """
import datetime
import threading
import time

import freezegun
import pytest
import time_machine
from livetail import LiveTailEmulator

FREEZERS = {
    "freezegun": freezegun.freeze_time("1970-06-01"),
    "time-machine": time_machine.travel(datetime.datetime(1970, 6, 1, tzinfo=datetime.UTC), tick=False),
}
with_each_freezer = pytest.mark.parametrize("frozen", FREEZERS.values(), ids=FREEZERS)

REAL = time.time()

def is_real(milliseconds):
    return abs(milliseconds / 1000 - REAL) < 300

def kinds(stream, count):
    found = []
    reader = threading.Thread(target=lambda: found.extend(next(iter(event)) for _, event in zip(range(count), stream)))
    reader.start()
    reader.join(30)
    return found

@with_each_freezer
def test_a_tail_continues_while_time_is_frozen(livetail, livetail_client, frozen):
    livetail.put("/app/api", "web-1", ["before"])
    with frozen:
        assert is_real(livetail.now())
        arn = livetail.log_group_arn("/app/api")
        stream = livetail_client.start_live_tail(logGroupIdentifiers=[arn])["responseStream"]
        assert kinds(stream, 2) == ["sessionStart", "sessionUpdate"]
        stream.close()
    assert is_real(livetail.now())

@with_each_freezer
def test_a_server_that_is_started_while_time_is_frozen(frozen):
    with frozen, LiveTailEmulator() as emulator:
        assert is_real(emulator.now())
    with frozen:
        emulator = LiveTailEmulator()
    assert is_real(emulator.now())
    emulator.reset()
    assert is_real(emulator.now())
    emulator.stop()
"""


def test_the_emulator_keeps_the_real_time(tmp_path: Path) -> None:
    """In a process of its own, since freezegun changes every module that is loaded."""
    (tmp_path / "test_frozen.py").write_text(TESTS)
    run = run_pytest(tmp_path)
    assert run.returncode == 0, run.stdout
    assert "4 passed" in run.stdout
