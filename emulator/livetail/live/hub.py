"""All open sessions: who hears what, who is due when, and how many there may be."""

import heapq
import logging
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass

from livetail.core.arns import LogGroupArn
from livetail.core.chance import Chance
from livetail.core.clock import SECOND, Clock
from livetail.core.errors import LimitExceededException
from livetail.core.ids import uuid4
from livetail.live.limits import TailLimits
from livetail.live.session import STREAMING_FAILURE, Session, State
from livetail.live.subscription import Channel, Matching, StreamFilter, Subscription
from livetail.live.totals import Ending, Totals
from livetail.store.batch import Batch
from livetail.wire import livetail

__all__ = ["Hub", "Owner"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose quota a session counts against."""

    account_id: str
    region: str


class Hub:
    """The sessions of all accounts and regions.

    A batch is matched once per distinct pattern and handed to each channel that wants some of it; a group that nobody
    tails costs one look-up.

    Attributes:
        updates_made: session updates of all sessions so far.
        totals: what became of all sessions so far.
    """

    def __init__(self, clock: Clock, chance: Chance, limits: TailLimits) -> None:
        self._clock = clock
        self._chance = chance
        self._limits = limits
        self._ids = chance.stream("session ids")
        self._opened = 0
        self.updates_made = 0
        self.totals = Totals()
        self._sessions: dict[str, Session] = {}
        self._owners: dict[str, Owner] = {}
        self._open_sessions: Counter[Owner] = Counter()
        self._recent_starts: dict[Owner, deque[int]] = {}
        self._channels: dict[LogGroupArn, dict[tuple[str, StreamFilter], Channel]] = {}
        self._due: list[tuple[int, int, Session]] = []

    def __len__(self) -> int:
        return len(self._sessions)

    def __iter__(self) -> Iterator[Session]:
        """The open sessions, in order of their start."""
        return iter(list(self._sessions.values()))

    def streaming(self) -> list[Session]:
        """The open sessions that have not been ended yet."""
        return [session for session in self if session.state is State.STREAMING]

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
        self._opened += 1
        self.totals.started += 1
        session = Session(
            session_id=uuid4(self._ids),
            request_id=request_id,
            subscription=subscription,
            started_at=now,
            timeout=self._limits.session_timeout,
            random=self._chance.stream(f"sampling of session {self._opened}"),
        )
        self._sessions[session.session_id] = session
        self._owners[session.session_id] = owner
        self._open_sessions[owner] += 1
        stream_filter = subscription.stream_filter
        for arn in subscription.log_groups:
            channels = self._channels.setdefault(arn, {})
            key = subscription.matcher.pattern, stream_filter
            if key not in channels:
                channels[key] = Channel(subscription.matcher, stream_filter)
            channels[key].sessions[session.session_id] = session
        heapq.heappush(self._due, (session.next_due, self._opened, session))
        return session

    def publish(self, arn: LogGroupArn, batch: Batch) -> None:
        """Offer events that have just been ingested to whoever tails their group."""
        self.totals.ingested += len(batch)
        channels = self._channels.get(arn)
        if not channels:
            return
        matching = Matching(batch)
        for channel in channels.values():
            if channel.stream_filter.accepts(batch.log_stream_name):
                selection = matching.by(channel.matcher)
                if selection.positions:
                    for session in channel.sessions.values():
                        session.offer(selection)

    def next_due(self) -> int | None:
        """Epoch milliseconds of the next tick of any session; None if there are no sessions."""
        while self._due and self._due[0][2].state is not State.STREAMING:
            heapq.heappop(self._due)
        return self._due[0][0] if self._due else None

    def run_due(self, now: int) -> list[Session]:
        """Tick every session that is due by `now`; those sessions have something to take."""
        ticked = []
        while (due := self.next_due()) is not None and due <= now:
            _, order, session = self._due[0]
            try:
                session.tick(now)
                self.updates_made += 1
                if session.state is not State.STREAMING:
                    session.ended_by = Ending.TIMEOUT
            except Exception:
                # A fault of ours in one session must not silence the others, nor stop the clock for them.
                _log.exception("session %s failed", session.session_id)
                if session.state is State.STREAMING:
                    session.fail(livetail.modeled_exception("SessionStreamingException", STREAMING_FAILURE))
                session.ended_by = Ending.EXCEPTION
            if session.state is State.STREAMING:
                heapq.heapreplace(self._due, (session.next_due, order, session))
            else:
                self._silence(session)
            ticked.append(session)
        return ticked

    def fail(self, session: Session, message: bytes) -> None:
        """End a session with an exception or error message, after what is buffered."""
        session.fail(message)
        session.ended_by = Ending.EXCEPTION
        self._silence(session)

    def end(self, session: Session, ending: Ending = Ending.DELETED) -> None:
        """End a session cleanly, after what is buffered."""
        session.end()
        session.ended_by = ending
        self._silence(session)

    def close(self, session: Session, ending: Ending = Ending.CLIENT) -> None:
        """Forget a session: its client has gone or has all it will get. Its place is free at once.

        `ending` is how a session ended that was neither ended in here nor timed out.
        """
        session.close()
        self._silence(session)
        if self._sessions.pop(session.session_id, None) is not None:
            self._open_sessions[self._owners.pop(session.session_id)] -= 1
            session.ended_by = Ending(session.ended_by or ending)
            self.totals.close(session.counters, session.ended_by)

    def _check_quotas(self, owner: Owner, now: int) -> None:
        """Both quotas answer alike, as far as has been observed: LimitExceededException, `Rate exceeded`."""
        limits = self._limits
        if limits.session_rate:
            starts = self._recent_starts.setdefault(owner, deque())
            while starts and starts[0] <= now - SECOND:
                starts.popleft()
            if len(starts) >= limits.session_rate:
                raise LimitExceededException("Rate exceeded")
            starts.append(now)
        if limits.max_sessions and self._open_sessions[owner] >= limits.max_sessions:
            raise LimitExceededException("Rate exceeded")

    def _silence(self, session: Session) -> None:
        """Take a session off its channels; a channel without sessions goes too."""
        subscription = session.subscription
        key = subscription.matcher.pattern, subscription.stream_filter
        for arn in subscription.log_groups:
            channels = self._channels.get(arn, {})
            channel = channels.get(key)
            if channel is None:
                continue
            channel.sessions.pop(session.session_id, None)
            if not channel.sessions:
                del channels[key]
                if not channels:
                    del self._channels[arn]
