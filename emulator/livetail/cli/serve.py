"""`livetail serve`: run the emulator in the foreground."""

import argparse
import gc
import logging
import os
import signal
from typing import TYPE_CHECKING, Final

from livetail.errors import LiveTailError
from livetail.settings import FLAGS, Settings, unknown_variables

if TYPE_CHECKING:
    from livetail.server.server import Server

_log = logging.getLogger(__name__)

DASHBOARD: Final = "/_livetail/"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "Each flag has an environment variable: --max-sessions is LIVETAIL_MAX_SESSIONS. Flags go first."
    for flag in FLAGS:
        flag.add_to(parser)


def make_server(settings: Settings) -> "Server":
    """A server that logs to stderr. Raises LiveTailError if it cannot start."""
    from livetail.server.logs import configure_logging
    from livetail.server.server import Server

    configure_logging(settings.log_level, settings.log_format)
    for sentence in unknown_variables(os.environ):
        _log.warning("%s", sentence)
    return Server(settings)


def run(arguments: argparse.Namespace) -> int:
    settings = Settings.resolve({flag.field: getattr(arguments, flag.field) for flag in FLAGS}, os.environ)
    in_json = settings.log_format == "json"
    print_ready = _print_ready_as_json if in_json else _print_ready
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # until the server runs, and handles both itself
    try:
        from livetail.server.runner import serve_in_foreground

        server = make_server(settings)
        gc.freeze()  # so that collections skip what has been loaded, and pause the tails for a shorter time
        serve_in_foreground(server, lambda: print_ready(server))
    except KeyboardInterrupt:
        return 0  # a stop during the start is a normal stop
    except LiveTailError as error:
        if not in_json:
            raise
        _log.error("%s", error)
        return 1
    return 0


def _print_ready(server: "Server") -> None:
    from livetail.environment import KEPT, KEYS
    from livetail.environment_formats import variables_as_text

    seed = server.emulator.seed
    kept = KEPT - KEYS if server.emulator.settings.verify_signatures else KEPT
    lines = [
        f"Ready. {server.endpoint_url}",
        "# Variables that point an SDK here; `livetail env` prints them in other forms:",
        *variables_as_text("shell", server.environment, kept).splitlines(),
        f"# dashboard: {server.endpoint_url}{DASHBOARD}",
        f"# seed {seed}: --seed {seed} draws the same ids and samples again",
    ]
    if server.ca_bundle is not None:
        lines.append(f"# the certificate is signed by {server.ca_bundle}")
    print("\n".join(lines), flush=True)


def _print_ready_as_json(server: "Server") -> None:
    """The same as one JSON object, like the lines of the log."""
    from livetail.server.logs import JsonFormatter

    fields = {
        "event": "ready",
        "endpoint": server.endpoint_url,
        "dashboard": server.endpoint_url + DASHBOARD,
        "seed": server.emulator.seed,
        "environment": server.environment,
        "caBundle": server.ca_bundle,
    }
    ready = {"name": _log.name, "levelname": "INFO", "msg": f"Ready. {server.endpoint_url}", "fields": fields}
    print(JsonFormatter().format(logging.makeLogRecord(ready)), flush=True)
