"""`livetail completion SHELL`: a script that completes the command in a shell. Needs the extra `completion`.

The script is static, so that pressing the tab key does not start Python.
"""

import argparse

from livetail.cli.command_parser import COMMANDS, make_parser
from livetail.errors import import_extra

SHELLS = ("bash", "zsh", "fish")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=SHELLS, help="the shell to make a script for")


def run(arguments: argparse.Namespace) -> int:
    shtab = import_extra("shtab", "completion", extra="completion")
    print(shtab.complete(make_parser(COMMANDS), arguments.shell))
    return 0
