"""The `livetail` command: a table of subcommands, each a module of this package.

Only the module of the chosen command is imported, so that `livetail healthcheck`, which runs every few seconds in a
container, loads nothing but the standard library.
"""

import argparse
import contextlib
import importlib
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NoReturn

from livetail import __version__
from livetail.cli.errors import CommandError

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

__all__ = ["COMMANDS", "main"]

COMMANDS: Final = {
    "serve": "run the emulator in the foreground",
    "demo": "see a Live Tail session arrive through boto3",
    "put": "send lines to a running emulator as log events",
    "match": "print the lines that a filter pattern matches",
    "decode": "print the messages of an event stream as JSON lines",
    "record": "capture a Live Tail session for replay",
    "conformance": "ask an endpoint which behaviours of the service it has",
    "healthcheck": "exit 0 when the server answers",
    "scenario": "check scenario files, list and show the bundled ones",
    "tail": "follow log groups of a running emulator",
    "sessions": "list the open Live Tail sessions",
    "advance": "move the manual clock",
    "fault": "add, list and remove fault rules",
    "reset": "let the emulator begin again",
    "env": "print the variables that point an AWS SDK at the emulator",
    "exec": "run a command with an emulator of its own",
    "hosts": "list the host names that SDKs use, and which of them resolve here",
}


class _Parser(argparse.ArgumentParser):
    """Reports what is wrong with a command line in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"livetail: {message} (see {self.prog} --help)\n")

    def _print_message(self, message: str, file: "SupportsWrite[str] | None" = None) -> None:
        """Write without hiding errors, which `main` handles."""
        (file or sys.stderr).write(message)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted.

    This is the one place that handles errors of standard output and of standard error, for every command.
    """
    try:
        _open_closed_streams()
        status = _run(sys.argv[1:] if argv is None else list(argv))
        sys.stdout.flush()
    except CommandError as error:
        status = _fail(str(error), error.status)
    except KeyboardInterrupt:
        status = 130
    except BrokenPipeError:
        status = 1  # The reader of our output has closed it, as `head` does: nobody needs a message.
    except OSError as error:
        status = _fail(f"cannot write the output: {error.strerror or error}", 1)
    try:
        sys.stdout.flush()
    except (OSError, KeyboardInterrupt):
        # Python would flush once more at exit, and print a traceback of its own.
        _discard_output()
        status = status or 1
    return status


def _run(arguments: list[str]) -> int:
    """Parse the command line and run the chosen command."""
    chosen = next((word for word in arguments if not word.startswith("-")), None)
    parser = _Parser(prog="livetail", description="A local emulator of the Amazon CloudWatch Logs Live Tail API.")
    parser.add_argument("--version", action="version", version=f"livetail {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        command.add_argument("--version", action="version", version=f"livetail {__version__}")
        if name == chosen:
            module = importlib.import_module(f"livetail.cli.{name}")
            module.configure(command)
    try:
        parsed = parser.parse_args(arguments)
    except SystemExit as parsed_enough:  # --help, --version or wrong usage; the output still has to be flushed
        return int(parsed_enough.code or 0)
    status: int = module.run(parsed)
    return status


def _fail(message: str, status: int) -> int:
    with contextlib.suppress(OSError):
        for line in message.splitlines():
            print(f"livetail: {line}", file=sys.stderr)
    return status


def _open_closed_streams() -> None:
    """Open the standard streams that the caller has closed, so that using one fails like any other bad file.

    Python has None for them, and the next file or socket would get their descriptors. Standard input is opened for
    writing and standard output for reading, as GNU's tools do it: what they cannot do is then reported.
    """
    for number, name, mode, access in (
        (0, "stdin", "r", os.O_WRONLY),
        (1, "stdout", "w", os.O_RDONLY),
        (2, "stderr", "w", os.O_WRONLY),
    ):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, access)
            if descriptor != number:
                os.dup2(descriptor, number)
                os.close(descriptor)
            setattr(sys, name, open(number, mode, closefd=False))  # noqa: SIM115  # open for the whole run


def _discard_output() -> None:
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
