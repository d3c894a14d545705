"""`livetail reset`: return a running emulator to the state after its start."""

import argparse
import json

from livetail.cli.endpoint import add_endpoint_flag, add_json_flag


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "It ends every session, removes log groups, faults, scenarios and requests, sets clock and seed to their "
        "start, and plays the scenarios of the start again."
    )
    add_json_flag(parser)
    add_endpoint_flag(parser)


def run(arguments: argparse.Namespace) -> int:
    response = arguments.emulator.request("POST", "/reset")
    print(json.dumps(response) if arguments.json else "reset")
    return 0
