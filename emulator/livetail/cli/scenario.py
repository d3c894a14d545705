"""`livetail scenario check|list|show`: a summary of a scenario file, or all its problems."""

import argparse
import json
import sys
from pathlib import Path

from livetail.cli.command_parser import CommandError
from livetail.cli.endpoint import add_json_flag
from livetail.cli.terminal import counted
from livetail.scenarios import ScenarioError, fixtures
from livetail.scenarios.scenario import Scenario, load


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    check = actions.add_parser(
        "check",
        help="validate scenario files",
        description="Validate scenario files: a line about each valid one, each problem of the others with its line.",
    )
    check.add_argument("files", nargs="+", metavar="FILE", help="a scenario file (TOML), or the name of a bundled one")
    names = actions.add_parser(
        "list", help="list the bundled scenarios", description="List the bundled scenarios: serve --scenario NAME."
    )
    add_json_flag(names)
    show = actions.add_parser(
        "show", help="print a bundled scenario", description="Print the file of a bundled scenario, to start one's own."
    )
    show.add_argument("name", metavar="NAME", help="see scenario list")


def run(arguments: argparse.Namespace) -> int:
    if arguments.action == "check":
        return _check(arguments.files)
    if arguments.action == "show":
        try:
            print(fixtures.path(arguments.name).read_text(encoding="utf-8"), end="")
        except LookupError as error:
            raise CommandError(str(error)) from None
        return 0
    summaries = {name: fixtures.summary(name) for name in fixtures.names()}
    if arguments.json:
        print(json.dumps([{"name": name, "summary": text} for name, text in summaries.items()]))
    else:
        width = max(map(len, summaries))
        for name, text in summaries.items():
            print(f"{name:<{width}}  {text}")
    return 0


def _check(files: list[str]) -> int:
    status = 0
    for given in files:
        for file in fixtures.find(Path(given)):
            try:
                scenario = load(file)
            except ScenarioError as error:
                status = 1
                print(error, file=sys.stderr)
            else:
                print(f"{file}: {_summary(scenario)}")
    return status


def _summary(scenario: Scenario) -> str:
    parts = [counted(len(scenario.log_groups), "log group"), counted(len(scenario.sources), "source")]
    if scenario.sources:
        parts.append(f"{scenario.rate:,.6g} events/s on average")
    if scenario.replays:
        lines = sum(len(replay.lines) for replay in scenario.replays)
        parts.append(f"{counted(len(scenario.replays), 'replay')} of {counted(lines, 'line')}")
    if scenario.faults:
        parts.append(counted(len(scenario.faults), "fault"))
    if scenario.seed is not None:
        parts.append(f"seed {scenario.seed}")
    return ", ".join(parts)
