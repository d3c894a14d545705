"""`livetail decode`: the messages of an event stream for people and for jq, one JSON object a line.

Each message is printed as soon as it is complete, so the input can be a pipe from a running tail.
"""

import argparse
import base64
import json
import sys

from livetail.cli.command_parser import CommandError
from livetail.cli.input import open_input
from livetail.wire.eventstream import Decoder, EventStreamError, Header, Message


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        nargs="?",
        default="-",
        metavar="FILE",
        help="the bytes of the stream; standard input without it or as -",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the messages of the file, up to the first bad or incomplete one."""
    decoder = Decoder()
    try:
        with open_input(arguments.file) as source:
            for portion in source.portions():
                decoder.receive_data(portion)
                for message in decoder:
                    sys.stdout.buffer.write(_line(message))
                    sys.stdout.flush()
        decoder.end_of_input()
    except EventStreamError as error:
        raise CommandError(str(error)) from error
    return 0


def _line(message: Message) -> bytes:
    headers = ", ".join(_header(header) for header in message.headers)
    return f'{{"headers": [{headers}], "payload": {_payload(message.payload)}}}\n'.encode()


def _header(header: Header) -> str:
    value = header.value
    if isinstance(value, bytes):
        value = base64.b64encode(value).decode()
    elif not isinstance(value, int):
        value = str(value)
    return json.dumps({"name": header.name, "type": header.type.name.lower(), "value": value}, ensure_ascii=False)


def _payload(payload: bytes) -> str:
    """The payload as JSON on one line: itself if it is JSON, else a string of its text, else one of its base64 form."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return json.dumps(base64.b64encode(payload).decode())
    if not _is_json(text):
        return json.dumps(text, ensure_ascii=False)
    # Unchanged, so that no number is rounded. A line break in JSON can only be between two tokens.
    return text.replace("\r", " ").replace("\n", " ").strip()


def _is_json(text: str) -> bool:
    """Whether the text is JSON by the standard, which has no NaN. Numbers of any size are accepted."""
    try:
        json.loads(text, parse_int=len, parse_float=len, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
