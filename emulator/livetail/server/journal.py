"""Requests of the AWS API: while they are handled, and in the journal of the newest, which tests check afterwards."""

from collections import deque
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from starlette.types import Scope

from livetail.api.context import Caller
from livetail.control_shapes import RequestInfo
from livetail.core.clock import Clock
from livetail.core.errors import ServiceError
from livetail.wire.awsjson import AwsCall, Headers, credential_of

MAX_ENTRIES: Final = 1_000

MAX_KEPT_BYTES: Final = 4 * 1024 * 1024
"""The maximum of all bodies together. Those of the oldest entries are dropped first."""


@dataclass(slots=True)
class Entry:
    """One request, and its response once that is known.

    Attributes:
        caller: who sent it, with what a fault rule changes.
        time: epoch milliseconds.
        body: unpacked; empty if it cannot be, None if it is no longer kept.
        status: of the response; 0 where a fault rule closed the connection instead.
        error: the code of the error, if the response was one.
        rejected: `rejectedLogEventsInfo`, if PutLogEvents has not taken all events.
    """

    operation: str
    caller: Caller
    time: int
    user_agent: str | None
    body: bytes | None
    status: int = 200
    error: str | None = None
    rejected: dict[str, int] | None = None

    def as_json(self) -> RequestInfo:
        """The entry as the control plane shows it."""
        return {
            "operation": self.operation,
            "requestId": self.caller.request_id,
            "status": self.status,
            "error": self.error,
            "time": self.time,
            "region": self.caller.region,
            "accountId": self.caller.account_id,
            "userAgent": self.user_agent,
            "rejectedLogEventsInfo": self.rejected,
            "parameters": _read(self.body or b""),
        }


def _read(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)  # strictly: msgspec could not encode what a lenient reader accepts
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


@dataclass(slots=True)
class AwsRequest:
    """A request that is handled, as the AWS endpoint and the fault rules pass it on.

    Attributes:
        body: unpacked.
        problem: why it cannot be carried out, if its body cannot be read or its signature is not valid.
        entry: its entry in the journal.
        received_at_s: when it was read, in seconds of the event loop's clock.
    """

    scope: Scope
    call: AwsCall
    body: bytes
    problem: ServiceError | None
    entry: Entry
    received_at_s: float


class Journal:
    """The newest requests, oldest first.

    Args:
        own: the account and region of requests that name none.
    """

    def __init__(self, clock: Clock, own: Caller) -> None:
        self._clock = clock
        self._own = own
        self._entries: deque[Entry] = deque(maxlen=MAX_ENTRIES)
        self._with_body: deque[Entry] = deque()
        self._bytes = 0

    def enter(self, operation: str, headers: Headers, body: bytes, request_id: str) -> Entry:
        """Add a request, with the caller that its headers name; the response may be set later."""
        credential = credential_of(headers)
        caller = Caller(
            credential.account_id or self._own.account_id, credential.region or self._own.region, request_id
        )
        entry = Entry(operation, caller, self._clock.now(), headers.get("user-agent"), body)
        self._entries.append(entry)
        if body:
            self._with_body.append(entry)
            self._bytes += len(body)
        while self._bytes > MAX_KEPT_BYTES or len(self._with_body) > MAX_ENTRIES:
            oldest = self._with_body.popleft()
            self._bytes -= len(oldest.body or b"")
            oldest.body = None
        return entry

    def as_json(self) -> list[RequestInfo]:
        """All entries."""
        return [entry.as_json() for entry in self._entries]

    def clear(self) -> None:
        """Remove all requests."""
        self._entries.clear()
        self._with_body.clear()
        self._bytes = 0
