"""`livetail tail GROUP…`: follow log groups of a running emulator through StartLiveTail.

It decodes the event stream itself, so it needs no SDK.
"""

import argparse
import json
import sys
from typing import Any

from livetail.cli.command_parser import CommandError
from livetail.cli.endpoint import add_endpoint_flag, add_json_flag, add_region_flag
from livetail.cli.terminal import EventPrinter, counted
from livetail.control_client import ControlClient
from livetail.session_stream import session_events


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "It ends with the session, or at Ctrl-C."
    parser.add_argument("groups", nargs="+", metavar="GROUP", help="name or ARN of a log group; ten at most")
    parser.add_argument("--filter-pattern", metavar="PATTERN", help="show only what this filter pattern matches")
    parser.add_argument("--log-stream-names", nargs="+", metavar="NAME", help="only log streams of these names")
    parser.add_argument("--log-stream-name-prefixes", nargs="+", metavar="PREFIX", help="only names that begin so")
    add_json_flag(parser)
    add_region_flag(parser)
    add_endpoint_flag(parser)


def run(arguments: argparse.Namespace) -> int:
    client = arguments.emulator
    parameters: dict[str, Any] = {
        "logGroupIdentifiers": [_arn(client, group, arguments.region) for group in arguments.groups],
        "logEventFilterPattern": arguments.filter_pattern,
        "logStreamNames": arguments.log_stream_names,
        "logStreamNamePrefixes": arguments.log_stream_name_prefixes,
    }
    given = {name: value for name, value in parameters.items() if value is not None}
    printer = EventPrinter()
    with client.start_live_tail(given, arguments.region) as response:
        for kind, event in session_events(response):
            if kind == "sessionStart":
                groups = counted(len(event.get("logGroupIdentifiers") or ()), "log group")
                print(f"session {event.get('sessionId')} over {groups}", file=sys.stderr)
            if kind == "sessionUpdate":
                _show(event, printer, as_json=arguments.json)
    print("the session has ended", file=sys.stderr)
    return 0


def _arn(client: ControlClient, group: str, region: str | None) -> str:
    """The ARN of a log group in the account and region of the call."""
    if group.startswith("arn:"):
        return group
    # Names are in ASCII order, so the first one with this prefix is the name itself, if it exists.
    parameters = {"logGroupNamePrefix": group, "limit": 1}
    for found in client.call("DescribeLogGroups", parameters, region).get("logGroups", ()):
        if found["logGroupName"] == group:
            return str(found["logGroupArn"])
    raise CommandError(f"there is no log group {group!r}{f' in {region}' if region else ''}")


def _show(update: dict[str, Any], printer: EventPrinter, *, as_json: bool) -> None:
    results = update.get("sessionResults") or []
    for event in results:
        print(json.dumps(event, ensure_ascii=False) if as_json else printer.line(event))
    if (update.get("sessionMetadata") or {}).get("sampled"):
        print(f"sampled: {len(results)} of the log events that matched in this second", file=sys.stderr)
    sys.stdout.flush()
