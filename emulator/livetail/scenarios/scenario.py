"""Scenario files: what is in them, checked, or every problem with its line.

A scenario is TOML, or the same as JSON. Whatever is in a file, the result is a `Scenario` or a `ScenarioError` whose
sentences say what to change. The limits bound what reading one may cost: some hundred milliseconds and a few megabytes.
"""

import re
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path as FilePath
from pathlib import PurePath
from typing import Any, Final

import msgspec

from livetail.core.durations import parse_duration
from livetail.core.tables import Problem, Problems, shown
from livetail.faults.reading import AnyRule, read_rule
from livetail.scenarios import ScenarioError, fixtures, rates, tables
from livetail.scenarios.model import Scenario, Source
from livetail.scenarios.rates import LIFETIME_MS, Rate
from livetail.scenarios.replay import Replay
from livetail.scenarios.replay_files import ReplayError, read_replay
from livetail.scenarios.tables import LogGroup, ReplayTable, ScenarioTable, SourceTable
from livetail.scenarios.templates import parse_template
from livetail.scenarios.toml_lines import MAX_KEY_PARTS, TomlLines, find_long_key

MAX_SCENARIO_BYTES: Final = 1024 * 1024
MAX_ENTRIES: Final = 200
"""Tables of each kind in one scenario."""

_LINE_AND_COLUMN = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def load(path: str | FilePath) -> Scenario:
    """Read a scenario from a TOML file; what it replays is relative to the folder of the file.

    Raises:
        ScenarioError: the file cannot be read, or something in it is wrong.
    """
    name = str(path)
    try:
        path = FilePath(path)
        if not path.is_file():
            bundled = (
                "" if path.suffix or path.parent.name else f"; bundled scenarios are {', '.join(fixtures.names())}"
            )
            raise ScenarioError([f"{name}: there is no such file{bundled}"])
        if path.stat().st_size > MAX_SCENARIO_BYTES:
            raise _too_large(name)
        content = path.read_bytes()
    except OSError as error:
        raise ScenarioError([f"{name}: it cannot be read: {error.strerror or error}"]) from None
    except ValueError as error:
        raise ScenarioError([f"{name!r}: {error}"]) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ScenarioError([f"{name}:{line}: byte {error.start} is not UTF-8"]) from None
    return parse_toml(text, name, path.parent)


def load_replay(path: FilePath) -> Scenario:
    """A scenario that replays one file, once and from the start.

    Raises:
        ScenarioError: it cannot be replayed.
    """
    try:
        lines, length = read_replay(path)
    except ReplayError as error:
        raise ScenarioError([f"{path}: {problem}" for problem in error.problems]) from None
    groups = dict.fromkeys(line.log_group for line in lines)
    replay = Replay(str(path), lines, length)
    return Scenario(path.name, log_groups=tuple(LogGroup(name=name) for name in groups), replays=(replay,))


def parse_toml(text: str, name: str = "scenario", directory: FilePath | None = None) -> Scenario:
    """Read a scenario from TOML. `name` begins each problem; without a `directory` nothing can be replayed.

    Raises:
        ScenarioError: something in it is wrong.
    """
    import tomllib  # a server without scenarios starts without it

    if len(text) > MAX_SCENARIO_BYTES:
        raise _too_large(name)
    if line := find_long_key(text):  # tomllib would take time and memory with the square of the parts
        raise ScenarioError([f"{name}:{line}: a key has more than {MAX_KEY_PARTS} parts"])
    try:
        document = tomllib.loads(text)
    except RecursionError:
        raise ScenarioError([f"{name}: it is nested too deeply"]) from None
    except ValueError as error:  # TOMLDecodeError, or an integer of too many digits
        raise ScenarioError([_syntax_problem(name, str(error), text)]) from None
    return _build(document, name, directory, TomlLines(text))


def parse_json(
    source: bytes | str | Mapping[str, Any],
    name: str = "scenario",
    directory: FilePath | None = None,
) -> Scenario:
    """Read a scenario from JSON, or from what was decoded from it: the same tables and keys as in TOML.

    Raises:
        ScenarioError: something in it is wrong.
    """
    document: object = source
    if isinstance(source, bytes | str):
        if len(source) > MAX_SCENARIO_BYTES:
            raise _too_large(name)
        try:
            document = msgspec.json.decode(source)
        except (msgspec.DecodeError, UnicodeError) as error:
            raise ScenarioError([f"{name}: it is not JSON: {error}"]) from None
        except RecursionError:
            raise ScenarioError([f"{name}: it is nested too deeply"]) from None
    if not isinstance(document, Mapping):
        raise ScenarioError([f"{name}: it is {shown(document)}; a scenario is a table"])
    return _build(document, name, directory, None)


def _build(
    document: Mapping[str, Any],
    name: str,
    directory: FilePath | None,
    lines: TomlLines | None,
) -> Scenario:
    problems = Problems()
    scenario = None
    for key, entries in document.items():
        if isinstance(entries, list | tuple) and len(entries) > MAX_ENTRIES:
            problems.add((key,), f"has {len(entries):,} entries; {MAX_ENTRIES:,} are the limit")
    try:
        table = None if problems else problems.read(ScenarioTable, document)
        if not problems and not any(document.get(key) for key in ("log_group", "source", "replay", "fault")):
            problems.add((), "has no log_group, source, replay or fault, so there is nothing to play")
        faults = _read_faults(document.get("fault"), problems)
        if table is not None:
            scenario = _convert(table, faults, PurePath(name).name.removesuffix(".toml"), problems, directory)
    except RecursionError:
        raise ScenarioError([f"{name}: it is nested too deeply"]) from None
    if problems or scenario is None:
        raise ScenarioError(_sentences(name, problems, lines))
    return scenario


def _read_faults(entries: Any, problems: Problems) -> tuple[AnyRule, ...]:
    if not isinstance(entries, list | tuple):
        return ()
    rules = [read_rule(rule, ("fault", number), problems) for number, rule in enumerate(entries[:MAX_ENTRIES], 1)]
    return tuple(rule for rule in rules if rule is not None)


def _sentences(name: str, problems: Problems, lines: TomlLines | None) -> list[str]:
    """A line for each problem, in the order of the file."""

    def line_of(problem: Problem) -> int:
        return (lines.line(problem.path) if lines else None) or 0

    ordered = sorted(problems, key=lambda problem: (not problem.path, line_of(problem)))
    return [f"{name}:{line_of(one)}: {one}" if line_of(one) else f"{name}: {one}" for one in ordered]


def _convert(
    table: ScenarioTable, faults: tuple[AnyRule, ...], name: str, problems: Problems, directory: FilePath | None
) -> Scenario:
    sources = tuple(_source(source) for source in table.source)
    replays = tuple(_replay(replay, number, problems, directory) for number, replay in enumerate(table.replay, 1))
    declared = {group.name for group in table.log_group}
    # Also those that are only written to: they can be tailed before anything is in them.
    written = dict.fromkeys(source.log_group for source in sources)
    written |= dict.fromkeys(line.log_group for replay in replays for line in replay.lines)
    undeclared = tuple(LogGroup(name=name) for name in written if name not in declared)
    return Scenario(name, table.seed, (*table.log_group, *undeclared), sources, replays, faults)


def _source(table: SourceTable) -> Source:
    return Source(
        log_group=table.log_group,
        rate=_rate(table.rate),
        log_streams=tuple(table.log_streams or ()),
        format=None if table.template is not None else table.format or "text",
        template=None if table.template is None else parse_template(table.template),
        start=parse_duration(table.start),
        duration=LIFETIME_MS if table.duration is None else parse_duration(table.duration),
    )


def _rate(rate: "float | tables.AnyRateTable") -> Rate:
    match rate:
        case tables.ConstantTable():
            return rates.Constant(_exact(rate.rate))
        case tables.PoissonTable():
            return rates.Poisson(_exact(rate.rate))
        case tables.RampTable():
            return rates.Ramp(_exact(rate.start), _exact(rate.end), parse_duration(rate.over))
        case tables.SineTable():
            every, phase = parse_duration(rate.every), parse_duration(rate.phase)
            return rates.Sine(_exact(rate.mean), _exact(rate.amplitude), every, phase)
        case tables.BurstTable():
            every, length, phase = (parse_duration(text) for text in (rate.every, rate.length, rate.phase))
            return rates.Burst(_exact(rate.base), _exact(rate.peak), every, length, phase)
        case tables.OnceTable():
            return rates.Once(rate.count)
    return rates.Constant(_exact(rate))


def _exact(number: float) -> Fraction:
    """A number as it is written: 0.1 is a tenth, not the binary fraction next to it."""
    return Fraction(str(number))


def _replay(table: ReplayTable, number: int, problems: Problems, directory: FilePath | None) -> Replay:
    path = ("replay", number, "file")
    if directory is None:
        problems.add(path, f"is {shown(table.file)}; a scenario that is not a file itself cannot replay files")
        return Replay(table.file, (), 0)
    try:
        lines, length = read_replay(directory / table.file, table.log_group)
    except ReplayError as error:
        for problem in error.problems:
            problems.add(path, f"is {shown(table.file)}: {problem}")
        return Replay(table.file, (), 0)
    return Replay(table.file, lines, length, _exact(table.speed), table.loop, parse_duration(table.start))


def _too_large(name: str) -> ScenarioError:
    return ScenarioError([f"{name}: it has more than {MAX_SCENARIO_BYTES:,} bytes, which no scenario needs"])


def _syntax_problem(name: str, message: str, text: str) -> str:
    """The error of `tomllib`, in the form FILE:LINE: MESSAGE."""
    found = _LINE_AND_COLUMN.search(message)
    if found is None:
        return f"{name}: it is not TOML: {message}"
    what = message[: found.start()]
    if found[1]:
        return f"{name}:{found[1]}: it is not TOML: {what} (column {found[2]})"
    return f"{name}:{text.count(chr(10)) + 1}: it is not TOML: {what}, at the end of the file"
