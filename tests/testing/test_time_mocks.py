"""Tests that freeze the time of their process, with freezegun or time-machine, and the emulator in a thread of it."""

import pytest

from tests.testing.projects import suite

pytest_plugins = ["pytester"]

FREEZERS = {
    "freezegun": "freezegun.freeze_time('1970-06-01')",
    "time-machine": "time_machine.travel(datetime.datetime(1970, 6, 1, tzinfo=datetime.UTC), tick=False)",
}

TESTS = """
import datetime
import threading
import time

import freezegun
import time_machine
from livetail import LiveTailEmulator

REAL = time.time()

def is_real(milliseconds):
    return abs(milliseconds / 1000 - REAL) < 300

def kinds(stream, count):
    found = []
    reader = threading.Thread(target=lambda: found.extend(next(iter(event)) for _, event in zip(range(count), stream)))
    reader.start()
    reader.join(30)
    return found

def test_a_tail_goes_on_while_time_is_frozen(livetail, livetail_client):
    livetail.put("/app/api", "web-1", ["before"])
    with FREEZER:
        assert is_real(livetail.now())
        arn = livetail.log_group_arn("/app/api")
        stream = livetail_client.start_live_tail(logGroupIdentifiers=[arn])["responseStream"]
        assert kinds(stream, 2) == ["sessionStart", "sessionUpdate"]
        stream.close()

def test_the_server_is_as_before(livetail):
    assert is_real(livetail.now())

def test_a_server_that_is_started_while_time_is_frozen():
    with FREEZER, LiveTailEmulator() as emulator:
        assert is_real(emulator.now())
    with FREEZER:
        emulator = LiveTailEmulator()
    assert is_real(emulator.now())
    emulator.reset()
    assert is_real(emulator.now())
    emulator.stop()
"""


@pytest.mark.parametrize("freezer", FREEZERS.values(), ids=FREEZERS)
def test_the_emulator_keeps_the_real_time(pytester: pytest.Pytester, freezer: str) -> None:
    suite(pytester, TESTS.replace("FREEZER", freezer)).assert_outcomes(passed=3)
