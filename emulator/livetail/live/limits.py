"""The numbers of Live Tail, as its documentation gives them.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html (updates, sample, buffer,
timeout) and https://docs.aws.amazon.com/general/latest/gr/cwl_region.html (quotas).
"""

from dataclasses import dataclass
from typing import Final

from livetail.core.clock import HOUR, SECOND

UPDATE_INTERVAL_MS: Final = SECOND
"""Milliseconds between two session updates."""

EVENTS_PER_UPDATE: Final = 500
"""Log events in an update at most. If more have matched, it has a sample of this size."""

BACKLOG_UPDATES: Final = 10
"""Updates that are buffered for a client that reads too slowly; of more, the oldest are dropped."""

BACKLOG_EVENTS: Final = 5_000
"""Log events in the buffered updates; if they have more, the oldest updates are dropped."""


@dataclass(frozen=True, slots=True)
class TailLimits:
    """The limits that a user of the emulator may change.

    Attributes:
        session_timeout_ms: the time after which a session ends with SessionTimeoutException.
        max_sessions: concurrent sessions per account and region; 0 is no limit.
        session_rate: StartLiveTail calls per second per account and region; 0 is no limit.
    """

    session_timeout_ms: int = 3 * HOUR
    max_sessions: int = 15
    session_rate: int = 0
