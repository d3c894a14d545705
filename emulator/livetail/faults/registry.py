"""All fault rules that are in force: what they do to requests, and to which sessions they apply."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from livetail.core.chance import Chance
from livetail.faults.model import Effect, Place
from livetail.faults.stored import StoredFault
from livetail.faults.tail import TailFaults
from livetail.faults.texts import ERROR_MESSAGES, ERROR_STATUSES, access_denied_message

__all__ = [
    "BareStatus",
    "ConnectionClosed",
    "ConnectionReset",
    "Failure",
    "Faults",
    "RequestEffect",
]


@dataclass(frozen=True, slots=True)
class Failure:
    """Answer with an error of the service.

    Attributes:
        log_group: the name of the log group that the rule is about; None if the request names none.
        message: the rule's own, or what AWS says to this code; None where that is not known.
    """

    code: str
    message: str | None
    status: int
    log_group: str | None

    def worded(self, account_id: str, operation: str, resource: str, partition: str = "aws") -> str | None:
        """The message, that of AccessDeniedException with the caller's account and the ARN of the resource."""
        if self.message is None and self.code == "AccessDeniedException":
            return access_denied_message(account_id, operation, resource, partition)
        return self.message


@dataclass(frozen=True, slots=True)
class BareStatus:
    """Answer with a status and a plain text."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class ConnectionReset:
    """Reset the connection (TCP RST) without an answer."""


@dataclass(frozen=True, slots=True)
class ConnectionClosed:
    """Close the connection without a byte of an answer."""


@dataclass(frozen=True, slots=True)
class RequestEffect:
    """What the rules do to a request.

    Attributes:
        delay: milliseconds, by the emulator's clock, after which the rest happens.
        outcome: what happens instead of the operation; None lets it run.
    """

    delay: int
    outcome: Failure | BareStatus | ConnectionReset | ConnectionClosed | None


class Faults:
    """The rules in force, in the order in which they were added.

    Attributes:
        version: changes with every rule that is added or removed.
    """

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._faults: dict[str, StoredFault] = {}
        self._added = 0
        self._tails: dict[str, TailFaults] = {}
        self._opened = 0
        self._fired_before: Counter[str] = Counter()
        self.version = 0

    def __len__(self) -> int:
        return len(self._faults)

    def __iter__(self) -> Iterator[StoredFault]:
        return iter(list(self._faults.values()))

    def add(self, given: Mapping[str, Any], now: int) -> StoredFault:
        """Put a rule in force at `now` (epoch milliseconds), also for the sessions that are open.

        Those have to be woken: it may be due in them at once.

        Raises:
            FaultError: it is no rule.
        """
        from livetail.faults.rule import parse_rule  # the tables are only needed once there is a rule

        rule = parse_rule(given)
        self._added += 1
        self.version += 1
        fault = StoredFault(f"fault-{self._added}", rule, now, self._chance)
        self._faults[fault.fault_id] = fault
        return fault

    def remove(self, fault_id: str) -> bool:
        """Take a rule out of force; what it was doing ends, and held back log events come with the next update.

        Answers whether there was such a rule. Open sessions have to be woken: a stall may have ended.
        """
        fault = self._faults.pop(fault_id, None)
        if fault is None:
            return False
        fault.removed = True
        self._fired_before[fault.rule.effect.type] += fault.fired
        self.version += 1
        return True

    def clear(self) -> None:
        """Take all rules out of force."""
        for fault_id in list(self._faults):
            self.remove(fault_id)

    @property
    def fired(self) -> Counter[str]:
        """How often rules have fired, by the type of their effect; those that were removed count too."""
        fired = self._fired_before.copy()
        for fault in self:
            fired[fault.rule.effect.type] += fault.fired
        return fired

    def as_json(self) -> list[dict[str, Any]]:
        """All rules as the control plane shows them."""
        return [fault.as_json() for fault in self]

    def on_request(self, operation: str, log_groups: Sequence[str], now: int) -> RequestEffect | None:
        """What the rules do to a request that names these log groups; None if nothing.

        Rules are tried in their order. The delays that fire add up; the first other effect that fires is the outcome,
        and no later rule is tried. Every rule counts every request that it is about, tried or not.
        """
        delay = 0
        outcome = None
        for fault in self:
            rule = fault.rule
            if rule.place is not Place.REQUEST or not rule.matches(operation, log_groups):
                continue
            fault.requests += 1
            if outcome is not None or not fault.fires_on_request(now):
                continue
            if rule.effect.type == "delay":
                delay += rule.effect.milliseconds
            else:
                outcome = _outcome(rule.effect, rule.matched_group(log_groups))
        return RequestEffect(delay, outcome) if delay or outcome else None

    def open_tail(self, session_id: str, log_groups: Sequence[str], started_at: int) -> TailFaults:
        """Apply the rules to a session that has just started, at `started_at` (epoch milliseconds).

        Args:
            log_groups: the names of the log groups that it tails.
        """
        self._opened += 1
        tail = TailFaults(self, session_id, log_groups, started_at, self._opened)
        self._tails[session_id] = tail
        return tail

    def close_tail(self, tail: TailFaults) -> None:
        """Forget a session."""
        self._tails.pop(tail.session_id, None)

    def next_due(self) -> int | None:
        """Epoch milliseconds of the next instant at which a session's writer has to look; None if there is none."""
        if not self._faults:
            return None
        return min((due for tail in self._tails.values() if (due := tail.next_due()) is not None), default=None)

    def run_due(self, now: int) -> list[str]:
        """The ids of the sessions whose writers have to look by `now`; none of them is due for that again."""
        if not self._faults:
            return []
        found = [tail for tail in self._tails.values() if (due := tail.next_due()) is not None and due <= now]
        for tail in found:
            tail.noticed(now)
        return [tail.session_id for tail in found]


def _outcome(effect: Effect, log_group: str | None) -> Failure | BareStatus | ConnectionReset | ConnectionClosed:
    match effect.type:
        case "error":
            code = effect.text("code")
            message = effect.optional_text("message")
            status = effect.optional_whole("status")
            return Failure(
                code=code,
                message=ERROR_MESSAGES.get(code) if message is None else message,
                status=ERROR_STATUSES.get(code, 400) if status is None else status,
                log_group=log_group,
            )
        case "status":
            return BareStatus(effect.whole("status"), effect.text("body").encode())
        case "reset":
            return ConnectionReset()
        case "empty":
            return ConnectionClosed()
    raise AssertionError(effect)
