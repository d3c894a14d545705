"""Memory of delivered log events: no more than of those that no session matched."""

import tracemalloc

from livetail.core.chance import Chance
from livetail.core.clock import SECOND, ManualClock
from livetail.live.hub import Hub, Owner
from tests.unit.live.building import ARN, START, batch, subscription

SECONDS = 40
EVENTS_PER_SECOND = 100


def _kept_bytes(patterns: tuple[str, ...]) -> int:
    """The bytes in use after so many seconds in which a store keeps all batches, and sessions take all updates."""
    clock = ManualClock(START)
    hub = Hub(clock, Chance(1))
    sessions = [hub.open(subscription(pattern), Owner("123456789012", "us-east-1"), "request") for pattern in patterns]
    kept: list[object] = []
    tracemalloc.start()
    try:
        for second in range(SECONDS):
            messages = [f"{second} {number} ".ljust(900, "x") for number in range(EVENTS_PER_SECOND)]
            ingested = batch(messages, at=clock.now(), sequence=len(kept) * EVENTS_PER_SECOND)
            kept.append(ingested)
            hub.publish(ARN, ingested)
            clock.move_to(clock.now() + SECOND)
            hub.run_due(clock.now())
            for session in sessions:
                while session.take() is not None:
                    session.accept()
        assert all(session.counters.delivered == SECONDS * EVENTS_PER_SECOND for session in sessions)
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def test_delivered_log_events_cost_no_more_than_others() -> None:
    assert _kept_bytes(("", "x", "?x ?y")) <= 1.1 * _kept_bytes(())
