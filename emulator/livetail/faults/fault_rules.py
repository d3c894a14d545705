"""All fault rules in force, applied to requests and sessions."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from livetail.core.chance import Chance
from livetail.faults.effects import ResponseEffect
from livetail.faults.rule_in_force import RuleInForce
from livetail.faults.rules import START_LIVE_TAIL, AnyRule, FaultRule
from livetail.faults.session_rules import SessionRules
from livetail.live.session import Session


class FaultRules:
    """The rules in force, in the order in which they were added.

    Attributes:
        fired: how often rules have fired, by the type of their effect, removed rules included.
    """

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._in_force: dict[str, RuleInForce] = {}
        self._sessions: dict[Session, SessionRules] = {}
        self._added = 0
        self.fired: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._in_force)

    def __iter__(self) -> Iterator[RuleInForce]:
        return iter(list(self._in_force.values()))

    def add(self, given: AnyRule, now: int, open_sessions: Iterable[Session] = ()) -> RuleInForce:
        """Put a rule in force at `now` (epoch milliseconds), also for the sessions that are open.

        The caller has to wake their writers: the rule may be due at once.
        """
        self._added += 1
        rule = RuleInForce(f"fault-{self._added}", given, now, self._chance, self.fired)
        self._in_force[rule.rule_id] = rule
        # `after.requests` counts the sessions that start from now on.
        if rule.rule.sessions == "all" and rule.rule.after.requests is None:
            for session in open_sessions:
                if _concerns(rule, session):
                    self._apply(rule, session)
        return rule

    def remove(self, rule_id: str) -> bool:
        """Remove a rule. Its effect ends, and held back log events come with the next update.

        Returns whether there was such a rule. The caller has to wake the writers: a stall may have ended.
        """
        rule = self._in_force.pop(rule_id, None)
        if rule is None:
            return False
        rule.is_removed = True
        return True

    def clear(self) -> None:
        """Remove all rules."""
        for rule_id in list(self._in_force):
            self.remove(rule_id)

    # ---- requests ----------------------------------------------------------------------------------------------------

    def fire_on_request(self, operation: str, request_id: str, log_groups: Sequence[str], now: int) -> list[FaultRule]:
        """The rules that fire on a request that names these log groups, in their order.

        Only the last one may decide on the response: no later rule is tried. Every rule counts every request that it
        matches, tried or not.
        """
        fired: list[FaultRule] = []
        for rule in self:
            if not rule.rule.acts_on.is_request or not rule.rule.matches(operation, log_groups):
                continue
            rule.requests += 1
            is_decided = fired and isinstance(fired[-1].effect, ResponseEffect)
            if not is_decided and rule.fires_on_request(request_id, now):
                fired.append(rule.rule)
        return fired

    # ---- sessions ----------------------------------------------------------------------------------------------------

    def open_session(self, session: Session) -> None:
        """Apply the rules that concern a session that has just started."""
        for rule in self._in_force.values():
            if _concerns(rule, session):
                rule.requests += 1
                if rule.requests > (rule.rule.after.requests or 0):
                    self._apply(rule, session)

    def close_session(self, session: Session) -> None:
        """Remove a session."""
        self._sessions.pop(session, None)

    def next_due(self) -> int | None:
        """Epoch milliseconds of the next instant at which a session's writer has to be woken; None if there is none."""
        if not self._in_force:
            return None
        dues = (rules.next_due() for rules in self._sessions.values())
        return min((due for due in dues if due is not None), default=None)

    def run_due(self, now: int) -> list[Session]:
        """The sessions whose writers have to be woken by `now`; each is returned once."""
        if not self._in_force:
            return []
        return [session for session, rules in self._sessions.items() if rules.run_due(now)]

    def shift(self, milliseconds: int) -> None:
        """Move all due times by `milliseconds`, because the clock was set."""
        for rule in self:
            rule.added_at += milliseconds
        for rules in self._sessions.values():
            rules.shift(milliseconds)

    def _apply(self, rule: RuleInForce, session: Session) -> None:
        rules = self._sessions.get(session)
        if rules is None:
            session.fault_rules = rules = self._sessions[session] = SessionRules(session)
        rules.add(rule)


def _concerns(rule: RuleInForce, session: Session) -> bool:
    names = [arn.name for arn in session.subscription.log_groups]
    return not rule.rule.acts_on.is_request and rule.rule.matches(START_LIVE_TAIL, names)
