"""The journal: the newest requests of the AWS API, for a test to look at afterwards."""

import json
from collections import deque
from dataclasses import dataclass
from typing import Any, Final

from emulator.core.errors import ServiceError
from emulator.wire.awsjson import gunzip

__all__ = ["Entry", "Journal"]

ENTRIES: Final = 1_000
"""So many of the newest requests are remembered."""

BODY_BYTES: Final = 4 * 1024 * 1024
"""Bodies are kept as they came, up to so many bytes in all; beyond, the oldest entries lose their parameters."""

_GZIP: Final = b"\x1f\x8b"
_MOST_UNPACKED: Final = 16 * 1024 * 1024


@dataclass(slots=True)
class Entry:
    """One request. `time` is epoch milliseconds; `error` is the code of the answer if it was one."""

    operation: str | None
    request_id: str
    time: int
    region: str
    account_id: str
    user_agent: str | None
    body: bytes | None
    status: int = 200
    error: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "operation": self.operation,
            "requestId": self.request_id,
            "status": self.status,
            "error": self.error,
            "time": self.time,
            "region": self.region,
            "accountId": self.account_id,
            "userAgent": self.user_agent,
            "parameters": self._parameters(),
        }

    def _parameters(self) -> Any:
        """The body, unpacked and read; None if it was no JSON or has been forgotten."""
        if not self.body:
            return None
        try:
            packed = self.body.startswith(_GZIP)
            return json.loads(gunzip(self.body, _MOST_UNPACKED) if packed else self.body)
        except (ServiceError, ValueError, RecursionError):
            return None


class Journal:
    """The newest requests, oldest first."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=ENTRIES)
        self._with_body: deque[Entry] = deque()
        self._bytes = 0

    def add(self, entry: Entry) -> None:
        """Remember a request; its status and error may be filled in later."""
        self._entries.append(entry)
        if entry.body:
            self._with_body.append(entry)
            self._bytes += len(entry.body)
        while self._bytes > BODY_BYTES or len(self._with_body) > ENTRIES:
            oldest = self._with_body.popleft()
            self._bytes -= len(oldest.body or b"")
            oldest.body = None

    def as_json(self) -> list[dict[str, Any]]:
        return [entry.as_json() for entry in self._entries]

    def clear(self) -> None:
        """Forget all requests."""
        self._entries.clear()
        self._with_body.clear()
        self._bytes = 0
