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
_COUNTERS = {
    "updates": "UPDATES",
    "delivered": "DELIVERED",
    "sampledOut": "SAMPLED OUT",
    "droppedUpdates": "DROPPED UPDATES",
    "droppedEvents": "DROPPED EVENTS",
    "bufferedUpdates": "WAITING",
}
_HEAD = ("SESSION", "STATE", "LOG GROUPS", "PATTERN", *_COUNTERS.values())


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
    rows = [
        (
            session["sessionId"],
            session["state"],
            " ".join(str(group).rpartition(":log-group:")[2] for group in session["logGroupIdentifiers"]),
            session.get("logEventFilterPattern") or "",
            *(session["counters"][name] for name in _COUNTERS),
        )
        for session in sessions
    ]
    return table(_HEAD, rows) if rows else "no session is open"
