"""The pure rooms put together under one clock and one seed: all that the emulator is, but for the sockets."""

import secrets
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from livetail.api.context import Caller
from livetail.api.service import Service
from livetail.core.chance import Chance
from livetail.core.clock import ManualClock
from livetail.core.ids import uuid4
from livetail.live.hub import Hub
from livetail.live.limits import TailLimits
from livetail.live.session import Ending, Session
from livetail.server.clocks import make_clock
from livetail.server.journal import Journal, RequestTotals
from livetail.server.scenarios import RunningScenario, RunningScenarios
from livetail.settings import Settings
from livetail.store.batch import LogEvent

if TYPE_CHECKING:
    from livetail.faults.fault_rules import FaultRules
    from livetail.faults.rule_in_force import RuleInForce
    from livetail.scenarios.model import Scenario


class Engine:
    """Everything that `reset` makes anew.

    Attributes:
        clock: the time of everything in here.
        seed: where all chance comes from.
        hub: the open sessions.
        service: the operations of the AWS API.
        fault_rules: the fault rules in force; None until there has been one.
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
        self.fault_rules: FaultRules | None = None
        self._chance = chance
        self.scenarios = RunningScenarios(self.service, self._own_caller(), chance)
        for scenario in self._first_scenarios:
            self.start_scenario(scenario)

    def reset(self) -> list[Session]:
        """Begin again: no groups, no sessions, and time, chance and scenarios as at the start.

        Returns the sessions that were open; they have been ended, and their writers write what is left.
        """
        ended = self.end_sessions(Ending.RESET)
        self.clock.reset()
        self.journal.clear()
        self._build()
        return ended

    def end_sessions(self, ending: Ending) -> list[Session]:
        """End every session cleanly; no fault prevents it. Returns the sessions whose writers have to be woken."""
        self.clear_faults()
        for session in self.hub.streaming():
            self.hub.end(session, ending)
        return list(self.hub)

    def next_request_id(self) -> str:
        return uuid4(self._request_ids)

    def ingest(self, log_group: str, log_stream: str, events: Sequence[str | LogEvent]) -> None:
        """Put events into the default account and region; group and stream are made if they are missing."""
        self.service.ingest(self._own_caller(), log_group, log_stream, events)

    def next_due(self) -> int | None:
        """Epoch milliseconds of the next instant at which something happens by itself."""
        due = self.hub.next_due()
        if self.scenarios:
            due = _earlier(due, self.scenarios.next_due())
        if self.fault_rules is not None:
            due = _earlier(due, self.fault_rules.next_due())
        return due

    def run_due(self, now: int) -> list[Session]:
        """Do all that is due by `now`; returns the sessions that have something to take.

        Scenarios are first, and where time is moved by hand all of an instant is ingested before its update is made: so
        an update has what was ingested up to its very instant.
        """
        if self.scenarios and not self.scenarios.run_due(now) and isinstance(self.clock, ManualClock):
            return []
        ready = self.hub.run_due(now)
        return ready if self.fault_rules is None else ready + self._open_sessions(self.fault_rules.run_due(now))

    def shift(self, milliseconds: int) -> None:
        """Move the updates that are due by so much, since the clock was set."""
        self.hub.shift(milliseconds)

    @property
    def has_open_sessions(self) -> bool:
        return len(self.hub) > 0

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
            self.add_fault(rule)
        return running

    def add_fault(self, rule: object) -> "RuleInForce":
        """Put a fault rule in force, also for the sessions that are open; their writers have to be woken.

        Args:
            rule: in its JSON form, or made by `livetail.faults`.

        Raises:
            FaultRuleError: it is no rule.
        """
        from livetail.faults.fault_rules import FaultRules  # 15 ms that a server without rules starts without

        if self.fault_rules is None:
            self.fault_rules = FaultRules(self._chance)
        return self.fault_rules.add(rule, self.clock.now(), self.hub)

    def remove_fault(self, rule_id: str) -> bool:
        """Take a fault rule out of force; returns whether there was such a rule."""
        return self.fault_rules is not None and self.fault_rules.remove(rule_id)

    def clear_faults(self) -> None:
        """Take all fault rules out of force."""
        if self.fault_rules is not None:
            self.fault_rules.clear()

    def open_session(self, session: Session) -> None:
        """Apply the fault rules to a session that has just started."""
        if self.fault_rules is not None:
            self.fault_rules.open_session(session)

    def close_session(self, session: Session) -> None:
        """Forget what fault rules did to a session that is over."""
        if self.fault_rules is not None:
            self.fault_rules.close_session(session)

    def _open_sessions(self, session_ids: Iterable[str]) -> list[Session]:
        found = (self.hub.get(session_id) for session_id in session_ids)
        return [session for session in found if session is not None]

    def _own_caller(self) -> Caller:
        """On whose behalf the emulator itself ingests: nobody sees a request id of it."""
        return Caller(self.settings.account_id, self.settings.region, "")


def _earlier(first: int | None, second: int | None) -> int | None:
    """The earlier one of two instants; None is no instant."""
    if first is None or second is None:
        return second if first is None else first
    return min(first, second)
