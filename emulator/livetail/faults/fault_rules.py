"""All fault rules in force, applied to requests and sessions."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from livetail.core.chance import Chance
from livetail.core.clock import SECOND
from livetail.faults.effects import Delay, Empty, EmptyPage, Error, HideEvents, Reset, Status
from livetail.faults.reading import parse_rule
from livetail.faults.rule_in_force import RuleInForce
from livetail.faults.rules import START_LIVE_TAIL
from livetail.faults.session_rules import SessionRules
from livetail.live.session import Session

Outcome: TypeAlias = Error | Status | Reset | Empty


@dataclass(frozen=True, slots=True)
class RequestFault:
    """What the rules do to a request.

    Attributes:
        delay_ms: the delay by the emulator's clock before the rest happens.
        outcome: the effect that decides on the response; None leaves that to the operation.
        log_group: the name of the log group that the rule of `outcome` matched; None if the request names none.
        empty_page: the number of this page among the empty ones; 0 if the page has its log events.
        hide_ms: the operation does not return log events that were ingested in this time before the request.
    """

    delay_ms: int = 0
    outcome: Outcome | None = None
    log_group: str | None = None
    empty_page: int = 0
    hide_ms: int = 0


class FaultRules:
    """The rules in force, in the order in which they were added.

    Attributes:
        fired: how often rules have fired, by the type of their effect, removed rules included.
    """

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._in_force: dict[str, RuleInForce] = {}
        self._sessions: dict[str, SessionRules] = {}
        self._added = 0
        self._empty_pages = 0
        self.fired: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._in_force)

    def __iter__(self) -> Iterator[RuleInForce]:
        return iter(list(self._in_force.values()))

    def add(self, given: object, now: int, open_sessions: Iterable[Session] = ()) -> RuleInForce:
        """Put a rule in force at `now` (epoch milliseconds), also for the sessions that are open.

        The caller has to wake their writers: the rule may be due at once.

        Args:
            given: a rule in its JSON form, or one made by `livetail.faults`.

        Raises:
            FaultRuleError: the rule is not valid.
        """
        rule = RuleInForce(f"fault-{self._added + 1}", parse_rule(given), now, self._chance, self.fired)
        self._added += 1
        self._in_force[rule.rule_id] = rule
        if rule.rule.sessions == "all":
            for session in open_sessions:
                if _concerns(rule, session):
                    self._apply(rule, session, 0)
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

    def as_json(self) -> list[dict[str, Any]]:
        """All rules as the control plane lists them."""
        return [rule.as_json() for rule in self]

    # ---- requests ----------------------------------------------------------------------------------------------------

    def on_request(self, operation: str, request_id: str, log_groups: Sequence[str], now: int) -> RequestFault | None:
        """The effects of the rules on a request that names these log groups; None if there are none.

        Rules are tried in their order. The delays that fire add up; the first effect that decides on the response is
        the outcome, and no later rule is tried. Every rule counts every request that it matches, tried or not.
        """
        delay_ms = hide_ms = 0
        empty_page = 0
        outcome, log_group = None, None
        for rule in self:
            effect = rule.rule.effect
            if not rule.rule.acts_on.is_request or not rule.rule.matches(operation, log_groups):
                continue
            rule.requests += 1
            if outcome is not None or not rule.fires_on_request(now):
                continue
            rule.note_firing(now, request_id)
            match effect:
                case Delay(seconds=seconds):
                    delay_ms += round(seconds * SECOND)
                case HideEvents(seconds=seconds):
                    hide_ms = max(hide_ms, round(seconds * SECOND))
                case EmptyPage():
                    self._empty_pages += 1
                    empty_page = self._empty_pages
                case Error() | Status() | Reset() | Empty():
                    outcome, log_group = effect, rule.rule.matched_group(log_groups)
        fault = RequestFault(delay_ms, outcome, log_group, empty_page, hide_ms)
        return None if fault == RequestFault() else fault

    # ---- sessions ----------------------------------------------------------------------------------------------------

    def open_session(self, session: Session) -> None:
        """Apply the rules that concern a session that has just started."""
        for rule in self._in_force.values():
            if _concerns(rule, session):
                rule.requests += 1
                self._apply(rule, session, rule.requests)

    def close_session(self, session: Session) -> None:
        """Remove a session."""
        self._sessions.pop(session.session_id, None)

    def next_due(self) -> int | None:
        """Epoch milliseconds of the next instant at which a session's writer has to be woken; None if there is none."""
        if not self._in_force:
            return None
        dues = (rules.next_due() for rules in self._sessions.values())
        return min((due for due in dues if due is not None), default=None)

    def run_due(self, now: int) -> list[str]:
        """The ids of the sessions whose writers have to be woken by `now`; each is returned once."""
        if not self._in_force:
            return []
        found = [rules for rules in self._sessions.values() if (due := rules.next_due()) is not None and due <= now]
        for rules in found:
            rules.mark_writer_woken(now)
        return [rules.session_id for rules in found]

    def shift(self, milliseconds: int) -> None:
        """Move all due times by `milliseconds`, because the clock was set."""
        for rule in self:
            rule.added_at += milliseconds
        for rules in self._sessions.values():
            rules.shift(milliseconds)

    def _apply(self, rule: RuleInForce, session: Session, ordinal: int) -> None:
        rules = session.fault_rules
        if not isinstance(rules, SessionRules):
            counters = session.counters
            updates = counters.updates if counters.bytes else -1
            rules = SessionRules(session.session_id, session.request_id, session.started_at, updates)
            session.fault_rules = self._sessions[session.session_id] = rules
        rules.add(rule, ordinal)


def _concerns(rule: RuleInForce, session: Session) -> bool:
    names = [arn.name for arn in session.subscription.log_groups]
    return not rule.rule.acts_on.is_request and rule.rule.matches(START_LIVE_TAIL, names)
