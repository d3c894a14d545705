"""The scenarios that are being played: they ingest what they make through the same doors as everybody else."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from livetail.api.context import Caller
from livetail.api.service import Service
from livetail.core.chance import Chance
from livetail.core.errors import ResourceAlreadyExistsException

if TYPE_CHECKING:
    from livetail.scenarios.player import Emission, Player
    from livetail.scenarios.scenario import Scenario

__all__ = ["RunningScenario", "RunningScenarios"]

AT_ONCE: Final = 20_000
"""Log events after which what is late waits: about a tenth of a second of work."""

REST: Final = 50
"""Milliseconds for which it waits, so that the server gets to do everything else."""


@dataclass(frozen=True, slots=True)
class RunningScenario:
    """A scenario that plays since `started_at` (epoch milliseconds)."""

    scenario_id: str
    scenario: "Scenario"
    player: "Player"
    started_at: int


class RunningScenarios:
    """All scenarios of a server, in order of their start."""

    def __init__(self, service: Service, caller: Caller, chance: Chance) -> None:
        self._service = service
        self._caller = caller
        self._chance = chance
        self._running: dict[str, RunningScenario] = {}
        self._started = 0
        self._resting_until = 0

    def __len__(self) -> int:
        return len(self._running)

    def __iter__(self) -> Iterator[RunningScenario]:
        return iter(list(self._running.values()))

    def start(self, scenario: "Scenario", now: int) -> RunningScenario:
        """Make the log groups of a scenario and play it from now on.

        Raises:
            ServiceError: a log group cannot be made as the scenario wants it.
        """
        from livetail.scenarios.player import Player

        self._make_log_groups(scenario)
        self._started += 1
        scenario_id = f"{scenario.name}-{self._started}"
        running = RunningScenario(scenario_id, scenario, Player(scenario, now, self._chance.child(scenario_id)), now)
        self._running[scenario_id] = running
        return running

    def stop_all(self) -> None:
        """Stop playing; what has been ingested stays."""
        self._running.clear()

    def next_due(self) -> int | None:
        """Epoch milliseconds of the next instant at which a scenario says something."""
        due = self._earliest()
        return None if due is None else max(due, self._resting_until)

    def run_due(self, now: int) -> None:
        """Ingest what all scenarios have said by `now`, instant by instant.

        Not all of it when that is a lot, after a long sleep of the machine, or where the rates are more than it can
        make: the rest stays due, and is made later. The server has to answer and to stop all the same.
        """
        if now < self._resting_until:
            return
        ingested = 0
        while (due := self._earliest()) is not None and due <= now:
            if due < now and ingested >= AT_ONCE:
                self._resting_until = self._service.clock.now() + REST
                return
            for running in self:
                if running.player.next_due() == due:
                    ingested += self._ingest(running.player.run(due))

    def _earliest(self) -> int | None:
        return min((due for running in self if (due := running.player.next_due()) is not None), default=None)

    def _ingest(self, emissions: "Iterable[Emission]") -> int:
        count = 0
        for emission in emissions:
            self._service.ingest(self._caller, emission.log_group, emission.log_stream, emission.events)
            count += len(emission.events)
        return count

    def _make_log_groups(self, scenario: "Scenario") -> None:
        """A group that is there already keeps the settings that it has."""
        for group in scenario.log_groups:
            is_new = self._make(
                "CreateLogGroup", logGroupName=group.name, logGroupClass=group.log_class, tags=group.tags or None
            )
            if is_new and group.retention_days is not None:
                self._make("PutRetentionPolicy", logGroupName=group.name, retentionInDays=group.retention_days)
            for stream in group.streams:
                self._make("CreateLogStream", logGroupName=group.name, logStreamName=stream)

    def _make(self, operation: str, **parameters: Any) -> bool:
        """Answers False if it was there already."""
        given = {name: value for name, value in parameters.items() if value is not None}
        try:
            self._service.answer(operation, msgspec.json.encode(given), self._caller)
        except ResourceAlreadyExistsException:
            return False
        return True
