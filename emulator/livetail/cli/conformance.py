"""`livetail conformance`: which behaviours of CloudWatch Logs an endpoint has.

The endpoint is this emulator, another one, or AWS itself. The command makes one log group and deletes it at the end.
"""

import argparse
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from livetail.cli.aws_client import sentence
from livetail.cli.command_parser import CommandError, import_extra
from livetail.cli.conformance_checks import CHECKS, Check
from livetail.cli.conformance_service import Differs, NotAsked, Service, service_at
from livetail.cli.endpoint import add_endpoint_flag

_VERDICTS: Final = ("holds", "differs", "not asked")


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


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a check; `seen` is what differs, or why it was not asked."""

    check: Check
    verdict: str
    seen: str | None = None


def run(arguments: argparse.Namespace) -> int:
    """Check, and print a table; returns 0 if all that was asked holds, otherwise 1.

    Raises:
        CommandError: the endpoint does not respond, or refuses to make a log group; or FILE cannot be written.
    """
    import_extra("boto3", "conformance")
    checks = [check for check in CHECKS if arguments.only is None or check.name in arguments.only]
    width = max(len(check.name) for check in checks)
    columns = shutil.get_terminal_size((120, 24)).columns
    results = []
    with service_at(arguments.emulator) as service:
        for check in checks:
            result = _checked(check, service)
            results.append(result)
            print(f"{result.verdict:9}  {check.name:{width}}  {check.behaviour}"[:columns], flush=True)
            if result.seen is not None:
                print(f"{'':11}{result.seen}")
    counts = {verdict: sum(result.verdict == verdict for result in results) for verdict in _VERDICTS}
    print(f"{counts['holds']} hold, {counts['differs']} differ, {counts['not asked']} not asked")
    if arguments.json:
        _write(arguments.json, arguments.emulator.url, results)
    return 1 if counts["differs"] else 0


def _checked(check: Check, service: Service) -> Result:
    try:
        check.function(service)
    except NotAsked as reason:
        return Result(check, "not asked", str(reason))
    except Differs as seen:
        return Result(check, "differs", str(seen))
    except Exception as error:
        # A response that the SDK cannot read is a difference too.
        return Result(check, "differs", f"{type(error).__name__}: {sentence(error)}")
    return Result(check, "holds")


def _write(file: str, endpoint: str, results: list[Result]) -> None:
    rows = [
        {
            "name": result.check.name,
            "behaviour": result.check.behaviour,
            "known": result.check.source.known,
            "source": result.check.source.url,
            "verdict": result.verdict,
            "seen": result.seen,
        }
        for result in results
    ]
    try:
        Path(file).write_text(json.dumps({"endpoint": endpoint, "checks": rows}, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise CommandError(f"cannot write {file}: {error.strerror}") from error
