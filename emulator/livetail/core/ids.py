"""Identifiers in the forms that CloudWatch Logs uses.

The `eventId` of FilterLogEvents and the tokens of GetLogEvents are numbers of 56 digits with one inner form, observed
in responses of AWS (radkawar/stackd, testdata/aws/logs/ingestion.json and filters.json, September 2026), from the left:

- the timestamp of the event,
- 64 bits: its ingestion time,
- 64 bits: a hash on AWS. Here the upper 44 are the number of events that the log group had ingested before the request,
  and the lower 20 a hash of log group and log stream. So ids sort in the order in which events are read, and the
  position of an event can be computed from its id;
- 16 bits: the index of the event among those of its request that were accepted.

A token can also be an edge: a position between events, such as the end of a window or of what has been read so far.
Then its index is `_EDGE_INDEX`, or all bits after its timestamp are zero; no event has such an id.
"""

import uuid
from typing import Final, NamedTuple
from zlib import crc32

from livetail.core.chance import Random

_TIMESTAMP_SHIFT: Final = 144
_INGESTION_SHIFT: Final = 80
_SEQUENCE_SHIFT: Final = 36
_HASH_SHIFT: Final = 16
_SEQUENCE_MASK: Final = (1 << _INGESTION_SHIFT - _SEQUENCE_SHIFT) - 1
_HASH_MASK: Final = (1 << _SEQUENCE_SHIFT - _HASH_SHIFT) - 1
_INDEX_MASK: Final = (1 << _HASH_SHIFT) - 1
_EDGE_INDEX: Final = 0x7FFF
_HALF: Final = 0x7FFF_FFFF_FFFF_FFFF_7FFF_FFFF_FFFF_FFFF_7FFF
"""What AWS has after the timestamp for the end of a window: the largest signed value of each part."""


class Position(NamedTuple):
    """The position of an event in the order of reading: by timestamp (epoch milliseconds), then by ingestion.

    `sequence` is how many events the log group had ingested before this one, so each event has a position of its own.
    """

    timestamp: int
    sequence: int


def uuid4(random: Random) -> str:
    """A version 4 UUID drawn from `random`: the form of request and session ids."""
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


def event_id(timestamp: int, ingestion_time: int, sequence: int, stream: str, index: int) -> int:
    """The id of an event as a number.

    Args:
        sequence: how many events the group had ingested before the request.
        stream: what the hash is made of, the same for all events of a stream.
        index: that of the event among the accepted ones of the request, below 32,767.
    """
    hashed = crc32(stream.encode()) & _HASH_MASK | 1
    low = ingestion_time << _INGESTION_SHIFT | sequence << _SEQUENCE_SHIFT | hashed << _HASH_SHIFT | index
    return timestamp << _TIMESTAMP_SHIFT | low


def event_id_text(number: int) -> str:
    """56 digits; more only for a timestamp after the year 2112."""
    return f"{number:056d}"


def position_of(number: int) -> Position:
    """The position of an event or edge: reading backward from it begins before that position."""
    sequence, index = number >> _SEQUENCE_SHIFT & _SEQUENCE_MASK, number & _INDEX_MASK
    return Position(number >> _TIMESTAMP_SHIFT, sequence if index == _EDGE_INDEX else sequence + index)


def position_after(number: int) -> Position:
    """Where reading forward continues: after an event, or at an edge."""
    timestamp, sequence = position_of(number)
    return Position(timestamp, sequence if is_edge(number) else sequence + 1)


def is_edge(number: int) -> bool:
    """Whether this is an edge, not an event."""
    return number & _INDEX_MASK == _EDGE_INDEX or number & ((1 << _TIMESTAMP_SHIFT) - 1) == 0


def start_edge(timestamp: int) -> int:
    """The edge before all events of a millisecond."""
    return timestamp << _TIMESTAMP_SHIFT


def end_edge(timestamp: int) -> int:
    """The edge after all events of a millisecond, also those that are still to come."""
    return timestamp << _TIMESTAMP_SHIFT | _HALF


def edge_before(timestamp: int, sequence: int, number: int) -> int:
    """The edge within a millisecond, before the event with this sequence number and after those with lower ones.

    `number` is stored in the bits of the ingestion time, so that edges at one position can differ.
    """
    low = sequence << _SEQUENCE_SHIFT | _HASH_MASK << _HASH_SHIFT | _EDGE_INDEX
    return timestamp << _TIMESTAMP_SHIFT | number << _INGESTION_SHIFT | low
