"""The base of all formats, which make log events for given instants, and the ways in which lines write an instant.

Instants are epoch milliseconds, and lines have them in UTC. The texts are cached, because many lines are of the same
second, and of the same millisecond where the rate is high.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from livetail.core.chance import Chance, Random
from livetail.core.clock import SECOND
from livetail.scenarios.traffic import Traffic
from livetail.store.batch import LogEvent

_LAST_SECOND: Final = 253_402_300_799
"""9999-12-31T23:59:59Z, the last second that `datetime` supports."""

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Format:
    """The log events of one source. Most formats only have a `message`, whose events do not depend on each other."""

    _count = 0
    """The number of the latest event, in formats that write it."""

    def __init__(self, random: Random, stream_names: Sequence[str], chance: Chance) -> None:
        """`random` is the source's own, `chance` that of all sources of the scenario."""
        self._random = random
        self._traffic = Traffic(random, chance)

    @staticmethod
    def default_streams(random: Random, instant: int) -> tuple[str, ...]:
        """The log streams of a source, if neither it nor its log group names any."""
        return ("main",)

    def message(self, instant: int, stream: int) -> str:
        """The message of the event at `instant` in the log stream at position `stream`."""
        raise NotImplementedError

    def events(self, times: Sequence[int], streams: Sequence[int]) -> list[LogEvent]:
        """One event for each of `times` (in order), for the log stream of that position.

        The timestamp of an event is its time, or shortly before it for a format whose lines arrive late.
        """
        message = self.message
        return [LogEvent(time, message(time, stream)) for time, stream in zip(times, streams, strict=True)]


def date(instant: int, pattern: str) -> str:
    """The date and time, to the second, as a pattern of `strftime` has it; `%b` is English."""
    return _second_text(instant // SECOND, pattern)


@lru_cache(maxsize=64)
def iso_time(instant: int) -> str:
    """`2026-01-31T23:59:59.123Z`."""
    return f"{_second_text(instant // SECOND, '%Y-%m-%dT%H:%M:%S')}.{instant % SECOND:03d}Z"


def access_log_time(instant: int) -> str:
    """`31/Jan/2026:23:59:59 +0000`, the time of Apache's and nginx's access logs."""
    return date(instant, "%d/%b/%Y:%H:%M:%S +0000")


@lru_cache(maxsize=64)
def _second_text(second: int, pattern: str) -> str:
    at = datetime.fromtimestamp(min(second, _LAST_SECOND), UTC)
    # Not strftime's own %b, whose names depend on the locale.
    return at.strftime(pattern.replace("%b", _MONTHS[at.month - 1]))
