"""The JSON of Live Tail's messages.

A log event is encoded once, when the first session delivers it; its batch keeps the bytes for all the others. What
sampling discards is never encoded.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from emulator.live.window import Update
from emulator.store.batch import Batch
from emulator.wire.eventstream import MAX_PAYLOAD_LENGTH

if TYPE_CHECKING:
    from emulator.live.subscription import Subscription

__all__ = ["session_start_json", "session_update_json"]

_to_json = msgspec.json.Encoder().encode

_UPDATE_HEAD = {
    sampled: b'{"sessionMetadata":{"sampled":%s},"sessionResults":[' % _to_json(sampled) for sampled in (False, True)
}
_UPDATE_END = b"]}"


def session_start_json(request_id: str, session_id: str, subscription: "Subscription") -> bytes:
    """The `LiveTailSessionStart`; filters that the request did not give are left out, not empty."""
    start: dict[str, object] = {
        "requestId": request_id,
        "sessionId": session_id,
        "logGroupIdentifiers": subscription.log_group_identifiers,
    }
    if subscription.log_stream_names is not None:
        start["logStreamNames"] = subscription.log_stream_names
    if subscription.log_stream_name_prefixes is not None:
        start["logStreamNamePrefixes"] = subscription.log_stream_name_prefixes
    if subscription.log_event_filter_pattern is not None:
        start["logEventFilterPattern"] = subscription.log_event_filter_pattern
    return _to_json(start)


def session_update_json(update: Update) -> Iterator[tuple[bytes, ...]]:
    """The `LiveTailSessionUpdate`, in parts; both of its members are always there, since the AWS CLI fails without
    them.

    It is one payload, unless its log events come to more than a message can hold (24 MiB): then it is several, one
    after the other, so that nothing is lost.
    """
    results: list[bytes] = []
    for selection in update.selections:
        results += _encoded_events(selection.batch, selection.positions)
    head = _UPDATE_HEAD[update.sampled]
    room = MAX_PAYLOAD_LENGTH - len(head) - len(_UPDATE_END)
    if sum(map(len, results)) + len(results) <= room:
        yield head, b",".join(results), _UPDATE_END
    else:
        for some in _in_portions(results, room):
            yield head, b",".join(some), _UPDATE_END


def _in_portions(results: Sequence[bytes], room: int) -> Iterator[list[bytes]]:
    portion: list[bytes] = []
    size = 0
    for result in results:
        if size + len(result) + 1 > room:
            yield portion
            portion, size = [], 0
        portion.append(result)
        size += len(result) + 1
    yield portion


def _encoded_events(batch: Batch, positions: Sequence[int]) -> list[bytes]:
    fragments = batch.fragments
    if fragments is None:
        fragments = batch.fragments = [None] * len(batch.events)
    wanted = [fragments[position] for position in positions]
    if None in wanted:
        _encode(batch, fragments, [position for position in positions if fragments[position] is None])
        wanted = [fragments[position] for position in positions]
    return wanted  # type: ignore[return-value]  # every one of them has just been filled in


def _encode(batch: Batch, fragments: list[bytes | None], positions: Sequence[int]) -> None:
    head = b'{"logStreamName":%s,"logGroupIdentifier":%s,"message":' % (
        _to_json(batch.log_stream_name),
        _to_json(batch.log_group_identifier),
    )
    tail = b',"ingestionTime":%d}' % batch.ingestion_time
    events = batch.events
    for position in positions:
        event = events[position]
        fragments[position] = b'%s%s,"timestamp":%d%s' % (head, _to_json(event.message), event.timestamp, tail)
