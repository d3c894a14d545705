"""From the tables of a scenario file to what is played: a function for each kind of table and each kind of value.

A function notes what is wrong and goes on with what is right, so that all faults come out in one go. What it returns is
used only if nothing was noted anywhere.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path as FilePath
from typing import Any, TypeVar

from msgspec import UNSET, UnsetType

from livetail.core.clock import DAY
from livetail.core.durations import parse_duration
from livetail.core.limits import LOG_GROUP_CLASSES, RETENTION_DAYS
from livetail.scenarios import rates
from livetail.scenarios.formats import FORMATS
from livetail.scenarios.model import LogGroup, Source
from livetail.scenarios.names import group_fault, stream_fault, tag_fault
from livetail.scenarios.places import Path
from livetail.scenarios.problems import Problems, join, shown
from livetail.scenarios.replay import Replay, ReplayError, read_replay
from livetail.scenarios.tables import (
    RATE_TABLES,
    BurstTable,
    ConstantTable,
    LogGroupTable,
    OnceTable,
    PoissonTable,
    RampTable,
    RateTable,
    ReplayTable,
    SineTable,
    SourceTable,
)
from livetail.scenarios.templates import Template, TemplateError, parse_template

__all__ = ["read_fault", "read_log_group", "read_replay_table", "read_source"]

T = TypeVar("T")

HIGHEST_RATE = 1_000_000
LOWEST_RATE = Fraction(1, 1_000_000)
_LONGEST_WAIT = 366 * DAY
_SPEEDS = (Fraction(1, 1_000), Fraction(1_000))
_MOST_TAGS = 50
_CAPITAL = re.compile(r"[A-Z]")


def read_log_group(values: object, path: Path, problems: Problems) -> LogGroup:
    table = problems.read(LogGroupTable, values, path, "a log_group")
    name = _checked(table.name, (*path, "name"), group_fault, problems)
    log_class = _given(table.log_class, "STANDARD")
    if log_class not in LOG_GROUP_CLASSES:
        problems.add((*path, "class"), f"is {log_class!r}; one of {join(LOG_GROUP_CLASSES)}")
    days = _given(table.retention_days, None)
    if days is not None and days not in RETENTION_DAYS:
        problems.add((*path, "retention_days"), f"is {days}; one of {join(map(str, RETENTION_DAYS))}")
    elif days is not None and log_class == "DELIVERY":
        problems.add((*path, "retention_days"), "is given; what a group of the class DELIVERY keeps cannot be changed")
    tags = _given(table.tags, {})
    if len(tags) > _MOST_TAGS:
        problems.add((*path, "tags"), f"has {len(tags)} entries; a log group has {_MOST_TAGS} at most")
    for key, value in tags.items():
        if fault := tag_fault(key, value):
            problems.add((*path, "tags"), fault, of_entry=True)
    return LogGroup(name, log_class, days, tags, _streams(table.streams, (*path, "streams"), problems))


def read_source(values: object, path: Path, problems: Problems) -> Source:
    table = problems.read(SourceTable, values, path, "a source")
    format_name, template = _format(table, path, problems)
    return Source(
        log_group=_checked(table.log_group, (*path, "log_group"), group_fault, problems),
        rate=_rate(table.rate, (*path, "rate"), problems),
        log_streams=_streams(table.log_streams, (*path, "log_streams"), problems),
        format=format_name,
        template=template,
        start=_duration(table.start, (*path, "start"), problems, least=0, unset=0),
        duration=_duration(table.duration, (*path, "duration"), problems, unset=rates.LIFETIME),
    )


def read_replay_table(values: object, path: Path, problems: Problems, directory: FilePath | None) -> Replay:
    """`directory` is what the file's name is relative to; without one nothing can be replayed."""
    table = problems.read(ReplayTable, values, path, "a replay")
    speed = _number(table.speed, (*path, "speed"), problems, *_SPEEDS, unset=Fraction(1))
    start = _duration(table.start, (*path, "start"), problems, least=0, unset=0)
    file = _given(table.file, "")
    if table.file is UNSET:
        return Replay(file, (), 0)
    if directory is None:
        problems.add((*path, "file"), f"is {shown(file)}; a scenario that is not a file itself cannot replay files")
        return Replay(file, (), 0)
    try:
        lines, length = read_replay(directory / file)
    except ReplayError as fault:
        for sentence in fault.faults:
            problems.add((*path, "file"), f"is {shown(file)}: {sentence}")
        return Replay(file, (), 0)
    return Replay(file, lines, length, speed, _given(table.loop, False), start)


def read_fault(
    values: object, path: Path, problems: Problems, check: Callable[[Mapping[str, Any]], Sequence[str]] | None
) -> dict[str, Any]:
    """A fault in the JSON form of the control plane. `check` says in sentences what is wrong with one."""
    if not isinstance(values, Mapping):
        problems.add(path, f"it is {shown(values)}; a fault is a table", of_entry=True)
        return {}
    fault: dict[str, Any] = _in_camel_case(values)
    for sentence in check(fault) if check else ():
        # The sentence mostly begins with the key that it is about, in the words of JSON: that gives the line.
        key = _CAPITAL.sub(lambda capital: f"_{capital[0].lower()}", sentence.partition(" ")[0])
        problems.add((*path, *key.split(".")), sentence, of_entry=True)
    return fault


def _in_camel_case(value: Any) -> Any:
    """`value` with the keys of its tables as JSON has them: `log_group` is `logGroup`."""
    match value:
        case Mapping():
            converted = {}
            for key, inner in value.items():
                first, *others = str(key).split("_")
                name = first + "".join(part.capitalize() for part in others) if first else key
                converted[name] = _in_camel_case(inner)
            return converted
        case list() | tuple():
            return [_in_camel_case(inner) for inner in value]
        case str() | int() | float() | None:
            return value
        case _:
            # TOML has dates and times, JSON has not.
            return str(value)


def _format(table: SourceTable, path: Path, problems: Problems) -> tuple[str | None, Template | None]:
    if table.template is UNSET:
        name = _given(table.format, "text")
        if name not in FORMATS:
            problems.add((*path, "format"), f"is {shown(name)}; one of {join(FORMATS)}")
        return name, None
    if table.format is not UNSET:
        problems.add((*path, "template"), "it has a format and a template; it takes one of them", of_entry=True)
    try:
        return None, parse_template(table.template)
    except TemplateError as error:
        for fault in error.faults:
            problems.add((*path, "template"), f"is not right: {fault}")
        return None, None


def _rate(value: float | dict[str, Any] | UnsetType, path: Path, problems: Problems) -> rates.Rate:
    """The rate at `path`; some rate or other where that is faulty."""
    instead = rates.Constant(Fraction(1))
    if isinstance(value, UnsetType):
        return instead
    if not isinstance(value, dict):
        return rates.Constant(_per_second(value, path, problems))
    shape = value.get("shape")
    if shape is None:
        problems.add((*path, "shape"), f"is missing; one of {join(RATE_TABLES)}")
        return instead
    if not isinstance(shape, str) or shape not in RATE_TABLES:
        problems.add((*path, "shape"), f"is {shown(shape)}; one of {join(RATE_TABLES)}")
        return instead
    table = problems.read(RATE_TABLES[shape], value, path, f"the shape {shape}")
    # One key that is missing or refused says it all; what depends on two of them is looked at when both are there.
    return _shape(table, path, problems)


def _shape(table: RateTable, path: Path, problems: Problems) -> rates.Rate:
    def per_second(value: float | UnsetType, key: str, *, zero: bool = False) -> Fraction:
        return _per_second(value, (*path, key), problems, zero=zero)

    def length(value: str | UnsetType, key: str, *, least: int = 1, unset: int = 1) -> int:
        return _duration(value, (*path, key), problems, least=least, unset=unset)

    match table:
        case PoissonTable():
            return rates.Poisson(per_second(table.rate, "rate"))
        case RampTable():
            low, high = per_second(table.start, "from", zero=True), per_second(table.end, "to", zero=True)
            if low == high == 0:
                problems.add((*path, "to"), "is 0, as is rate.from; nothing would ever happen")
            return rates.Ramp(low, high, length(table.over, "over"))
        case SineTable():
            mean, amplitude = per_second(table.mean, "mean"), per_second(table.amplitude, "amplitude", zero=True)
            if table.mean is not UNSET and amplitude > mean:
                problems.add((*path, "amplitude"), f"is {table.amplitude}; it may be rate.mean at most, {table.mean}")
                amplitude = mean
            every, phase = length(table.every, "every"), length(table.phase, "phase", least=0, unset=0)
            return rates.Sine(mean, amplitude, every, phase)
        case BurstTable():
            base, peak = per_second(table.base, "base", zero=True), per_second(table.peak, "peak")
            every, burst = length(table.every, "every"), length(table.length, "length")
            if table.every is not UNSET and burst > every:
                problems.add((*path, "length"), f"is {table.length!r}, longer than rate.every, {table.every!r}")
                burst = every
            return rates.Burst(base, peak, every, burst, length(table.phase, "phase", least=0, unset=0))
        case OnceTable():
            count = _given(table.count, 1)
            if not 1 <= count <= HIGHEST_RATE:
                problems.add((*path, "count"), f"is {count}; from 1 to {HIGHEST_RATE:,}")
            return rates.Once(count)
        case ConstantTable():
            return rates.Constant(per_second(table.rate, "rate"))
    raise AssertionError(table)


def _per_second(value: float | UnsetType, path: Path, problems: Problems, *, zero: bool = False) -> Fraction:
    if zero and value == 0:
        return Fraction(0)
    return _number(value, path, problems, LOWEST_RATE, Fraction(HIGHEST_RATE), unset=Fraction(1), zero=zero)


def _number(
    value: float | UnsetType,
    path: Path,
    problems: Problems,
    low: Fraction,
    high: Fraction,
    *,
    unset: Fraction,
    zero: bool = False,
) -> Fraction:
    """A number as it is written: 0.1 is a tenth, not the binary fraction next to it."""
    if isinstance(value, UnsetType):
        return unset
    number = Fraction(str(value)) if math.isfinite(value) else Fraction(-1)
    if not low <= number <= high:
        allowed = f"{'0, or ' if zero else ''}from {_plain(low)} to {_plain(high)}"
        problems.add(path, f"is {shown(value)}; {allowed}")
        return unset
    return number


def _plain(number: Fraction) -> str:
    return f"{number.numerator:,}" if number.denominator == 1 else f"{float(number):.6f}".rstrip("0")


def _duration(value: str | UnsetType, path: Path, problems: Problems, *, unset: int, least: int = 1) -> int:
    if isinstance(value, UnsetType):
        return unset
    try:
        milliseconds = parse_duration(value)
    except ValueError:
        problems.add(path, f"is {shown(value)}; a duration such as '250ms', '90s', '15m' or '1h30m' is expected")
        return unset
    if milliseconds < least:
        problems.add(path, f"is {shown(value)}; it has to be longer")
    elif milliseconds > _LONGEST_WAIT:
        problems.add(path, f"is {shown(value)}; a year, '366d', is the longest")
    else:
        return milliseconds
    return unset


def _streams(value: list[str] | UnsetType, path: Path, problems: Problems) -> tuple[str, ...]:
    if isinstance(value, UnsetType):
        return ()
    if not value:
        problems.add(path, "is empty; leave it out, or name a log stream")
    for position, name in enumerate(value):
        if fault := stream_fault(name):
            problems.add(path, f"names {shown(name)}, which {fault}")
        elif name in value[:position]:
            problems.add(path, f"names {shown(name)} twice")
    return tuple(value)


def _checked(value: str | UnsetType, path: Path, fault_of: Callable[[str], str | None], problems: Problems) -> str:
    if isinstance(value, UnsetType):
        return ""
    if fault := fault_of(value):
        problems.add(path, f"is {shown(value)}, which {fault}")
    return value


def _given(value: T | UnsetType, otherwise: T) -> T:
    return otherwise if isinstance(value, UnsetType) else value
