"""The journal: the newest requests of the AWS API, for a test to check afterwards; and how many there were in all."""

from collections import Counter, deque
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from livetail.api.operation import OPERATIONS
from livetail.core.errors import ServiceError
from livetail.wire.gzip_body import gunzip

MAX_ENTRIES: Final = 1_000

MAX_BODY_BYTES: Final = 4 * 1024 * 1024
"""The maximum of all stored bodies together, as they were sent, and of all shown bodies, unpacked. Bodies of the oldest
entries are dropped first."""

OTHER: Final = "other"
"""Counted instead of operations that are not emulated, so that clients cannot add names without limit."""

_GZIP: Final = b"\x1f\x8b"


@dataclass(slots=True)
class Entry:
    """One request.

    Attributes:
        time: epoch milliseconds.
        status: of the response; 0 where a fault rule closed the connection instead.
        error: the code of the error, if the response was one.
        message: that of the error, for the log.
        rejected: `rejectedLogEventsInfo`, if PutLogEvents has not taken all events.
    """

    operation: str | None
    request_id: str
    time: int
    region: str
    account_id: str
    user_agent: str | None
    body: bytes | None
    status: int = 200
    error: str | None = None
    message: str | None = None
    rejected: dict[str, int] | None = None

    def unpacked(self) -> bytes:
        """The body as JSON; empty if it was not valid gzip or is no longer kept."""
        body = self.body or b""
        try:
            return gunzip(body, MAX_BODY_BYTES) if body.startswith(_GZIP) else body
        except ServiceError:
            return b""

    def as_json(self, body: bytes | None = None) -> dict[str, Any]:
        """The entry as the control plane shows it, with `body` in place of its own."""
        return {
            "operation": self.operation,
            "requestId": self.request_id,
            "status": self.status,
            "error": self.error,
            "time": self.time,
            "region": self.region,
            "accountId": self.account_id,
            "userAgent": self.user_agent,
            "rejectedLogEventsInfo": self.rejected,
            "parameters": _read(self.unpacked() if body is None else body),
        }


def _read(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)  # strictly: msgspec could not encode what a lenient reader accepts
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


class Journal:
    """The newest requests, oldest first."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=MAX_ENTRIES)
        self._with_body: deque[Entry] = deque()
        self._bytes = 0

    def add(self, entry: Entry) -> None:
        """Add a request; its status and error may be set later."""
        self._entries.append(entry)
        if entry.body:
            self._with_body.append(entry)
            self._bytes += len(entry.body)
        while self._bytes > MAX_BODY_BYTES or len(self._with_body) > MAX_ENTRIES:
            oldest = self._with_body.popleft()
            self._bytes -= len(oldest.body or b"")
            oldest.body = None

    def as_json(self) -> list[dict[str, Any]]:
        """All entries; the bodies of the newest, unpacked, up to `MAX_BODY_BYTES`."""
        bytes_left = MAX_BODY_BYTES
        shown = []
        for entry in reversed(self._entries):
            body = entry.unpacked() if bytes_left > 0 else b""
            bytes_left -= len(body)
            shown.append(entry.as_json(body if bytes_left >= 0 else b""))
        return shown[::-1]

    def clear(self) -> None:
        """Remove all requests."""
        self._entries.clear()
        self._with_body.clear()
        self._bytes = 0


class RequestTotals:
    """Counts since the last reset.

    Attributes:
        counts: by operation, HTTP status (0 where a fault rule closed the connection instead), and code of the error
            or None.
    """

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, int, str | None]] = Counter()

    def count(self, operation: str | None, status: int, error: str | None) -> None:
        """Count a request whose result is known; `operation` is None if it names none."""
        name = OTHER if operation is None or operation not in OPERATIONS else operation
        self.counts[name, status, error] += 1
