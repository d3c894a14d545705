"""A caller of the service without a server: members in, members or an error out, on a clock that is moved by hand."""

import json
from typing import Any

import pytest

from livetail.api.context import Caller
from livetail.api.service import Service
from livetail.core.arns import LogGroupArn
from livetail.core.chance import Chance
from livetail.core.clock import ManualClock
from livetail.core.errors import ServiceError
from livetail.live.hub import Hub
from livetail.store.batch import Batch

__all__ = ["ACCOUNT", "NOW", "REGION", "Client", "RecordingHub"]

NOW = 1_760_000_000_000
ACCOUNT = "123456789012"
REGION = "us-east-1"


class RecordingHub(Hub):
    """A hub that keeps what was published to it."""

    def __init__(self, clock: ManualClock, chance: Chance) -> None:
        super().__init__(clock, chance)
        self.published: list[tuple[LogGroupArn, Batch]] = []

    def publish(self, arn: LogGroupArn, batch: Batch) -> None:
        self.published.append((arn, batch))
        super().publish(arn, batch)


class Client:
    """Calls operations by their names."""

    def __init__(self, retain_events: int = 100_000, retain_bytes: int = 2**30, now: int = NOW) -> None:
        self.clock = ManualClock(now)
        chance = Chance(7)
        self.hub = RecordingHub(self.clock, chance)
        self.service = Service(clock=self.clock, hub=self.hub, retain_events=retain_events, retain_bytes=retain_bytes)
        self.caller = Caller(ACCOUNT, REGION, "a-request")

    def send(self, operation: str, body: bytes | str, caller: Caller | None = None) -> bytes:
        """Send a body as it is; returns the body of the response."""
        body = body.encode() if isinstance(body, str) else body
        result = self.service.handle(operation, body, caller or self.caller)
        assert isinstance(result, tuple)
        return result[0]

    def call(self, operation: str, caller: Caller | None = None, /, **members: Any) -> dict[str, Any]:
        """Call an operation; an response without a body is an empty dict."""
        response = self.send(operation, json.dumps(members), caller)
        members = json.loads(response) if response else {}
        return members

    def refusal(self, operation: str, body: bytes | str | None = None, /, **members: Any) -> tuple[str, str | None]:
        """Call an operation that fails; returns the code and the message."""
        with pytest.raises(ServiceError) as raised:
            self.send(operation, json.dumps(members) if body is None else body)
        assert raised.value.status == 400
        return raised.value.code, raised.value.message

    def create(self, log_group: str, *log_streams: str) -> None:
        """Make a log group with log streams."""
        self.call("CreateLogGroup", logGroupName=log_group)
        for name in log_streams:
            self.call("CreateLogStream", logGroupName=log_group, logStreamName=name)

    def put(self, log_group: str, log_stream: str, *events: tuple[int, str]) -> dict[str, Any]:
        """Put events, each given as its timestamp (milliseconds from now) and message."""
        now = self.clock.now()
        members = [{"timestamp": now + offset, "message": message} for offset, message in events]
        return self.call("PutLogEvents", logGroupName=log_group, logStreamName=log_stream, logEvents=members)

    def messages(self, operation: str, /, **members: Any) -> list[str]:
        """The messages of the first page of GetLogEvents or FilterLogEvents."""
        return [event["message"] for event in self.call(operation, **members)["events"]]

    def all_messages(self, operation: str, token: str = "nextToken", /, **members: Any) -> list[str]:
        """The messages of all pages, until the token is missing or stays the same."""
        messages: list[str] = []
        sent: str | None = None
        while True:
            response = self.call(operation, **members, **({"nextToken": sent} if sent else {}))
            messages += [event["message"] for event in response["events"]]
            if response.get(token) in (None, sent):
                return messages
            sent = response[token]
