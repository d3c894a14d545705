"""Process start to the first response, and the memory after it."""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.benchmarks.raw_http import aws_request
from tests.benchmarks.report import Row, show, spread
from tests.benchmarks.servers import Server, livetail, null_application


@dataclass(slots=True)
class _Starts:
    """What has been measured of one server, start by start."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def measure(self, launch: Callable[[], Server]) -> None:
        with launch() as server:
            client = server.connect()
            client.ask(aws_request("DescribeLogGroups", {}))
            self.wall.append((time.perf_counter() - server.started_at) * 1000)
            self.cpu.append(server.meter().cpu * 1000)
            self.memory.append(server.resident_mib())
            client.close()


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--starts", type=int, default=15, metavar="N", help="start: starts of each server [15]")


def run(arguments: argparse.Namespace) -> None:
    ours, null = _Starts(), _Starts()
    for number in range(arguments.starts + 1):
        for starts, launch in ((ours, livetail), (null, null_application)):
            # The first start of each fills the caches of the disk and of Python, and does not count.
            (starts if number else _Starts()).measure(launch)
    show(
        "Start",
        [
            Row("process start to the first response", "ms", ours.wall, null.wall, "ratio <= 1.6"),
            Row("CPU until then", "ms", ours.cpu, null.cpu),
            Row("resident memory then", "MiB", ours.memory, null.memory, "<= 45 MiB"),
        ],
        [spread("livetail", ours.wall, "ms"), spread("null", null.wall, "ms")],
    )
