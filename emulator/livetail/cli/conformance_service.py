"""The endpoint that `livetail conformance` checks, and the log group that it uses there."""

import contextlib
import time
import uuid
from collections.abc import Iterator
from typing import Any, Final

from livetail.cli.aws_client import aws_client, code_and_message, is_aws, sentence
from livetail.cli.command_parser import CommandError
from livetail.control_client import ControlClient
from livetail.errors import LiveTailError

_READ_TIMEOUT_S: Final = 10.0


class Differs(Exception):  # a result, not a failure of the program
    """The service behaves differently; `str()` is what was seen."""


class NotAsked(Exception):
    """The check cannot be made here; `str()` is why."""


class Service:
    """The endpoint, with a log group that has the streams `a` and `b`; its ARN is without `:*`."""

    def __init__(self, emulator: ControlClient) -> None:
        self.group = f"/livetail/conformance/{uuid.uuid4().hex[:12]}"
        self.arn = ""
        self.is_aws = is_aws(emulator.url)
        self._client = aws_client(emulator.url, _READ_TIMEOUT_S, validates_parameters=False)
        self._manual_clock: ControlClient | None = None
        if not self.is_aws:
            with contextlib.suppress(LiveTailError):  # another emulator
                if emulator.request("GET", "/clock")["mode"] == "manual":
                    self._manual_clock = emulator

    def call(self, operation: str, **members: Any) -> dict[str, Any]:
        """The response to a request. Raises `Differs` with code and message if it is refused."""
        response = self._send(operation, members)
        if isinstance(response, tuple):
            raise Differs(": ".join(response))
        return response

    def refusal(self, operation: str, **members: Any) -> tuple[str, str]:
        """Code and message of the error to a request. Raises `Differs` if it is accepted."""
        response = self._send(operation, members)
        if isinstance(response, tuple):
            return response
        if "responseStream" in response:
            response["responseStream"].close()
        raise Differs("accepted")

    def _send(self, operation: str, members: dict[str, Any]) -> dict[str, Any] | tuple[str, str]:
        """The response to a request; or code and message if it is refused."""
        from botocore import xform_name
        from botocore.exceptions import ClientError

        try:
            response: dict[str, Any] = getattr(self._client, xform_name(operation))(**members)
        except ClientError as error:
            return code_and_message(error)
        return response

    def put(self, stream: str, *messages: str) -> None:
        """Store messages with the present time."""
        clock = self._manual_clock
        now_ms = clock.request("GET", "/clock")["now"] if clock else time.time_ns() // 1_000_000
        events = [{"timestamp": now_ms, "message": message} for message in messages]
        self.call("PutLogEvents", logGroupName=self.group, logStreamName=stream, logEvents=events)

    @contextlib.contextmanager
    def tail(self, **filters: Any) -> Iterator["Tail"]:
        """A Live Tail session on the group, closed at the end of the `with` block."""
        stream = self.call("StartLiveTail", **({"logGroupIdentifiers": [self.arn]} | filters))["responseStream"]
        with contextlib.closing(stream):
            yield Tail(iter(stream), self)

    def pass_a_second(self) -> None:
        """Move the time of a manual clock; elsewhere it passes by itself."""
        if self._manual_clock:
            self._manual_clock.request("POST", "/clock/advance", {"seconds": 1})

    def close(self) -> None:
        """Delete the log group, if the endpoint allows it, and close the connections."""
        with contextlib.suppress(Exception):
            self.call("DeleteLogGroup", logGroupName=self.group)
        self._client.close()


class Tail:
    """An open Live Tail session, and the first event of its stream."""

    def __init__(self, events: Iterator[dict[str, Any]], service: Service) -> None:
        self._events = events
        self._service = service
        self.first = self._event()

    def _event(self) -> dict[str, Any]:
        """The next event of the stream, with its type as the only key."""
        event = next(self._events, None)
        if event is None:
            raise Differs("the stream ended")
        return event

    def update(self) -> dict[str, Any]:
        """The next `sessionUpdate`; on a manual clock, time is moved on for it."""
        self._service.pass_a_second()
        event = self._event()
        if "sessionUpdate" not in event:
            raise Differs(f"{next(iter(event))} instead of sessionUpdate")
        update: dict[str, Any] = event["sessionUpdate"]
        return update

    def update_with_events(self) -> dict[str, Any]:
        """The next `sessionUpdate` that has log events."""
        for _ in range(10):
            update = self.update()
            if update["sessionResults"]:
                return update
        raise Differs("no log event in 10 updates")


@contextlib.contextmanager
def service_at(emulator: ControlClient) -> Iterator[Service]:
    """The service of an endpoint, whose log group is deleted at the end.

    Raises:
        CommandError: the endpoint does not respond, or refuses to make a log group.
    """
    service = Service(emulator)
    try:
        service.call("CreateLogGroup", logGroupName=service.group)
    except Differs as refused:
        raise CommandError(f"{emulator.url} does not create a log group: {refused}") from None
    except Exception as error:
        raise CommandError(f"no response from {emulator.url}: {sentence(error)}") from None
    with contextlib.closing(service):
        for stream in ("a", "b"):
            service.call("CreateLogStream", logGroupName=service.group, logStreamName=stream)
        (described,) = service.call("DescribeLogGroups", logGroupNamePrefix=service.group)["logGroups"]
        service.arn = described["arn"].removesuffix(":*")
        yield service
