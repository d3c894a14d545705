"""Updates that wait for their client; if the client is too slow, the oldest are dropped.

"If your client consumes the log events slower than the server produces them, CloudWatch Logs buffers up to 10
LiveTailSessionUpdate events or 5000 log events, after which it starts dropping the oldest events." (API_StartLiveTail)
"""

from collections import deque
from typing import Final

from livetail.live.window import Update

BACKLOG_UPDATES: Final = 10
BACKLOG_EVENTS: Final = 5_000


class Backlog:
    """A queue of updates, and how many log events are in them. When it is full, the oldest updates are dropped."""

    __slots__ = ("dropped_events", "dropped_updates", "events", "updates")

    def __init__(self) -> None:
        self.updates: deque[Update] = deque()
        self.events = 0
        self.dropped_updates = 0
        self.dropped_events = 0

    def put(self, update: Update) -> None:
        """Queue an update behind the others. If it has to wait for others, it keeps only its own events in memory."""
        self.updates.append(update.detached() if self.updates else update)
        self.events += update.events
        while len(self.updates) > BACKLOG_UPDATES or self.events > BACKLOG_EVENTS:
            self.dropped_events += self.take().events
            self.dropped_updates += 1

    def take(self) -> Update:
        """The oldest update that waits.

        Raises:
            IndexError: none does.
        """
        update = self.updates.popleft()
        self.events -= update.events
        return update
