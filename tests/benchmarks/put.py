"""Server CPU for events put: the same bytes to the emulator and to the null application, in turns."""

import argparse
from collections.abc import Sequence

from tests.benchmarks.raw_http import Client, make_group, put_requests
from tests.benchmarks.report import Row, show, spread
from tests.benchmarks.servers import Server, livetail, null_application

_EVENTS = 1_000
_MESSAGE_BYTES = 150
_WARM_UP = 150
"""Requests before anything is measured: by then the store is full, and takes leave of as much as it takes in."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rounds", type=int, default=9, metavar="N", help="put: rounds, of which the median counts [9]"
    )
    parser.add_argument("--requests", type=int, default=150, metavar="N", help="put: requests in each round [150]")


def run(arguments: argparse.Namespace) -> None:
    with livetail() as ours, null_application() as null:
        sides = [(ours, ours.connect()), (null, null.connect())]
        make_group(sides[0][1])
        large = put_requests(10, _EVENTS, _MESSAGE_BYTES)
        per_large = _alternate(sides, large, arguments.rounds, arguments.requests)
        small = put_requests(10, 1, _MESSAGE_BYTES)
        per_small = _alternate(sides, small, arguments.rounds, 3 * arguments.requests)
        memory = ours.resident_mib(), null.resident_mib()
    show(
        "PutLogEvents: server CPU",
        [
            Row(
                f"an event, {_EVENTS:,} of {_MESSAGE_BYTES} B a request",
                "µs",
                [request / _EVENTS for request in per_large[0]],
                [request / _EVENTS for request in per_large[1]],
                "ratio <= 1.4",
            ),
            Row(f"that request, {len(large[0]):,} B", "µs", *per_large),
            Row("a request of one event", "µs", *per_small),
            Row.of("resident memory after it", "MiB", *memory),
        ],
        [
            spread("livetail, large requests", per_large[0], "µs"),
            spread("null, large requests", per_large[1], "µs"),
        ],
    )


def _alternate(
    sides: Sequence[tuple[Server, Client]], requests: Sequence[bytes], rounds: int, count: int
) -> tuple[list[float], list[float]]:
    """Microseconds of server CPU per request, for each side, round by round."""
    for _, client in sides:
        client.ask_all(requests, _WARM_UP)
    measured: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for (server, client), found in zip(sides, measured, strict=True):
            before = server.meter()
            client.ask_all(requests, count)
            found.append((server.meter() - before).cpu / count * 1e6)
    return measured
