"""The tables of a scenario file, key by key, with the rules for each; docs/scenarios.md has the same order."""

from collections.abc import Callable, Iterable
from typing import Annotated, Any, ClassVar, Final, Literal, TypeAlias

from msgspec import Meta, field

from livetail.core import limits
from livetail.core.clock import DAY
from livetail.core.durations import parse_duration
from livetail.core.limits import MAX_TAGS, RETENTION_DAYS
from livetail.core.table_schema import table_schema
from livetail.core.tables import Path, Table, shown
from livetail.scenarios.formats import FORMATS
from livetail.scenarios.templates import TemplateError, parse_template

MAX_RATE: Final = 1_000_000
MIN_RATE: Final = 0.000001
MAX_DURATION_MS: Final = 366 * DAY
MAX_STREAMS: Final = 1_000
"""Log streams that one table may name."""

MAX_STREAMS_OF_ALL: Final = 10_000
"""Log streams that all `[[log_group]]` may name together."""


def group_problem(name: str) -> str | None:
    """Why this is not the name of a log group, as the end of a sentence about it; None if it is one."""
    if not 1 <= len(name) <= limits.MAX_NAME_LENGTH:
        return f"has {len(name)} characters; a name has 1 to {limits.MAX_NAME_LENGTH}"
    if not limits.matches(limits.LOG_GROUP_NAME_PATTERN, name):
        return "has more than the letters, digits and . - _ / # that the name of a log group is made of"
    return "begins with 'aws/', which is reserved" if name.startswith(limits.RESERVED_PREFIX) else None


def stream_problem(name: str) -> str | None:
    """Why this is not the name of a log stream, as the end of a sentence about it; None if it is one."""
    if not 1 <= len(name) <= limits.MAX_NAME_LENGTH:
        return f"has {len(name)} characters; a name has 1 to {limits.MAX_NAME_LENGTH}"
    if not limits.matches(limits.LOG_STREAM_NAME_PATTERN, name):
        return "has a ':' or '*', which cannot be in the name of a log stream"
    return None


def tag_problem(key: str, value: str) -> str | None:
    """Why this is not a tag, as the end of a sentence about the tags; None if it is one."""
    if not 1 <= len(key) <= limits.MAX_TAG_KEY_LENGTH or not _is_tag(key) or key.startswith("aws:"):
        return f"has the key {shown(key)}; a key is 1 to 128 letters, digits, blanks or _ . : / = + - @"
    if len(value) > limits.MAX_TAG_VALUE_LENGTH or not _is_tag(value):
        return f"has the value {shown(value)}; a value is at most 256 letters, digits, blanks or _ . : / = + - @"
    return None


def _is_tag(text: str) -> bool:
    return limits.matches(limits.TAG_VALUE_PATTERN, text)


def _duration_check(min_ms: int) -> Callable[[str], str | None]:
    def check(text: str) -> str | None:
        try:
            milliseconds = parse_duration(text)
        except ValueError:
            return f"is {shown(text)}; a duration such as '250ms', '90s', '15m' or '1h30m' is expected"
        if milliseconds < min_ms:
            return f"is {shown(text)}; it has to be longer"
        return f"is {shown(text)}; a year, '366d', is the longest" if milliseconds > MAX_DURATION_MS else None

    return check


def _rate_or_zero(rate: float) -> str | None:
    if rate == 0 or rate >= MIN_RATE:
        return None
    return f"is {shown(rate)}; {_RATE_OR_ZERO} is expected"


def _template_problem(text: str) -> str | None:
    try:
        parse_template(text)
    except TemplateError as error:
        return f"is not a template: {error}"
    return None


def _in_words(of_name: Callable[[str], str | None]) -> Callable[[str], str | None]:
    """A check whose problem begins with the value."""

    def check(value: str) -> str | None:
        problem = of_name(value)
        return problem and f"is {shown(value)}, which {problem}"

    return check


def _retention_problem(days: int) -> str | None:
    return None if days in RETENTION_DAYS else f"is {days}; one of {', '.join(map(str, RETENTION_DAYS))} is expected"


_DURATION: Final = "a duration such as '250ms', '90s', '15m' or '1h30m'"
_RATE: Final = "a number of events per second from 0.000001 to 1,000,000"
_RATE_OR_ZERO: Final = "0, or a number of events per second from 0.000001 to 1,000,000"

Duration = Annotated[str, Meta(extra={"check": _duration_check(1), "expected": _DURATION})]
DurationOrZero = Annotated[str, Meta(extra={"check": _duration_check(0), "expected": _DURATION})]
PerSecond = Annotated[float, Meta(ge=MIN_RATE, le=MAX_RATE, extra={"expected": _RATE})]
PerSecondOrZero = Annotated[float, Meta(ge=0, le=MAX_RATE, extra={"check": _rate_or_zero, "expected": _RATE_OR_ZERO})]
GroupName = Annotated[str, Meta(extra={"check": _in_words(group_problem)})]
StreamName = Annotated[str, Meta(extra={"check": _in_words(stream_problem)})]


class LogGroup(Table, frozen=True, kw_only=True):
    """A log group to make before anything is played, unless it is there."""

    title: ClassVar[str] = "a log_group"

    name: GroupName
    log_class: Literal["STANDARD", "INFREQUENT_ACCESS", "DELIVERY", "ESSENTIALS"] = field(
        name="class", default="STANDARD"
    )
    retention_days: Annotated[int, Meta(extra={"check": _retention_problem})] | None = None
    tags: dict[str, str] = {}
    streams: list[StreamName] = []

    def check(self) -> Iterable[tuple[Path, str]]:
        if self.retention_days is not None and self.log_class == "DELIVERY":
            yield ("retention_days",), "is given; what a group of the class DELIVERY keeps cannot be changed"
        if len(self.tags) > MAX_TAGS:
            yield ("tags",), f"has {len(self.tags)} entries; a log group has {MAX_TAGS} at most"
        for key, value in self.tags.items():
            if problem := tag_problem(key, value):
                yield ("tags",), problem
        yield from _stream_problems("streams", self.streams)


class RateTable(Table, frozen=True, kw_only=True, tag_field="shape"):
    """What all shapes of a rate have in common: the key `shape` names the one that is meant."""

    title: ClassVar[str] = "the shape"


class ConstantTable(RateTable, frozen=True, kw_only=True, tag="constant"):
    rate: PerSecond


class PoissonTable(RateTable, frozen=True, kw_only=True, tag="poisson"):
    rate: PerSecond


class RampTable(RateTable, frozen=True, kw_only=True, tag="ramp"):
    start: PerSecondOrZero = field(name="from")
    end: PerSecondOrZero = field(name="to")
    over: Duration

    def check(self) -> Iterable[tuple[Path, str]]:
        if self.start == self.end == 0:
            yield ("to",), "is 0, as is rate.from; nothing would ever happen"


class SineTable(RateTable, frozen=True, kw_only=True, tag="sine"):
    mean: PerSecond
    amplitude: PerSecondOrZero
    every: Duration
    phase: DurationOrZero = "0s"

    def check(self) -> Iterable[tuple[Path, str]]:
        if self.amplitude > self.mean:
            yield ("amplitude",), f"is {self.amplitude:g}; it may be rate.mean at most, {self.mean:g}"


class BurstTable(RateTable, frozen=True, kw_only=True, tag="burst"):
    base: PerSecondOrZero
    peak: PerSecond
    every: Duration
    length: Duration
    phase: DurationOrZero = "0s"

    def check(self) -> Iterable[tuple[Path, str]]:
        if parse_duration(self.length) > parse_duration(self.every):
            yield ("length",), f"is {self.length!r}, longer than rate.every, {self.every!r}"


class OnceTable(RateTable, frozen=True, kw_only=True, tag="once"):
    count: Annotated[int, Meta(ge=1, le=MAX_RATE)]


RATE_TABLES: Final = (ConstantTable, PoissonTable, RampTable, SineTable, BurstTable, OnceTable)
AnyRateTable: TypeAlias = ConstantTable | PoissonTable | RampTable | SineTable | BurstTable | OnceTable


class SourceTable(Table, frozen=True, kw_only=True):
    """Something that writes log events."""

    title: ClassVar[str] = "a source"

    log_group: GroupName
    log_streams: list[StreamName] | None = None
    format: Literal[tuple(FORMATS)] | None = None  # type: ignore[valid-type]
    template: Annotated[str, Meta(extra={"check": _template_problem})] | None = None
    rate: PerSecond | AnyRateTable
    start: DurationOrZero = "0s"
    duration: Duration | None = None

    def check(self) -> Iterable[tuple[Path, str]]:
        if self.format is not None and self.template is not None:
            yield ("template",), "is given beside a format; a source takes one of them"
        if self.log_streams is not None:
            if not self.log_streams:
                yield ("log_streams",), "is empty; leave it out, or name a log stream"
            yield from _stream_problems("log_streams", self.log_streams)


class ReplayTable(Table, frozen=True, kw_only=True):
    """Log events out of a file."""

    title: ClassVar[str] = "a replay"

    file: str
    log_group: GroupName | None = None
    speed: Annotated[float, Meta(ge=0.001, le=1_000)] = 1.0
    loop: bool = False
    start: DurationOrZero = "0s"


def _tables(name: str) -> Meta:
    return Meta(extra={"expected": f"a list of tables, each headed [[{name}]],"})


class ScenarioTable(Table, frozen=True, kw_only=True):
    """The whole file. Fault rules are read by the room that knows them."""

    title: ClassVar[str] = "a scenario"

    seed: Annotated[int, Meta(ge=-(2**63), le=2**63 - 1, extra={"expected": "a whole number of 64 bits"})] | None = None
    log_group: Annotated[list[LogGroup], _tables("log_group")] = []
    source: Annotated[list[SourceTable], _tables("source")] = []
    replay: Annotated[list[ReplayTable], _tables("replay")] = []
    fault: Annotated[list[Any], _tables("fault")] = []

    def check(self) -> Iterable[tuple[Path, str]]:
        if (streams := sum(len(group.streams) for group in self.log_group)) > MAX_STREAMS_OF_ALL:
            yield ("log_group",), f"has {streams:,} streams in all; {MAX_STREAMS_OF_ALL:,} are the limit"
        first: dict[str, int] = {}
        for number, group in enumerate(self.log_group, 1):
            if (other := first.setdefault(group.name, number)) != number:
                yield ("log_group", number, "name"), f"is {group.name!r}, as is that of log_group {other}"


def scenario_schema(fault_rule: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a scenario that is given as JSON; `fault_rule` is the schema of an entry of `fault`.

    `replay` names files beside the scenario file, so only a scenario that is a file has it.
    """
    scenario = table_schema(ScenarioTable)
    del scenario["properties"]["replay"]
    scenario["properties"]["fault"]["items"] = fault_rule
    description = "What is to be played, as in docs/scenarios.md; at least one entry."
    return scenario | {"description": description, "minProperties": 1}


def _stream_problems(key: str, names: list[str]) -> Iterable[tuple[Path, str]]:
    if len(names) > MAX_STREAMS:
        yield (key,), f"has {len(names):,} names; {MAX_STREAMS:,} are the limit"
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield (key,), f"names {shown(name)} twice"
        seen.add(name)
