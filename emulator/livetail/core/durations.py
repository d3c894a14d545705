"""Durations as people write them: `250ms`, `90s`, `15m`, `3h`, `1h30m`."""

import re

from livetail.core.clock import DAY, HOUR, MINUTE, SECOND

_UNITS = {"d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND, "ms": 1}
_DURATION = re.compile(
    r"(?:(?P<d>\d{1,6})d)?(?:(?P<h>\d{1,6})h)?(?:(?P<m>\d{1,6})m(?!s))?(?:(?P<s>\d{1,9}(?:\.\d{1,3})?)s)?(?:(?P<ms>\d{1,12})ms)?",
    re.ASCII,
)


def parse_duration(text: str) -> int:
    """The milliseconds that `text` stands for: numbers with the units d, h, m, s, ms, the largest first.

    Seconds may have up to three decimals.

    Raises:
        ValueError: it is not a duration.
    """
    found = _DURATION.fullmatch(text.strip())
    parts = {unit: value for unit, value in found.groupdict().items() if value} if found else {}
    if not parts:
        raise ValueError(f"{text!r} is not a duration such as '250ms', '90s', '15m' or '1h30m'")
    total = 0
    for unit, value in parts.items():
        whole, _, decimals = value.partition(".")
        total += int(whole) * _UNITS[unit] + int(decimals.ljust(3, "0") if decimals else "0")
    return total


def format_duration(milliseconds: int) -> str:
    """The shortest text that `parse_duration` reads back as `milliseconds`."""
    parts = []
    for unit, size in _UNITS.items():
        count, milliseconds = divmod(milliseconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
