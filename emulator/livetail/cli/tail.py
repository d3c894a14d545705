"""`livetail tail GROUP…`: follow log groups of a running emulator through StartLiveTail, as any client of it would.

It decodes the event stream itself, so it needs no SDK.
"""

import argparse
import http.client
import json
import sys
from collections.abc import Iterator
from typing import Any

from livetail.cli.command_parser import CommandError
from livetail.cli.endpoint import add_endpoint_flag, add_json_flag, add_region_flag
from livetail.cli.terminal import EventPrinter, counted
from livetail.control_client import ControlClient, parse_json
from livetail.wire.eventstream import Decoder, Message
from livetail.wire.eventstream_errors import EventStreamError

_PORTION_BYTES = 65_536


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
    with client.stream("StartLiveTail", given, arguments.region) as response:
        for message in _messages(response):
            _show(message, printer, as_json=arguments.json)
    print("the session has ended", file=sys.stderr)
    return 0


def _arn(client: ControlClient, group: str, region: str | None) -> str:
    """The ARN of a log group in the account and region of the call."""
    if group.startswith("arn:"):
        return group
    # Names are in ASCII order, so the first one with this prefix is the name itself, if there is one.
    parameters = {"logGroupNamePrefix": group, "limit": 1}
    for found in client.call("DescribeLogGroups", parameters, region).get("logGroups", ()):
        if found["logGroupName"] == group:
            return str(found["logGroupArn"])
    raise CommandError(f"there is no log group {group!r}{f' in {region}' if region else ''}")


def _messages(response: http.client.HTTPResponse) -> Iterator[Message]:
    """The messages of the stream, until it ends cleanly.

    Raises:
        CommandError: it breaks off, or its bytes are not an event stream.
    """
    decoder = Decoder()
    try:
        while portion := response.read1(_PORTION_BYTES):
            decoder.receive_data(portion)
            yield from decoder
        decoder.end_of_input()
    except EventStreamError as error:
        raise CommandError(f"the session broke off: {error}") from None
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise CommandError(f"the session broke off: {reason}") from None


def _show(message: Message, printer: EventPrinter, *, as_json: bool) -> None:
    """Print a message.

    Raises:
        CommandError: the message is an exception or an error.
    """
    kind = message.header(":message-type")
    payload = parse_json(message.payload) or {}
    if kind == "exception":
        text = payload.get("message") or ""
        raise CommandError(f"the session ended in {message.header(':exception-type')!s}: {text}")
    if kind == "error":
        code, text = message.header(":error-code"), message.header(":error-message")
        raise CommandError(f"the session ended in the error {code!s}: {text!s}")
    event = message.header(":event-type")
    if event == "sessionStart":
        groups = counted(len(payload.get("logGroupIdentifiers") or ()), "log group")
        print(f"session {payload.get('sessionId')} over {groups}", file=sys.stderr)
    if event != "sessionUpdate":
        return
    results = payload.get("sessionResults") or []
    for result in results:
        print(json.dumps(result, ensure_ascii=False) if as_json else printer.line(result))
    if (payload.get("sessionMetadata") or {}).get("sampled"):
        print(f"sampled: {len(results)} of the log events that matched in this second", file=sys.stderr)
    sys.stdout.flush()
