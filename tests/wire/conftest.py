"""What several tests over sockets begin with."""

from collections.abc import Iterator

import pytest

from livetail import LiveTailEmulator
from tests.wire.http1 import Http1


@pytest.fixture
def client(manual: LiveTailEmulator) -> Iterator[Http1]:
    with Http1(manual) as client:
        yield client


@pytest.fixture
def grouped(manual: LiveTailEmulator) -> LiveTailEmulator:
    manual.put("/app/api", "web-1", ["before anyone listens"])
    return manual
