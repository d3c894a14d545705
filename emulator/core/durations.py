"""Durations as people write them: `90s`, `15m`, `3h`, `250ms`, `1h30m`."""

import re
from typing import Final

from emulator.core.clock import HOUR, MINUTE, SECOND

__all__ = ["read_duration"]

_UNITS: Final = {"ms": 1, "s": SECOND, "m": MINUTE, "h": HOUR}


def read_duration(value: str) -> int:
    """Milliseconds from text such as `90s`, `15m`, `3h` or `1h30m`.

    Raises:
        ValueError: it is no duration above zero.
    """
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", value)
    if not parts or "".join(number + unit for number, unit in parts) != value:
        raise ValueError("is not a duration such as 90s, 15m or 3h")
    milliseconds = round(sum(float(number) * _UNITS[unit] for number, unit in parts))
    if milliseconds < 1:
        raise ValueError("is shorter than a millisecond")
    return milliseconds
