"""Which running emulator a command uses. Standard library only, for `livetail healthcheck`."""

import argparse
import os
from pathlib import Path

from livetail.cli.command_parser import CommandError
from livetail.control_client import ControlClient
from livetail.environment import reachable_host, region_of
from livetail.errors import UrlError
from livetail.settings import FLAGS, Settings, SettingsError


def default_endpoint() -> str:
    """The URL of the emulator of `livetail exec`, else of this container's server, else of one with this
    environment."""
    return os.environ.get("LIVETAIL_ENDPOINT") or served_by(1) or _served_with([]) or "http://127.0.0.1:4586"


def served_by(process_id: int) -> str | None:
    """The endpoint of a server process, by its flags and the environment; None if it is not a server.

    The first process of a container is the server, or an init process whose arguments end in the server's command. Its
    command line (proc(5), cmdline) is the only place with its flags, which the image's health check needs.
    """
    try:
        words = Path(f"/proc/{process_id}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return None  # there is no /proc on this system
    programs = [word.rpartition("/")[2] for word in words]
    command = next((at for at, word in enumerate(words) if word == "serve" and "livetail" in programs[:at]), None)
    return None if command is None else _served_with(words[command + 1 :])


def _served_with(flags: list[str]) -> str | None:
    """The endpoint of a server with these flags and this environment; None if a setting is wrong."""
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    for flag in FLAGS:
        flag.add_to(parser)
    try:
        given, _ = parser.parse_known_args(flags)
        settings = Settings.resolve(vars(given), os.environ)
    except (argparse.ArgumentError, SettingsError):
        return None
    scheme = "https" if settings.serves_tls else "http"
    return f"{scheme}://{reachable_host(settings.host)}:{settings.port}"


def add_endpoint_flag(parser: argparse.ArgumentParser) -> None:
    """Add `--endpoint URL`, which becomes the client `arguments.emulator`."""
    parser.add_argument(
        "--endpoint",
        dest="emulator",
        metavar="URL",
        type=endpoint,
        default=default_endpoint(),
        help="the running emulator [%(default)s]",
    )


def add_region_flag(parser: argparse.ArgumentParser) -> None:
    """Add `--region NAME`, which follows the environment as SDKs do."""
    parser.add_argument(
        "--region",
        default=region_of(os.environ),
        metavar="NAME",
        help="region of the log group [AWS_REGION, else AWS_DEFAULT_REGION, else the server's own]",
    )


def add_json_flag(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON for programs, not text for people")


def endpoint(url: str) -> ControlClient:
    """A client of the emulator at `url`.

    Raises:
        CommandError: it is not a URL.
    """
    try:
        return ControlClient(url)
    except UrlError as error:
        raise CommandError(f"--endpoint {error}", status=2) from None
