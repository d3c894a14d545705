"""One running emulator, driven through its control plane and compared with a simple model.

The sessions are raw HTTP/1.1 connections. The clock is manual, so the model knows what each has been written by now,
and reads just that. Whatever goes wrong on the way, the counters of a session account for each of its log events.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from livetail import LiveTailEmulator
from tests.wire.frames import events_of
from tests.wire.http1 import Http1, Http1Tail

GROUPS: Final = ("/app/a", "/app/b")
MOST_SESSIONS: Final = 4
SECOND: Final = 1_000
SAMPLE: Final = 500
BACKLOG_UPDATES, BACKLOG_EVENTS = 10, 5_000

GROUP = st.sampled_from(GROUPS)


@dataclass
class Update:
    """An update as the model has it: all that matched in its second, of which it may be a sample, or nothing."""

    matched: list[str]
    lost: bool

    @property
    def sampled(self) -> bool:
        return len(self.matched) > SAMPLE

    @property
    def events(self) -> int:
        return 0 if self.lost else min(SAMPLE, len(self.matched))

    def accepts(self, messages: list[str]) -> bool:
        """Whether it may carry these messages."""
        if self.lost or not self.sampled:
            return messages == ([] if self.lost else self.matched)
        # A subsequence: each is found behind the one before it.
        behind = iter(self.matched)
        return len(messages) == SAMPLE and all(message in behind for message in messages)


@dataclass
class Tail:
    """A session in plain lists.

    Attributes:
        due: the instant of its next update.
        stalled_until: nothing is written before.
        losing: all log events get lost.
        disturbed: log events were held back, so of the updates only the number is known.
        ends_with: what it ends with as soon as it may write: the name of an exception, or nothing.
        drained: what waits is written before the end.
    """

    wire: Http1Tail
    group: str
    pattern: str
    due: int
    matched: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    waiting: list[Update] = field(default_factory=list)
    received: list[str] = field(default_factory=list)
    lost: int = 0
    sampled_out: int = 0
    stalled_until: int = 0
    losing: bool = False
    disturbed: bool = False
    ends_with: list[str] | None = None
    drained: bool = False

    @property
    def ticks(self) -> bool:
        """Whether updates are made; what a fault has ended still gets them, until its end can be written."""
        return not self.drained

    def put(self, messages: list[str]) -> None:
        if self.ticks:
            matching = [message for message in messages if self.pattern in message]
            self.matched += matching
            self.pending += matching

    def tick(self) -> None:
        update = Update(self.pending, self.losing)
        self.sampled_out += max(0, len(update.matched) - SAMPLE)
        self.lost += min(SAMPLE, len(update.matched)) - update.events
        self.pending = []
        self.waiting.append(update)
        while len(self.waiting) > BACKLOG_UPDATES or sum(update.events for update in self.waiting) > BACKLOG_EVENTS:
            self.lost += self.waiting.pop(0).events
        self.due += SECOND

    def read(self, copies: int) -> bool:
        """Read all that has been written; returns whether the stream has ended."""
        if self.ends_with is None or self.drained:
            while self.waiting:
                self._read_update(self.waiting.pop(0), copies)
        if self.ends_with is None:
            return False
        last = self.wire.take_all()
        if self.disturbed and self.drained:  # what was held back comes at the end
            self.received += events_of(last[::copies])
        else:
            assert [frame.kind for frame in last] == self.ends_with
        return True

    def _read_update(self, expected: Update, copies: int) -> None:
        frame = self.wire.take()
        assert frame is not None and frame.kind == "sessionUpdate"
        assert all(self.wire.take() == frame for _ in range(copies - 1))
        messages = events_of([frame])
        assert frame.json["sessionMetadata"] == {"sampled": expected.sampled}
        assert self.disturbed or expected.accepts(messages)
        self.received += messages


class ControlPlaneMachine(RuleBasedStateMachine):
    """Tails, puts, advances and faults. `copies` is how often a message is written to the sessions of a group."""

    def __init__(self, emulator: LiveTailEmulator, control: Http1) -> None:
        super().__init__()
        self.emulator = emulator
        self.control = control
        self.tails: list[Tail] = []
        self.copies = dict.fromkeys(GROUPS, 1)
        self.number = 0
        self.ask("POST", "/reset")
        self.now: int = self.ask("GET", "/clock")["now"]
        for group in GROUPS:
            self.put(group, 1)
            self.open(group, "")

    def teardown(self) -> None:
        for tail in self.tails:
            tail.wire.close()

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        content = b"" if body is None else json.dumps(body).encode()
        response = self.control.ask(method, f"/_livetail{path}", content)
        assert response.status == 200, response
        return response.json

    def of(self, group: str) -> list[Tail]:
        return [tail for tail in self.tails if tail.group == group]

    def read(self) -> None:
        """Read all that has been written by now."""
        for tail in list(self.tails):
            if tail.stalled_until <= self.now and tail.read(self.copies[tail.group]):
                self.forget(tail)

    def forget(self, tail: Tail) -> None:
        tail.wire.close()
        self.tails.remove(tail)

    # ---- what happens ------------------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.tails) < MOST_SESSIONS)
    @rule(group=GROUP, pattern=st.sampled_from(["", "odd"]))
    def open(self, group: str, pattern: str) -> None:
        filters: dict[str, Any] = {"logEventFilterPattern": pattern} if pattern else {}
        self.tails.append(Tail(Http1Tail(self.emulator, group, **filters), group, pattern, self.now + SECOND))

    @rule(group=GROUP, count=st.one_of(st.integers(1, 30), st.integers(450, 1_500)))
    def put(self, group: str, count: int) -> None:
        messages = [f"{number} {'odd' if number % 2 else 'even'}" for number in range(self.number, self.number + count)]
        self.number += count
        self.ask("POST", "/events", {"logGroup": group, "logStream": "s", "messages": messages})
        for tail in self.of(group):
            tail.put(messages)

    @rule(milliseconds=st.sampled_from([1_000, 2_500, 12_000]) | st.integers(1, 3_500))
    def advance(self, milliseconds: int) -> None:
        target = self.now + milliseconds
        response = self.ask("POST", "/clock/advance", {"seconds": milliseconds / SECOND})
        updates = 0
        while (due := self.next_due()) <= target:
            self.now = due - 1
            self.read()  # stalls that end before this instant
            self.now = due
            for tail in self.tails:
                if tail.ticks and tail.due == due:
                    tail.tick()
                    updates += 1
            self.read()
        self.now = target
        self.read()
        assert response == {"now": target, "updates": updates}

    @rule(group=GROUP, seconds=st.sampled_from([2, 5, 13]), count=st.sampled_from([1, 20, 501]))
    def talk(self, group: str, seconds: int, count: int) -> None:
        """Log events are ingested in some seconds, more than a stalled session keeps."""
        for _ in range(seconds):
            self.put(group, count)
            self.advance(SECOND)

    def next_due(self) -> int:
        """The next instant at which the model changes: an update, or the end of a stall."""
        dues = [tail.due for tail in self.tails if tail.ticks]
        dues += [tail.stalled_until for tail in self.tails if tail.stalled_until > self.now]
        return min(dues, default=self.now + 3_600 * SECOND)

    @precondition(lambda self: self.tails)
    @rule(data=st.data(), leaves=st.booleans())
    def end(self, data: st.DataObject, leaves: bool) -> None:
        """One session ends: its client disconnects, or the control plane ends it."""
        tail = data.draw(st.sampled_from(self.tails))
        if leaves:
            self.forget(tail)
            return
        self.ask("DELETE", f"/sessions/{tail.wire.session_id}")
        if tail.ends_with is None:
            tail.ends_with = []
        tail.drained = True
        self.read()

    # ---- failures ---------------------------------------------------------------------------------------------

    def add_fault(self, group: str, times: int, effect_type: str, **keys: Any) -> None:
        where, after, effect = {"logGroup": group}, {"updates": 0}, {"type": effect_type, **keys}
        self.ask("POST", "/faults", {"where": where, "after": after, "times": times, "effect": effect})

    @rule(
        group=GROUP,
        milliseconds=st.sampled_from([1_000, 4_500, 12_500, 15_000]) | st.integers(1, 4_000),
        talks=st.sampled_from([0, 0, 3, 14]),
    )
    def stall(self, group: str, milliseconds: int, talks: int) -> None:
        tails = [tail for tail in self.of(group) if tail.ends_with is None]
        if tails:
            self.add_fault(group, len(tails), "stall", seconds=milliseconds / SECOND)
        for tail in tails:
            tail.stalled_until = max(tail.stalled_until, self.now + milliseconds)
        if tails and talks:
            self.talk(group, talks, 30)

    @rule(group=GROUP, name=st.sampled_from(["SessionTimeoutException", "SessionStreamingException", None]))
    def break_off(self, group: str, name: str | None) -> None:
        tails = [tail for tail in self.of(group) if tail.ends_with is None]
        if tails and name:
            self.add_fault(group, len(tails), "exception", name=name)
        elif tails:
            self.add_fault(group, len(tails), "end")
        for tail in tails:
            tail.ends_with = [name] if name else []
        self.read()

    @rule(group=GROUP, times=st.integers(0, 2))
    def duplicate(self, group: str, times: int) -> None:
        """Rules of this kind add up."""
        for _ in range(min(times, 3 - self.copies[group])):
            self.add_fault(group, 0, "duplicate")
            self.copies[group] += 1

    def distorted(self, group: str) -> list[Tail]:
        """The sessions whose next update a rule of their number acts on; none if it is open which these are."""
        tails = self.of(group)
        return tails if all(tail.ends_with is None for tail in tails) else []

    @rule(group=GROUP)
    def lose(self, group: str) -> None:
        tails = self.distorted(group)
        if tails:
            self.add_fault(group, len(tails), "lose")
            for tail in tails:
                tail.losing = True
            self.advance(SECOND)

    @rule(group=GROUP, milliseconds=st.integers(1, 4_000), share=st.floats(0, 1))
    def reorder(self, group: str, milliseconds: int, share: float) -> None:
        tails = self.distorted(group)
        if tails:
            self.add_fault(group, len(tails), "reorder", milliseconds=milliseconds, share=share)
            for tail in tails:
                tail.disturbed = True
            self.advance(SECOND)

    @rule()
    def clear_faults(self) -> None:
        self.ask("DELETE", "/faults")
        for tail in self.tails:
            tail.stalled_until = 0
            tail.losing = False
        self.copies = dict.fromkeys(GROUPS, 1)
        self.read()

    # ---- what always holds -------------------------------------------------------------------------------------------

    @invariant()
    def every_log_event_is_somewhere(self) -> None:
        sessions = self.ask("GET", f"/sessions?max={len(self.tails)}")["sessions"]
        assert [session["sessionId"] for session in sessions] == [tail.wire.session_id for tail in self.tails]
        for session, tail in zip(sessions, self.tails, strict=True):
            counters = session["counters"]
            places = ("delivered", "sampledOut", "droppedEvents", "bufferedEvents", "pendingEvents")
            assert counters["matched"] == len(tail.matched) == sum(counters[place] for place in places)
            assert counters["delivered"] == len(tail.received)
            assert counters["sampledOut"] == tail.sampled_out
            assert len(set(tail.received)) == len(tail.received) and set(tail.received) <= set(tail.matched)
            if not tail.disturbed:
                assert counters["bufferedUpdates"] == len(tail.waiting)
                assert counters["droppedEvents"] == tail.lost
                assert counters["pendingEvents"] == len(tail.pending)


def test_control_plane() -> None:
    with LiveTailEmulator(clock="manual@2026-01-01T00:00:00Z", seed=7) as emulator, Http1(emulator) as control:
        run_state_machine_as_test(
            lambda: ControlPlaneMachine(emulator, control),  # type: ignore[arg-type]  # it takes what makes one, too
            settings=settings(max_examples=10, stateful_step_count=15, deadline=None),
        )
