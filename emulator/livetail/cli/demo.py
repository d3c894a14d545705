"""`livetail demo`: serve on a free port, play a bundled scenario, tail it with boto3, and print what arrives."""

import argparse
import contextlib
import logging
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from livetail.cli.command_parser import CommandError, seconds
from livetail.cli.terminal import EventPrinter, counted
from livetail.errors import LiveTailError, import_extra
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
        ends_at, has_ended = time.monotonic() + arguments.seconds, threading.Event()
        watcher = threading.Thread(target=_watch, args=(emulator, screen, ends_at, has_ended), daemon=True)
        watcher.start()
        try:
            while time.monotonic() < ends_at:
                _tail(logs, parameters, screen, ends_at)
        finally:
            has_ended.set()
            watcher.join()
    screen.note(screen.summary())
    return 0


def _tail(logs: Any, parameters: dict[str, Any], screen: "Screen", ends_at: float) -> None:
    """One session, until it ends or time is up. Some scenarios end it with a fault, which is shown."""
    from botocore.eventstream import ParserError
    from botocore.exceptions import ClientError, HTTPClientError
    from urllib3.exceptions import HTTPError

    try:
        stream = logs.start_live_tail(**parameters)["responseStream"]
        with contextlib.closing(stream):
            for event in stream:
                if time.monotonic() >= ends_at:
                    return
                if "sessionStart" in event:
                    groups = counted(len(parameters["logGroupIdentifiers"]), "log group")
                    screen.note(f"session {event['sessionStart']['sessionId']} over {groups}")
                if "sessionUpdate" in event:
                    screen.show(event["sessionUpdate"])
        ended = "the session has ended"
    except (ClientError, HTTPClientError, HTTPError, ParserError) as error:
        if getattr(error, "response", {}).get("Error", {}).get("Code") == "InvalidParameterException":
            raise CommandError(str(error)) from None  # it would be refused again
        ended = f"{type(error).__name__}: {error}"
    if (left_s := ends_at - time.monotonic()) > 0:
        screen.note(f"{ended.rstrip('.')}; starting another one")
        time.sleep(min(PAUSE_S, left_s))


def _watch(emulator: "LiveTailEmulator", screen: "Screen", ends_at: float, has_ended: threading.Event) -> None:
    """Explain when no update comes, and stop the emulator at `ends_at`: the client may be waiting for bytes."""
    while (left_s := ends_at - time.monotonic()) > 0:
        if has_ended.wait(min(SILENCE_S, left_s)):
            return
        silence_s = time.monotonic() - screen.latest
        if time.monotonic() >= ends_at or silence_s < SILENCE_S:
            continue
        # The demo must end in time even if an explanation fails.
        with contextlib.suppress(LiveTailError, OSError):
            for session in emulator.sessions():
                counters = session["counters"]
                screen.note(
                    f"nothing has come for {silence_s:.0f} s: {counters['bufferedUpdates']} updates wait, "
                    f"{counters['droppedUpdates']} with {counters['droppedEvents']:,} log events have been dropped"
                )
    emulator.stop()


class Screen:
    """Prints log events, in colour on a terminal, and counts what was seen.

    Attributes:
        latest: when the latest update came (monotonic seconds).
    """

    def __init__(self) -> None:
        self.latest = time.monotonic()
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
        self.latest = time.monotonic()
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
