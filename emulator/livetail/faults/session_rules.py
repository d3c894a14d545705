"""The fault rules that concern one session: between the session's messages and their writer.

    session ──messages──▶ SessionRules.take(now) ──steps──▶ writer

A session that no rule concerns has no such object. Nothing waits here: while nothing may be written, `take` returns
None, and `next_due` is when to call it again.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

from livetail.core.chance import Random
from livetail.core.clock import SECOND
from livetail.faults import effects
from livetail.faults.effects import ActsOn, AnyEffect, Effect
from livetail.faults.log_events import LateEvents, without_lost
from livetail.faults.messages import Step, steps_of
from livetail.faults.rule_in_force import RuleInForce
from livetail.live.session import STREAMING_FAILURE, TIMEOUT_MESSAGE, Session
from livetail.live.window import Update
from livetail.wire import livetail
from livetail.wire.livetail import Message, MessageKind

_EXCEPTION_TEXTS: Final = {
    "SessionTimeoutException": TIMEOUT_MESSAGE,
    "SessionStreamingException": STREAMING_FAILURE,
}
_INTERNAL_FAILURE: Final = "The request processing has failed because of an unknown error, exception or failure."
"""The text of "Common errors" in AWS's API references."""

EffectT = TypeVar("EffectT", bound=Effect)


@dataclass(slots=True)
class _AppliedRule:
    """The state of a rule in force for one session.

    Attributes:
        random: the draws of this rule for this session.
        is_done: it has acted on this session once, or its random draw was against it.
        is_running: it acts on the rest of the session.
    """

    in_force: RuleInForce
    random: Random
    is_done: bool = False
    is_running: bool = False

    @property
    def effect(self) -> AnyEffect:
        return self.in_force.rule.effect


class SessionRules:
    """The rules that concern one session, in the order in which they were added.

    Attributes:
        lost_events: log events that will never be delivered.
        has_ended_stream: a rule has ended the stream.
    """

    def __init__(self, session: Session) -> None:
        self._session_id = session.session_id
        self._request_id = session.request_id
        self._started_at = self._last_take_at = self._updated_at = session.started_at
        # Session updates that have been written; -1 until sessionStart has been, -2 until initial-response has been.
        self._updates = session.counters.updates if session.counters.bytes else -2
        self._applied: list[_AppliedRule] = []
        self._steps: deque[Step] = deque()
        self._being_written: MessageKind | None = None
        self._pause: tuple[int, RuleInForce] | None = None
        self._late = LateEvents()
        self.lost_events = 0
        self.has_ended_stream = False

    def add(self, rule: RuleInForce) -> None:
        """Let a rule act on the session."""
        self._applied = [applied for applied in self._applied if not applied.in_force.is_removed]
        self._applied.append(_AppliedRule(rule, rule.random_of(f"session {self._session_id}")))

    # ---- for the writer ----------------------------------------------------------------------------------------------

    def take(self, next_message: Callable[[], Message | None], now: int) -> Step | None:
        """The next step of the writer; None if there is none now.

        Call it again when the step is done; then the message counts as written.

        Args:
            next_message: takes the next message from the session, None if there is none.
            now: epoch milliseconds.
        """
        self._last_take_at = now
        if self.has_ended_stream:
            return None
        if not self._steps:
            self._count_written()
        if self._is_open:
            self._act_between_messages(now)
        if self._is_paused(now):
            return None
        while not self._steps:
            message = next_message()
            if message is None:
                return None
            self._being_written = message.kind
            self._steps.extend(self._steps_for(message, now))
            if not self._steps:
                self._count_written()
        step = self._steps.popleft()
        if self._is_open and step.data and step.then != "close":
            step = self._dribbled(step, now)
        self.has_ended_stream = step.is_last
        return step

    def resets_blocked_writer(self, now: int) -> bool:
        """Whether a rule resets the connection now, although its writer still waits for the client."""
        if self.has_ended_stream or not self._is_open:
            return False
        for applied in self._due(ActsOn.SESSION, now):
            if isinstance(applied.effect, effects.Reset) and self._fires_once(applied, now):
                self.has_ended_stream = True
                return True
        return False

    @property
    def has_steps(self) -> bool:
        """Whether steps are left for the message that was taken last."""
        return bool(self._steps)

    def holds_back(self, now: int) -> bool:
        """Whether `take` returned None because a rule delays what is, or may be, ready to be written."""
        return not self.has_ended_stream and self._is_paused(now)

    def next_due(self) -> int | None:
        """The next instant at which to call `take` even without a new message; epoch milliseconds."""
        if self.has_ended_stream:
            return None
        waits = [applied.in_force.rule.after.milliseconds for applied in self._active(ActsOn.SESSION)]
        dues = [self._started_at + milliseconds for milliseconds in waits if milliseconds is not None]
        if self._pause is not None and self._is_paused(self._last_take_at):
            dues.append(self._pause[0])
        return min((due for due in dues if due > self._last_take_at), default=None)

    def run_due(self, now: int) -> bool:
        """Whether the writer has to be woken for what is due by `now`; `next_due` does not return that again."""
        due = self.next_due()
        if due is None or due > now:
            return False
        self._last_take_at = now
        return True

    def shift(self, milliseconds: int) -> None:
        """Move all due times by `milliseconds`, because the clock was set."""
        self._started_at += milliseconds
        self._last_take_at += milliseconds
        self._updated_at += milliseconds
        if self._pause is not None:
            self._pause = self._pause[0] + milliseconds, self._pause[1]
        self._late.shift(milliseconds)

    # ---- for the session ---------------------------------------------------------------------------------------------

    @property
    def held_events(self) -> int:
        """Log events that will come in a later update."""
        return len(self._late)

    def change_update(self, update: Update, now: int) -> Update:
        """The update that is delivered in place of one that is made at `now` (epoch milliseconds).

        It has at most 500 log events, too.
        """
        elapsed, self._updated_at = now - self._updated_at, now
        for lose, applied in self._running(effects.Lose, now):
            kept = without_lost(update, lose, applied.random, elapsed)
            self.lost_events += update.events - kept.events
            update = kept
        late = [(reorder, applied.random) for reorder, applied in self._running(effects.Reorder, now)]
        return self._late.reorder(update, late, now) if late or self._late else update

    def flush(self) -> list[Update]:
        """Updates with all held back events."""
        return self._late.flush()

    # ---- which rules -------------------------------------------------------------------------------------------------

    def _active(self, acts_on: ActsOn) -> Iterator[_AppliedRule]:
        for applied in self._applied:
            if not applied.is_done and not applied.in_force.is_exhausted and applied.in_force.rule.acts_on is acts_on:
                yield applied

    def _due(self, acts_on: ActsOn, now: int) -> list[_AppliedRule]:
        """The rules that can act by `now`."""
        return [applied for applied in self._active(acts_on) if self._has_waited(applied, now)]

    def _has_waited(self, applied: _AppliedRule, now: int) -> bool:
        after = applied.in_force.rule.after
        if after.updates is not None:
            return self._updates >= after.updates
        return now >= self._started_at + (after.milliseconds or 0)

    def _running(self, kind: type[EffectT], now: int) -> list[tuple[EffectT, _AppliedRule]]:
        """The effects of a kind that act on the rest of the session; those that are due begin now."""
        for applied in self._due(ActsOn.REST, now):
            if isinstance(applied.effect, kind):
                applied.is_running = self._fires_once(applied, now)
        return [
            (applied.effect, applied)
            for applied in self._applied
            if applied.is_running and not applied.in_force.is_removed and isinstance(applied.effect, kind)
        ]

    def _fires(self, applied: _AppliedRule, now: int) -> bool:
        return applied.in_force.fires(applied.random, now, self._request_id, self._session_id)

    def _fires_once(self, applied: _AppliedRule, now: int) -> bool:
        """Whether the rule fires; it is tried only once in this session."""
        applied.is_done = True
        return self._fires(applied, now)

    # ---- between the messages ----------------------------------------------------------------------------------------

    @property
    def _is_open(self) -> bool:
        """Whether the client has the initial-response; rules act between the messages from then on."""
        return self._updates > -2

    def _count_written(self) -> None:
        """Count the last message, which has been written or was left out."""
        if self._being_written not in (None, MessageKind.LAST):
            self._updates += 1
        self._being_written = None

    def _act_between_messages(self, now: int) -> None:
        """Apply the rules that act between two messages, until one ends the stream."""
        if self._steps and self._steps[-1].is_last:
            return  # it ends already
        for applied in self._due(ActsOn.SESSION, now):
            if not self._fires_once(applied, now):
                continue
            match applied.effect:
                case effects.Stall(seconds=seconds):
                    self._hold(now + round(seconds * SECOND), applied.in_force)
                    continue
                case effects.Reset():
                    self._steps, self._pause = deque([Step(then="reset")]), None
                case effects.StreamException(name=name, message=text):
                    text = _EXCEPTION_TEXTS[name] if text is None else text
                    self._steps.append(Step(livetail.modeled_exception(name, text), "end"))
                case effects.ErrorMessage(code=code, message=text):
                    text = _INTERNAL_FAILURE if text is None else text
                    self._steps.append(Step(livetail.unmodeled_error(code, text), "end"))
                case effects.End():
                    self._steps.append(Step(then="end"))
            break

    def _hold(self, until: int, rule: RuleInForce) -> None:
        """Write nothing before `until`, as long as the rule is in force. Of two pauses the longer one counts."""
        if self._pause is None or self._pause[1].is_removed or self._pause[0] < until:
            self._pause = until, rule

    def _is_paused(self, now: int) -> bool:
        return self._pause is not None and now < self._pause[0] and not self._pause[1].is_removed

    # ---- on messages -------------------------------------------------------------------------------------------------

    def _steps_for(self, message: Message, now: int) -> list[Step]:
        """The steps for a message: each rule acts on the last step of the rules before it."""
        steps = [Step(message.data)]
        if message.kind is MessageKind.INITIAL_RESPONSE:
            is_left_out = any(self._fires_once(applied, now) for applied in self._due(ActsOn.FIRST_MESSAGE, now))
            return [] if is_left_out else steps
        for applied in self._due(ActsOn.MESSAGES, now):
            last = steps[-1]
            if last.is_last:
                break
            if self._fires(applied, now):
                steps[-1:] = steps_of(applied.effect, last.data)
        return steps

    def _dribbled(self, step: Step, now: int) -> Step:
        """The first piece of a step if a rule writes in pieces; the rest waits."""
        for dribble, applied in self._running(effects.Dribble, now)[:1]:
            piece, rest = step.data[: dribble.bytes], step.data[dribble.bytes :]
            if rest:
                self._steps.appendleft(Step(rest, step.then))
                step = Step(piece)
            self._hold(now + round(dribble.seconds * SECOND), applied.in_force)
        return step
