"""A Live Tail session as the tests read it, through boto3."""

import time
from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol, Self, TypeAlias

from botocore.config import Config

__all__ = ["PATIENT", "Tail", "Tailing", "until"]

PATIENT: Final = Config(read_timeout=20)
"""Seconds without data after which a client of a test fails, so that no test hangs."""

Update: TypeAlias = dict[str, Any]


class Tail:
    """An open session, whose `sessionStart` has been read.

    Attributes:
        response: what `start_live_tail` gave.
        stream: botocore's event stream.
        start: the members of `sessionStart`.
    """

    def __init__(self, logs: Any, *log_group_arns: str, **filters: Any) -> None:
        self.response = logs.start_live_tail(logGroupIdentifiers=list(log_group_arns), **filters)
        self.stream = self.response["responseStream"]
        self._events: Iterator[dict[str, Any]] = iter(self.stream)
        self.start: dict[str, Any] = next(self._events)["sessionStart"]

    def __iter__(self) -> Iterator[Update]:
        """The session updates from here to the end of the stream."""
        return (event["sessionUpdate"] for event in self._events)

    def update(self) -> Update:
        """The next session update."""
        return next(iter(self))

    def messages(self) -> list[str]:
        """The messages of the next session update."""
        return [result["message"] for result in self.update()["sessionResults"]]

    def rest(self) -> bytes:
        """The bytes after the last event; a stream that was cut off raises an error of urllib3 instead."""
        raw: bytes = self.stream._raw_stream.read()
        return raw

    def close(self) -> None:
        self.stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Tailing(Protocol):
    """Opens a session on log groups, given by their names."""

    def __call__(self, *log_groups: str, **filters: Any) -> Tail: ...


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Check a condition every two milliseconds until it is true, for what gives no notification."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"it was still not so after {seconds:g} s"
        time.sleep(0.002)
