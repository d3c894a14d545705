"""A running emulator: the engine, the writers of its sessions and its timer, as the AWS endpoint and the control plane
use it."""

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.types import Scope

from livetail.live.session import Counters, Ending, Session, State
from livetail.live.subscription import Subscription
from livetail.server.connection import connection_of
from livetail.server.engine import Engine
from livetail.server.scheduler import Scheduler
from livetail.server.tail_writer import Client, TailWriters
from livetail.settings import Settings

if TYPE_CHECKING:
    from livetail.scenarios.model import Scenario

_MAX_ENDED_KEPT: Final = 100


@dataclass(frozen=True, slots=True)
class EndedSession:
    """What is kept of a session that is over. Times are epoch milliseconds."""

    session_id: str
    request_id: str
    started_at: int
    ended_at: int
    ended_by: str
    subscription: Subscription
    http_version: str
    user_agent: str | None
    counters: Counters


class LiveServer:
    """What the requests of one server share.

    Attributes:
        engine: the pure part.
        tail_writers: the writers of the open sessions.
        ended_sessions: the newest that are over, oldest first.
        scheduler: makes things happen when they are due.
        ca_pem: the certificate authority that it made for itself, if it did (PEM).
    """

    def __init__(self, settings: Settings) -> None:
        """Raises ScenarioError if a scenario file is wrong."""
        self.engine = Engine(settings, _load(settings))
        self.tail_writers = TailWriters()
        self.ended_sessions: deque[EndedSession] = deque(maxlen=_MAX_ENDED_KEPT)
        self.scheduler = Scheduler(self.engine.clock, self.engine, self.tail_writers)
        self.ca_pem: bytes | None = None

    def reset(self) -> None:
        """Begin again; the clients of open sessions get a clean end of stream."""
        self.scheduler.interrupt()
        self.ended_sessions.clear()
        self.tail_writers.wake(self.engine.reset())
        self.tail_writers.notify()
        self.scheduler.schedule()

    def close_connection(self, scope: Scope, *, reset: bool = False) -> None:
        """Close the connection of a request as a fault rule wants it, or reset it; sessions over it end by `fault`."""
        connection = connection_of(scope)
        self.tail_writers.end_by_fault(connection)
        if reset:
            connection.reset()
        else:
            connection.close()

    def end_session(self, session_id: str) -> bool:
        """End one session cleanly; False if it is not open."""
        session = self.engine.hub.get(session_id)
        if session is None:
            return False
        if session.state is State.STREAMING:
            self.engine.hub.end(session)
            self.tail_writers.wake([session])
        return True

    def note_ended(self, session: Session, client: Client) -> None:
        """Keep what is worth knowing of a session that is over."""
        self.ended_sessions.append(
            EndedSession(
                session.session_id,
                session.request_id,
                session.started_at,
                self.engine.clock.now(),
                session.ended_by or Ending.CLIENT,
                session.subscription,
                client.http_version,
                client.user_agent,
                session.counters,
            )
        )

    def wake_all(self) -> None:
        """Wake every writer and set the timer anew, since the fault rules have changed."""
        self.tail_writers.wake(self.engine.hub)
        self.scheduler.schedule()

    async def drain(self) -> None:
        """End all sessions, those too that are opened meanwhile, and wait until their clients have what was left."""
        self.scheduler.stop()

        def have_ended() -> bool:
            self.tail_writers.wake(self.engine.end_sessions(Ending.SERVER))
            return not self.tail_writers

        await self.tail_writers.until(have_ended)


def _load(settings: Settings) -> "list[Scenario]":
    """The scenarios that are played from the start."""
    if not settings.scenario and not settings.replay:
        return []
    from livetail.scenarios import fixtures
    from livetail.scenarios.scenario import load, load_replay

    files = [file for given in settings.scenario for file in fixtures.find(given)]
    return [load(file) for file in files] + [load_replay(file) for file in settings.replay]
