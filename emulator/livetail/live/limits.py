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
"""The maximum of log events in an update. If more have matched, it has a sample of this size."""

BACKLOG_UPDATES: Final = 10
"""The maximum of updates buffered for a slow client; beyond it, the oldest are dropped."""

BACKLOG_EVENTS: Final = 5_000
"""The maximum of log events in the buffered updates; beyond it, the oldest updates are dropped."""


@dataclass(frozen=True, slots=True)
class TailLimits:
    """The limits that the settings can change.

    Attributes:
        session_timeout_ms: the time after which a session ends with SessionTimeoutException.
        max_sessions: concurrent sessions per account and region; 0 is no limit.
        session_rate: StartLiveTail calls per second per account and region; 0 is no limit.
    """

    session_timeout_ms: int = 3 * HOUR
    max_sessions: int = 15
    session_rate: int = 0
