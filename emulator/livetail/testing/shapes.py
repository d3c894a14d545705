"""The types of the arguments of an emulator's handle, and of log events, for type checkers and editors."""

import os
from collections.abc import Iterator, Sequence
from typing import Literal, Protocol, TypeAlias, TypedDict, TypeVar

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
