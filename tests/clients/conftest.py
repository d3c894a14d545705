"""Clients for the tests in this folder, ready to use and closed behind each test."""

from collections.abc import Iterator
from typing import Any

import pytest

from livetail import LiveTailEmulator
from tests.clients.tailing import PATIENT, Tail, Tailing


@pytest.fixture
def logs(manual: LiveTailEmulator) -> Iterator[Any]:
    """A boto3 client of the emulator with the manual clock."""
    client = manual.client(config=PATIENT)
    yield client
    client.close()


@pytest.fixture
def tailing(manual: LiveTailEmulator, logs: Any) -> Iterator[Tailing]:
    """Opens sessions on the emulator with the manual clock, by the names of log groups, and closes them in the end."""
    tails: list[Tail] = []

    def open_tail(*log_groups: str, **filters: Any) -> Tail:
        tails.append(Tail(logs, *map(manual.log_group_arn, log_groups), **filters))
        return tails[-1]

    yield open_tail
    for tail in tails:
        tail.close()
