"""Reads and checks scenario files, and reports every problem with its line.

A scenario is TOML, or the same as JSON. The result is a `Scenario`, or a `ScenarioError` whose sentences name what to
change. The limits bound the cost of reading a file: some hundred milliseconds and a few megabytes.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from os.path import isfile
from pathlib import Path as FilePath
from pathlib import PurePath
from typing import Any, Final

import msgspec

from livetail.core.clock import parse_duration
from livetail.core.tables import Problem, Problems, shown
from livetail.core.unicode import well_formed
from livetail.faults.reading import read_rule
from livetail.faults.rules import AnyRule
from livetail.scenarios import ScenarioError, fixtures
from livetail.scenarios.rates import Once
from livetail.scenarios.replay import Replay, read_file, read_replay
from livetail.scenarios.tables import LogGroup, ReplayTable, ScenarioTable, Source
from livetail.scenarios.toml_lines import MAX_KEY_PARTS, TomlLines

MAX_SCENARIO_BYTES: Final = 1024 * 1024
MAX_ENTRIES: Final = 200
"""Tables of each kind in one scenario."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """The content of a scenario file.

    Attributes:
        name: the name of the file without its ending, or the one that was given.
        seed: all its random numbers come from it; None takes those of the player.
        log_groups: the declared ones, then all others with log events.
    """

    name: str
    seed: int | None = None
    log_groups: tuple[LogGroup, ...] = ()
    sources: tuple[Source, ...] = ()
    replays: tuple[Replay, ...] = ()
    faults: tuple[AnyRule, ...] = ()

    @property
    def rate(self) -> float:
        """Events per second of all sources together, on average; replays and what happens once are left out."""
        rates = [source.any_rate for source in self.sources]
        return sum(rate.average() for rate in rates if not isinstance(rate, Once))


def load(path: str | FilePath) -> Scenario:
    """Read a scenario from a file; what it replays is relative to the folder of the file.

    Raises:
        ScenarioError: the file cannot be read, or something in it is wrong.
    """
    name, path = str(path), FilePath(path)
    try:
        content = read_file(path, MAX_SCENARIO_BYTES)
    except ScenarioError as error:
        bundled = "" if path.suffix or path.parent.name else f"; bundled scenarios are {', '.join(fixtures.names())}"
        raise ScenarioError([f"{name}: {error}{bundled}"]) from None
    return parse(content, name, path.parent)


def load_replay(path: FilePath) -> Scenario:
    """A scenario that replays one file, once and from the start.

    Raises:
        ScenarioError: it cannot be replayed.
    """
    try:
        replay = read_replay(path)
    except ScenarioError as error:
        raise ScenarioError([f"{path}: {problem}" for problem in error.problems]) from None
    return _scenario(path.name, ScenarioTable(), [replay], [])


def parse(content: bytes, name: str = "scenario", directory: FilePath | None = None) -> Scenario:
    """Read a scenario from TOML, or from a JSON object with the same tables and keys: no TOML begins with a brace.

    `name` begins each problem; without a `directory` nothing can be replayed.

    Raises:
        ScenarioError: something in it is wrong.
    """
    if len(content) > MAX_SCENARIO_BYTES:
        raise ScenarioError([f"{name}: it has more than {MAX_SCENARIO_BYTES:,} bytes, which is the limit"])
    lines = None
    try:
        text = content.decode("utf-8-sig")
        if text.lstrip().startswith("{"):
            document = msgspec.json.decode(text)
        else:
            lines = TomlLines(text)
            if lines.long_key:  # tomllib's time and memory grow with the square of the parts
                raise ScenarioError([f"{name}:{lines.long_key}: a key has more than {MAX_KEY_PARTS} parts"])
            document = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ScenarioError([f"{name}:{line}: byte {error.start} is not UTF-8"]) from None
    except RecursionError:
        raise ScenarioError([f"{name}: it is nested too deeply"]) from None
    except msgspec.DecodeError as error:
        raise ScenarioError([f"{name}: it is not JSON: {error}"]) from None
    except ValueError as error:  # TOMLDecodeError, or an integer of too many digits
        found = re.search(r"at line (\d+)|at end of document", str(error))
        place = f"{name}:{found[1] or text.count(chr(10)) + 1}" if found else name
        raise ScenarioError([f"{place}: it is not TOML: {error}"]) from None
    return _build(document, name, directory, lines)


def _build(document: object, name: str, directory: FilePath | None, lines: TomlLines | None) -> Scenario:
    problems = Problems()
    given: dict[str, Any] = document if isinstance(document, dict) else {}
    for key, entries in given.items():
        if isinstance(entries, list) and len(entries) > MAX_ENTRIES:
            problems.add((key,), f"has {len(entries):,} entries; {MAX_ENTRIES:,} are the limit")
    table = None if problems else problems.read(ScenarioTable, document)
    entries = given.get("fault")
    rules = enumerate(entries[:MAX_ENTRIES] if isinstance(entries, list) else (), 1)
    faults = [read_rule(rule, ("fault", number), problems) for number, rule in rules]
    replays: list[Replay] = []
    for number, replay in enumerate(table.replay if table else (), 1):
        try:
            replays.append(_read_replay(replay, directory))
        except ScenarioError as error:
            for problem in error.problems:
                problems.add(("replay", number, "file"), f"is {shown(replay.file)}: {problem}")
    if problems or table is None:
        raise ScenarioError(_sentences(name, problems, lines))
    return _scenario(PurePath(name).name, table, replays, [rule for rule in faults if rule is not None])


def _read_replay(table: ReplayTable, directory: FilePath | None) -> Replay:
    if directory is None:
        raise ScenarioError(["a scenario that is not a file itself cannot replay files"])
    file = directory / table.file
    if not isfile(file):  # unlike `Path.is_file`, False for a name that is too long
        raise ScenarioError([f"there is no file {file}"])
    replay = read_replay(file, table.log_group)
    return replace(replay, speed=Fraction(str(table.speed)), loop=table.loop, start_ms=parse_duration(table.start))


def _scenario(name: str, table: ScenarioTable, replays: Sequence[Replay], faults: Sequence[AnyRule]) -> Scenario:
    groups = {group.name: group for group in table.log_group}
    # Also those that only get log events: they can be tailed before the first one.
    written = dict.fromkeys(source.log_group for source in table.source)
    written |= dict.fromkeys(line.log_group for replay in replays for line in replay.lines)
    for group in written:
        groups.setdefault(group, LogGroup(name=group))
    return Scenario(
        well_formed(name.removesuffix(".toml")),
        table.seed,
        tuple(groups.values()),
        tuple(table.source),
        tuple(replays),
        tuple(faults),
    )


def _sentences(name: str, problems: Problems, lines: TomlLines | None) -> list[str]:
    """A line for each problem, in the order of the file."""

    def line_of(problem: Problem) -> int:
        return (lines.line(problem.path) if lines else None) or 0

    ordered = sorted(problems, key=lambda problem: (not problem.path, line_of(problem)))
    return [f"{name}:{line_of(one)}: {one}" if line_of(one) else f"{name}: {one}" for one in ordered]
