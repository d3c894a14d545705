"""A thousand tails on one log group that takes in two thousand events a second."""

import argparse

from tests.benchmarks.report import Row, show
from tests.benchmarks.tail_client import Load
from tests.benchmarks.tailing import Run, run_livetail, run_null


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tails", type=int, default=1000, metavar="N", help="thousand: tails [1000]")
    parser.add_argument("--rate", type=int, default=2000, metavar="N", help="thousand: events a second [2000]")
    parser.add_argument(
        "--puts", type=int, default=10, metavar="N", help="thousand: requests a second that carry them [10]"
    )
    parser.add_argument(
        "--opening", type=float, default=4.0, metavar="S", help="thousand: seconds over which the tails are opened [4]"
    )
    parser.add_argument("--seconds", type=float, default=25.0, metavar="S", help="thousand: seconds measured [25]")


def run(arguments: argparse.Namespace) -> None:
    load = Load(
        port=0,
        path="",
        tails=arguments.tails,
        opening=arguments.opening,
        rate=arguments.rate,
        puts=arguments.puts,
        message_bytes=150,
        settling=3.0,
        seconds=arguments.seconds,
    )
    ours = run_livetail(load)
    reading = ours.reading
    null = run_null(load, round(reading.update_bytes))
    updates, null_updates = reading.updates, null.reading.updates
    show(
        f"{load.tails:,} tails on one group, {load.rate:,} events a second of {load.message_bytes} B, "
        f"{load.seconds:g} s by the real clock",
        [
            Row.of("server CPU, share of one core", "%", ours.share * 100, null.share * 100, "<= 50 %"),
            Row.of("server CPU for an update", "µs", ours.used.cpu / updates * 1e6, null.used.cpu / null_updates * 1e6),
            Row.of("resident memory", "MiB", ours.memory, null.memory, "<= 250 MiB"),
            Row.of("the most resident memory", "MiB", ours.peak_memory, null.peak_memory, "<= 250 MiB"),
            Row.of("an update is late by: p50", "ms", ours.lateness(0.5), null.lateness(0.5)),
            Row.of("  p99", "ms", ours.lateness(0.99), null.lateness(0.99)),
            Row.of("  at most", "ms", ours.lateness(1.0), null.lateness(1.0)),
            Row.of("updates later than 250 ms", "", reading.late, null.reading.late, "none"),
            Row.of("updates missing", "", reading.missing, null.reading.missing, "none"),
            Row.of("updates dropped by the server", "", reading.dropped, null.reading.dropped, "none"),
            Row.of("updates received", "", updates, null_updates),
            Row.of("PutLogEvents answered", "", reading.puts, null.reading.puts),
        ],
        [
            f"an update has {reading.update_bytes:,.0f} B and {reading.events_per_update:.0f} events on average; "
            f"{updates * reading.update_bytes / load.seconds / 2**20:,.0f} MiB/s in all",
            "late is counted at the client, its own delays included; both run on this machine with whatever else does",
            _noise("livetail", ours),
            _noise("null", null),
        ],
    )


def _noise(name: str, run: Run) -> str:
    server, client = run.used.waited / run.load.seconds, run.reading.client_waited
    return (
        f"{name}: the server waited {server:.0%} of the time for a processor that others used, the client {client:.0%} "
        f"of it; the client took {run.reading.client_cpu:.0%} of one"
    )
