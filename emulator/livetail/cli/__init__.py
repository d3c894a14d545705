"""The `livetail` command: a table of subcommands, each a module of this package.

Only the module of the chosen command is imported, so that `livetail healthcheck`, which runs every few seconds in a
container, loads nothing but the standard library.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Final, NoReturn

from livetail import __version__
from livetail.cli.errors import CommandError

__all__ = ["COMMANDS", "main"]

COMMANDS: Final = {
    "serve": "run the emulator in the foreground",
    "demo": "see a Live Tail session arrive through boto3",
    "put": "send lines to a running emulator as log events",
    "match": "print the lines that a filter pattern matches",
    "decode": "print the messages of an event stream as JSON lines",
    "record": "capture a Live Tail session for replay",
    "healthcheck": "exit 0 when the server answers",
    "scenario": "check scenario files",
    "env": "print the export lines that point an AWS SDK at the emulator",
}


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with a command line in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"livetail: {message} (see {self.prog} --help)\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; answers its exit status: 0 done, 1 failed, 2 wrong usage."""
    given = sys.argv[1:] if argv is None else list(argv)
    chosen = next((word for word in given if not word.startswith("-")), None)
    parser = _Parser(prog="livetail", description="A local emulator of the Amazon CloudWatch Logs Live Tail API.")
    parser.add_argument("--version", action="version", version=f"livetail {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        command.add_argument("--version", action="version", version=f"livetail {__version__}")
        if name == chosen:
            module = importlib.import_module(f"livetail.cli.{name}")
            module.configure(command)
    arguments = parser.parse_args(given)
    try:
        status: int = module.run(arguments)
        sys.stdout.flush()
    except CommandError as error:
        for line in str(error).splitlines():
            print(f"livetail: {line}", file=sys.stderr)
        return error.status
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has had enough; what is still buffered must not raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status
