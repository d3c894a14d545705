"""Which running emulator a command talks to. Standard library only: `livetail healthcheck` stands on it."""

import argparse
import os

from livetail.cli.errors import CommandError
from livetail.control_client import ControlClient

__all__ = ["add_endpoint_flag", "connect", "default_endpoint"]


def default_endpoint() -> str:
    """Where a server that was started with this environment listens."""
    scheme = "https" if os.environ.get("LIVETAIL_TLS") in ("1", "true") else "http"
    return f"{scheme}://127.0.0.1:{os.environ.get('LIVETAIL_PORT') or 4586}"


def add_endpoint_flag(parser: argparse.ArgumentParser) -> None:
    """Add `--endpoint URL`."""
    parser.add_argument(
        "--endpoint", metavar="URL", default=default_endpoint(), help="the running emulator [%(default)s]"
    )


def connect(url: str, timeout: float = 60) -> ControlClient:
    """A client of the emulator at `url`.

    Raises:
        CommandError: it is no URL.
    """
    try:
        return ControlClient(url, timeout)
    except ValueError as error:
        raise CommandError(f"--endpoint {error}", status=2) from None
