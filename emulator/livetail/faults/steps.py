"""What a writer does next for a running tail."""

from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["Cut", "End", "Reset", "Send", "Step"]


@dataclass(frozen=True, slots=True)
class Send:
    """Write these bytes as a part of the body."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """Write these bytes, if there are any, then close the connection without an end of the body. The tail is over."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Reset:
    """Reset the connection (TCP RST). The tail is over."""


@dataclass(frozen=True, slots=True)
class End:
    """End the body cleanly. The tail is over."""


Step: TypeAlias = Send | Cut | Reset | End
