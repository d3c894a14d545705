"""Plays a scenario: returns what is due, in slices of bounded cost. The result does not depend on when it is called.

Sources and replays emit at the instants of one grid, `GRID_MS` wide, that begins where the scenario starts: everything
that happened since the instant before, each event with its own timestamp. So fifty thousand events a second are ten
instants, and a source that is silent for an hour costs nothing in it.

What is due at one instant comes in slices, so that a server can do other work between them. Where a slice ends depends
only on the scenario, never on the time that it takes.
"""

from collections.abc import Iterator, Sequence
from itertools import cycle
from operator import attrgetter
from typing import Final, NamedTuple

from livetail.core.chance import Chance
from livetail.core.clock import DAY, parse_duration
from livetail.scenarios.formats import FORMATS
from livetail.scenarios.replay import Replay
from livetail.scenarios.scenario import Scenario
from livetail.scenarios.tables import Source
from livetail.scenarios.templates import TemplateFormat
from livetail.store.batch import LogEvent

GRID_MS: Final = 100

LIFETIME_MS: Final = 100 * 365 * DAY
"""When a source or a replay without an end ends: after any test, and while every date is valid."""

MAX_SLICE_WEIGHT: Final = 1_000
"""The maximum cost of a slice: an event costs 1 for each KiB or part of one; about 10 ms of work."""

_timestamp = attrgetter("timestamp")


class Emission(NamedTuple):
    """Events that are ingested together into one log stream: at least one, in the order of their timestamps."""

    log_group: str
    log_stream: str
    events: list[LogEvent]


class Player:
    """A scenario that is played from `started_at` (epoch milliseconds), which moves when the clock is set.

    Random numbers come from the scenario's own seed if it has one, else from `chance`. Each source has random streams
    of its own, by its number, so that a new source at the end of a file does not change the others.
    """

    def __init__(self, scenario: Scenario, started_at: int, chance: Chance) -> None:
        if scenario.seed is not None:
            chance = Chance(scenario.seed)
        declared = {group.name: group.streams for group in scenario.log_groups}
        self.scenario = scenario
        self.started_at = started_at
        self._parts: list[_Part] = [
            _PlayedSource(source, declared.get(source.log_group, ()), started_at, chance, f"source {number}")
            for number, source in enumerate(scenario.sources, 1)
        ]
        self._parts += map(_PlayedReplay, scenario.replays)
        self._due_ms = self._next_due_ms()

    def _next_due_ms(self) -> int | None:
        return min((part.due_ms for part in self._parts if part.due_ms is not None), default=None)

    def next_due(self) -> int | None:
        """The next instant at which something is emitted, in epoch milliseconds; None when all has been emitted."""
        return None if self._due_ms is None else self.started_at + self._due_ms

    def take(self) -> list[Emission]:
        """The next slice: what `next_due` has, up to `MAX_SLICE_WEIGHT`; the rest of that instant stays due.

        What several sources emit into one log stream is one emission, in the order of the timestamps.
        """
        replayed: list[Emission] = []
        made: dict[tuple[str, str], Emission] = {}
        room = MAX_SLICE_WEIGHT
        for part in self._parts:
            while room > 0 and (due_ms := part.due_ms) is not None and due_ms == self._due_ms:
                taken = part.take(self.started_at, due_ms, max(1, room // part.weight))
                room -= part.weight * sum(len(emission.events) for emission in taken)
                if isinstance(part, _PlayedReplay):
                    replayed += taken
                    continue
                for emission in taken:
                    earlier = made.setdefault((emission.log_group, emission.log_stream), emission)
                    if earlier is not emission:
                        earlier.events.extend(emission.events)
                        earlier.events.sort(key=_timestamp)
        self._due_ms = self._next_due_ms()
        return [*replayed, *made.values()]


class _Part:
    """A source or a replay, and the position in it.

    Attributes:
        weight: the cost of one of its events; see `MAX_SLICE_WEIGHT`.
    """

    weight = 1

    def __init__(self, start_ms: int, times: Iterator[int]) -> None:
        """`times` are those of its events, in milliseconds after `start_ms`, its start in the scenario."""
        self._start_ms = start_ms
        self._times = times
        self._next_ms = next(times, None)

    @property
    def due_ms(self) -> int | None:
        """The next instant of the grid with events, in milliseconds after the scenario's start; None at the end."""
        return None if self._next_ms is None else -(-(self._start_ms + self._next_ms) // GRID_MS) * GRID_MS

    def take(self, started_at: int, due_ms: int, max_events: int) -> list[Emission]:
        """The next events up to `due_ms`; `started_at` is the scenario's start in epoch milliseconds."""
        raise NotImplementedError

    def _take_times(self, started_at: int, due_ms: int, max_events: int) -> list[int]:
        """The times of these events, in epoch milliseconds."""
        times: list[int] = []
        next_ms, until_ms, started_at = self._next_ms, due_ms - self._start_ms, started_at + self._start_ms
        while next_ms is not None and next_ms <= until_ms and len(times) < max_events:
            times.append(started_at + next_ms)
            next_ms = next(self._times, None)
        self._next_ms = next_ms
        return times


class _PlayedSource(_Part):
    def __init__(self, source: Source, declared: Sequence[str], started_at: int, chance: Chance, name: str) -> None:
        duration_ms = LIFETIME_MS if source.duration is None else parse_duration(source.duration)
        times = source.any_rate.times(duration_ms, chance.stream(f"{name} arrivals"))
        super().__init__(parse_duration(source.start), times)
        self._log_group = source.log_group
        self._draw = chance.stream(f"{name} streams").random
        kind = FORMATS[source.format or "text"] if source.template is None else TemplateFormat
        default_streams = kind.default_streams(chance.stream(f"{name} stream names"), started_at)
        self._streams = tuple(source.log_streams or declared or default_streams)
        lines = chance.stream(f"{name} lines")
        if source.template is None:
            self._format = kind(lines, self._streams, chance)
        else:
            self._format = template = TemplateFormat(source.template, lines, self._streams, chance)
            self.weight = -(-template.size_bytes // 1_024)

    def take(self, started_at: int, due_ms: int, max_events: int) -> list[Emission]:
        """The next events by stream, in the order in which the scenario names the streams."""
        times, group, names = self._take_times(started_at, due_ms, max_events), self._log_group, self._streams
        if len(names) == 1:
            return [Emission(group, names[0], self._format.events(times, [0] * len(times)))]
        draw, count = self._draw, len(names)
        positions = [int(draw() * count) for _ in times]
        by_stream: list[list[LogEvent]] = [[] for _ in names]
        for position, event in zip(positions, self._format.events(times, positions), strict=True):
            by_stream[position].append(event)
        return [Emission(group, name, events) for name, events in zip(names, by_stream, strict=True) if events]


class _PlayedReplay(_Part):
    def __init__(self, replay: Replay) -> None:
        super().__init__(replay.start_ms, replay.times(LIFETIME_MS))
        self._lines = cycle(replay.lines)

    def take(self, started_at: int, due_ms: int, max_events: int) -> list[Emission]:
        """The next lines, in exactly the order of the file.

        A new emission begins where the stream changes, or where a timestamp is earlier than the one before.
        """
        emissions: list[Emission] = []
        latest = 0
        for time, line in zip(self._take_times(started_at, due_ms, max_events), self._lines, strict=False):
            event = LogEvent(max(time - line.age_ms, 0), line.message)
            same_stream = emissions and emissions[-1][:2] == (line.log_group, line.log_stream)
            if same_stream and latest <= event.timestamp:
                emissions[-1].events.append(event)
            else:
                emissions.append(Emission(line.log_group, line.log_stream, [event]))
            latest = event.timestamp
        return emissions
