"""`livetail scenario check FILE…`: says what is in a scenario file, or everything that is wrong with it."""

import argparse
import sys
from typing import TYPE_CHECKING

from livetail.cli.terminal import counted

if TYPE_CHECKING:
    from livetail.scenarios.scenario import Scenario

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    check = commands.add_parser(
        "check",
        help="validate scenario files",
        description="Validate scenario files: a line about each good one, every fault of the others with its place.",
    )
    check.add_argument("files", nargs="+", metavar="FILE", help="a scenario file (TOML)")


def run(arguments: argparse.Namespace) -> int:
    from livetail.scenarios.scenario import ScenarioError, load

    status = 0
    for file in arguments.files:
        try:
            scenario = load(file)
        except ScenarioError as error:
            status = 1
            print(error, file=sys.stderr)
        else:
            print(f"{file}: {_summary(scenario)}")
    return status


def _summary(scenario: "Scenario") -> str:
    """What a scenario holds, in a line."""
    parts = [counted(len(scenario.log_groups), "log group"), counted(len(scenario.sources), "source")]
    if scenario.sources:
        parts.append(f"{float(scenario.rate):,.6g} events/s on average")
    if scenario.replays:
        lines = sum(len(replay.lines) for replay in scenario.replays)
        parts.append(f"{counted(len(scenario.replays), 'replay')} of {counted(lines, 'line')}")
    if scenario.faults:
        parts.append(counted(len(scenario.faults), "fault"))
    if scenario.seed is not None:
        parts.append(f"seed {scenario.seed}")
    return ", ".join(parts)
