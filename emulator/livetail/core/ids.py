"""Identifiers in the forms that CloudWatch Logs uses."""

import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from livetail.core.chance import Random

__all__ = ["event_id", "uuid4"]


def uuid4(random: "Random") -> str:
    """A version 4 UUID drawn from `random`: the form of request and session ids."""
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


def event_id(timestamp: int, sequence: int) -> str:
    """The 56 digits of an `eventId`, as FilterLogEvents gives it.

    They order by time stamp (epoch milliseconds) and then by order of ingestion.
    """
    return f"{timestamp:020d}{sequence:036d}"
