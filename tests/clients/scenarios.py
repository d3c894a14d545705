"""Plays scenarios, and reads what they make as a client does."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from livetail import LiveTail, LiveTailEmulator
from livetail.scenarios import fixtures
from tests.clients.tailing import PATIENT, Tail

__all__ = ["CLOCK", "messages", "playing", "stored", "tail_of", "updates"]

CLOCK = "manual@2026-01-01T00:00:00Z"


@contextmanager
def playing(name: str) -> Iterator[tuple[LiveTailEmulator, Any]]:
    """An emulator that plays a bundled scenario from 2026 on, and a client of it."""
    with LiveTailEmulator(clock=CLOCK, scenario=fixtures.path(name), seed=7) as emulator:
        logs = emulator.client(config=PATIENT)
        yield emulator, logs
        logs.close()


def tail_of(emulator: LiveTail, logs: Any, *groups: str, **filters: Any) -> Tail:
    return Tail(logs, *map(emulator.log_group_arn, groups), **filters)


def updates(emulator: LiveTail, tail: Tail, seconds: int) -> list[dict[str, Any]]:
    """The updates of so many seconds, read one by one: a reader that keeps up."""
    found = []
    for _ in range(seconds):
        emulator.advance(1)
        found.append(tail.update())
    return found


def messages(found: list[dict[str, Any]]) -> list[str]:
    return [result["message"] for update in found for result in update["sessionResults"]]


def stored(logs: Any, group: str, pattern: str = "") -> list[str]:
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, filterPattern=pattern)
    return [event["message"] for page in pages for event in page["events"]]
