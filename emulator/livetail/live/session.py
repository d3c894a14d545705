"""One Live Tail session as a state machine, in the manner of h11 and h2.

A session receives log events (`offer`), makes an update each second (`make_update`) and returns its messages one by one
(`take`). It never waits and never writes. Everything that changes its state is in `TRANSITIONS`.

    STREAMING ──end──▶ ENDING ──take, until nothing is left──▶ ENDED
        └────────────close─────┴────────────────────────────────▲

While it is ENDING, `take` still returns the buffered updates, then the last message, if the session has one.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal, Protocol

from msgspec import Struct
from msgspec.structs import replace

from livetail.core.clock import SECOND
from livetail.live.backlog import Backlog
from livetail.live.encoding import session_start_json, session_update_json
from livetail.live.subscription import Subscription
from livetail.live.window import Selection, Update, Window
from livetail.wire import livetail
from livetail.wire.livetail import Message, MessageKind

# Chosen: nobody has published the texts that AWS sends.
TIMEOUT_MESSAGE: Final = "Session timed out."
STREAMING_FAILURE: Final = "Internal streaming error."

_EMPTY_UPDATE: Final = Update((), 0, sampled=False)
_EMPTY_MESSAGE: Final = Message(
    MessageKind.SESSION_UPDATE, livetail.session_update(*session_update_json(_EMPTY_UPDATE))
)
"""The message for a second without log events: its bytes are always the same."""


# A StrEnum, since its members hash as quickly as str, and `TRANSITIONS` is read for each update of each session.
class State(StrEnum):
    STREAMING = "streaming"
    ENDING = "ending"
    ENDED = "ended"


Input = Literal["offer", "make_update", "end", "drained", "close"]

TRANSITIONS: Final[Mapping[tuple[State, Input], State]] = {
    (State.STREAMING, "offer"): State.STREAMING,
    (State.STREAMING, "make_update"): State.STREAMING,
    (State.STREAMING, "end"): State.ENDING,
    (State.STREAMING, "close"): State.ENDED,
    (State.ENDING, "drained"): State.ENDED,
    (State.ENDING, "close"): State.ENDED,
    (State.ENDED, "close"): State.ENDED,
}


class Ending(StrEnum):
    """What ended a session."""

    CLIENT = "client"  # the client has disconnected
    DELETED = "deleted"  # the control plane
    EXCEPTION = "exception"  # an error inside the emulator
    FAULT = "fault"  # a fault rule
    RESET = "reset"  # a reset of the emulator
    SERVER = "server"  # the server stops
    TIMEOUT = "timeout"


class UpdateRules(Protocol):
    """The fault rules that change the updates of a session: some log events are lost, some come late.

    Attributes:
        lost_events: log events that will never be delivered; they count as dropped.
    """

    lost_events: int

    @property
    def held_events(self) -> int: ...  # they will come in a later update, and count as pending

    def change_update(self, update: Update, now: int) -> Update: ...  # `now` in epoch milliseconds

    def flush(self) -> list[Update]: ...  # all that is held back


class IllegalInputError(Exception):
    """The state of a session does not allow a call: an error of the caller."""


class Counters(Struct, rename="camel"):
    """What happened to the log events of a session.

    At any instant `matched == delivered + sampled_out + dropped_events + buffered_events + pending_events`.

    Attributes:
        updates: session updates that the client has accepted.
        matched: log events that matched while the session was open.
        delivered: log events in those updates.
        sampled_out: log events that were left out when more than 500 matched in a second.
        dropped_updates, dropped_events: dropped because the client was too slow; log events also if a fault lost them.
        buffered_updates, buffered_events: waiting for the client.
        pending_events: matched since the last update, held back by a fault, or being written when the client left.
        bytes: bytes of all messages passed to the writer.
    """

    updates: int = 0
    matched: int = 0
    delivered: int = 0
    sampled_out: int = 0
    dropped_updates: int = 0
    dropped_events: int = 0
    buffered_updates: int = 0
    buffered_events: int = 0
    pending_events: int = 0
    bytes: int = 0


@dataclass(slots=True, eq=False, repr=False)
class Session:
    """A Live Tail session.

    Attributes:
        started_at, ends_at: epoch milliseconds; it times out at `ends_at`.
        next_due: epoch milliseconds of the next update; whole seconds after the start, even if an update before was
            late.
        ended_by: what ended it; None while it is open.
        fault_rules: the fault rules that concern it, if there are any.
        window: the log events that have matched since the last update.
        backlog: the updates that wait for the client.
    """

    session_id: str
    request_id: str
    subscription: Subscription
    started_at: int
    ends_at: int
    window: Window
    next_due: int = field(init=False)
    state: State = field(init=False, default=State.STREAMING)
    ended_by: Ending | None = field(init=False, default=None)
    fault_rules: UpdateRules | None = field(init=False, default=None)
    backlog: Backlog = field(init=False, default_factory=Backlog)
    _ready: deque[Message] = field(init=False)
    _last: Message | None = field(init=False, default=None)
    _unconfirmed: int | None = field(init=False, default=None)
    _counted: Counters = field(init=False, default_factory=Counters)

    def __post_init__(self) -> None:
        self.next_due = min(self.started_at + SECOND, self.ends_at)
        self._ready = deque([Message(MessageKind.INITIAL_RESPONSE, livetail.INITIAL_RESPONSE)])
        start = livetail.session_start(session_start_json(self.request_id, self.session_id, self.subscription))
        self._ready.append(Message(MessageKind.SESSION_START, start))

    def offer(self, selection: Selection) -> None:
        """Add matching log events that have just been ingested; the next update is made of them."""
        self._move("offer")
        self._counted.matched += len(selection.events)
        self.window.add(selection)

    def make_update(self, now: int) -> bool:
        """Make the update that is due at `now` (epoch milliseconds), and time the session out when it is due.

        If the caller is late by whole seconds, one update has the events of all of them; the next ones are on time
        again. Returns whether an update was made.
        """
        self._move("make_update")
        is_over = now >= self.ends_at
        matched = self.window.matched
        has_update = not is_over or matched > 0 or (self.ends_at - self.started_at) % SECOND == 0
        if has_update:
            update = self.window.close() if matched else _EMPTY_UPDATE
            self._counted.sampled_out += matched - update.events
            if self.fault_rules is not None:
                update = self.fault_rules.change_update(update, now)
            self.backlog.put(update)
        if is_over:
            self.end(Ending.TIMEOUT, livetail.modeled_exception("SessionTimeoutException", TIMEOUT_MESSAGE))
        else:
            elapsed = (now - self.started_at) // SECOND
            self.next_due = min(self.started_at + (elapsed + 1) * SECOND, self.ends_at)
        return has_update

    def take(self) -> Message | None:
        """The next message for the client, or None if there is none now. Call `accept` when the client has it.

        It may be called in every state. The session has ENDED once it returns None after `end`.
        """
        if not self._ready and self.backlog.updates and self.state is not State.ENDED:
            update = self.backlog.take()
            self._counted.updates += 1
            self._counted.delivered += update.events
            self._unconfirmed = update.events
            if update is _EMPTY_UPDATE:
                self._ready.append(_EMPTY_MESSAGE)
            else:
                for parts in session_update_json(update):
                    self._ready.append(Message(MessageKind.SESSION_UPDATE, livetail.session_update(parts)))
        if self._ready:
            message = self._ready.popleft()
        elif self._last is not None:
            message, self._last = self._last, None
        else:
            if self.state is State.ENDING:
                self._move("drained")
            return None
        self._counted.bytes += len(message.data)
        return message

    def accept(self) -> None:
        """The client has accepted the message that was taken last."""
        if not self._ready:
            self._unconfirmed = None

    def end(self, ending: Ending, last: bytes | None = None) -> None:
        """End the session after what is buffered and `last`, an exception or error message; cleanly without one."""
        self._move("end")
        if self.fault_rules is not None:
            for update in self.fault_rules.flush():
                self.backlog.put(update)
        self._last = None if last is None else Message(MessageKind.LAST, last)
        self.ended_by = ending

    def fail(self) -> None:
        """End the session after an error in our code: all that it still sends is a SessionStreamingException."""
        self.close()
        self.ended_by = Ending.EXCEPTION
        last = livetail.modeled_exception("SessionStreamingException", STREAMING_FAILURE)
        self._ready.append(Message(MessageKind.LAST, last))

    def close(self, ending: Ending = Ending.CLIENT) -> None:
        """End the session at once: its client has left, or has received everything.

        `ending` is what ended a session that had not ended before.
        """
        self._move("close")
        self._ready.clear()
        self._last = None
        if self._unconfirmed is not None:  # an update that the client has not accepted is not delivered
            self._counted.pending_events += self._unconfirmed
            self._counted.delivered -= self._unconfirmed
            self._counted.updates -= 1
            self._unconfirmed = None
        self.ended_by = self.ended_by or ending

    def shift(self, milliseconds: int) -> None:
        """Move the session's start, end and next update by `milliseconds`, because the clock was set."""
        self.started_at += milliseconds
        self.ends_at += milliseconds
        self.next_due += milliseconds

    @property
    def counters(self) -> Counters:
        rules = self.fault_rules
        lost, held = (0, 0) if rules is None else (rules.lost_events, rules.held_events)
        return replace(
            self._counted,
            dropped_updates=self.backlog.dropped_updates,
            dropped_events=self.backlog.dropped_events + lost,
            buffered_updates=len(self.backlog.updates),
            buffered_events=self.backlog.events,
            pending_events=self._counted.pending_events + self.window.matched + held,
        )

    def _move(self, given: Input) -> None:
        target = TRANSITIONS.get((self.state, given))
        if target is None:
            raise IllegalInputError(f"a session that is {self.state.value} takes no {given}")
        self.state = target
