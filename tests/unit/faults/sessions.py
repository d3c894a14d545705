"""A session under fault rules without a server: the real session, and what its writer would do."""

from collections.abc import Iterable, Mapping
from typing import Any

from livetail.control_shapes import FaultInfo
from livetail.core.arns import LogGroupArn
from livetail.core.chance import Chance
from livetail.core.clock import HOUR
from livetail.faults import FaultRuleError, parse_rule
from livetail.faults.fault_rules import FaultRules
from livetail.faults.messages import Step
from livetail.faults.rule_in_force import RuleInForce
from livetail.faults.session_rules import SessionRules
from livetail.live.encoding import session_start_json, session_update_json
from livetail.live.session import Session
from livetail.live.subscription import Subscription
from livetail.live.window import Selection, Update, Window
from livetail.patterns import compile as compile_pattern
from livetail.store.batch import Batch, LogEvent
from livetail.wire import livetail
from livetail.wire.eventstream import Decoder
from tests.unit.wire.codec import decode

START = 1_700_000_000_000
SECOND = 1_000
GROUP = "/aws/lambda/checkout"


def effect(type_: str, **values: Any) -> dict[str, Any]:
    return {"type": type_, **values}


def rule(type_: str, *, after: Mapping[str, float] | None = None, times: int = 1, **values: Any) -> dict[str, Any]:
    """A rule on all sessions; `values` are the keys of the effect."""
    return {"after": after or {}, "times": times, "effect": effect(type_, **values)}


def problems_of(given: object) -> list[str]:
    """The problems of a rule, a sentence for each; empty if it is valid."""
    try:
        parse_rule(given)
    except FaultRuleError as error:
        return [str(problem) for problem in error.problems]
    return []


def rules_with(*given: object, seed: int = 7) -> FaultRules:
    rules = FaultRules(Chance(seed))
    for one in given:
        add(rules, one, START)
    return rules


def add(rules: FaultRules, given: object, now: int, sessions: Iterable[Session] = ()) -> RuleInForce:
    """Put a rule in its JSON form in force."""
    return rules.add(parse_rule(given), now, sessions)


def shown_of(rules: FaultRules) -> list[FaultInfo]:
    """The rules as the control plane lists them."""
    return [rule.as_json() for rule in rules]


def event_of(number: int) -> Selection:
    """One log event whose message is a number."""
    batch = Batch(
        log_group_identifier="123456789012:/a",
        log_stream_name="s",
        ingestion_time=START,
        sequence=0,
        events=[LogEvent(START, str(number))],
    )
    return Selection.of(batch)


def update(number: int) -> bytes:
    """A session update with one log event, whose message is a number."""
    (message,) = map(livetail.session_update, session_update_json(Update((event_of(number),), 1, sampled=False)))
    return message


def a_session(session_id: str = "s", started_at: int = START, group: str = GROUP) -> Session:
    arn = LogGroupArn.of("us-east-1", "123456789012", group)
    return Session(
        session_id=session_id,
        request_id=f"request of {session_id}",
        subscription=Subscription((arn,), compile_pattern(""), (str(arn),)),
        started_at=started_at,
        ends_at=started_at + 3 * HOUR,
        window=Window(Chance(1).stream("sampling")),
    )


INITIAL_RESPONSE = livetail.INITIAL_RESPONSE
SESSION_START = livetail.session_start(session_start_json("request of s", "s", a_session().subscription))


class WrittenSession:
    """A session with a writer that is as fast as it may be; `steps` is what the writer has done."""

    def __init__(
        self, rules: FaultRules, *, started_at: int = START, session_id: str = "s", group: str = GROUP
    ) -> None:
        self.session = a_session(session_id, started_at, group)
        rules.open_session(self.session)
        self.steps: list[Step] = []
        self.made = 0

    @property
    def rules(self) -> SessionRules:
        rules = self.session.fault_rules
        assert isinstance(rules, SessionRules), "no rule concerns this session"
        return rules

    def write(self, now: int) -> list[Step]:
        """Do all there is to do now; returns these steps."""
        before = len(self.steps)
        while (step := self._next(now)) is not None:
            self.steps.append(step)
        return self.steps[before:]

    def _next(self, now: int) -> Step | None:
        if self.session.fault_rules is not None:
            return self.rules.take(self.session.take, now)
        message = self.session.take()
        return None if message is None else Step(message.data)

    def update(self, now: int) -> list[Step]:
        """One more update, written as far as it may be."""
        self.made += 1
        self.session.offer(event_of(self.made))
        self.session.make_update(now)
        return self.write(now)

    @property
    def sent(self) -> bytes:
        """The bytes of the body."""
        return b"".join(step.data for step in self.steps)

    @property
    def is_over(self) -> bool:
        return bool(self.steps) and self.steps[-1].is_last

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


def run(given: object, *, seconds: int = 5, seed: int = 7) -> WrittenSession:
    """A session of so many seconds under one rule, which is there from the start."""
    rules = rules_with(given, seed=seed)
    session = WrittenSession(rules)
    session.write(START)
    for second in range(1, seconds + 1):
        play(rules, [session], START + 1_000 * (second - 1), START + 1_000 * second)
        session.update(START + 1_000 * second)
    return session


def play(rules: FaultRules, sessions: list[WrittenSession], since: int, until: int) -> list[int]:
    """Wake writers whenever it is due, up to but not at `until`; returns the instants."""
    instants = []
    while (due := rules.next_due()) is not None and due < until:
        assert due >= since, "time would run backwards"
        woken = rules.run_due(due)
        assert woken, "nobody was due"
        instants.append(due)
        for session in sessions:
            if session.session in woken:
                session.write(due)
    return instants


EXCEPTION = livetail.modeled_exception("SessionStreamingException", "Internal streaming error.")
HALF = len(update(1)) // 2
"""Where an effect cuts off an update."""


def sends(*messages: bytes) -> list[Step]:
    return [Step(message) for message in messages]
