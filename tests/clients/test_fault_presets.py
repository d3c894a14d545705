"""The presets of docs/faults.md, each under its own name: what was observed of the real service is reproduced."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pytest
from urllib3.exceptions import ProtocolError

from livetail import LiveTailEmulator
from tests.clients.tailing import Tailing

GROUP: Final = "/app/api"
MINUTE: Final = 60


@pytest.fixture
def group(manual: LiveTailEmulator) -> str:
    manual.put(GROUP, "web-1", ["before anyone listens"])
    return GROUP


def test_observed_disconnect(manual: LiveTailEmulator, tailing: Tailing, group: str) -> None:
    manual.add_fault({"preset": "observed-disconnect", "minutes": 2})
    for _ in range(2):
        tail = tailing(group)
        manual.advance(5 * MINUTE)
        updates = 0
        with pytest.raises(ProtocolError, match="Response ended prematurely"):
            for _ in tail:
                updates += 1
        assert updates == 2 * MINUTE - 1


def test_observed_silence(manual: LiveTailEmulator, tailing: Tailing, group: str) -> None:
    manual.add_fault({"preset": "observed-silence", "minutes": 1})
    tail = tailing(group)
    manual.advance(MINUTE + 74)
    counters = manual.sessions()[0]["counters"]
    assert (counters["updates"], counters["bufferedUpdates"]) == (MINUTE - 1, 10)
    manual.advance(1)
    assert manual.sessions()[0]["counters"]["bufferedUpdates"] == 0
    for _ in range(MINUTE - 1 + 10):
        tail.update()


def test_observed_loss(manual: LiveTailEmulator, tailing: Tailing, group: str) -> None:
    manual.add_fault({"preset": "observed-loss"})
    tail = tailing(group)

    def update_of(count: int) -> dict[str, Any]:
        """That with so many messages of ten thousand bytes; it is read while it is written, or the writer waits."""
        manual.put(group, "web-1", ["x" * 10_000] * count)
        with ThreadPoolExecutor(1) as background:
            reading = background.submit(tail.update)
            manual.advance(1)
            return reading.result(20)

    assert len(update_of(299)["sessionResults"]) == 299
    update = update_of(400)
    assert len(update["sessionResults"]) == 300
    assert update["sessionMetadata"] == {"sampled": False}
    counters = manual.sessions()[0]["counters"]
    assert (counters["droppedEvents"], counters["sampledOut"]) == (100, 0)
