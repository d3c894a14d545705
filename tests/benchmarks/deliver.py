"""Server CPU for an event delivered: a few tails that get all that is put, in turns with the null application."""

import argparse

from tests.benchmarks.report import Row, show, spread
from tests.benchmarks.tail_client import Load
from tests.benchmarks.tailing import run_livetail, run_null

_LOAD = Load(
    port=0,
    path="",
    tails=20,
    opening=1.0,
    rate=480,  # just below what would be sampled
    puts=4,
    message_bytes=150,
    settling=2.0,
    seconds=8.0,
)


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--loads", type=int, default=3, metavar="N", help="deliver: loads on each server [3]")


def run(arguments: argparse.Namespace) -> None:
    ours, null = [], []
    for _ in range(arguments.loads):
        loaded = run_livetail(_LOAD)
        reading = loaded.reading
        delivered = reading.updates * reading.events_per_update
        ours.append(loaded.used.cpu / delivered * 1e6)
        idle = run_null(_LOAD, round(reading.update_bytes))
        null.append(idle.used.cpu / (idle.reading.updates * reading.events_per_update) * 1e6)
    per_update = reading.events_per_update
    show(
        f"{_LOAD.tails} tails, {_LOAD.rate} events a second of {_LOAD.message_bytes} B: server CPU, the puts included",
        [
            Row("an event delivered", "µs", ours, null),
            Row(
                f"an update of {per_update:.0f} events",
                "µs",
                [event * per_update for event in ours],
                [event * per_update for event in null],
            ),
        ],
        [spread("livetail", ours, "µs"), spread("null", null, "µs")],
    )
