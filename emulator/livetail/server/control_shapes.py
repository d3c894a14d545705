"""What the control plane answers: the shapes of its JSON, which are also those of the OpenAPI document."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

__all__ = [
    "Advanced",
    "Clock",
    "Done",
    "Failure",
    "Fault",
    "Faults",
    "Health",
    "Ingested",
    "JournalEntry",
    "Requests",
    "Scenario",
    "Scenarios",
    "SessionCounters",
    "SessionShape",
    "Sessions",
]

Time = Annotated[int, Meta(description="Epoch milliseconds, by the emulator's clock.")]
Count = Annotated[int, Meta(ge=0)]
ClockMode = Annotated[str, Meta(description="`real`, `manual`, or a speed such as `60x`.")]


class Shape(msgspec.Struct, rename="camel"):
    """An answer; keys may be added to it in later versions."""


class Failure(Shape):
    """What is wrong with a request."""

    error: Annotated[str, Meta(description="One sentence.", min_length=1)]


class Done(Shape):
    """Nothing but that it is done."""


class Health(Shape):
    """That the emulator runs."""

    status: Annotated[str, Meta(description="Always `ok`.")]
    version: str
    clock: ClockMode
    sessions: Annotated[int, Meta(description="How many sessions are open.", ge=0)]


class Clock(Shape):
    """The emulator's time."""

    mode: ClockMode
    now: Time


class Advanced(Shape):
    """What came of moving time."""

    now: Time
    updates: Annotated[int, Meta(description="How many session updates were made, over all sessions.", ge=0)]


class SessionCounters(Shape):
    """What became of a session's events: matched = delivered + sampledOut + droppedEvents + bufferedEvents +
    pendingEvents, at any instant."""

    updates: Annotated[int, Meta(description="Session updates handed to the client.", ge=0)]
    matched: Annotated[int, Meta(description="Log events that matched while the session was open.", ge=0)]
    delivered: Annotated[int, Meta(description="Log events handed to the client.", ge=0)]
    sampled_out: Annotated[
        int, Meta(description="Log events that lost out when more than 500 matched in a second.", ge=0)
    ]
    dropped_updates: Annotated[int, Meta(description="Updates dropped because the client was too slow.", ge=0)]
    dropped_events: Annotated[int, Meta(description="Log events in those updates, and those a fault lost.", ge=0)]
    buffered_updates: Annotated[int, Meta(description="Updates that wait for the client, at most 10.", ge=0)]
    buffered_events: Annotated[int, Meta(description="Log events in those updates.", ge=0)]
    pending_events: Annotated[
        int, Meta(description="Log events matched since the last update, or held back by a fault.", ge=0)
    ]
    bytes: Annotated[int, Meta(description="Bytes of all messages handed to the client.", ge=0)]


class SessionShape(Shape):
    """An open Live Tail session, with what was asked for as it was asked."""

    session_id: str
    request_id: str
    state: Annotated[str, Meta(description="`streaming`; `ending` while its client gets what is left; then `ended`.")]
    started_at: Time
    log_group_identifiers: tuple[str, ...]
    log_stream_names: tuple[str, ...] | None
    log_stream_name_prefixes: tuple[str, ...] | None
    log_event_filter_pattern: str | None
    http_version: Annotated[str | None, Meta(description="`1.1` or `2`.")]
    user_agent: str | None
    counters: SessionCounters


class Sessions(Shape):
    """The open sessions, in order of their start."""

    sessions: list[SessionShape]


class Ingested(Shape):
    """What came of events."""

    ingested: Annotated[int, Meta(description="How many log events were ingested.", ge=1)]


class JournalEntry(Shape):
    """A request of the AWS API and how it was answered."""

    operation: str | None
    request_id: str
    status: Annotated[int, Meta(description="The HTTP status; 0 where a fault closed the connection instead.", ge=0)]
    error: Annotated[str | None, Meta(description="The code of the error, if it was one.")]
    time: Time
    region: str
    account_id: str
    user_agent: str | None
    parameters: Annotated[
        Any, Meta(description="The body as JSON; null if it was none, or too much was asked since to keep it.")
    ]


class Requests(Shape):
    """The newest 1,000 requests, oldest first."""

    requests: list[JournalEntry]


class Fault(Shape):
    """A fault rule in force: the rule as it was given, in camelCase, and what became of it."""

    id: str
    fired: Annotated[int, Meta(description="How often it has fired.", ge=0)]
    remaining: Annotated[int | None, Meta(description="How often it still can; null for always.")]
    operation: str | UnsetType = UNSET
    where: dict[str, Any] | UnsetType = UNSET
    after: dict[str, Any] | UnsetType = UNSET
    times: int | UnsetType = UNSET
    probability: float | UnsetType = UNSET
    effect: dict[str, Any] | UnsetType = UNSET
    preset: str | UnsetType = UNSET


class Faults(Shape):
    """The fault rules in force, in the order in which they were added."""

    faults: list[Fault]


class Scenario(Shape):
    """A scenario that is being played."""

    id: str
    name: str
    started_at: Time
    sources: Count
    replays: Count
    done: Annotated[bool, Meta(description="Whether it has said all it will ever say.")]


class Scenarios(Shape):
    """The scenarios that were started, in order."""

    scenarios: list[Scenario]
