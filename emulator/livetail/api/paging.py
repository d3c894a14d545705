"""Pages, and the tokens with which the next one is read.

AWS's tokens are opaque; only those of GetLogEvents have a known form: `f/` or `b/`, 56 digits, `/s`. A token here
holds a position in the order of the rows, not a count, so that no row is lost or doubled when others are added or
removed between two pages. Tokens do not expire (AWS: after 24 hours).
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256, shake_256
from typing import Final, TypeAlias, TypeVar

import msgspec

from livetail.api.shapes import DescribeLogGroupsRequest, DescribeLogStreamsRequest, ListLogGroupsRequest
from livetail.core.errors import InvalidParameterException
from livetail.core.ids import event_id_text
from livetail.core.limits import EVENT_OVERHEAD_BYTES, MAX_PAGE_BYTES, MAX_PAGE_EVENTS
from livetail.store.reading import StoredEvent

MAX_EXAMINED_EVENTS: Final = 2_500
MAX_EXAMINED_BYTES: Final = 1_048_576
"""How much FilterLogEvents examines in one request; then it returns what it has found, perhaps nothing, with a token to
continue. AWS does so too, with unknown limits. These keep a request within some tens of milliseconds."""

DEFAULT_ROWS: Final = 50
"""How many rows the operations return without `limit`."""

_STREAM_TOKEN: Final = re.compile(r"([fb])/([0-9]{56,64})/s")
_FILTER_TOKEN_BYTES: Final = 256
_ID_BYTES: Final = 27

RowsRequest: TypeAlias = DescribeLogGroupsRequest | DescribeLogStreamsRequest | ListLogGroupsRequest
Row = TypeVar("Row")
Key: TypeAlias = tuple[int, str]
"""What rows are ordered by: a time, or 0, and the name."""


def invalid_token() -> InvalidParameterException:
    """The error for a token that the operation did not return."""
    return InvalidParameterException("The specified nextToken is invalid.")


@dataclass(frozen=True, slots=True)
class StreamToken:
    """A token of GetLogEvents: to read forward from after an event or edge, or backward from before it.

    Attributes:
        number: the id of the event, or the edge; see `core.ids`.
    """

    is_forward: bool
    number: int

    @classmethod
    def parse(cls, text: str) -> "StreamToken":
        """Raises InvalidParameterException if this is not such a token."""
        found = _STREAM_TOKEN.fullmatch(text)
        if found is None:
            raise invalid_token()
        return cls(found[1] == "f", int(found[2]))

    def __str__(self) -> str:
        return f"{'f' if self.is_forward else 'b'}/{event_id_text(self.number)}/s"


def encode_event_token(number: int) -> str:
    """The token of FilterLogEvents that continues after an event.

    As observed: 342 characters of base64url that depend on the event only. Here: its id, padded with its hash.
    """
    head = number.to_bytes(_ID_BYTES)
    padding = shake_256(b"FilterLogEvents " + head).digest(_FILTER_TOKEN_BYTES - _ID_BYTES)
    return urlsafe_b64encode(head + padding).rstrip(b"=").decode()


def decode_event_token(text: str) -> int:
    """The id of the event after which a token continues; raises InvalidParameterException for any other text."""
    try:
        number = int.from_bytes(urlsafe_b64decode(f"{text}==")[:_ID_BYTES])
    except ValueError:
        raise invalid_token() from None
    if text != encode_event_token(number):
        raise invalid_token()
    return number


class _RowToken(msgspec.Struct, frozen=True, array_like=True, tag="rows"):
    """The hash of the parameters of a request, and the key of the last row of its page."""

    request_hash: str
    key: Key


def page_of_rows(
    request: RowsRequest, rows: Iterable[Row], key: Callable[[Row], Key], *, descending: bool = False
) -> tuple[list[Row], dict[str, str]]:
    """A page of rows in the order of their keys, and the member `nextToken` if there are more.

    Raises:
        InvalidParameterException: the token of the request was not given here, or for other parameters; the texts were
            observed on DescribeMetricFilters (radkawar/stackd, testdata/aws/logs/metric_filters.json).
    """
    compared = msgspec.structs.replace(request, next_token=None, limit=None)
    request_hash = sha256(type(request).__name__.encode() + msgspec.json.encode(compared)).hexdigest()[:16]
    ordered = sorted(rows, key=key, reverse=descending)
    if request.next_token is not None:
        try:
            token = msgspec.json.decode(bytes.fromhex(request.next_token), type=_RowToken)
        except (ValueError, msgspec.MsgspecError, RecursionError):
            raise InvalidParameterException(
                "Pagination token in request is invalid. Only token from previous list call or null is valid."
            ) from None
        if token.request_hash != request_hash:
            raise invalid_token()
        ordered = [row for row in ordered if (key(row) < token.key if descending else key(row) > token.key)]
    page = ordered[: request.limit or DEFAULT_ROWS]
    if len(page) == len(ordered):
        return page, {}
    return page, {"nextToken": msgspec.json.encode(_RowToken(request_hash, key(page[-1]))).hex()}


def page_of_events(
    found: Iterable[StoredEvent], limit: int | None, accepts: Callable[[str], bool] | None = None
) -> tuple[list[StoredEvent], StoredEvent | None]:
    """As many events as fit on a page: `limit` (10,000 at most) and 1 MiB as PutLogEvents counts; at least one.

    Returns them in the order in which they were read, and the event after which the next page begins: the last one on
    the page, or the last one examined where a maximum of examined events ended it; None for no events.

    Args:
        accepts: returns whether an event is taken, by its message; called for up to `MAX_EXAMINED_EVENTS` and
            `MAX_EXAMINED_BYTES`.
    """
    bytes_left = MAX_PAGE_BYTES
    events: list[StoredEvent] = []
    max_events = MAX_PAGE_EVENTS if limit is None else limit
    examined_events = examined_bytes = 0
    last: StoredEvent | None = None
    for event in found:
        batch, index = event
        message = batch.events[index].message
        size = EVENT_OVERHEAD_BYTES + (len(message) if message.isascii() else len(message.encode()))
        if accepts is not None:
            if examined_events == MAX_EXAMINED_EVENTS or examined_bytes > MAX_EXAMINED_BYTES:
                return events, last
            examined_events += 1
            examined_bytes += size
            last = event
            if not accepts(message):
                continue
        bytes_left -= size
        if events and (bytes_left < 0 or len(events) == max_events):
            break
        events.append(event)
    return events, events[-1] if events else None
