"""`livetail demo`: the whole product in one command.

It serves on a free port, plays a bundled scenario, tails it with boto3 as anybody's program would, and prints what
arrives.
"""

import argparse
import itertools
import sys
import time
from typing import Any, Final

from emulator.cli.errors import CommandError
from emulator.synthetic import fixtures

__all__ = ["configure", "run"]

SHOWN_OF_AN_UPDATE: Final = 6
"""Log events of one update that are printed; a burst would fill the screen."""

_COLOURS: Final = ("\x1b[36m", "\x1b[33m", "\x1b[35m", "\x1b[32m", "\x1b[34m")
_BOLD: Final = "\x1b[1m"
_PLAIN: Final = "\x1b[0m"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=_seconds, default=10.0, metavar="N", help="end after N seconds [10]")
    parser.add_argument(
        "--scenario",
        default="demo",
        choices=fixtures.names(),
        metavar="NAME",
        help=f"bundled scenario to play: {', '.join(fixtures.names())} [demo]",
    )


def run(arguments: argparse.Namespace) -> int:
    try:
        import boto3  # noqa: F401  # the client is the point of the demo
    except ImportError:
        raise CommandError("the demo needs boto3: pip install 'livetail-emulator[boto3]'") from None
    from emulator.testing.emulator import LiveTailEmulator

    with LiveTailEmulator(scenario=fixtures.path(arguments.scenario)) as emulator:
        screen = _Screen()
        screen.note(f"Livetail answers on {emulator.endpoint_url} and plays {arguments.scenario}.toml; boto3 tails it.")
        logs = emulator.client()
        groups = logs.describe_log_groups()["logGroups"]
        arns = [group["logGroupArn"] for group in groups if group["logGroupClass"] == "STANDARD"][:10]
        screen.name_groups([group["logGroupName"] for group in groups])
        deadline = time.monotonic() + arguments.seconds
        while time.monotonic() < deadline:
            _tail(logs, arns, screen, deadline)
        screen.note(screen.summary())
    return 0


def _tail(logs: Any, arns: list[str], screen: "_Screen", deadline: float) -> None:
    """One session, until it ends or time is up. How it ends is part of what some scenarios show."""
    from botocore.exceptions import ClientError, HTTPClientError
    from urllib3.exceptions import HTTPError

    try:
        stream = logs.start_live_tail(logGroupIdentifiers=arns)["responseStream"]
        try:
            for event in stream:
                if "sessionStart" in event:
                    screen.note(f"session {event['sessionStart']['sessionId']} over {len(arns)} log groups")
                if "sessionUpdate" in event:
                    screen.show(event["sessionUpdate"])
                if time.monotonic() >= deadline:
                    return
        finally:
            stream.close()
        screen.note("the session has ended")
    except (ClientError, HTTPClientError, HTTPError) as error:
        screen.note(f"{type(error).__name__}: {error}")
        time.sleep(min(0.5, max(0.0, deadline - time.monotonic())))


class _Screen:
    """Prints log events, in colour on a terminal, and counts what was seen."""

    def __init__(self) -> None:
        self._coloured = sys.stdout.isatty()
        self._colours = itertools.cycle(_COLOURS)
        self._colour_of: dict[str, str] = {}
        self._width = 0
        self._updates = self._events = self._sampled = 0

    def name_groups(self, names: list[str]) -> None:
        """Line up the names of the groups and give each its colour."""
        self._width = max(map(len, names), default=0)
        self._colour_of = dict(zip(names, self._colours, strict=False))

    def note(self, text: str) -> None:
        print(f"{_BOLD}{text}{_PLAIN}" if self._coloured else text, flush=True)

    def show(self, update: dict[str, Any]) -> None:
        results = update["sessionResults"]
        sampled = update["sessionMetadata"]["sampled"]
        self._updates += 1
        self._events += len(results)
        self._sampled += sampled
        for event in results[:SHOWN_OF_AN_UPDATE]:
            group = event["logGroupIdentifier"].partition(":")[2]
            name = f"{group:<{self._width}}"
            if self._coloured:
                name = f"{self._colour_of.get(group, '')}{name}{_PLAIN}"
            clock = time.strftime("%H:%M:%S", time.gmtime(event["timestamp"] / 1000))
            print(f"{clock}  {name}  {event['message'].rstrip()}", flush=True)
        if len(results) > SHOWN_OF_AN_UPDATE:
            note = f"          … and {len(results) - SHOWN_OF_AN_UPDATE} more log events in this update"
            self.note(note + (f"; sampled: {len(results)} of those that matched" if sampled else ""))

    def summary(self) -> str:
        return f"{self._updates} updates with {self._events:,} log events; {self._sampled} of the updates sampled."


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds up to a day")
    return seconds
