"""Plays a scenario: returns what is due, in slices of bounded cost. The result does not depend on when it is called.

Sources and replays emit at the instants of one grid, `GRID_MS` wide, that begins where the scenario starts: everything
that happened since the instant before, each event with its own timestamp. So fifty thousand events a second are ten
instants, and a source that is silent for an hour costs nothing in it.

What is due at one instant comes in slices, so that a server can do other work between them. Where a slice ends depends
only on the scenario, never on the time that it takes.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from livetail.core.chance import Chance
from livetail.scenarios.formats import FORMATS
from livetail.scenarios.model import Scenario, Source
from livetail.scenarios.rates import LIFETIME_MS
from livetail.scenarios.replay import Replay, ReplayCursor
from livetail.scenarios.templates import TemplateFormat, parse_template
from livetail.store.batch import LogEvent

GRID_MS: Final = 100

MAX_SLICE_WEIGHT: Final = 1_000
"""The maximum cost of a slice: an event costs 1 for each KiB or part of one; about 10 ms of work."""

_timestamp = attrgetter("timestamp")


@dataclass(frozen=True, slots=True)
class Emission:
    """Events that are ingested together into one log stream.

    Attributes:
        at: when they are ingested, epoch milliseconds.
        events: in the order of their timestamps, none of which is after `at`; at least one.
    """

    log_group: str
    log_stream: str
    at: int
    events: list[LogEvent]


class Player:
    """A scenario that is played from `started_at` (epoch milliseconds).

    Random numbers come from the scenario's own seed if it has one, else from `chance`. Each source has random streams
    of its own, by its number, so that a new source at the end of a file does not change the others.
    """

    def __init__(self, scenario: Scenario, started_at: int, chance: Chance) -> None:
        if scenario.seed is not None:
            chance = Chance(scenario.seed)
        declared = {group.name: group.streams for group in scenario.log_groups}
        self._started_at = started_at
        self._parts: list[_PlayedSource | _PlayedReplay] = [
            _PlayedSource(source, declared.get(source.log_group, ()), started_at, chance, f"source {number}")
            for number, source in enumerate(scenario.sources, 1)
        ]
        self._parts += [_PlayedReplay(replay, started_at) for replay in scenario.replays]
        self._due: list[tuple[int, int]] = []
        for index in range(len(self._parts)):
            self._schedule(index)

    @property
    def is_done(self) -> bool:
        """Whether everything has been emitted."""
        return not self._due

    def next_due(self) -> int | None:
        """The next instant at which something is emitted, in epoch milliseconds; None when all is done."""
        return self._due[0][0] if self._due else None

    def take(self) -> list[Emission]:
        """The next slice: what `next_due` has, up to `MAX_SLICE_WEIGHT`; the rest of that instant stays due.

        What several sources emit into one log stream is one emission, in the order of the timestamps.
        """
        if not self._due:
            return []
        emissions: list[Emission] = []
        merged: dict[tuple[str, str], list[LogEvent]] = {}
        room = MAX_SLICE_WEIGHT
        instant = self._due[0][0]
        while room > 0 and self._due and self._due[0][0] == instant:
            index = heapq.heappop(self._due)[1]
            part = self._parts[index]
            if isinstance(part, _PlayedReplay):
                taken = part.emissions(instant, room)
                emissions += taken
                room -= sum(len(emission.events) for emission in taken)
            else:
                for stream, events in part.events(instant, max(1, room // part.weight)):
                    room -= len(events) * part.weight
                    already = merged.setdefault((part.log_group, stream), events)
                    if already is not events:
                        already.extend(events)
                        already.sort(key=_timestamp)
            self._schedule(index)
        return emissions + [Emission(group, stream, instant, events) for (group, stream), events in merged.items()]

    def shift(self, milliseconds: int) -> None:
        """Move all due times by `milliseconds`, because the clock was set."""
        self._started_at += milliseconds
        for part in self._parts:
            part.started_at += milliseconds
        self._due = [(due + milliseconds, index) for due, index in self._due]

    def _schedule(self, index: int) -> None:
        part = self._parts[index]
        elapsed_ms = part.times.next()
        if elapsed_ms is not None:
            # The first instant of the grid that is not before the event.
            steps = -((self._started_at - part.started_at - elapsed_ms) // GRID_MS)
            heapq.heappush(self._due, (self._started_at + steps * GRID_MS, index))


class _PlayedSource:
    """A source and the position in it.

    Attributes:
        started_at: epoch milliseconds.
        times: the times of its events from then on, in milliseconds.
        weight: the cost of one of its events; see `MAX_SLICE_WEIGHT`.
    """

    def __init__(self, source: Source, declared: Sequence[str], started_at: int, chance: Chance, name: str) -> None:
        self.log_group = source.log_group
        self.started_at = started_at + source.start_ms
        template = None if source.template is None else parse_template(source.template)
        kind = FORMATS[source.format or "text"] if template is None else TemplateFormat
        named = source.log_streams or declared
        self._streams = tuple(named or kind.default_streams(chance.stream(f"{name} stream names"), started_at))
        lines = chance.stream(f"{name} lines")
        self._format = (
            kind(lines, self._streams, chance)
            if template is None
            else TemplateFormat(template, lines, self._streams, chance)
        )
        self.weight = 1 if template is None else -(-template.size_bytes // 1_024)
        self.times = source.any_rate.arrivals(source.duration_ms, chance.stream(f"{name} arrivals"))
        self._draw = chance.stream(f"{name} streams").random

    def events(self, instant: int, max_events: int) -> list[tuple[str, list[LogEvent]]]:
        """The next events up to `instant`, by stream, in the order in which the scenario names the streams."""
        start, names = self.started_at, self._streams
        times = [start + elapsed_ms for elapsed_ms in self.times.take(instant - start, max_events)]
        if len(names) == 1:
            return [(names[0], self._format.events(times, [0] * len(times)))] if times else []
        draw, count = self._draw, len(names)
        positions = [int(draw() * count) for _ in times]
        by_stream: list[list[LogEvent]] = [[] for _ in names]
        for position, event in zip(positions, self._format.events(times, positions), strict=True):
            by_stream[position].append(event)
        return [(name, events) for name, events in zip(names, by_stream, strict=True) if events]


class _PlayedReplay:
    """A replay and the position in it."""

    def __init__(self, replay: Replay, started_at: int) -> None:
        self.started_at = started_at + replay.start_ms
        self.times = ReplayCursor(replay, LIFETIME_MS)

    def emissions(self, instant: int, max_lines: int) -> list[Emission]:
        """The next lines up to `instant`, in exactly the order of the file.

        Each change of the stream begins a new emission, and so does a timestamp that goes back.
        """
        emissions: list[Emission] = []
        for elapsed_ms, line in self.times.take(instant - self.started_at, max_lines):
            event = LogEvent(max(self.started_at + elapsed_ms - line.age_ms, 0), line.message)
            last = emissions[-1] if emissions else None
            if (
                last is not None
                and last.log_stream == line.log_stream
                and last.log_group == line.log_group
                and last.events[-1].timestamp <= event.timestamp
            ):
                last.events.append(event)
            else:
                emissions.append(Emission(line.log_group, line.log_stream, instant, [event]))
        return emissions
