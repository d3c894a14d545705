"""The session as a rule-based state machine, compared with a simple model of what it should send."""

import json
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from livetail.core.clock import SECOND
from livetail.live.session import Ending, State
from livetail.wire import livetail
from tests.unit.live.building import START, numbered, read, session

TIMEOUT = 30 * SECOND
FAILURE = livetail.modeled_exception("SessionStreamingException", "broken")


@dataclass
class ModelUpdate:
    """What an update may hold: these numbers, or 500 of them."""

    candidates: list[int]

    @property
    def size(self) -> int:
        return min(500, len(self.candidates))


@dataclass
class Model:
    """A session in plain lists: pending numbers, waiting updates, and what was lost."""

    pending: list[int] = field(default_factory=list)
    waiting: list[ModelUpdate] = field(default_factory=list)
    dropped: int = 0
    last: bytes | None = None

    def tick(self) -> None:
        self.waiting.append(ModelUpdate(self.pending))
        self.pending = []
        while len(self.waiting) > 10 or sum(update.size for update in self.waiting) > 5_000:
            self.dropped += self.waiting.pop(0).size


class SessionMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.tail = session(timeout=TIMEOUT)
        self.model = Model()
        self.next_number = 0
        self.delivered = 0

    def streaming(self) -> bool:
        return self.tail.state is State.STREAMING

    @precondition(streaming)
    @rule(count=st.one_of(st.integers(1, 40), st.integers(400, 3_000)))
    def offer(self, count: int) -> None:
        self.tail.offer(numbered(self.next_number, count))
        self.model.pending += range(self.next_number, self.next_number + count)
        self.next_number += count

    @precondition(streaming)
    @rule()
    def tick(self) -> None:
        now = self.tail.next_due
        self.tail.make_update(now)
        self.model.tick()
        if now == START + TIMEOUT:
            assert self.tail.state is State.ENDING
            self.model.last = livetail.modeled_exception("SessionTimeoutException", "Session timed out.")

    @rule()
    def take(self) -> None:
        message = self.tail.take()
        if self.model.waiting:
            expected = self.model.waiting.pop(0)
            update = json.loads(read(message).payload)
            numbers = [int(event["message"]) for event in update["sessionResults"]]
            assert update["sessionMetadata"]["sampled"] == (len(expected.candidates) > 500)
            assert len(numbers) == expected.size
            assert numbers == sorted(set(numbers))
            assert set(numbers) <= set(expected.candidates)
            self.delivered += len(numbers)
            self.tail.accept()
        elif self.model.last is None:
            assert message is None
        else:
            assert (message and message.data) == self.model.last
            self.model.last = None

    @precondition(streaming)
    @rule()
    def fail(self) -> None:
        self.tail.end(Ending.EXCEPTION, FAILURE)
        self.model.last = FAILURE

    @precondition(streaming)
    @rule()
    def end(self) -> None:
        self.tail.end(Ending.DELETED)

    @invariant()
    def every_event_is_somewhere(self) -> None:
        counters = self.tail.counters
        assert counters.matched == self.next_number
        assert counters.delivered == self.delivered
        assert counters.matched == (
            counters.delivered
            + counters.sampled_out
            + counters.dropped_events
            + counters.buffered_events
            + counters.pending_events
        )
        assert counters.dropped_events == self.model.dropped
        assert counters.buffered_updates == len(self.model.waiting)
        assert counters.pending_events == len(self.model.pending)


TestSession = SessionMachine.TestCase
TestSession.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)
