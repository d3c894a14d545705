"""Scenario files: what stands in them, checked, or every fault with its place.

A scenario is TOML, or the same as JSON. Nothing that somebody may write ends in anything but a `Scenario` or a
`ScenarioError` whose sentences say what to change.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any, TypeAlias

import msgspec

from livetail.scenarios.model import LogGroup, Scenario, Source
from livetail.scenarios.places import Places
from livetail.scenarios.problems import Problems, ScenarioError, shown
from livetail.scenarios.reading import read_fault, read_log_group, read_replay_table, read_source
from livetail.scenarios.replay import Replay
from livetail.scenarios.tables import ScenarioTable

__all__ = ["CheckFault", "LogGroup", "Scenario", "ScenarioError", "Source", "load", "parse_json", "parse_toml"]

CheckFault: TypeAlias = Callable[[Mapping[str, Any]], Sequence[str]]
"""Says in sentences what is wrong with a fault rule in its JSON form."""

_LARGEST_FILE = 4 * 1024 * 1024
_LINE_AND_COLUMN = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def load(path: str | Path, check_fault: CheckFault | None = None) -> Scenario:
    """Read a scenario from a TOML file; what it replays lies beside it.

    Raises:
        ScenarioError: the file cannot be read, or something in it is wrong.
    """
    name = str(path)
    try:
        path = Path(path)
        if not path.is_file():
            raise ScenarioError([f"{name}: there is no such file"])
        if path.stat().st_size > _LARGEST_FILE:
            raise ScenarioError([f"{name}: it has more than {_LARGEST_FILE:,} bytes, which no scenario needs"])
        content = path.read_bytes()
    except OSError as fault:
        raise ScenarioError([f"{name}: it cannot be read: {fault.strerror or fault}"]) from None
    except ValueError as fault:
        raise ScenarioError([f"{name!r}: {fault}"]) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise ScenarioError([f"{name}:{line}: byte {fault.start} is not UTF-8"]) from None
    return parse_toml(text, name, path.parent, check_fault)


def parse_toml(
    text: str, name: str = "scenario", directory: Path | None = None, check_fault: CheckFault | None = None
) -> Scenario:
    """Read a scenario from TOML. `name` goes before its faults; without a `directory` nothing can be replayed.

    Raises:
        ScenarioError: something in it is wrong.
    """
    import tomllib  # a server without scenarios starts without it

    try:
        document = tomllib.loads(text)
    except RecursionError:
        raise ScenarioError([f"{name}: it is nested too deeply"]) from None
    except ValueError as fault:  # TOMLDecodeError, and what `int` says to ten thousand digits
        raise ScenarioError([_syntax_fault(name, str(fault), text)]) from None
    return _build(document, name, Problems(name, Places(text)), directory, check_fault)


def parse_json(
    source: bytes | str | Mapping[str, Any],
    name: str = "scenario",
    directory: Path | None = None,
    check_fault: CheckFault | None = None,
) -> Scenario:
    """Read a scenario from JSON, or from what was read of it: the same tables and keys as in TOML.

    Raises:
        ScenarioError: something in it is wrong.
    """
    document: object = source
    if isinstance(source, bytes | str):
        try:
            document = msgspec.json.decode(source)
        except (msgspec.DecodeError, UnicodeError) as fault:
            raise ScenarioError([f"{name}: it is not JSON: {fault}"]) from None
        except RecursionError:
            raise ScenarioError([f"{name}: it is nested too deeply"]) from None
    if not isinstance(document, Mapping):
        raise ScenarioError([f"{name}: it is {shown(document)}; a scenario is a table"])
    return _build(document, name, Problems(name), directory, check_fault)


def _build(
    document: Mapping[str, Any],
    name: str,
    problems: Problems,
    directory: Path | None,
    check_fault: CheckFault | None,
) -> Scenario:
    table = problems.read(ScenarioTable, document, (), "a scenario")
    entries = {key: _entries(document, key, problems) for key in ("log_group", "source", "replay", "fault")}
    if not problems and not any(entries.values()):
        problems.add((), "it has no log_group, source, replay or fault, so there is nothing to play")
    groups = tuple(
        read_log_group(values, ("log_group", number), problems) for number, values in enumerate(entries["log_group"], 1)
    )
    _note_repeated(groups, problems)
    sources = tuple(
        read_source(values, ("source", number), problems) for number, values in enumerate(entries["source"], 1)
    )
    replays = tuple(
        read_replay_table(values, ("replay", number), problems, directory)
        for number, values in enumerate(entries["replay"], 1)
    )
    scenario = Scenario(
        name=PurePath(name).name.removesuffix(".toml"),
        seed=None if isinstance(table.seed, msgspec.UnsetType) else table.seed,
        log_groups=groups + _undeclared(groups, sources, replays),
        sources=sources,
        replays=replays,
        faults=tuple(
            read_fault(values, ("fault", number), problems, check_fault)
            for number, values in enumerate(entries["fault"], 1)
        ),
    )
    if problems:
        raise problems.error()
    return scenario


def _entries(document: Mapping[str, Any], key: str, problems: Problems) -> list[object]:
    value = document.get(key, [])
    if isinstance(value, list | tuple):
        return list(value)
    if isinstance(value, Mapping):
        problems.add((key,), f"is one table; there may be several, so its header is [[{key}]]")
    else:
        problems.add((key,), f"is {shown(value)}; a list of tables is expected, each headed [[{key}]]")
    return []


def _undeclared(
    declared: Sequence[LogGroup], sources: Sequence[Source], replays: Sequence[Replay]
) -> tuple[LogGroup, ...]:
    """The log groups that are written to and not declared, so that they can be tailed before anything is in them."""
    names = dict.fromkeys(source.log_group for source in sources)
    names |= dict.fromkeys(line.log_group for replay in replays for line in replay.lines)
    return tuple(LogGroup(name) for name in names if name not in {group.name for group in declared})


def _note_repeated(groups: Sequence[LogGroup], problems: Problems) -> None:
    seen: dict[str, int] = {}
    for number, group in enumerate(groups, 1):
        if group.name and group.name in seen:
            problems.add(
                ("log_group", number, "name"), f"is {group.name!r}, as is that of log_group {seen[group.name]}"
            )
        seen.setdefault(group.name, number)


def _syntax_fault(name: str, message: str, text: str) -> str:
    """What `tomllib` says, with the line where a reader of compilers looks for it."""
    found = _LINE_AND_COLUMN.search(message)
    if found is None:
        return f"{name}: it is not TOML: {message}"
    what = message[: found.start()]
    if found[1]:
        return f"{name}:{found[1]}: it is not TOML: {what} (column {found[2]})"
    return f"{name}:{text.count(chr(10)) + 1}: it is not TOML: {what}, at the end of the file"
