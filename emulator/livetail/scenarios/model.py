"""A scenario as it is played: what is in the file, checked and converted. Times are milliseconds."""

from dataclasses import dataclass
from fractions import Fraction

from livetail.faults.reading import AnyRule
from livetail.scenarios.rates import LIFETIME_MS, Rate
from livetail.scenarios.replay import Replay
from livetail.scenarios.tables import LogGroup
from livetail.scenarios.templates import Template


@dataclass(frozen=True, slots=True)
class Source:
    """Events for one log group, at a rate.

    Attributes:
        log_streams: one of them is drawn for each event; with none, the format names its own.
        format: a name out of `livetail.scenarios.formats.FORMATS`, or None where there is a template.
        start: after the scenario's start.
        duration: how long from there; `LIFETIME_MS` where the scenario names none.
    """

    log_group: str
    rate: Rate
    log_streams: tuple[str, ...] = ()
    format: str | None = "text"
    template: Template | None = None
    start: int = 0
    duration: int = LIFETIME_MS


@dataclass(frozen=True, slots=True)
class Scenario:
    """The content of a scenario file.

    Attributes:
        name: the file's name without its ending, or what it was given.
        seed: what all chance in it is drawn from; None leaves that to whoever plays it.
        log_groups: those that are declared, then all others that something is written to.
        faults: the fault rules.
    """

    name: str
    seed: int | None = None
    log_groups: tuple[LogGroup, ...] = ()
    sources: tuple[Source, ...] = ()
    replays: tuple[Replay, ...] = ()
    faults: tuple[AnyRule, ...] = ()

    @property
    def rate(self) -> Fraction:
        """Events per second of all sources together, over the long run; replays and what happens once are left out."""
        averages = (source.rate.average() for source in self.sources)
        return sum((average for average in averages if average is not None), Fraction(0))
