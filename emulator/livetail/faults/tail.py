"""What the rules do to a running tail: it stands between a session and its writer, and the writer asks it what to do.

    session ──messages──▶ TailFaults.take(now) ──steps──▶ writer

Without a rule each message comes through as it is. Nothing waits in here: while nothing may be written, `take` answers
None, and `Faults.next_due` says when to ask again.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from livetail.faults.distortion import Distortion
from livetail.faults.messages import MessageKind, corrupted, kind_of
from livetail.faults.model import Effect, Place
from livetail.faults.steps import Cut, End, Reset, Send, Step
from livetail.faults.stored import StoredFault
from livetail.faults.texts import EXCEPTION_MESSAGES
from livetail.faults.watches import Watches
from livetail.wire import livetail

if TYPE_CHECKING:
    from livetail.faults.registry import Faults

__all__ = ["TailFaults"]


class TailFaults:
    """The faults of one session.

    Attributes:
        distortion: what befalls the session's log events before they become messages.
    """

    def __init__(
        self, faults: "Faults", session_id: str, log_groups: Sequence[str], started_at: int, number: int
    ) -> None:
        self.session_id = session_id
        self._faults = faults
        self._watches = Watches(faults, log_groups, started_at, number)
        self.distortion = Distortion(self._watches)
        self._steps: deque[Step] = deque()
        self._being_written: MessageKind | None = None
        self._opened = False
        self._over = False
        self._pause: tuple[int, StoredFault] | None = None
        self._asked_at = started_at

    def take(self, next_message: Callable[[], bytes | None], now: int) -> Step | None:
        """What to do next; None while there is nothing to do.

        To be asked again once the step is done, which makes the message count as written.

        Args:
            next_message: takes the next message from the session, None if there is none.
            now: epoch milliseconds.
        """
        self._asked_at = now
        if self._over:
            return None
        if not self._steps:
            self._note_written()
        if self._opened and self._faults and self._is_reset(now):
            self._over = True
            return Reset()
        if self._paused(now):
            return None
        while not self._steps:
            message = next_message()
            if message is None:
                return None
            self._being_written = kind_of(message)
            self._steps.extend(self._acted_on(message, self._being_written, now))
            if not self._steps:
                self._note_written()
        return self._next_step(now)

    def holds_back(self, now: int) -> bool:
        """Whether there is, or may be, something to write that a rule keeps from being written until later."""
        return not self._over and (bool(self._steps) or self._paused(now))

    def next_due(self) -> int | None:
        """The next instant at which to ask again, though no message may have come; epoch milliseconds."""
        if self._over:
            return None
        due = self._watches.next_due(self._asked_at)
        if self._paused(self._asked_at) and self._pause is not None:
            due = self._pause[0] if due is None else min(due, self._pause[0])
        return due

    def noticed(self, now: int) -> None:
        """What was due by `now` has been said; it is not said again, even where the writer cannot act on it yet."""
        self._asked_at = max(self._asked_at, now)

    @property
    def over(self) -> bool:
        """Whether a rule has ended the stream."""
        return self._over

    def close(self) -> None:
        """The session has no writer any more."""
        self._faults.close_tail(self)

    # ---- between the messages ----------------------------------------------------------------------------------------

    def _note_written(self) -> None:
        """The message before this point has been written, or was left out."""
        match self._being_written:
            case MessageKind.INITIAL_RESPONSE:
                self._opened = True
            case MessageKind.SESSION_START:
                self._watches.updates = 0
            case MessageKind.SESSION_UPDATE:
                self._watches.updates += 1
        self._being_written = None

    def _is_reset(self, now: int) -> bool:
        """Let the rules act that act between two messages; answers whether one of them resets the connection."""
        if self._steps and isinstance(self._steps[-1], Cut | End):
            return False  # It ends already.
        for watch in self._watches.due(Place.SESSION, now):
            if not watch.fire_once():
                continue
            effect = watch.fault.rule.effect
            if effect.type == "reset":
                return True
            if effect.type == "stall":
                self._hold(now + effect.milliseconds, watch.fault)
                continue
            if (message := _last_message(effect)) is not None:
                self._steps.append(Send(message))
            self._steps.append(End())
            break
        return False

    def _hold(self, until: int, fault: StoredFault) -> None:
        """Write nothing before `until`, as long as the fault is not removed. Of two pauses the longer one counts."""
        if self._pause is None or self._pause[1].removed or self._pause[0] < until:
            self._pause = until, fault

    def _paused(self, now: int) -> bool:
        return self._pause is not None and now < self._pause[0] and not self._pause[1].removed

    # ---- on messages -------------------------------------------------------------------------------------------------

    def _acted_on(self, message: bytes, kind: MessageKind, now: int) -> list[Step]:
        """What to do for a message: each rule acts on the last step that the ones before it have left."""
        steps: list[Step] = [Send(message)]
        if not self._faults:
            return steps
        if kind is MessageKind.INITIAL_RESPONSE:
            dropped = any(watch.fire_once() for watch in self._watches.due(Place.OPENING, now))
            return [] if dropped else steps
        for watch in self._watches.due(Place.MESSAGE, now):
            last = steps[-1]
            if not isinstance(last, Send):
                break
            if watch.fault.fire(watch.random):
                steps[-1:] = _on_message(watch.fault.rule.effect, last.data)
        return steps

    def _next_step(self, now: int) -> Step:
        step = self._steps.popleft()
        if isinstance(step, Cut | End):
            self._over = True
        elif isinstance(step, Send) and self._opened and (dribbling := self._watches.modes("dribble", now)):
            fault = dribbling[0].fault
            effect = fault.rule.effect
            piece, rest = step.data[: effect.whole("bytes")], step.data[effect.whole("bytes") :]
            if rest:
                self._steps.appendleft(Send(rest))
            self._hold(now + effect.milliseconds, fault)
            return Send(piece)
        return step


def _on_message(effect: Effect, message: bytes) -> list[Step]:
    """What to do for a message that an effect acts on."""
    match effect.type:
        case "corrupt":
            part, valid = effect.text("part"), effect.switch("validChecksums")
            return [Send(corrupted(message, part, valid_checksums=valid))]
        case "duplicate":
            return [Send(message), Send(message)]
        case "unknown-event":
            return [Send(livetail.unknown_event(effect.text("name"))), Send(message)]
        case "cut":
            return [Cut(_beginning(effect, message))]
        case "truncate":
            beginning = _beginning(effect, message)
            return [Send(beginning), End()] if beginning else [End()]
    raise AssertionError(effect)


def _beginning(effect: Effect, message: bytes) -> bytes:
    """So much of the message as the effect says, never all of it."""
    length = effect.optional_whole("bytes")
    return message[: len(message) // 2 if length is None else min(length, len(message) - 1)]


def _last_message(effect: Effect) -> bytes | None:
    """The message with which an effect ends the stream."""
    match effect.type:
        case "exception":
            name = effect.text("name")
            message = effect.optional_text("message")
            return livetail.modeled_exception(name, EXCEPTION_MESSAGES[name] if message is None else message)
        case "error-message":
            return livetail.unmodeled_error(effect.text("code"), effect.text("message"))
        case "end":
            return None
    raise AssertionError(effect)
