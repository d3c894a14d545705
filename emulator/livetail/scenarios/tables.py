"""The tables of a scenario file with the rules for each key, in the order of docs/scenarios.md."""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Final, Literal

from msgspec import Meta, field

from livetail.core import limits
from livetail.core.chance import Chance
from livetail.core.tables import Path, Table, shown
from livetail.scenarios import ScenarioError
from livetail.scenarios.formats import FORMATS
from livetail.scenarios.rates import AnyRate, Constant, Duration, DurationOrZero, PerSecond, Rate
from livetail.scenarios.templates import TemplateFormat

MAX_STREAMS: Final = 1_000
"""Log streams that one table may name."""

MAX_STREAMS_OF_ALL: Final = 10_000
"""Log streams that all `[[log_group]]` may name together."""


def group_problem(name: str) -> str | None:
    """What is wrong with the name of a log group; None if nothing is."""
    problem = _name_problem(name, limits.LOG_GROUP_NAME_PATTERN, "letters, digits and . - _ / # only")
    if problem is None and name.startswith(limits.RESERVED_PREFIX):
        return f"is {shown(name)}; names that begin with 'aws/' are reserved"
    return problem


def stream_problem(name: str) -> str | None:
    """What is wrong with the name of a log stream; None if nothing is."""
    return _name_problem(name, limits.LOG_STREAM_NAME_PATTERN, "no ':' and no '*'")


def _name_problem(name: str, pattern: str, characters: str) -> str | None:
    if 1 <= len(name) <= limits.MAX_NAME_LENGTH and limits.matches(pattern, name):
        return None
    return f"is {shown(name)}; a name of 1 to {limits.MAX_NAME_LENGTH} characters, with {characters}, is expected"


def _tag_problem(key: str, value: str) -> str | None:
    characters = "letters, digits, blanks or _ . : / = + - @"
    is_key = 1 <= len(key) <= limits.MAX_TAG_KEY_LENGTH and limits.matches(limits.TAG_KEY_PATTERN, key)
    if not is_key or key.startswith("aws:"):
        return f"has the key {shown(key)}; 1 to {limits.MAX_TAG_KEY_LENGTH} {characters} are expected"
    if len(value) > limits.MAX_TAG_VALUE_LENGTH or not limits.matches(limits.TAG_VALUE_PATTERN, value):
        return f"has the value {shown(value)}; at most {limits.MAX_TAG_VALUE_LENGTH} {characters} are expected"
    return None


def _retention_problem(days: int) -> str | None:
    known = limits.RETENTION_DAYS
    return None if days in known else f"is {days}; one of {', '.join(map(str, known))} is expected"


def _template_problem(text: str) -> str | None:
    chance = Chance(0)
    try:
        TemplateFormat(text, chance.stream("template"), (), chance)
    except ScenarioError as error:
        return f"is not a template: {'; '.join(error.problems)}"
    return None


def _stream_problems(key: str, names: list[str]) -> Iterable[tuple[Path, str]]:
    if len(names) > MAX_STREAMS:
        yield (key,), f"has {len(names):,} names; {MAX_STREAMS:,} are the limit"
    for name, times in Counter(names).items():
        if times > 1:
            yield (key,), f"names {shown(name)} twice"


GroupName = Annotated[str, Meta(extra={"check": group_problem})]
StreamName = Annotated[str, Meta(extra={"check": stream_problem})]


class LogGroup(Table, frozen=True, kw_only=True):
    """A log group to create before anything is played, unless it exists."""

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
        if len(self.tags) > limits.MAX_TAGS:
            yield ("tags",), f"has {len(self.tags)} entries; a log group has {limits.MAX_TAGS} at most"
        for key, value in self.tags.items():
            if problem := _tag_problem(key, value):
                yield ("tags",), problem
        yield from _stream_problems("streams", self.streams)


class Source(Table, frozen=True, kw_only=True):
    """A generator of log events: lines of a template, or else of a format."""

    title: ClassVar[str] = "a source"

    log_group: GroupName
    log_streams: list[StreamName] = []
    format: Literal[tuple(FORMATS)] | None = None  # type: ignore[valid-type]
    template: Annotated[str, Meta(extra={"check": _template_problem})] | None = None
    rate: PerSecond | AnyRate
    start: DurationOrZero = "0s"
    duration: Duration | None = None

    @property
    def any_rate(self) -> Rate:
        """The rate as a table; a number is a constant rate."""
        return self.rate if isinstance(self.rate, Rate) else Constant(self.rate)

    def check(self) -> Iterable[tuple[Path, str]]:
        if self.format is not None and self.template is not None:
            yield ("template",), "is given beside a format; a source takes one of them"
        yield from _stream_problems("log_streams", self.log_streams)


class ReplayTable(Table, frozen=True, kw_only=True):
    """Log events from a file."""

    title: ClassVar[str] = "a replay"

    file: str
    log_group: GroupName | None = None
    speed: Annotated[float, Meta(ge=0.001, le=1_000)] = 1.0
    loop: bool = False
    start: DurationOrZero = "0s"


def _tables(name: str) -> Meta:
    return Meta(extra={"expected": f"a list of tables, each headed [[{name}]],"})


class ScenarioTable(Table, frozen=True, kw_only=True):
    """The whole file. `livetail.faults.reading` reads the fault rules."""

    title: ClassVar[str] = "a scenario"

    seed: Annotated[int, Meta(ge=-(2**63), le=2**63 - 1, extra={"expected": "a whole number of 64 bits"})] | None = None
    log_group: Annotated[list[LogGroup], _tables("log_group")] = []
    source: Annotated[list[Source], _tables("source")] = []
    replay: Annotated[list[ReplayTable], _tables("replay")] = []
    fault: Annotated[list[Any], _tables("fault")] = []

    def check(self) -> Iterable[tuple[Path, str]]:
        if not (self.log_group or self.source or self.replay or self.fault):
            yield (), "has no log_group, source, replay or fault, so there is nothing to play"
        if (streams := sum(len(group.streams) for group in self.log_group)) > MAX_STREAMS_OF_ALL:
            yield ("log_group",), f"has {streams:,} streams in all; {MAX_STREAMS_OF_ALL:,} are the limit"
        names = [group.name for group in self.log_group]
        for number, name in enumerate(names, 1):
            if (first := names.index(name) + 1) < number:
                yield ("log_group", number, "name"), f"is {name!r}, as is that of log_group {first}"
