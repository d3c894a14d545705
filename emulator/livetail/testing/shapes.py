"""The types of the arguments and results of an emulator's handle, for type checkers and editors.

Keys are those of the control plane's JSON (docs/control-plane.md); times are epoch milliseconds by the emulator's
clock.
"""

import os
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NotRequired, Protocol, TypeAlias, TypedDict, TypeVar

StrPath: TypeAlias = str | os.PathLike[str]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class NoStr(Protocol[T_co]):
    """An iterable that is not a str: it has `in` for any object, a str only for a str."""

    def __contains__(self, key: object, /) -> bool: ...

    def __iter__(self) -> Iterator[T_co]: ...


Several: TypeAlias = NoStr[T] | Iterator[T]
"""An iterable that is not a str: a type checker reports a single message where a list is needed."""


class SettingsKeywords(TypedDict, total=False):
    """The keyword arguments of an emulator: the flags of `livetail serve`; None is the default."""

    host: str | None
    port: int | None
    port_file: StrPath | None
    region: str | None
    account_id: str | None
    clock: str | None
    seed: int | None
    session_timeout: str | float | None
    max_sessions: int | None
    session_rate: int | None
    retain_events: int | None
    retain_bytes: int | str | None
    scenario: StrPath | Sequence[StrPath] | None
    replay: StrPath | Sequence[StrPath] | None
    verify_signatures: bool | None
    credentials: str | Sequence[str] | None
    allowed_host: str | Sequence[str] | None
    allowed_origin: str | Sequence[str] | None
    tls: bool | None
    certfile: StrPath | None
    keyfile: StrPath | None
    tls_dir: StrPath | None
    no_http2: bool | None
    loop: Literal["asyncio", "uvloop"] | None
    log_level: Literal["debug", "info", "warning", "error"] | None
    log_format: Literal["text", "json"] | None


class EventToPut(TypedDict):
    """A log event with its time."""

    timestamp: int
    message: str


class LogEvent(TypedDict):
    """A log event as a session delivers it."""

    logStreamName: str
    logGroupIdentifier: str
    message: str
    timestamp: int
    ingestionTime: int


class Counters(TypedDict):
    """What happened to a session's log events."""

    updates: int
    matched: int
    delivered: int
    sampledOut: int
    droppedUpdates: int
    droppedEvents: int
    bufferedUpdates: int
    bufferedEvents: int
    pendingEvents: int
    bytes: int


class SessionInfo(TypedDict):
    """A session, with the parameters of its StartLiveTail request as they were given."""

    sessionId: str
    requestId: str
    state: str
    startedAt: int
    logGroupIdentifiers: list[str]
    logStreamNames: list[str] | None
    logStreamNamePrefixes: list[str] | None
    logEventFilterPattern: str | None
    httpVersion: str | None
    userAgent: str | None
    counters: Counters


class EndedSessionInfo(SessionInfo):
    """A session that has ended."""

    endedAt: int
    endedBy: str


class RequestInfo(TypedDict):
    """A request of the AWS API and its response."""

    operation: str | None
    requestId: str
    status: int
    error: str | None
    time: int
    region: str
    accountId: str
    userAgent: str | None
    rejectedLogEventsInfo: dict[str, int] | None
    parameters: Any


class FiringInfo(TypedDict):
    """A request or session that a fault rule has fired on."""

    time: int
    requestId: str
    sessionId: str | None


class FaultInfo(TypedDict):
    """A fault rule in force, and its firings."""

    id: str
    fired: int
    remaining: int | None
    firedOn: list[FiringInfo]
    operation: NotRequired[str]
    where: NotRequired[dict[str, Any]]
    after: NotRequired[dict[str, Any]]
    sequence: NotRequired[dict[str, Any]]
    times: NotRequired[int]
    probability: NotRequired[float]
    sessions: NotRequired[str]
    effect: NotRequired[dict[str, Any]]
    preset: NotRequired[str]
