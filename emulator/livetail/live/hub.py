"""All open sessions: the log events for each, the due times, and the quotas.

The defaults are the service's: API_StartLiveTail and https://docs.aws.amazon.com/general/latest/gr/cwl_region.html
"""

import heapq
import logging
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from msgspec.structs import astuple

from livetail.core.arns import LogGroupArn
from livetail.core.chance import Chance
from livetail.core.clock import HOUR, SECOND, Clock
from livetail.core.errors import LimitExceededException
from livetail.core.ids import uuid4
from livetail.live.session import Counters, Ending, Session, State
from livetail.live.subscription import Matching, Subscription
from livetail.live.window import Window
from livetail.store.batch import Batch

_log = logging.getLogger(__name__)

_MIN_ENTRIES: Final = 64
"""With at least this many entries, the heap of due times is rebuilt without ended sessions."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The account and region whose quota a session counts against."""

    account_id: str
    region: str


def added(counters: Iterable[Counters]) -> Counters:
    """The sums of counters, all zero without any."""
    return Counters(*map(sum, zip(astuple(Counters()), *map(astuple, counters), strict=True)))


@dataclass(slots=True)
class Totals:
    """The totals of all sessions since the last reset, including ended ones.

    An open session has its own counters. They are added here when it is closed, so no event is counted twice.

    Attributes:
        ingested: log events, whether or not a session received them.
        ended: ended sessions, by what ended them.
        closed: the sums of the counters of ended sessions. Their buffered and pending events were never delivered.
    """

    ingested: int = 0
    started: int = 0
    updates_made: int = 0
    ended: Counter[Ending] = field(default_factory=Counter)
    closed: Counters = field(default_factory=Counters)


class Hub:
    """The sessions of all accounts and regions.

    A batch is matched once per distinct pattern. A log group without a session costs one look-up.

    Attributes:
        totals: the totals of all sessions.
    """

    def __init__(
        self,
        clock: Clock,
        chance: Chance,
        *,
        session_timeout_ms: int = 3 * HOUR,
        max_sessions: int = 15,
        session_rate: int = 0,
    ) -> None:
        """`max_sessions` and `session_rate` (starts per second) are per account and region; 0 is no limit."""
        self._clock = clock
        self._chance = chance
        self._session_timeout_ms = session_timeout_ms
        self._max_sessions = max_sessions
        self._session_rate = session_rate
        self._ids = chance.stream("session ids")
        self.totals = Totals()
        self._sessions: dict[str, Session] = {}
        self._owners: dict[str, Owner] = {}
        """Of the sessions that have not been ended yet, by their id."""
        self._recent_starts: dict[Owner, deque[int]] = {}
        self._tails: dict[LogGroupArn, dict[str, Session]] = {}
        """Of each log group, the sessions that receive it, by their id and in order of their start."""
        self._due: list[tuple[int, int, Session]] = []

    def __len__(self) -> int:
        return len(self._sessions)

    def __iter__(self) -> Iterator[Session]:
        """The open sessions, in order of their start."""
        return iter(list(self._sessions.values()))

    def get(self, session_id: str) -> Session | None:
        """An open session by its id."""
        return self._sessions.get(session_id)

    def open(self, subscription: Subscription, owner: Owner, request_id: str) -> Session:
        """Start a session for a checked request.

        Raises:
            LimitExceededException: a quota of the account and region is used up.
        """
        now = self._clock.now()
        self._check_quotas(owner, now)
        self.totals.started += 1
        session = Session(
            session_id=uuid4(self._ids),
            request_id=request_id,
            subscription=subscription,
            started_at=now,
            ends_at=now + self._session_timeout_ms,
            window=Window(self._chance.stream(f"sampling of session {self.totals.started}")),
        )
        self._sessions[session.session_id] = session
        self._owners[session.session_id] = owner
        for arn in subscription.log_groups:
            self._tails.setdefault(arn, {})[session.session_id] = session
        heapq.heappush(self._due, (session.next_due, self.totals.started, session))
        return session

    def publish(self, arn: LogGroupArn, batch: Batch) -> None:
        """Offer events that have just been ingested to the sessions that receive their log group."""
        self.totals.ingested += len(batch.events)
        sessions = self._tails.get(arn)
        if sessions:
            matching = Matching(batch)
            for session in sessions.values():
                selection = matching.by(session.subscription)
                if selection is not None:
                    session.offer(selection)

    def next_due(self) -> int | None:
        """Epoch milliseconds of the next update of any session; None if there are no sessions."""
        while self._due and self._due[0][2].state is not State.STREAMING:
            heapq.heappop(self._due)
        return self._due[0][0] if self._due else None

    def run_due(self, now: int) -> list[Session]:
        """Make the updates of all sessions that are due by `now`. Returns these sessions, which have messages."""
        updated = []
        while self._due and self._due[0][0] <= now:
            _, order, session = self._due[0]
            if session.session_id not in self._owners:
                heapq.heappop(self._due)
                continue
            try:
                self.totals.updates_made += session.make_update(now)
            except Exception:  # it must not stop the updates of the other sessions
                self.fail(session)
            if session.state is State.STREAMING:
                heapq.heapreplace(self._due, (session.next_due, order, session))
            else:
                self._release(session)
            updated.append(session)
        return updated

    def shift(self, milliseconds: int) -> None:
        """Move all due times by `milliseconds`, because the clock was set."""
        for _, _, session in self._due:
            session.shift(milliseconds)
        self._due = [(session.next_due, order, session) for _, order, session in self._due]
        heapq.heapify(self._due)
        self._recent_starts.clear()

    def end(self, session: Session, ending: Ending = Ending.DELETED) -> None:
        """End a session cleanly, after what is buffered."""
        session.end(ending)
        self._release(session)

    def fail(self, session: Session) -> None:
        """End a session after an error in our code, which is being handled, and log the error."""
        _log.exception("session %s failed", session.session_id)
        session.fail()
        self._release(session)

    def close(self, session: Session, ending: Ending = Ending.CLIENT) -> None:
        """Remove a session, as `Session.close` ends it, and add its counters to the totals."""
        session.close(ending)
        self._release(session)
        if self._sessions.pop(session.session_id, None) is not None:
            self.totals.ended[session.ended_by or ending] += 1
            self.totals.closed = added((self.totals.closed, session.counters))

    def _check_quotas(self, owner: Owner, now: int) -> None:
        """Both quotas were observed to give the same error: LimitExceededException, `Rate exceeded`."""
        if self._session_rate:
            starts = self._recent_starts.setdefault(owner, deque())
            while starts and starts[0] <= now - SECOND:
                starts.popleft()
            if len(starts) >= self._session_rate:
                raise LimitExceededException("Rate exceeded")
            starts.append(now)
        if self._max_sessions and list(self._owners.values()).count(owner) >= self._max_sessions:
            raise LimitExceededException("Rate exceeded")

    def _release(self, session: Session) -> None:
        """Remove an ended session from the receivers of log events and from its quota, if it is there."""
        if self._owners.pop(session.session_id, None) is None:
            return
        if len(self._due) > 2 * len(self._owners) + _MIN_ENTRIES:
            self._due = [entry for entry in self._due if entry[2].state is State.STREAMING]
            heapq.heapify(self._due)
        for arn in set(session.subscription.log_groups):
            del self._tails[arn][session.session_id]
            if not self._tails[arn]:
                del self._tails[arn]
