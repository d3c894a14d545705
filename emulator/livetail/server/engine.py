"""The pure rooms put together under one clock and one seed: all that the emulator is, but for the sockets."""

import secrets
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from livetail.api.context import Caller
from livetail.api.service import Service
from livetail.core.chance import Chance
from livetail.core.clock import ManualClock
from livetail.core.ids import uuid4
from livetail.faults import Faults, TailFaults
from livetail.live.hub import Hub
from livetail.live.limits import TailLimits
from livetail.live.session import Session
from livetail.server.clocks import make_clock
from livetail.server.journal import Journal
from livetail.server.request_totals import RequestTotals
from livetail.server.scenarios import RunningScenario, RunningScenarios
from livetail.settings import Settings
from livetail.store.batch import LogEvent

if TYPE_CHECKING:
    from livetail.scenarios.model import Scenario

__all__ = ["Engine"]


class Engine:
    """Everything that `reset` makes anew.

    Attributes:
        clock: the time of everything in here.
        seed: where all chance comes from.
        hub: the open sessions.
        service: the operations of the AWS API.
        faults: the rules of what goes wrong.
        scenarios: those that are being played.
        journal: the newest requests.
        request_totals: how many requests were answered, and how.
    """

    def __init__(self, settings: Settings, scenarios: "Sequence[Scenario]" = ()) -> None:
        """`scenarios` are played from the start, and again from each reset on."""
        self.settings = settings
        self._first_scenarios = scenarios
        self.clock = make_clock(settings.clock)
        self.seed = secrets.randbits(32) if settings.seed is None else settings.seed
        self.journal = Journal()
        self._build()

    def _build(self) -> None:
        settings = self.settings
        chance = Chance(self.seed)
        limits = TailLimits(settings.session_timeout, settings.max_sessions, settings.session_rate)
        self.request_totals = RequestTotals()
        self._request_ids = chance.stream("request ids")
        self.hub = Hub(self.clock, chance, limits)
        self.service = Service(
            clock=self.clock,
            hub=self.hub,
            retain_events=settings.retain_events,
            retain_bytes=settings.retain_bytes,
        )
        self.faults = Faults(chance)
        self.scenarios = RunningScenarios(self.service, self._own_caller(), chance)
        for scenario in self._first_scenarios:
            self.start_scenario(scenario)

    def reset(self) -> list[Session]:
        """Begin again: no groups, no sessions, and time, chance and scenarios as at the start.

        Answers the sessions that were open; they have been ended, and their writers hand over what is left.
        """
        ended = self.end_sessions()
        self.clock.reset()
        self.journal.clear()
        self._build()
        return ended

    def end_sessions(self) -> list[Session]:
        """End every session cleanly; no fault keeps it from ending. Answers the sessions whose writers have to look."""
        self.faults.clear()
        for session in self.hub.streaming():
            self.hub.end(session)
        return list(self.hub)

    def next_request_id(self) -> str:
        return uuid4(self._request_ids)

    def ingest(self, log_group: str, log_stream: str, events: Sequence[str | LogEvent]) -> None:
        """Put events into the default account and region; group and stream are made if they are missing."""
        self.service.ingest(self._own_caller(), log_group, log_stream, events)

    def next_due(self) -> int | None:
        """Epoch milliseconds of the next instant at which something happens by itself."""
        dues = (self.scenarios.next_due(), self.hub.next_due(), self.faults.next_due())
        return min((due for due in dues if due is not None), default=None)

    def run_due(self, now: int) -> list[Session]:
        """Do all that is due by `now`; answers the sessions that have something to take.

        Scenarios are first, and where time is moved by hand all of an instant is ingested before its update is made: so
        an update has what was ingested up to its very instant.
        """
        if not self.scenarios.run_due(now) and isinstance(self.clock, ManualClock):
            return []
        ready = self.hub.run_due(now)
        return ready + self._open_sessions(self.faults.run_due(now))

    @property
    def updates_made(self) -> int:
        """Session updates of all sessions since the last reset."""
        return self.hub.updates_made

    def start_scenario(self, scenario: "Scenario") -> RunningScenario:
        """Play a scenario from now on, with the faults that belong to it.

        Raises:
            ServiceError: a log group cannot be made as the scenario wants it.
        """
        now = self.clock.now()
        running = self.scenarios.start(scenario, now)
        for rule in scenario.faults:
            self.faults.add(rule, now)
        return running

    def open_tail(self, session: Session) -> TailFaults:
        """Put the fault rules between a session that has just been opened and its writer."""
        names = [arn.name for arn in session.subscription.log_groups]
        tail = self.faults.open_tail(session.session_id, names, session.started_at)
        session.distortion = tail.distortion
        return tail

    def _open_sessions(self, session_ids: Iterable[str]) -> list[Session]:
        found = (self.hub.get(session_id) for session_id in session_ids)
        return [session for session in found if session is not None]

    def _own_caller(self) -> Caller:
        """On whose behalf the emulator itself ingests: nobody sees a request id of it."""
        return Caller(self.settings.account_id, self.settings.region, "")
