"""The scenarios that are being played. Their log events are ingested like all others."""

import logging
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from livetail.api.context import Caller
from livetail.api.service import Service
from livetail.core.chance import Chance
from livetail.core.clock import ManualClock
from livetail.scenarios import ScenarioError
from livetail.store.log_group import LogGroupClass

if TYPE_CHECKING:
    from livetail.scenarios.player import Player
    from livetail.scenarios.scenario import Scenario
    from livetail.scenarios.tables import LogGroup
    from livetail.store.accounts import RegionStore

_log = logging.getLogger(__name__)

MAX_RUNNING: Final = 50
"""Scenarios that are played or listed at a time."""

MAX_EVENTS_AT_ONCE: Final = 1_000
"""Log events that are ingested before other work is done: about 10 ms."""

EMISSION_WEIGHT: Final = 10
"""The cost of an emission besides its events, counted in log events."""

PAUSE_MS: Final = 10
"""On a running clock, the pause between two portions of late log events, so that the server can do other work."""


class RunningScenarios:
    """All scenarios of a server.

    Attributes:
        running: those that are played or listed, by their ids, in order of their start.
    """

    def __init__(self, service: Service, caller: Caller, chance: Chance) -> None:
        self._service = service
        self._caller = caller
        self._chance = chance
        self.running: dict[str, Player] = {}
        self._started = 0
        self._paused_until = 0

    def start(self, scenario: "Scenario", now: int) -> str:
        """Make the log groups of a scenario and play it from now on; returns its id.

        Raises:
            ScenarioError: too many are being played.
        """
        from livetail.scenarios.player import Player  # takes 10 ms, so not at the start

        if len(self.running) >= MAX_RUNNING:
            ended = next((name for name, player in self.running.items() if player.next_due() is None), None)
            if ended is None:
                raise ScenarioError([f"{MAX_RUNNING} scenarios are being played, which is the limit; stop them first"])
            del self.running[ended]
        store = self._service.accounts.region(self._caller.account_id, self._caller.region)
        for group in scenario.log_groups:
            _create_log_group(store, group, now)
        self._started += 1
        scenario_id = f"{scenario.name}-{self._started}"
        self.running[scenario_id] = Player(scenario, now, self._chance.child(scenario_id))
        return scenario_id

    def stop_all(self) -> None:
        """Stop playing; what has been ingested stays."""
        self.running.clear()

    def shift(self, milliseconds: int) -> None:
        """Move all due times by `milliseconds`, because the clock was set."""
        for player in self.running.values():
            player.started_at += milliseconds
        self._paused_until += milliseconds

    def next_due(self) -> int | None:
        """Epoch milliseconds of the next instant at which a scenario emits something."""
        earliest = self._earliest()
        return earliest and max(earliest[0], self._paused_until)

    def run_due(self, now: int) -> bool:
        """Ingest what all scenarios emit by `now`, instant by instant, up to `MAX_EVENTS_AT_ONCE`.

        Returns False if some are left. They are due at once on a manual clock, else after a pause, so that the server
        handles requests and a stop even if the rates are higher than it can ingest.
        """
        if now < self._paused_until:
            return False
        ingested = 0
        while (earliest := self._earliest()) is not None and earliest[0] <= now:
            if ingested >= MAX_EVENTS_AT_ONCE:
                if not isinstance(self._service.clock, ManualClock):
                    self._paused_until = self._service.clock.now() + PAUSE_MS
                return False
            ingested += self._ingest(earliest[1])
        return True

    def _ingest(self, scenario_id: str) -> int:
        """Ingest the next slice of a scenario; returns its cost. A failing one is stopped, so that time can go on."""
        cost = 0
        try:
            for emission in self.running[scenario_id].take():
                self._service.ingest(self._caller, emission.log_group, emission.log_stream, emission.events)
                cost += len(emission.events) + EMISSION_WEIGHT
        except Exception:
            _log.exception("the scenario %s failed and has been stopped", scenario_id)
            del self.running[scenario_id]
        return cost

    def _earliest(self) -> tuple[int, str] | None:
        """The next due instant and the id of its scenario, the one that was started first if there are several."""
        dues = ((due, name) for name, player in self.running.items() if (due := player.next_due()) is not None)
        return min(dues, key=itemgetter(0), default=None)


def _create_log_group(store: "RegionStore", group: "LogGroup", now: int) -> None:
    """Create a log group and its streams; an existing group keeps its settings."""
    made = store.groups.get(group.name)
    if made is None:
        made = store.create_group(group.name, now, LogGroupClass(group.log_class))
        made.tags.update(group.tags)
        if group.retention_days is not None:
            made.retention_days = group.retention_days
    for stream in group.streams:
        if stream not in made.streams:
            made.create_stream(stream, now)
