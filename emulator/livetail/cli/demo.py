"""`livetail demo`: serve on a free port, play a bundled scenario, tail it with boto3, and print what arrives."""

import argparse
import contextlib
import logging
import queue
import time
from typing import TYPE_CHECKING, Any, Final

from livetail.cli.aws_client import start_session
from livetail.cli.command_parser import CommandError, seconds
from livetail.cli.terminal import EventPrinter, counted
from livetail.errors import import_extra
from livetail.scenarios import fixtures

if TYPE_CHECKING:
    from livetail.testing.emulator import LiveTailEmulator

SHOWN_OF_AN_UPDATE: Final = 6
"""Log events of one update that are printed; a burst would fill the screen."""

SILENCE_S: Final = 2.0
"""Seconds without an update until the demo explains why; normally there is one every second."""

PAUSE_S: Final = 0.5
"""Seconds before the next session after one that has failed."""

_BOLD: Final = "\x1b[1m"
_PLAIN: Final = "\x1b[0m"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "It ends with status 0 after its seconds, or at Ctrl-C."
    parser.add_argument("--seconds", type=seconds, default=10.0, metavar="N", help="end after N seconds [10]")
    parser.add_argument(
        "--scenario",
        default="demo",
        choices=fixtures.names(),
        metavar="NAME",
        help=f"bundled scenario to play: {', '.join(fixtures.names())} [demo]",
    )
    parser.add_argument("--filter-pattern", metavar="PATTERN", help="show only what this filter pattern matches")


def run(arguments: argparse.Namespace) -> int:
    import_extra("boto3", "demo")  # the client is the point of the demo
    from livetail.testing.emulator import LiveTailEmulator

    # A client that closes its connection while data is sent is normal here.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    file = fixtures.path(arguments.scenario)
    screen = Screen()
    with LiveTailEmulator(scenario=file) as emulator, contextlib.suppress(KeyboardInterrupt):
        screen.note(f"Livetail listens on {emulator.endpoint_url} and plays {file.name}; boto3 tails it.")
        print(fixtures.description(arguments.scenario), flush=True)
        logs = emulator.client()
        groups = logs.describe_log_groups()["logGroups"]
        screen.name_groups([group["logGroupName"] for group in groups])
        arns = [group["logGroupArn"] for group in groups if group["logGroupClass"] == "STANDARD"][:10]
        parameters = {"logGroupIdentifiers": arns}
        if arguments.filter_pattern is not None:
            parameters["logEventFilterPattern"] = arguments.filter_pattern
        ends_at = time.monotonic() + arguments.seconds
        while time.monotonic() < ends_at:
            _tail(emulator, logs, parameters, screen, ends_at)
    screen.note(screen.summary())
    return 0


def _tail(
    emulator: "LiveTailEmulator", logs: Any, parameters: dict[str, Any], screen: "Screen", ends_at: float
) -> None:
    """One session, until it ends or time is up. Some scenarios end it with a fault, which is shown."""
    arrived = start_session(logs, parameters)
    while (left_s := ends_at - time.monotonic()) > 0:
        try:
            message = arrived.get(timeout=min(SILENCE_S, left_s))
        except queue.Empty:
            if left_s > SILENCE_S:
                for session in emulator.sessions():
                    counters = session["counters"]
                    screen.note(
                        f"nothing has come for {SILENCE_S:.0f} s: {counters['bufferedUpdates']} updates wait, "
                        f"{counters['droppedUpdates']} with {counters['droppedEvents']:,} log events have been dropped"
                    )
            continue
        if not isinstance(message, dict):
            if getattr(message, "response", {}).get("Error", {}).get("Code") == "InvalidParameterException":
                raise CommandError(str(message))  # it would be refused again
            ended = f"{type(message).__name__}: {message}" if message else "the session has ended"
            screen.note(f"{ended.rstrip('.')}; starting another one")
            time.sleep(min(PAUSE_S, left_s))
            return
        if "sessionStart" in message:
            groups = counted(len(parameters["logGroupIdentifiers"]), "log group")
            screen.note(f"session {message['sessionStart']['sessionId']} over {groups}")
        if "sessionUpdate" in message:
            screen.show(message["sessionUpdate"])


class Screen:
    """Prints log events, in colour on a terminal, and counts what was seen."""

    def __init__(self) -> None:
        self._printer = EventPrinter()
        self._updates = self._events = self._sampled = 0

    def name_groups(self, names: list[str]) -> None:
        """Line up the names of the groups and give each its colour."""
        self._printer = EventPrinter(names)

    def note(self, text: str) -> None:
        """Print a sentence about the session."""
        print(f"{_BOLD}{text}{_PLAIN}" if self._printer.is_terminal else text, flush=True)

    def show(self, update: dict[str, Any]) -> None:
        """Print the first log events of an update."""
        results = update["sessionResults"]
        sampled = update["sessionMetadata"]["sampled"]
        self._updates += 1
        self._events += len(results)
        self._sampled += sampled
        for event in results[:SHOWN_OF_AN_UPDATE]:
            print(self._printer.line(event, cut=True), flush=True)
        if len(results) > SHOWN_OF_AN_UPDATE:
            note = f"          … and {len(results) - SHOWN_OF_AN_UPDATE} more log events in this update"
            self.note(note + (f"; sampled: {len(results)} of those that matched" if sampled else ""))

    def summary(self) -> str:
        return f"{self._updates} updates with {self._events:,} log events; {self._sampled} of the updates sampled."
