"""Short ways to make and play scenarios in tests."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from livetail.core.chance import Chance
from livetail.scenarios.player import Player
from livetail.scenarios.scenario import Scenario, parse
from livetail.scenarios.tables import Source
from livetail.store.batch import LogEvent

STARTED_AT = 1_767_225_600_000
"""2026-01-01T00:00:00Z."""


class Emission(NamedTuple):
    """What the player emits, with the instant at which it does (epoch milliseconds)."""

    at: int
    log_group: str
    log_stream: str
    events: list[LogEvent]


def player(text: str, *, seed: int = 1, directory: Path | None = None, started_at: int = STARTED_AT) -> Player:
    """A player of the scenario in TOML."""
    return Player(parse(text.encode(), "test.toml", directory), started_at, Chance(seed))


def play(text: str, seconds: float, *, seed: int = 1, directory: Path | None = None) -> list[Emission]:
    """What the scenario emits in its first seconds."""
    return run_until(player(text, seed=seed, directory=directory), STARTED_AT + round(seconds * 1000))


def run_until(playing: Player, instant: int) -> list[Emission]:
    """Everything that is due up to and including `instant` (epoch milliseconds)."""
    emissions: list[Emission] = []
    while (due := playing.next_due()) is not None and due <= instant:
        emissions += [Emission(due, *emission) for emission in playing.take()]
    return emissions


def events_of(emissions: Iterable[Emission]) -> list[LogEvent]:
    return [event for emission in emissions for event in emission.events]


def source(format_name: str, *, rate: int = 100, streams: tuple[str, ...] = ("one", "two")) -> Source:
    return Source(log_group="/test", rate=rate, log_streams=list(streams), format=format_name)


def lines(format_name: str, count: int, *, seed: int = 1, streams: tuple[str, ...] = ("one", "two")) -> list[LogEvent]:
    """`count` events of a format, a hundred a second."""
    playing = Player(Scenario("test", seed, sources=(source(format_name, streams=streams),)), STARTED_AT, Chance(0))
    return events_of(run_until(playing, STARTED_AT + count * 10))


def toml_source(**keys: str) -> str:
    """A source in TOML, valid except for the given keys."""
    values = {"log_group": '"/x"', "rate": "1"} | keys
    return "[[source]]\n" + "\n".join(f"{key} = {value}" for key, value in values.items() if value)
