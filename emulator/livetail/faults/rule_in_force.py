"""A fault rule that is in force: how often it has fired, on what, and its random draws."""

from collections import Counter
from typing import Final, cast

from livetail.control_shapes import FaultInfo, FiringInfo
from livetail.core.chance import Chance, Random
from livetail.faults.reading import as_json
from livetail.faults.rules import AnyRule

MAX_FIRINGS_KEPT: Final = 100
"""How many of the newest requests and sessions in `firedOn` of a rule are kept."""


class RuleInForce:
    """A rule under its id: `fault-1`, in order of adding.

    Attributes:
        added_at: epoch milliseconds.
        requests: matching requests since then; for a rule on sessions, the sessions.
        fired: how often it has fired, over all requests and sessions.
        is_removed: it is no longer in force, and its effects end.
    """

    def __init__(self, rule_id: str, given: AnyRule, added_at: int, chance: Chance, totals: Counter[str]) -> None:
        """`totals` counts the firings of all rules by the type of their effect."""
        self.rule_id = rule_id
        self.rule = given.full_rule()
        self.added_at = added_at
        self.requests = 0
        self.fired = 0
        self.is_removed = False
        self._fired_on: dict[str, FiringInfo] = {}
        self._given = given
        self._chance = chance
        self._totals = totals
        totals[self.rule.effect.type_name()] += 0
        self._random = self.random_of("requests")

    @property
    def is_exhausted(self) -> bool:
        """Whether it will never fire again."""
        return self.is_removed or 0 < self.rule.max_firings <= self.fired

    def random_of(self, part: str) -> Random:
        """The random numbers of a part of this rule, such as one session; they do not depend on other parts."""
        return self._chance.stream(f"{self.rule_id} {part}")

    def fires(self, random: Random, now: int, request_id: str, session_id: str | None = None) -> bool:
        """Whether it fires on a request or session, by its probability; records it if so.

        With probability 1 no random number is drawn.
        """
        probability = self.rule.probability
        if self.is_exhausted or (probability < 1 and random.random() >= probability):
            return False
        self.fired += 1
        self._totals[self.rule.effect.type_name()] += 1
        if request_id not in self._fired_on:
            self._fired_on[request_id] = {"time": now, "requestId": request_id, "sessionId": session_id}
            if len(self._fired_on) > MAX_FIRINGS_KEPT:
                del self._fired_on[next(iter(self._fired_on))]
        return True

    def fires_on_request(self, request_id: str, now: int) -> bool:
        """Whether it fires on a matching request. The caller has counted the request."""
        number = self.requests - 1 - (self.rule.after.requests or 0)
        if number < 0 or now < self.added_at + (self.rule.after.milliseconds or 0):
            return False
        if self.rule.sequence is not None and not self.rule.sequence.fires(number):
            return False
        return self.fires(self._random, now, request_id)

    def as_json(self) -> FaultInfo:
        """The rule as the control plane lists it."""
        row = {
            "id": self.rule_id,
            **as_json(self._given),
            "operation": self.rule.operation_name,
            "fired": self.fired,
            "remaining": max(0, self.rule.max_firings - self.fired) if self.rule.max_firings else None,
            "firedOn": list(self._fired_on.values()),
        }
        return cast("FaultInfo", row)
