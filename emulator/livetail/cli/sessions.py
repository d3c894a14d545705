"""`livetail sessions`: the open Live Tail sessions of a running emulator, those of all clients."""

import argparse
import json
import sys
import time
from typing import Any

from livetail.cli.endpoint import add_endpoint_flag, add_json_flag
from livetail.cli.terminal import table

_INTERVAL_S = 1.0
_CLEAR = "\x1b[H\x1b[2J"
_HEAD = (
    *("SESSION", "STATE", "LOG GROUPS", "PATTERN"),
    *("UPDATES", "DELIVERED", "SAMPLED OUT", "DROPPED UPDATES", "DROPPED EVENTS", "WAITING"),
)


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--watch", action="store_true", help="print them every second, until Ctrl-C")
    add_json_flag(parser)
    add_endpoint_flag(parser)


def run(arguments: argparse.Namespace) -> int:
    while True:
        response = arguments.emulator.request("GET", "/sessions")
        if arguments.watch and sys.stdout.isatty():
            print(_CLEAR, end="")
        print(json.dumps(response, ensure_ascii=False) if arguments.json else _table(response["sessions"]), flush=True)
        if not arguments.watch:
            return 0
        time.sleep(_INTERVAL_S)


def _table(sessions: list[dict[str, Any]]) -> str:
    return table(_HEAD, map(_row, sessions)) if sessions else "no session is open"


def _row(session: dict[str, Any]) -> tuple[object, ...]:
    counters = session["counters"]
    groups = [str(group).rpartition(":log-group:")[2] for group in session["logGroupIdentifiers"]]
    return (
        session["sessionId"],
        session["state"],
        " ".join(groups),
        session.get("logEventFilterPattern") or "",
        counters["updates"],
        counters["delivered"],
        counters["sampledOut"],
        counters["droppedUpdates"],
        counters["droppedEvents"],
        counters["bufferedUpdates"],
    )
