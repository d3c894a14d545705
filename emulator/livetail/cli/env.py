"""`livetail env`: the export lines that point an AWS SDK at a running emulator; for `eval "$(livetail env)"`."""

import argparse

from livetail.cli.endpoint import add_endpoint_flag
from livetail.environment import export_lines, sdk_environment

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    add_endpoint_flag(parser)
    parser.add_argument("--region", default="us-east-1", metavar="NAME", help="region if none is set [%(default)s]")


def run(arguments: argparse.Namespace) -> int:
    for line in export_lines(sdk_environment(arguments.endpoint, arguments.region)):
        print(line)
    return 0
