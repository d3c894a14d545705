"""A tail under fault rules without a server: a session's messages go in, what a writer would do comes out."""

from collections import deque
from collections.abc import Mapping
from typing import Any

from livetail.core.chance import Chance
from livetail.faults import Faults, StoredFault, TailFaults
from livetail.faults.steps import Cut, End, Reset, Send, Step
from livetail.wire import livetail
from livetail.wire.eventstream import Decoder, decode

START = 1_700_000_000_000
GROUP = "/aws/lambda/checkout"


def effect(type_: str, **values: Any) -> dict[str, Any]:
    return {"type": type_, **values}


def rule(type_: str, *, after: Mapping[str, float] | None = None, times: int = 1, **values: Any) -> dict[str, Any]:
    """A rule on all sessions; `values` are the keys of the effect."""
    return {"after": after or {}, "times": times, "effect": effect(type_, **values)}


def update(number: int) -> bytes:
    """A session update that can be told from others."""
    return livetail.session_update((b'{"sessionMetadata":{"sampled":false},"sessionResults":[],"n":%d}' % number,))


INITIAL_RESPONSE = livetail.initial_response()
SESSION_START = livetail.session_start(b'{"sessionId":"s"}')


class Tail:
    """One session with a writer that is as fast as it may be; `steps` is what the writer has done."""

    def __init__(self, faults: Faults, *, started_at: int = START, session_id: str = "s", group: str = GROUP) -> None:
        self.messages: deque[bytes] = deque((INITIAL_RESPONSE, SESSION_START))
        self.faults: TailFaults = faults.open_tail(session_id, [group], started_at)
        self.steps: list[Step] = []
        self.made = 0

    def write(self, now: int) -> list[Step]:
        """Do all there is to do now; answers these steps."""
        before = len(self.steps)
        while (step := self.faults.take(lambda: self.messages.popleft() if self.messages else None, now)) is not None:
            self.steps.append(step)
        return self.steps[before:]

    def update(self, now: int) -> list[Step]:
        """A tick: one more update, written as far as it may be."""
        self.made += 1
        self.messages.append(update(self.made))
        return self.write(now)

    @property
    def sent(self) -> bytes:
        """The bytes of the body."""
        return b"".join(step.data for step in self.steps if isinstance(step, Send | Cut))

    @property
    def is_over(self) -> bool:
        return bool(self.steps) and isinstance(self.steps[-1], Cut | End | Reset)

    def decoder(self) -> Decoder:
        """A decoder that has received the whole body."""
        decoder = Decoder()
        decoder.receive_data(self.sent)
        return decoder

    def events(self) -> list[str]:
        """What the messages of the body are: event type, exception type or error code."""
        names = (":event-type", ":exception-type", ":error-code")
        return [
            next(str(value) for name in names if (value := message.header(name)) is not None)
            for message in decode(self.sent)
        ]


def run(given: Mapping[str, Any], *, seconds: int = 5, seed: int = 7) -> Tail:
    """A session of so many seconds under one rule, which is there from the start."""
    faults = Faults(Chance(seed))
    faults.add(given, START)
    tail = Tail(faults)
    tail.write(START)
    for second in range(1, seconds + 1):
        play(faults, [tail], START + 1_000 * (second - 1), START + 1_000 * second)
        tail.update(START + 1_000 * second)
    return tail


def play(faults: Faults, tails: list[Tail], since: int, until: int) -> list[int]:
    """Wake writers whenever it is due, up to but not at `until`; answers the instants."""
    instants = []
    while (due := faults.next_due()) is not None and due < until:
        assert due >= since, "time would run backwards"
        woken = faults.run_due(due)
        assert woken, "nobody was due"
        instants.append(due)
        for tail in tails:
            if tail.faults.session_id in woken:
                tail.write(due)
    return instants


def stored(given: Mapping[str, Any], *, seed: int = 7) -> StoredFault:
    return Faults(Chance(seed)).add(given, START)
