"""The JSON of Live Tail's messages.

A log event is encoded once, when the first session delivers it; its batch keeps the bytes for all the others. What
sampling discards is never encoded.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import TYPE_CHECKING

import msgspec

from livetail.live.window import Update
from livetail.store.batch import Batch
from livetail.wire.eventstream import MAX_PAYLOAD_LENGTH

if TYPE_CHECKING:
    from livetail.live.subscription import Subscription

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
    head = _UPDATE_HEAD[update.sampled]
    room = MAX_PAYLOAD_LENGTH - len(head) - len(_UPDATE_END)
    fragments = _fragments(update)
    try:
        results = b",".join(fragments)
    except TypeError:  # some have never been delivered; to look for those in each update would cost more than this
        _encode(update)
        fragments = _fragments(update)
        results = b",".join(fragments)
    if len(results) <= room:
        yield head, results, _UPDATE_END
    else:
        for some in _in_portions(fragments, room):
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


def _fragments(update: Update) -> list[bytes]:
    """The JSON of each event of an update; of those that have never been delivered there is None instead."""
    fragments: list[bytes | None] = []
    for selection in update.selections:
        known = selection.batch.fragments
        if known is None:
            known = selection.batch.fragments = [None] * len(selection.batch)
        if len(selection.positions) == len(known):
            fragments += known
        else:
            fragments += [known[position] for position in selection.positions]
    chosen = fragments if update.mask is None else compress(fragments, update.mask)
    return list(chosen)  # type: ignore[arg-type]  # see above


def _encode(update: Update) -> None:
    """Fill in the JSON of those events of an update that have never been delivered."""
    start = 0
    for selection in update.selections:
        end = start + len(selection.positions)
        if update.mask is None:
            _encode_events(selection.batch, selection.positions)
        else:
            _encode_events(selection.batch, compress(selection.positions, update.mask[start:end]))
        start = end


def _encode_events(batch: Batch, positions: Iterable[int]) -> None:
    head = b'{"logStreamName":%s,"logGroupIdentifier":%s,"message":' % (
        _to_json(batch.log_stream_name),
        _to_json(batch.log_group_identifier),
    )
    tail = b',"ingestionTime":%d}' % batch.ingestion_time
    events, fragments = batch.events, batch.fragments
    assert fragments is not None
    for position in positions:
        if fragments[position] is None:
            event = events[position]
            fragments[position] = b'%s%s,"timestamp":%d%s' % (head, _to_json(event.message), event.timestamp, tail)
