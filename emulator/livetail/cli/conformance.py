"""`livetail conformance`: which behaviours of CloudWatch Logs an endpoint has.

The endpoint is this emulator, another one, or AWS itself. The command makes one log group and deletes it at the end.
"""

import argparse
import json
import shutil
from collections import Counter
from pathlib import Path

from livetail.cli.aws_client import sentence
from livetail.cli.command_parser import CommandError
from livetail.cli.conformance_checks import CHECKS, Check
from livetail.cli.conformance_service import Differs, NotAsked, Service, service_at
from livetail.cli.endpoint import add_endpoint_flag
from livetail.errors import import_extra


def configure(parser: argparse.ArgumentParser) -> None:
    add_endpoint_flag(parser)
    parser.add_argument(
        "--only",
        action="append",
        choices=[check.name for check in CHECKS],
        metavar="NAME",
        help="check only this; repeatable",
    )
    parser.add_argument("--json", metavar="FILE", help="write the results to FILE as JSON too")
    parser.epilog = (
        "Exit status: 0 all that was asked holds, 1 something differs, 2 wrong usage. To check AWS itself, give "
        "--endpoint https://logs.REGION.amazonaws.com; the shell's credentials are used, and AWS charges for sessions."
    )


def run(arguments: argparse.Namespace) -> int:
    """Check, and print a table; returns 0 if all that was asked holds, otherwise 1.

    Raises:
        CommandError: the endpoint does not respond, or refuses to make a log group; or FILE cannot be written.
    """
    import_extra("boto3", "conformance")
    checks = [check for check in CHECKS if arguments.only is None or check.name in arguments.only]
    width = max(len(check.name) for check in checks)
    columns = shutil.get_terminal_size((120, 24)).columns
    rows = []
    with service_at(arguments.emulator) as service:
        for check in checks:
            verdict, seen = _verdict(check, service)
            print(f"{verdict:9}  {check.name:{width}}  {check.behaviour}"[:columns], flush=True)
            if seen is not None:
                print(f"{'':11}{seen}")
            row = {"name": check.name, "behaviour": check.behaviour, "known": check.known, "source": check.source}
            rows.append({**row, "verdict": verdict, "seen": seen})
    counts = Counter(row["verdict"] for row in rows)
    print(f"{counts['holds']} hold, {counts['differs']} differ, {counts['not asked']} not asked")
    if arguments.json:
        text = json.dumps({"endpoint": arguments.emulator.url, "checks": rows}, indent=2)
        try:
            Path(arguments.json).write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise CommandError(f"cannot write {arguments.json}: {error.strerror}") from error
    return 1 if counts["differs"] else 0


def _verdict(check: Check, service: Service) -> tuple[str, str | None]:
    """The result of a check, with what differs, or why it was not asked."""
    try:
        check.function(service)
    except NotAsked as reason:
        return "not asked", str(reason)
    except Differs as seen:
        return "differs", str(seen)
    except Exception as error:
        # A response that the SDK cannot read is a difference too.
        return "differs", f"{type(error).__name__}: {sentence(error)}"
    return "holds", None
