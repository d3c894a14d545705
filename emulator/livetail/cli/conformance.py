"""`livetail conformance`: which of the documented behaviours an endpoint of CloudWatch Logs shows.

It asks any endpoint: this emulator, another one, or AWS itself. It makes one log group and deletes it in the end.
"""

import argparse
import contextlib
import json
import shutil
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from livetail.cli.aws_client import aws_client, is_aws
from livetail.cli.conformance_checks import CHECKS, Check
from livetail.cli.conformance_questions import Differs, NotAsked, Tail
from livetail.cli.endpoint import add_endpoint_flag, connect
from livetail.cli.errors import CommandError
from livetail.control_client import ControlClient, NoResponseError

_READ_TIMEOUT_S: Final = 10.0
_VERDICTS: Final = ("holds", "differs", "not asked")


def configure(parser: argparse.ArgumentParser) -> None:
    add_endpoint_flag(parser)
    parser.add_argument(
        "--only",
        action="append",
        choices=[check.name for check in CHECKS],
        metavar="NAME",
        help="ask only this; repeatable",
    )
    parser.add_argument("--json", metavar="FILE", help="write the results to FILE as JSON too")
    parser.epilog = (
        "Exit status: 0 everything that was asked holds, 1 something differs, 2 wrong usage. To ask AWS itself, give "
        "--endpoint https://logs.REGION.amazonaws.com; the shell's credentials are used, and AWS charges for sessions."
    )


@dataclass(frozen=True, slots=True)
class Result:
    """What was found for a check; `seen` is what differs, or why it was not asked."""

    check: Check
    verdict: str
    seen: str | None = None


def run(arguments: argparse.Namespace) -> int:
    """Ask, and print a table; returns 0 if all that was asked holds, otherwise 1.

    Raises:
        CommandError: the endpoint does not respond, or refuses to make a log group; or FILE cannot be written.
    """
    checks = [check for check in CHECKS if arguments.only is None or check.name in arguments.only]
    width = max(len(check.name) for check in checks)
    columns = shutil.get_terminal_size((120, 24)).columns
    results = []
    with _service(arguments.endpoint) as service:
        for check in checks:
            result = _asked(check, service)
            results.append(result)
            print(f"{result.verdict:9}  {check.name:{width}}  {check.behaviour}"[:columns], flush=True)
            if result.seen is not None:
                print(f"{'':11}{result.seen}")
    counts = {verdict: sum(result.verdict == verdict for result in results) for verdict in _VERDICTS}
    print(f"{counts['holds']} hold, {counts['differs']} differ, {counts['not asked']} not asked")
    if arguments.json:
        _write(arguments.json, arguments.endpoint, results)
    return 1 if counts["differs"] else 0


def _asked(check: Check, service: "_Service") -> Result:
    try:
        check.question(service)
    except NotAsked as reason:
        return Result(check, "not asked", str(reason))
    except Differs as seen:
        return Result(check, "differs", str(seen))
    except Exception as error:
        # Whatever an endpoint may send that an SDK cannot read is a difference, and the next question can be asked.
        return Result(check, "differs", f"{type(error).__name__}: {' '.join(str(error).split())}")
    return Result(check, "holds")


def _write(file: str, endpoint: str, results: list[Result]) -> None:
    rows = [
        {
            "name": result.check.name,
            "behaviour": result.check.behaviour,
            "known": result.check.known,
            "source": result.check.source,
            "verdict": result.verdict,
            "seen": result.seen,
        }
        for result in results
    ]
    try:
        Path(file).write_text(json.dumps({"endpoint": endpoint, "checks": rows}, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise CommandError(f"cannot write {file}: {error.strerror}") from error


@contextlib.contextmanager
def _service(url: str) -> Iterator["_Service"]:
    """The endpoint with a log group of its own, which is deleted in the end."""
    client = aws_client(url, _READ_TIMEOUT_S, validates_parameters=False)
    service = _Service(client, connect(url), url, f"/livetail/conformance/{uuid.uuid4().hex[:12]}")
    try:
        service.ask("CreateLogGroup", logGroupName=service.group)
    except Differs as refused:
        raise CommandError(f"{url} makes no log group: {refused}") from None
    except Exception as error:
        raise CommandError(f"no response from {url}: {' '.join(str(error).split())}") from None
    try:
        for stream in ("a", "b"):
            service.ask("CreateLogStream", logGroupName=service.group, logStreamName=stream)
        (described,) = service.ask("DescribeLogGroups", logGroupNamePrefix=service.group)["logGroups"]
        service.arn = described["arn"].removesuffix(":*")
        yield service
    finally:
        with contextlib.suppress(Exception):
            service.ask("DeleteLogGroup", logGroupName=service.group)
        client.close()


class _Service:
    """See `conformance_questions.Service`."""

    def __init__(self, client: Any, control: ControlClient, url: str, group: str) -> None:
        self.group = group
        self.arn = ""
        self.is_aws = is_aws(url)
        self._client = client
        self._control = control
        self._manual = not self.is_aws and self._is_manual()

    def ask(self, operation: str, **members: Any) -> dict[str, Any]:
        from botocore.exceptions import ClientError

        try:
            return self._call(operation, members)
        except ClientError as error:
            raise Differs(f"{error.response['Error']['Code']}: {error.response['Error']['Message']}") from None

    def refusal(self, operation: str, **members: Any) -> tuple[str, str]:
        from botocore.exceptions import ClientError

        try:
            response = self._call(operation, members)
        except ClientError as error:
            return error.response["Error"]["Code"], error.response["Error"]["Message"]
        if "responseStream" in response:
            response["responseStream"].close()
        raise Differs("accepted")

    def put(self, stream: str, *messages: str) -> None:
        events = [{"timestamp": self._now_ms(), "message": message} for message in messages]
        self.ask("PutLogEvents", logGroupName=self.group, logStreamName=stream, logEvents=events)

    @contextlib.contextmanager
    def tail(self, **filters: Any) -> Iterator[Tail]:
        stream = self.ask("StartLiveTail", **({"logGroupIdentifiers": [self.arn]} | filters))["responseStream"]
        with contextlib.closing(stream):
            yield _Tail(iter(stream), self)

    def pass_a_second(self) -> None:
        """Move the time of a manual clock; elsewhere it passes by itself."""
        if self._manual:
            self._control.request("POST", "/_livetail/clock/advance", {"seconds": 1})

    def _call(self, operation: str, members: dict[str, Any]) -> dict[str, Any]:
        from botocore import xform_name

        response: dict[str, Any] = getattr(self._client, xform_name(operation))(**members)
        return response

    def _now_ms(self) -> int:
        if self._manual:
            return int(self._control.request("GET", "/_livetail/clock")[1]["now"])
        return time.time_ns() // 1_000_000

    def _is_manual(self) -> bool:
        """Whether this is an emulator whose time moves only when it is told to."""
        try:
            status, clock = self._control.request("GET", "/_livetail/clock")
        except NoResponseError:
            return False
        return status == 200 and isinstance(clock, dict) and clock.get("mode") == "manual"


class _Tail:
    """See `conformance_questions.Tail`."""

    def __init__(self, events: Iterator[dict[str, Any]], service: _Service) -> None:
        self._events = events
        self._service = service

    def event(self) -> dict[str, Any]:
        event = next(self._events, None)
        if event is None:
            raise Differs("the stream ended")
        return event

    def update(self) -> dict[str, Any]:
        self._service.pass_a_second()
        event = self.event()
        if "sessionUpdate" not in event:
            raise Differs(f"{next(iter(event))} instead of sessionUpdate")
        update: dict[str, Any] = event["sessionUpdate"]
        return update
