"""Updates that wait for their client, and what goes when it does not keep up.

"If your client consumes the log events slower than the server produces them, CloudWatch Logs buffers up to 10
LiveTailSessionUpdate events or 5000 log events, after which it starts dropping the oldest events." (API_StartLiveTail)
"""

from collections import deque

from livetail.live.limits import BACKLOG_EVENTS, BACKLOG_UPDATES
from livetail.live.window import Update


class Backlog:
    """A queue of updates that forgets the oldest when it is full.

    Attributes:
        events: log events in the updates that wait.
        dropped_updates: updates forgotten so far, with `dropped_events` in them.
    """

    __slots__ = ("_updates", "dropped_events", "dropped_updates", "events")

    def __init__(self) -> None:
        self._updates: deque[Update] = deque()
        self.events = 0
        self.dropped_updates = 0
        self.dropped_events = 0

    def __len__(self) -> int:
        return len(self._updates)

    def put(self, update: Update) -> None:
        """Queue an update behind the others. One that has to wait for another keeps no whole batches in memory."""
        self._updates.append(update.detached() if self._updates else update)
        self.events += update.events
        while len(self._updates) > BACKLOG_UPDATES or self.events > BACKLOG_EVENTS:
            oldest = self.take()
            self.dropped_updates += 1
            self.dropped_events += oldest.events

    def take(self) -> Update:
        """The oldest update that waits.

        Raises:
            IndexError: none does.
        """
        update = self._updates.popleft()
        self.events -= update.events
        return update
