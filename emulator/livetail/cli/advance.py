"""`livetail advance 3h`: move the manual clock of a running emulator, through everything that is due until then."""

import argparse
import json
from datetime import UTC, datetime, timedelta

from livetail.cli.endpoint import add_endpoint_flag, add_json_flag
from livetail.cli.terminal import counted
from livetail.core.clock import parse_duration


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("duration", type=_milliseconds, metavar="DURATION", help="how far: 500ms, 90s, 15m, 3h, 1d")
    add_json_flag(parser)
    add_endpoint_flag(parser)


def run(arguments: argparse.Namespace) -> int:
    response = arguments.emulator.advance(arguments.duration / 1000)
    if arguments.json:
        print(json.dumps(response))
    else:
        now = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=response["now"])
        updates = counted(response["updates"], "session update")
        print(f"it is {now.isoformat(timespec='milliseconds').removesuffix('+00:00')}Z; {updates}")
    return 0


def _milliseconds(text: str) -> int:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
