"""`livetail exec -- COMMAND`: start an emulator on a free port, run a command with its variables, and stop it."""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Final

from livetail.cli.command_parser import CommandError
from livetail.cli.serve import make_server
from livetail.environment import KEYS, adapted_to, region_of
from livetail.settings import FLAGS, Settings

_PASSED_ON: Final = (
    *(signal.SIGINT, signal.SIGTERM, signal.SIGHUP),
    *(signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2),
)

_NOT_EXECUTABLE: Final = 126
_NOT_FOUND: Final = 127
"""The exit statuses of a shell, env and timeout for a command that cannot be run."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.usage = "livetail exec [flags of livetail serve] -- COMMAND [ARGUMENT ...]"
    parser.epilog = (
        "The exit status is that of COMMAND; 128 and the number of the signal that ended it, 127 if it is not found. "
        "The port is a free one unless --port names it, and the log has warnings only unless --log-level is given."
    )
    for flag in FLAGS:
        flag.add_to(parser)
    parser.add_argument("argv", nargs=argparse.REMAINDER, metavar="COMMAND", help="what to run, with its arguments")


def run(arguments: argparse.Namespace) -> int:
    from livetail.server.runner import ServerThread

    command = arguments.argv[1:] if arguments.argv[:1] == ["--"] else arguments.argv
    if not command:
        raise CommandError("exec needs a command: livetail exec -- COMMAND", status=2)
    given = {flag.field: getattr(arguments, flag.field) for flag in FLAGS}
    given["port"] = given["port"] or "0"
    given["log_level"] = given["log_level"] or os.environ.get("LIVETAIL_LOG_LEVEL") or "warning"
    # The server uses the region of the environment, as the command does.
    given["region"] = given["region"] or os.environ.get("LIVETAIL_REGION") or region_of(os.environ)
    settings = Settings.resolve(given, os.environ)
    # Until the command runs, SIGTERM must stop the server before this process ends.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    server = make_server(settings)
    environ = {**os.environ, **adapted_to(os.environ, server.environment)}
    if not settings.verify_signatures:  # then any keys will do, and a key of 12 digits picks the account
        environ |= {name: os.environ[name] for name in KEYS if os.environ.get(name)}
    environ["LIVETAIL_ENDPOINT"] = server.endpoint_url
    thread = ServerThread(server)
    thread.start()
    try:
        return _run(command, environ)
    finally:
        thread.stop()


def _run(command: Sequence[str], environ: dict[str, str]) -> int:
    """Run a command to its end and pass signals on to it; returns its exit status as a shell does."""
    process: subprocess.Popen[bytes] | None = None
    early: list[int] = []  # signals that came while the command was started

    def pass_on(number: int, _: FrameType | None) -> None:
        if process is None:
            early.append(number)
        # A terminal sends Ctrl-C and Ctrl-\ to the command too, which must not get them twice.
        elif number not in (signal.SIGINT, signal.SIGQUIT) or not _is_in_foreground():
            process.send_signal(number)

    for number in _PASSED_ON:
        signal.signal(number, pass_on)
    try:
        process = subprocess.Popen(command, env=environ)
    except OSError as error:
        print(f"livetail: cannot run {command[0]}: {error.strerror}", file=sys.stderr)
        return _NOT_FOUND if isinstance(error, FileNotFoundError) else _NOT_EXECUTABLE
    for early_number in early:
        process.send_signal(early_number)
    status = process.wait()
    return status if status >= 0 else 128 - status


def _is_in_foreground() -> bool:
    """Whether a terminal sends its signals to this process."""
    try:
        with open("/dev/tty") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False
