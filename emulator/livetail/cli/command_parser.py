"""The table of subcommands, the parser that is made from it, and how a command fails. Standard library only."""

import argparse
import importlib
import sys
from collections.abc import Callable, Container
from types import ModuleType
from typing import Any, Final, NoReturn

from livetail import __version__
from livetail.errors import LiveTailError

COMMANDS: Final = {
    "serve": "run the emulator in the foreground",
    "demo": "see what boto3 gets from a Live Tail session",
    "put": "send lines to a running emulator as log events",
    "match": "print the lines that a filter pattern matches",
    "decode": "print the messages of an event stream as JSON lines",
    "record": "capture a Live Tail session for replay",
    "conformance": "check which behaviours of the service an endpoint has",
    "healthcheck": "exit 0 when the server responds",
    "scenario": "check scenario files, list and show the bundled ones",
    "tail": "follow log groups of a running emulator",
    "sessions": "list the open Live Tail sessions",
    "advance": "move the manual clock",
    "fault": "add, list and remove fault rules",
    "reset": "return the emulator to the state after its start",
    "env": "print the variables that point an AWS SDK at the emulator",
    "exec": "run a command with an emulator of its own",
    "completion": "print a completion script for a shell",
    "hosts": "list the host names that SDKs use, and which of them resolve here",
}


class CommandError(LiveTailError):
    """A command failed, or was used wrongly (`status` 2); `str()` is what the user reads, one sentence a line."""

    def __init__(self, message: str, *, status: int = 1) -> None:
        super().__init__(message)
        self.exit_status = status


class Parser(argparse.ArgumentParser):
    """Reports what is wrong with a command line in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"livetail: {message} (see {self.prog} --help)\n")

    def _print_message(self, message: str, file: Any = None) -> None:
        """Write without hiding errors, which `main` handles."""
        (file or sys.stderr).write(message)


def module_of(name: str) -> ModuleType:
    """The module of a subcommand, which has `configure(parser)` and `run(arguments)`."""
    return importlib.import_module(f"livetail.cli.{name}")


def make_parser(configured: Container[str | None]) -> argparse.ArgumentParser:
    """A parser for all subcommands, with the flags of those in `configured`, whose modules are imported."""
    parser = Parser(prog="livetail", description="A local emulator of the Amazon CloudWatch Logs Live Tail API.")
    parser.add_argument("--version", action="version", version=f"livetail {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        command.add_argument("--version", action="version", version=f"livetail {__version__}")
        if name in configured:
            module_of(name).configure(command)
    return parser


def number(what: str, maximum: float) -> Callable[[str], float]:
    """A reader for numbers above 0 and up to `maximum`; `what` describes one in the message."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if not 0 < value <= maximum:  # false for NaN as well
            raise argparse.ArgumentTypeError(f"{text!r} is not {what}")
        return value

    return read


seconds = number("a number of seconds up to ten days", 864_000)
