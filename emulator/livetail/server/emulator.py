"""The emulator: the state of the service with one clock and one seed, and the scheduler that runs what is due.

The AWS endpoint and the control plane use it; the socket is in `server`.
"""

import secrets
from collections import Counter, deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from msgspec import to_builtins

from livetail.api.context import Caller
from livetail.api.service import Service
from livetail.core.chance import Chance
from livetail.core.clock import ManualClock
from livetail.live.hub import Hub
from livetail.live.session import Ending, Session, State
from livetail.server.clocks import make_clock
from livetail.server.journal import Journal
from livetail.server.scenarios import RunningScenarios
from livetail.server.scheduler import Scheduler
from livetail.server.tail_writer import Client, TailWriter, TailWriters
from livetail.settings import Settings
from livetail.store.batch import LogEvent

if TYPE_CHECKING:
    from livetail.control_shapes import EndedSessionInfo, SessionInfo
    from livetail.faults.fault_rules import FaultRules
    from livetail.faults.rule_in_force import RuleInForce
    from livetail.faults.rules import AnyRule
    from livetail.scenarios.scenario import Scenario

_MAX_ENDED_KEPT: Final = 100


class Emulator:
    """What the requests of one server share.

    Attributes:
        fault_rules: the fault rules in force; None until there has been one.
        request_ids: the random numbers for request ids.
        request_totals: how many requests had which result since the last reset: by operation, HTTP status (0 where a
            fault rule closed the connection instead), and code of the error or None.
        ended_sessions: the newest ended sessions, oldest first.
        ca_pem: the certificate authority that the server generated, if any (PEM).
    """

    def __init__(self, settings: Settings) -> None:
        """Raises ScenarioError if a scenario file is wrong."""
        self.settings = settings
        self._first_scenarios = _load(settings)
        self._own_caller = Caller(settings.account_id, settings.region, request_id="")
        self.clock = make_clock(settings.clock)
        self.seed = secrets.randbits(32) if settings.seed is None else settings.seed
        self.journal = Journal(self.clock, self._own_caller)
        self.tail_writers = TailWriters()
        self.ended_sessions: deque[EndedSessionInfo] = deque(maxlen=_MAX_ENDED_KEPT)
        self.scheduler = Scheduler(self.clock, self, self.tail_writers)
        self.ca_pem: bytes | None = None
        self._is_draining = False
        self._begin()

    def _begin(self) -> None:
        settings = self.settings
        chance = Chance(self.seed)
        self.request_totals: Counter[tuple[str, int, str | None]] = Counter()
        self.request_ids = chance.stream("request ids")
        self.hub = Hub(
            self.clock,
            chance,
            session_timeout_ms=settings.session_timeout,
            max_sessions=settings.max_sessions,
            session_rate=settings.session_rate,
        )
        self.service = Service(
            clock=self.clock,
            hub=self.hub,
            retain_events=settings.retain_events,
            retain_bytes=settings.retain_bytes,
        )
        self.fault_rules: FaultRules | None = None
        self._chance = chance
        self.scenarios = RunningScenarios(self.service, self._own_caller, chance)
        for scenario in self._first_scenarios:
            self.start_scenario(scenario)

    def reset(self) -> None:
        """Return to the state after the start: no groups and sessions; clock, seed and scenarios as at the start.

        Open sessions send their remaining messages and a clean end of stream.
        """
        self._end_sessions(Ending.RESET)
        self.scheduler.interrupt()
        self.clock.reset()
        self.journal.clear()
        self.ended_sessions.clear()
        self._begin()
        self.tail_writers.notify()
        self.scheduler.schedule()

    async def drain(self) -> None:
        """End all sessions, also those opened meanwhile, and wait until their remaining messages are written."""
        self._is_draining = True
        self._end_sessions(Ending.SERVER)
        self.scheduler.stop()
        await self.tail_writers.wait_until(lambda: not self.tail_writers)

    def _end_sessions(self, ending: Ending) -> None:
        """End every session cleanly; no fault prevents it."""
        self.clear_faults()
        for session in self.hub:
            if session.state is State.STREAMING:
                self.hub.end(session, ending)
        self.tail_writers.wake(self.hub)

    def ingest(self, log_group: str, log_stream: str, events: Sequence[str | LogEvent]) -> None:
        """Put events into the default account and region; group and stream are made if they are missing."""
        self.service.ingest(self._own_caller, log_group, log_stream, events)

    # For the scheduler.

    @property
    def updates_made(self) -> int:
        """Session updates of all sessions since the last reset."""
        return self.hub.totals.updates_made

    def next_due(self) -> int | None:
        """Epoch milliseconds of the next instant at which something is due."""
        due = self.hub.next_due()
        if self.scenarios.running:
            due = _earlier(due, self.scenarios.next_due())
        if self.fault_rules is not None:
            due = _earlier(due, self.fault_rules.next_due())
        return due

    def run_due(self, now: int) -> list[Session]:
        """Do all that is due by `now`; returns the sessions that may have messages to write.

        Scenarios come first. On a manual clock, all events of an instant are ingested before its updates are made, so
        that an update includes the events of its own instant.
        """
        if self.scenarios.running and not self.scenarios.run_due(now) and isinstance(self.clock, ManualClock):
            return []
        ready = self.hub.run_due(now)
        if self.fault_rules is not None:
            ready += self.fault_rules.run_due(now)
        return ready

    def shift(self, milliseconds: int) -> None:
        """Move all due times by `milliseconds`, because the clock was set."""
        self.hub.shift(milliseconds)
        self.scenarios.shift(milliseconds)
        if self.fault_rules is not None:
            self.fault_rules.shift(milliseconds)

    # Scenarios, fault rules and sessions.

    def start_scenario(self, scenario: "Scenario") -> str:
        """Play a scenario from now on, with the faults that belong to it; returns its id.

        Raises:
            ServiceError: a log group of the scenario cannot be created.
        """
        scenario_id = self.scenarios.start(scenario, self.clock.now())
        for rule in scenario.faults:
            self.add_fault(rule)
        return scenario_id

    def add_fault(self, rule: "AnyRule") -> "RuleInForce":
        """Put a fault rule in force, also for the sessions that are open."""
        from livetail.faults.fault_rules import FaultRules  # takes 15 ms, so not at the start

        if self.fault_rules is None:
            self.fault_rules = FaultRules(self._chance)
        return self.fault_rules.add(rule, self.clock.now(), self.hub)

    def clear_faults(self) -> None:
        """Take all fault rules out of force."""
        if self.fault_rules is not None:
            self.fault_rules.clear()

    def wake_all(self) -> None:
        """Wake every writer and set the timer again, because the fault rules have changed."""
        self.tail_writers.wake(self.hub)
        self.scheduler.schedule()

    async def stream(self, session: Session, client: Client, headers: list[tuple[bytes, bytes]]) -> None:
        """Respond to a client with the session that it has just started, until it ends or the client leaves."""
        if self.fault_rules is not None:
            self.fault_rules.open_session(session)
        if self._is_draining:
            self.hub.end(session, Ending.SERVER)
        writer = TailWriter(session, self.hub, self.clock, client, self.scheduler.schedule)
        try:
            with self.tail_writers.registered(writer):
                self.scheduler.schedule()
                await writer.run(headers)
        finally:
            if self.fault_rules is not None:
                self.fault_rules.close_session(session)
            info = session_info(session, client)
            ended_by = session.ended_by or Ending.CLIENT
            self.ended_sessions.append({**info, "endedAt": self.clock.now(), "endedBy": ended_by})

    def sessions(self) -> "list[SessionInfo]":
        """The open sessions, in order of their start."""
        return [session_info(session, self.tail_writers.client_of(session)) for session in self.hub]

    def end_session(self, session_id: str) -> bool:
        """End one session cleanly; False if it is not open."""
        session = self.hub.get(session_id)
        if session is None:
            return False
        if session.state is State.STREAMING:
            self.hub.end(session)
            self.tail_writers.wake([session])
        return True


def session_info(session: Session, client: Client | None) -> "SessionInfo":
    """A session as the control plane shows it; `client` is None before its response begins."""
    subscription = session.subscription
    streams, prefixes = subscription.log_stream_names, subscription.log_stream_name_prefixes
    return {
        "sessionId": session.session_id,
        "requestId": session.request_id,
        "state": session.state.value,
        "startedAt": session.started_at,
        "logGroupIdentifiers": list(subscription.log_group_identifiers),
        "logStreamNames": None if streams is None else list(streams),
        "logStreamNamePrefixes": None if prefixes is None else list(prefixes),
        "logEventFilterPattern": subscription.log_event_filter_pattern,
        "httpVersion": None if client is None else client.http_version,
        "userAgent": None if client is None else client.user_agent,
        "counters": to_builtins(session.counters),
    }


def _load(settings: Settings) -> "list[Scenario]":
    """The scenarios that are played from the start."""
    if not settings.scenario and not settings.replay:
        return []
    from livetail.scenarios import fixtures
    from livetail.scenarios.scenario import load, load_replay

    files = [file for given in settings.scenario for file in fixtures.find(given)]
    return [load(file) for file in files] + [load_replay(file) for file in settings.replay]


def _earlier(first: int | None, second: int | None) -> int | None:
    """The earlier of two instants; None is no instant."""
    if first is None or second is None:
        return second if first is None else first
    return min(first, second)
