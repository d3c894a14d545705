"""The JSON of Live Tail's messages.

A log event is encoded once, when the first session delivers it. The selections of its batch share the bytes, which are
freed with the last of them. Log events that are sampled out are never encoded.
"""

from collections.abc import Iterator
from itertools import compress
from typing import Final

import msgspec

from livetail.live.subscription import Subscription
from livetail.live.window import Update

MAX_UPDATE_BYTES: Final = 16 * 1024 * 1024
"""The largest message with a session update. The format allows 24 MiB, but some decoders refuse more than this, such
as that of the AWS SDK for Go v1."""

_MAX_RESULTS_BYTES: Final = MAX_UPDATE_BYTES - 256
"""The maximum of the log events; the rest of a message takes less than 256 bytes."""

_to_json = msgspec.json.Encoder().encode

_UPDATE_HEAD = {
    sampled: b'{"sessionMetadata":{"sampled":%s},"sessionResults":[' % _to_json(sampled) for sampled in (False, True)
}
_UPDATE_END = b"]}"


def session_start_json(request_id: str, session_id: str, subscription: Subscription) -> bytes:
    """The `LiveTailSessionStart`; filters that the request did not give are left out, not empty."""
    start = {
        "requestId": request_id,
        "sessionId": session_id,
        "logGroupIdentifiers": subscription.log_group_identifiers,
        "logStreamNames": subscription.log_stream_names,
        "logStreamNamePrefixes": subscription.log_stream_name_prefixes,
        "logEventFilterPattern": subscription.log_event_filter_pattern,
    }
    return _to_json({name: value for name, value in start.items() if value is not None})


def session_update_json(update: Update) -> Iterator[tuple[bytes, ...]]:
    """The `LiveTailSessionUpdate`, in parts. Both of its members are always there: the AWS CLI fails without them.

    It is one payload. If its log events need more than `MAX_UPDATE_BYTES`, it is several, so that no event is lost.
    """
    fragments = _fragments(update)
    try:
        results = b",".join(fragments)
    except TypeError:  # some have never been delivered; a check in each update would cost more
        _encode(update)
        fragments = _fragments(update)
        results = b",".join(fragments)
    portions = [results] if len(results) <= _MAX_RESULTS_BYTES else _in_portions(fragments)
    for portion in portions:
        yield _UPDATE_HEAD[update.sampled], portion, _UPDATE_END


def _in_portions(fragments: list[bytes]) -> Iterator[bytes]:
    results = b",".join(fragments)
    if len(results) <= _MAX_RESULTS_BYTES:
        yield results
    else:
        half = len(fragments) // 2
        yield from _in_portions(fragments[:half])
        yield from _in_portions(fragments[half:])


def _fragments(update: Update) -> list[bytes]:
    """The JSON of each event of an update; None for those that have never been delivered."""
    fragments: list[bytes | None] = []
    for selection in update.selections:
        encoded = selection.encoded
        if len(selection.numbers) == len(encoded):
            fragments += encoded
        else:
            fragments += [encoded[number] for number in selection.numbers]
    chosen = fragments if update.mask is None else compress(fragments, update.mask)
    return list(chosen)  # type: ignore[arg-type]  # see above


def _encode(update: Update) -> None:
    """Encode the events of an update that have never been delivered."""
    mask = update.mask or b"\x01" * update.events
    start = 0
    for selection in update.selections:
        # The order of the members is that of the service (observed).
        head = b'{"ingestionTime":%d,"logGroupIdentifier":%s,"logStreamName":%s,"message":' % (
            selection.ingestion_time,
            _to_json(selection.log_group_identifier),
            _to_json(selection.log_stream_name),
        )
        events, encoded = selection.events, selection.encoded
        for event, number in compress(zip(events, selection.numbers, strict=True), mask[start : start + len(events)]):
            if encoded[number] is None:
                encoded[number] = b'%s%s,"timestamp":%d}' % (head, _to_json(event.message), event.timestamp)
        start += len(events)
