"""The rules that are about one session: what each waits for there, and whether it is over with it."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from livetail.core.chance import Random
from livetail.faults.model import START_LIVE_TAIL, After, Place
from livetail.faults.stored import StoredFault

if TYPE_CHECKING:
    from livetail.faults.registry import Faults

__all__ = ["Watch", "Watches"]


class Watch:
    """One rule as far as it is about one session.

    Attributes:
        fault: the rule.
        random: the draws of this rule for this session.
        over: it has acted on this session, or has been drawn not to.
        running: its mode is on.
    """

    __slots__ = ("fault", "over", "random", "running")

    def __init__(self, fault: StoredFault, random: Random) -> None:
        self.fault = fault
        self.random = random
        self.over = False
        self.running = False

    def fire_once(self) -> bool:
        """Whether the rule fires; in this session it is asked no more."""
        self.over = True
        return self.fault.fire(self.random)


class Watches:
    """The rules about one session, in the order in which they were added; follows what is added and removed.

    Attributes:
        started_at: of the session, in epoch milliseconds.
        updates: session updates that have been written; -1 until sessionStart has been.
    """

    __slots__ = ("_faults", "_log_groups", "_number", "_ordinals", "_version", "_watches", "started_at", "updates")

    def __init__(self, faults: "Faults", log_groups: Sequence[str], started_at: int, number: int) -> None:
        """`number` tells the sessions apart: their draws do not shift each other."""
        self._faults = faults
        self._log_groups = tuple(log_groups)
        self._number = number
        self._watches: dict[str, Watch] = {}
        # Which session each rule counts this one as; rules that were added later do not count it.
        self._ordinals: dict[str, int] = {}
        self._version = -1
        self.started_at = started_at
        self.updates = -1
        for fault in faults:
            if self._concerns(fault):
                fault.requests += 1
                self._ordinals[fault.fault_id] = fault.requests

    def __iter__(self) -> Iterator[Watch]:
        if self._version != self._faults.version:
            self._version = self._faults.version
            self._watches = {
                fault.fault_id: self._watches.get(fault.fault_id)
                or Watch(fault, fault.random_of(f"session {self._number}"))
                for fault in self._faults
                if self._concerns(fault)
            }
        return iter(self._watches.values())

    def due(self, place: Place, now: int) -> list[Watch]:
        """The rules that can act at a place of the session by `now`."""
        return [
            watch
            for watch in self
            if watch.fault.rule.place is place
            and not watch.over
            and not watch.fault.exhausted
            and self._is_triggered(watch.fault, now)
        ]

    def modes(self, effect: str, now: int) -> list[Watch]:
        """The rules whose mode is on in this session; those that are due are turned on now."""
        if not self._faults:
            return []
        for watch in self.due(Place.MODE, now):
            if watch.fault.rule.effect.type == effect:
                watch.running = watch.fire_once()
        return [watch for watch in self if watch.running and watch.fault.rule.effect.type == effect]

    def next_due(self, behind: int) -> int | None:
        """The first instant after `behind` at which a rule acts on the session by itself; epoch milliseconds."""
        instants = (
            self.started_at + watch.fault.rule.amount
            for watch in self
            if watch.fault.rule.after is After.SECONDS
            and watch.fault.rule.place is Place.SESSION
            and not watch.over
            and not watch.fault.exhausted
        )
        return min((instant for instant in instants if instant > behind), default=None)

    def _concerns(self, fault: StoredFault) -> bool:
        rule = fault.rule
        return rule.place is not Place.REQUEST and rule.matches(START_LIVE_TAIL, self._log_groups)

    def _is_triggered(self, fault: StoredFault, now: int) -> bool:
        rule = fault.rule
        match rule.after:
            case After.NOTHING:
                return True
            case After.REQUESTS:
                return self._ordinals.get(fault.fault_id, 0) > rule.amount
            case After.UPDATES:
                return self.updates >= rule.amount
            case After.SECONDS:
                return now >= self.started_at + rule.amount
