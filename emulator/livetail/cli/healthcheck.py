"""`livetail healthcheck`: exit 0 when the server responds. The container image checks itself with it."""

import argparse
import time

from livetail.cli.command_parser import seconds
from livetail.cli.endpoint import add_endpoint_flag
from livetail.errors import NoResponseError

_PAUSE_S = 0.05


def configure(parser: argparse.ArgumentParser) -> None:
    add_endpoint_flag(parser)
    parser.add_argument("--wait", action="store_true", help="wait until it responds, for --timeout seconds at most")
    parser.add_argument("--timeout", type=seconds, default=3.0, metavar="S", help="seconds to wait for a response [3]")


def run(arguments: argparse.Namespace) -> int:
    deadline = time.monotonic() + arguments.timeout
    while True:
        try:
            arguments.emulator.health(max(_PAUSE_S, deadline - time.monotonic()))
        except NoResponseError:
            if not arguments.wait or time.monotonic() + _PAUSE_S > deadline:
                raise
            time.sleep(_PAUSE_S)
        else:
            print("ok")
            return 0
