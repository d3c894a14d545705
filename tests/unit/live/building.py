"""Builds the objects that the package `live` works on."""

import json
from collections.abc import Sequence
from typing import Any

from livetail.core.arns import LogGroupArn
from livetail.core.chance import Chance
from livetail.core.clock import HOUR
from livetail.live.session import Session
from livetail.live.subscription import Subscription
from livetail.live.window import Selection, Window
from livetail.patterns import compile as compile_pattern
from livetail.store.batch import Batch, LogEvent
from livetail.wire import livetail
from livetail.wire.eventstream import Message
from tests.unit.wire.codec import decode

ARN = LogGroupArn.of("us-east-1", "123456789012", "/app")
START = 1_767_225_600_000


def batch(messages: Sequence[str], *, stream: str = "s", at: int = START, sequence: int = 0) -> Batch:
    return Batch(
        log_group_identifier="123456789012:/app",
        log_stream_name=stream,
        ingestion_time=at,
        sequence=sequence,
        events=[LogEvent(at, message) for message in messages],
    )


def numbered(first: int, count: int) -> Selection:
    """A whole batch of messages that are the numbers from `first` on."""
    return Selection.of(batch([str(number) for number in range(first, first + count)]))


def subscription(pattern: str | None = None, **filters: Any) -> Subscription:
    return Subscription(
        log_groups=(ARN,),
        matcher=compile_pattern(pattern or ""),
        log_group_identifiers=(str(ARN),),
        log_event_filter_pattern=pattern,
        **filters,
    )


def session(timeout: int = 3 * HOUR, seed: int = 1) -> Session:
    """A session of its own, started at START, that has handed over its first two messages."""
    made = fresh_session(timeout, seed)
    made.take()
    made.take()
    return made


def fresh_session(timeout: int = 3 * HOUR, seed: int = 1) -> Session:
    return Session(
        session_id="session",
        request_id="request",
        subscription=subscription(),
        started_at=START,
        ends_at=START + timeout,
        window=Window(Chance(seed).stream("sampling")),
    )


def read(message: livetail.Message | None) -> Message:
    """The message, decoded."""
    assert message is not None
    (decoded,) = decode(message.data)
    return decoded


def update_in(message: livetail.Message | None) -> tuple[list[str], bool]:
    """The texts of the log events of a session update, and whether it is sampled."""
    decoded = read(message)
    assert decoded.header(":event-type") == "sessionUpdate"
    update = json.loads(decoded.payload)
    return [event["message"] for event in update["sessionResults"]], update["sessionMetadata"]["sampled"]
