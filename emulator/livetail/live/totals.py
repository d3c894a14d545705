"""What became of all sessions together, those that are over included: the counters behind the metrics.

An open session counts for itself. When it is closed its counters are added here, so nothing on the way of an event
counts twice.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import astuple

from livetail.live.session import Counters, Ending


class Totals:
    """Counts since the last reset.

    Attributes:
        ingested: log events that were ingested, tailed or not.
        started: sessions that were started.
        ended: sessions that are over, by how.
        closed: the counters of the sessions that are over, added up. What they had buffered or pending nobody got.
    """

    def __init__(self) -> None:
        self.ingested = 0
        self.started = 0
        self.ended: Counter[Ending] = Counter()
        self.closed = added(())

    def close(self, counters: Counters, ending: Ending) -> None:
        """Take over the counters of a session that is over."""
        self.ended[ending] += 1
        self.closed = added((self.closed, counters))


def added(counters: Iterable[Counters]) -> Counters:
    """The sums of counters, all zero without any."""
    nothing = (0,) * len(Counters.__slots__)
    return Counters(*map(sum, zip(nothing, *map(astuple, counters), strict=True)))
