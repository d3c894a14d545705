"""Emulators for the tests of every room: each test has one of its own, so tests may run side by side."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from livetail import LiveTailEmulator

settings.register_profile("livetail", deadline=None)
settings.load_profile("livetail")

collect_ignore = ["sample-project"]
"""A project of somebody who uses Livetail; `test_sample_project.py` runs it as they would."""


@pytest.fixture
def manual() -> Iterator[LiveTailEmulator]:
    """An emulator whose time moves only when the test moves it, and whose chance repeats."""
    with LiveTailEmulator(clock="manual@2026-01-01T00:00:00Z", seed=7) as emulator:
        yield emulator


@pytest.fixture
def real() -> Iterator[LiveTailEmulator]:
    """An emulator that runs by the real time."""
    with LiveTailEmulator(seed=7) as emulator:
        yield emulator
