"""`livetail healthcheck`: exit 0 when the server responds. The container image checks itself with it."""

import argparse
import time

from livetail.cli.arguments import seconds
from livetail.cli.endpoint import add_endpoint_flag, connect
from livetail.cli.errors import CommandError
from livetail.control_client import NoResponseError

_PAUSE_S = 0.05


def configure(parser: argparse.ArgumentParser) -> None:
    add_endpoint_flag(parser)
    parser.add_argument("--wait", action="store_true", help="wait until it responds, for --timeout seconds at most")
    parser.add_argument("--timeout", type=seconds, default=3.0, metavar="S", help="seconds to wait for a response [3]")


def run(arguments: argparse.Namespace) -> int:
    deadline = time.monotonic() + arguments.timeout
    while True:
        client = connect(arguments.endpoint, max(_PAUSE_S, deadline - time.monotonic()))
        try:
            status, health = client.request("GET", "/_livetail/health")
        except NoResponseError as error:
            if not arguments.wait or time.monotonic() + _PAUSE_S > deadline:
                raise CommandError(str(error)) from None
            time.sleep(_PAUSE_S)
            continue
        if status != 200 or not isinstance(health, dict) or health.get("status") != "ok":
            raise CommandError(f"{arguments.endpoint} responds, but it is not a healthy Livetail (status {status})")
        print("ok")
        return 0
