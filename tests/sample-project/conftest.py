"""The program is started by `follow`, and ends with the test."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from following import Follow, Following

from livetail.testing.handle import LiveTail


@pytest.fixture
def follow(livetail: LiveTail, livetail_client: Any) -> Iterator[Follow]:
    started: list[Following] = []
    with ThreadPoolExecutor() as threads:

        def start(*log_groups: str, pattern: str = "") -> Following:
            arns = [livetail.log_group_arn(name) for name in log_groups]
            started.append(Following(threads, livetail_client, arns, pattern))
            return started[-1]

        yield start
        for following in started:
            following.close()
        livetail.clear_faults()
        livetail.advance(1)  # a follower stops with the next update
        for following in started:
            following.done.result(20)
