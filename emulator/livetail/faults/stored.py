"""A fault rule that is in force, and how often it has fired."""

from typing import Any

from livetail.core.chance import Chance, Random
from livetail.faults.model import After, FaultRule

__all__ = ["StoredFault"]


class StoredFault:
    """A rule under its id.

    Attributes:
        fault_id: `fault-1`, in order of adding.
        rule: what it says.
        added_at: epoch milliseconds.
        requests: requests that it was about since then; for a rule on tails, the sessions.
        fired: how often it has fired, over all requests and sessions.
        removed: it is not in force any more, and what it had begun ends.
    """

    __slots__ = ("_chance", "_random", "added_at", "fault_id", "fired", "removed", "requests", "rule")

    def __init__(self, fault_id: str, rule: FaultRule, added_at: int, chance: Chance) -> None:
        self.fault_id = fault_id
        self.rule = rule
        self.added_at = added_at
        self.requests = 0
        self.fired = 0
        self.removed = False
        self._chance = chance
        self._random: Random | None = None

    @property
    def exhausted(self) -> bool:
        """Whether it will never fire again."""
        return self.removed or 0 < self.rule.times <= self.fired

    def random_of(self, part: str) -> Random:
        """The random stream of a part of this fault, such as one session: no other part shifts it."""
        return self._chance.stream(f"fault {self.fault_id} {part}")

    def fire(self, random: Random) -> bool:
        """Whether it fires now that it could; counts it if so. A certain rule draws nothing."""
        probability = self.rule.probability
        if self.exhausted or (probability < 1 and random.random() >= probability):
            return False
        self.fired += 1
        return True

    def fires_on_request(self, now: int) -> bool:
        """Whether it fires on a request that it is about, which has been counted."""
        rule = self.rule
        if rule.after is After.REQUESTS and self.requests <= rule.amount:
            return False
        if rule.after is After.SECONDS and now < self.added_at + rule.amount:
            return False
        if self._random is None:
            self._random = self.random_of("requests")
        return self.fire(self._random)

    def as_json(self) -> dict[str, Any]:
        """The rule as it was given, with its id, how often it has fired, and how often it still can (None: always)."""
        remaining = max(0, self.rule.times - self.fired) if self.rule.times else None
        return {"id": self.fault_id, **self.rule.given, "fired": self.fired, "remaining": remaining}
