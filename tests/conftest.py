"""Emulators for the tests of every room: each test has one of its own, so tests may run side by side."""

import gc
import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

from livetail import LiveTailEmulator

settings.register_profile("livetail", deadline=None, max_examples=30)
settings.load_profile("livetail")

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
"""Keep bytecode, here and in processes that tests start: to compile all tests anew takes three seconds a run."""

collect_ignore = ["sample-project"]
"""A project that uses Livetail; `test_sample_project.py` runs its tests as its users do."""


def pytest_collection_finish() -> None:
    """Exclude what was imported and collected from garbage collections: those in tests take a tenth of the time."""
    gc.collect()
    gc.freeze()


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
