"""Types of the control plane's JSON. The server sends them, and the Python interface returns them unchanged.

Times are epoch milliseconds by the emulator's clock. The descriptions are those of the OpenAPI document.
"""

from typing import Annotated, Any, NotRequired, TypeAlias, TypedDict

from msgspec import Meta

Time: TypeAlias = Annotated[int, Meta(description="Epoch milliseconds, by the emulator's clock.")]


class Counters(TypedDict):
    """Counts of log events: matched = delivered + sampledOut + droppedEvents + bufferedEvents + pendingEvents."""

    updates: Annotated[int, Meta(description="Session updates sent to the client.", ge=0)]
    matched: Annotated[int, Meta(description="Log events that matched while the session was open.", ge=0)]
    delivered: Annotated[int, Meta(description="Log events sent to the client.", ge=0)]
    sampledOut: Annotated[int, Meta(description="Log events left out because more than 500 matched in a second.", ge=0)]
    droppedUpdates: Annotated[int, Meta(description="Updates dropped because the client was too slow.", ge=0)]
    droppedEvents: Annotated[int, Meta(description="Log events in those updates, and those that a fault lost.", ge=0)]
    bufferedUpdates: Annotated[int, Meta(description="Updates that wait for the client, at most 10.", ge=0)]
    bufferedEvents: Annotated[int, Meta(description="Log events in those updates.", ge=0)]
    pendingEvents: Annotated[
        int, Meta(description="Log events matched since the last update, or held back by a fault.", ge=0)
    ]
    bytes: Annotated[int, Meta(description="Bytes of all messages sent to the client.", ge=0)]


class SessionInfo(TypedDict):
    """A Live Tail session, with the parameters of its StartLiveTail request as they were given."""

    sessionId: str
    requestId: str
    state: Annotated[str, Meta(description="`streaming`; `ending` while messages remain; then `ended`.")]
    startedAt: Time
    logGroupIdentifiers: list[str]
    logStreamNames: list[str] | None
    logStreamNamePrefixes: list[str] | None
    logEventFilterPattern: str | None
    httpVersion: Annotated[str | None, Meta(description="`1.1` or `2`.")]
    userAgent: str | None
    counters: Counters


class EndedSessionInfo(SessionInfo):
    """A Live Tail session that has ended."""

    endedAt: Time
    endedBy: Annotated[
        str, Meta(description="`timeout`, `client`, `exception`, `fault`, `deleted`, `reset` or `server`.")
    ]


class RequestInfo(TypedDict):
    """A request of the AWS API and its response."""

    operation: str | None
    requestId: str
    status: Annotated[int, Meta(description="The HTTP status; 0 where a fault closed the connection instead.", ge=0)]
    error: Annotated[str | None, Meta(description="The code of the error, if it was one.")]
    time: Time
    region: str
    accountId: str
    userAgent: str | None
    rejectedLogEventsInfo: Annotated[
        dict[str, int] | None,
        Meta(description="What PutLogEvents rejected, as in its response; null if it rejected nothing."),
    ]
    parameters: Annotated[Any, Meta(description="The body as JSON; null if it was not JSON, or is not kept any more.")]


class FiringInfo(TypedDict):
    """A request or session that a fault rule has fired on."""

    time: Annotated[int, Meta(description="When it fired first there; epoch milliseconds, by the emulator's clock.")]
    requestId: str
    sessionId: Annotated[str | None, Meta(description="Null for a request.")]


class FaultInfo(TypedDict):
    """A fault rule in force. It also has the keys of `AnyFaultRule` that were given, unless they have their default."""

    id: str
    operation: Annotated[str, Meta(description="As given, or the default of the effect or preset; `*` for every one.")]
    fired: Annotated[int, Meta(description="How often it has fired.", ge=0)]
    remaining: Annotated[int | None, Meta(description="How often it still can; null for always.")]
    firedOn: Annotated[list[FiringInfo], Meta(description="The newest 100 requests or sessions that it has fired on.")]
    where: NotRequired[dict[str, Any]]
    after: NotRequired[dict[str, Any]]
    sequence: NotRequired[dict[str, Any]]
    times: NotRequired[int]
    probability: NotRequired[float]
    sessions: NotRequired[str]
    effect: NotRequired[dict[str, Any]]
    preset: NotRequired[str]


Keys: TypeAlias = Annotated[
    list[dict[str, Any]], Meta(description="Of each key: its `name`, whether it is `required`, and its JSON Schema.")
]


class EffectInfo(TypedDict):
    """An effect that a fault rule can have."""

    name: Annotated[str, Meta(description="Its `type`.")]
    description: str
    actsOn: Annotated[str, Meta(description="In words.")]
    operations: Annotated[list[str], Meta(description="The operations that it can act on; none is all.")]
    keys: Keys


class PresetInfo(TypedDict):
    """A rule under a name of its own."""

    name: str
    description: str
    sources: Annotated[list[str], Meta(description="Where it was seen of the real service.")]
    keys: Keys


class EffectsInfo(TypedDict):
    """The effects and presets that fault rules can have, in the order of the documentation."""

    effects: list[EffectInfo]
    presets: list[PresetInfo]
