"""Fault rules: data that says what is to go wrong, when and for whom, and what then happens.

`Faults` holds the rules. It is asked once for each request (`on_request`) and once for each session (`open_tail`); what
comes back says what to do, and `livetail.server` does it. Nothing here waits or writes. What reads rules is imported
when the first one is read, since most servers never see any.
"""

from typing import TYPE_CHECKING, Any

from livetail.faults.model import FaultError, FaultRule
from livetail.faults.registry import Faults
from livetail.faults.stored import StoredFault
from livetail.faults.tail import TailFaults

if TYPE_CHECKING:
    from livetail.faults.rule import check_rule, parse_rule

__all__ = ["FaultError", "FaultRule", "Faults", "StoredFault", "TailFaults", "check_rule", "parse_rule"]


def __getattr__(name: str) -> Any:
    if name in ("check_rule", "parse_rule"):
        from livetail.faults import rule

        return getattr(rule, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
