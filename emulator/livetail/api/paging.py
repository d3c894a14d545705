"""Pages and the tokens that lead from one to the next.

AWS's tokens are opaque; only those of GetLogEvents show their form, `f/` or `b/`, 56 digits, `/s`. A token here holds a
place in the order of the answer rather than a count, so that nothing is lost or doubled when something is added or
removed between two pages. Tokens do not expire (AWS: after 24 hours).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from livetail.core.errors import InvalidParameterException
from livetail.core.ids import event_id
from livetail.core.limits import EVENT_OVERHEAD_BYTES, MAX_PAGE_BYTES, MAX_PAGE_EVENTS
from livetail.store.batch import Batch
from livetail.store.reading import Position

__all__ = [
    "EventPage",
    "StreamToken",
    "decode_token",
    "encode_token",
    "invalid_token",
    "page_of_events",
    "page_of_rows",
]

_STREAM_TOKEN = re.compile(r"([fb])/([0-9]{20})([0-9]{36})/s")

Row = TypeVar("Row")
Token = TypeVar("Token", bound=msgspec.Struct)
Key = TypeVar("Key", str, tuple[int, str])


def invalid_token() -> InvalidParameterException:
    """What a token is answered with that the operation has not given."""
    return InvalidParameterException("The specified nextToken is invalid.")


@dataclass(frozen=True, slots=True)
class StreamToken:
    """A token of GetLogEvents: forward from a place, that one included, or backward from what lies before it."""

    forward: bool
    position: Position

    @classmethod
    def parse(cls, text: str) -> "StreamToken":
        """Raises InvalidParameterException if this is no such token."""
        found = _STREAM_TOKEN.fullmatch(text)
        if found is None:
            raise invalid_token()
        return cls(found[1] == "f", Position(int(found[2]), int(found[3])))

    def __str__(self) -> str:
        return f"{'f' if self.forward else 'b'}/{event_id(*self.position)}/s"


def encode_token(token: msgspec.Struct) -> str:
    """An opaque token of a few values."""
    return msgspec.json.encode(token).hex()


def decode_token(text: str, token_type: type[Token]) -> Token:
    """The values of an opaque token. Its type has a tag, so that tokens of one operation mean nothing to another.

    Raises:
        InvalidParameterException: this is no such token.
    """
    try:
        return msgspec.json.decode(bytes.fromhex(text), type=token_type)
    except (ValueError, msgspec.MsgspecError, RecursionError):
        raise invalid_token() from None


def page_of_rows(
    rows: Iterable[tuple[Key, Row]], after: Key | None, limit: int, *, descending: bool = False
) -> tuple[list[Row], Key | None]:
    """A page of rows that are given in the order of their keys, and the key to go on after, None at the end.

    Args:
        after: the key that the page before ended with, None for the first page.
    """
    page: list[Row] = []
    last = None
    for key, row in rows:
        if after is not None and not (key < after if descending else key > after):
            continue
        if len(page) == limit:
            return page, last
        page.append(row)
        last = key
    return page, None


@dataclass(frozen=True, slots=True)
class EventPage:
    """A page of events in the order in which they were read, and whether there are more behind it."""

    events: list[tuple[Batch, int]]
    more: bool

    def position(self, index: int) -> Position:
        """The place of one of the page's events."""
        batch, number = self.events[index]
        return Position(batch.events[number].timestamp, batch.sequence + number)


def page_of_events(found: Iterator[tuple[Batch, int]], limit: int | None) -> EventPage:
    """As many events as fit on a page: `limit` (10,000 at most) and 1 MB as PutLogEvents counts; at least one."""
    room = MAX_PAGE_BYTES
    page: list[tuple[Batch, int]] = []
    most = MAX_PAGE_EVENTS if limit is None else limit
    for batch, number in found:
        message = batch.events[number].message
        room -= EVENT_OVERHEAD_BYTES + (len(message) if message.isascii() else len(message.encode()))
        if page and (room < 0 or len(page) == most):
            return EventPage(page, more=True)
        page.append((batch, number))
    return EventPage(page, more=False)
