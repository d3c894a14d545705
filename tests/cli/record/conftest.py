"""An emulator with a log group, and a file for its recording."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from livetail import LiveTailEmulator
from tests.cli.record.recorder import (
    CLOCK,
    GROUP,
)


@pytest.fixture(scope="module")
def shared() -> Iterator[LiveTailEmulator]:
    with LiveTailEmulator(clock=CLOCK, seed=7) as running:
        yield running


@pytest.fixture
def emulator(shared: LiveTailEmulator) -> LiveTailEmulator:
    shared.reset()
    shared.put(GROUP, "web-1", ["before anyone listens"])
    return shared


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "session.jsonl"
