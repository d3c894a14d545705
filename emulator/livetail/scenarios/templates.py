"""Templates of log lines: text with fields in braces, `{time} {level:INFO=90,ERROR=10} {path} {latency_ms}`.

A field has the same value everywhere in an event, except for those that are drawn each time (`int`, `float`, `hex`,
`uuid`). Fields that describe the same request agree: a 500 is an ERROR and slow. Where a template gives the weights of
one of them, the others follow it.
"""

import re
from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from livetail.core.chance import Chance, Random
from livetail.core.clock import SECOND
from livetail.scenarios import ScenarioError
from livetail.scenarios.formats.base import Format, access_log_time, iso_time
from livetail.scenarios.traffic import draw_uuid, level_of, one_of

FIELDS: Final = (
    *("time", "level", "method", "path", "status", "latency_ms", "ip", "user", "request_id"),
    *("uuid", "seq", "int", "float", "hex"),
)
"""docs/scenarios.md describes them."""

_WEIGHABLE = frozenset({"level", "method", "path", "status", "user", "ip"})
_NUMBER = r"-?\d{1,15}(?:\.\d{1,6})?"
_RANGE = re.compile(rf"({_NUMBER})\.\.({_NUMBER})", re.ASCII)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_WEIGHT = re.compile(r"\s*[1-9]\d{0,5}\s*", re.ASCII)
_STATUS = re.compile(r"[1-5]\d\d", re.ASCII)
_COUNT = re.compile(r"\d{1,4}", re.ASCII)
_PART = re.compile(r"\{\{|\}\}|\{(?P<field>[^}]*)\}|(?P<open>\{.*)|\}|[^{}]+", re.DOTALL)
MAX_HEX_DIGITS = 1_024
MAX_LINE_BYTES: Final = 256 * 1_024
MAX_FIELDS: Final = 1_000
_USUAL_BYTES: Final = 24
_STATUS_OF_LEVEL: Final = {
    "FATAL": (500,),
    "CRITICAL": (500,),
    "ERROR": (500, 500, 500, 502, 503, 504),
    "WARN": (400, 404, 404, 409, 429),
    "WARNING": (400, 404, 404, 409, 429),
}
_STATUS_OF_SUCCESS = (200, 200, 200, 201, 204, 304)


@dataclass(frozen=True, slots=True)
class Choice:
    """Values with the running totals of their weights."""

    values: tuple[str, ...]
    totals: tuple[int, ...]

    def draw(self, random: Random) -> str:
        return self.values[bisect(self.totals, int(random.random() * self.totals[-1]))]


@dataclass(frozen=True, slots=True)
class _Field:
    """A parsed field of a template: its name, and what follows the colon."""

    name: str
    argument: str = ""
    low: float = 0
    high: float = 0


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed template.

    Attributes:
        text: the line with `%s` in the place of each field.
        fields: the fields in their order.
        choices: the weighted values of each field that has them.
    """

    text: str
    fields: tuple[_Field, ...]
    choices: dict[str, Choice]

    @property
    def size_bytes(self) -> int:
        """The approximate maximum size of a line."""
        chosen = {name: max(len(value.encode()) for value in choice.values) for name, choice in self.choices.items()}
        hexadecimal = (int(field.argument) for field in self.fields if field.name == "hex")
        others = (chosen.get(field.name, _USUAL_BYTES) for field in self.fields if field.name != "hex")
        return len(self.text.encode()) + sum(hexadecimal) + sum(others)


def parse_template(text: str) -> Template:
    """Read a template.

    Raises:
        ScenarioError: it has problems; a sentence for each, with its column.
    """
    if not text:
        raise ScenarioError(["the template is empty, and a log event is not"])
    if len(text) > MAX_LINE_BYTES or text.count("{") > MAX_FIELDS:
        raise ScenarioError([f"it has more than {MAX_LINE_BYTES:,} characters or {MAX_FIELDS:,} fields"])
    problems: list[str] = []
    literal: list[str] = []
    sources: list[tuple[int, str]] = []
    for part in _PART.finditer(text):
        column = part.start() + 1
        if part["field"] is not None:
            sources.append((column, part["field"]))
            literal.append("%s")
        elif part["open"]:
            problems.append(f"column {column}: '{{' is not closed; write '{{{{' for a brace")
        elif part[0] == "}":
            problems.append(f"column {column}: '}}' closes nothing; write '}}}}' for a brace")
        else:
            literal.append({"{{": "{", "}}": "}"}.get(part[0]) or part[0].replace("%", "%%"))
    choices: dict[str, Choice] = {}
    for column, source in sources:
        _read_choice(source, column, choices, problems)
    fields = [_read_field(source, column, choices, problems) for column, source in sources]
    if problems:
        raise ScenarioError(problems)
    template = Template("".join(literal), tuple(fields), choices)
    if template.size_bytes > MAX_LINE_BYTES:
        size = f"{template.size_bytes:,}"
        raise ScenarioError([f"its lines would have about {size} bytes; {MAX_LINE_BYTES:,} are the limit"])
    return template


def _read_choice(source: str, column: int, choices: dict[str, Choice], problems: list[str]) -> None:
    """Add the weights of a field, or of a choice with a name of its own, to `choices`."""
    name, colon, argument = source.partition(":")
    if not colon or not _NAME.fullmatch(name) or (name in FIELDS and name not in _WEIGHABLE):
        return
    if name in choices:
        problems.append(f"column {column}: {{{name}}} has its values already; repeat it as {{{name}}}")
        return
    values: list[str] = []
    weights: list[int] = []
    for part in argument.split(","):
        value, _, weight = part.strip().rpartition("=") if "=" in part else (part.strip(), "", "1")
        if not value or not _WEIGHT.fullmatch(weight):
            wanted = "VALUE or VALUE=WEIGHT, a weight up to 999999"
            problems.append(f"column {column}: {part.strip()!r} in {{{name}}} is not {wanted}")
        elif name == "status" and not _STATUS.fullmatch(value):
            problems.append(f"column {column}: {value!r} in {{status}} is not an HTTP status from 100 to 599")
        else:
            values.append(value)
            weights.append(int(weight))
    choices[name] = Choice(tuple(values), tuple(accumulate(weights)))


def _read_field(source: str, column: int, choices: dict[str, Choice], problems: list[str]) -> _Field:
    name, colon, argument = source.partition(":")
    problem = None
    if name in choices:
        return _Field(name)
    if not _NAME.fullmatch(name):
        problem = f"does not begin with the name of a field; there are {', '.join(FIELDS)}"
    elif name not in FIELDS:
        problem = f"is not a field; a choice of your own is {{{name}:A=9,B=1}}, and there are {', '.join(FIELDS)}"
    elif name in ("int", "float"):
        found = _RANGE.fullmatch(argument)
        if found and float(found[1]) <= float(found[2]) and (name == "float" or "." not in found[1] + found[2]):
            return _Field(name, low=float(found[1]), high=float(found[2]))
        problem = f"needs a range from low to high, such as {{{name}:1..100}}"
    elif name == "hex":
        if not _COUNT.fullmatch(argument) or not 1 <= int(argument) <= MAX_HEX_DIGITS:
            problem = f"needs a number of digits from 1 to {MAX_HEX_DIGITS:,}, such as {{hex:8}}"
    elif name == "time":
        if argument not in _TIMES:
            problem = "is not a way to write the time; there are {time}, {time:access}, {time:s}, {time:ms}"
    elif colon:
        problem = "takes nothing after a colon"
    if problem:
        problems.append(f"column {column}: {{{source}}} {problem}")
    return _Field(name, argument)


_TIMES: Final[dict[str, Callable[[int], object]]] = {
    "": iso_time,
    "access": access_log_time,
    "s": lambda instant: instant // SECOND,
    "ms": lambda instant: instant,
}


class TemplateFormat(Format):
    """Lines from a template: the format of a source that has a `template`."""

    def __init__(self, template: Template, random: Random, stream_names: Sequence[str], chance: Chance) -> None:
        super().__init__(random, stream_names, chance)
        self._count = 0
        self._text = template.text
        self._choices = template.choices
        self._names = {field.name for field in template.fields}
        self._has_request = bool(self._names & {"level", "method", "path", "status", "latency_ms"})
        self._values: dict[str, object] = {}
        self._fields = [self._reader(field) for field in template.fields]

    def message(self, instant: int, stream: int) -> str:
        self._count += 1
        # Lines repeat for a seed only if the order of the draws stays.
        if self._has_request:
            self._draw_request()
        if "request_id" in self._names:
            self._values["request_id"] = self._request_ids.draw(instant)
        if "ip" in self._names:
            self._values["ip"] = self._traffic.address()
        if "user" in self._names:
            self._values["user"] = self._traffic.user()
        drawn_with_request = "status" if "status" in self._choices else "level"
        for name, choice in self._choices.items():
            if name != drawn_with_request:
                self._values[name] = choice.draw(self._random)
        return self._text % tuple([read(instant) for read in self._fields])

    def _draw_request(self) -> None:
        """Draw a request whose fields agree with each other and with the weights of the template."""
        choices, level, status = self._choices, None, None
        if "status" in choices:
            status = int(choices["status"].draw(self._random))
        elif "level" in choices:
            level = choices["level"].draw(self._random)
            status = one_of(self._random, _STATUS_OF_LEVEL.get(level.upper(), _STATUS_OF_SUCCESS))
        request = self._traffic.request(status)
        self._values |= request._asdict()
        self._values["level"] = level or level_of(request.status, request.latency_ms)

    def _reader(self, field: _Field) -> Callable[[int], object]:
        """A function that returns the field's value for the event at an instant."""
        random, values, name = self._random, self._values, field.name
        if name in self._choices:
            return lambda _: values[name]
        match name:
            case "time":
                return _TIMES[field.argument]
            case "uuid":
                return lambda _: draw_uuid(random)
            case "seq":
                return lambda _: self._count
            case "int":
                low, span = int(field.low), int(field.high) - int(field.low) + 1
                return lambda _: low + int(random.random() * span)
            case "float":
                start, width = field.low, field.high - field.low
                return lambda _: f"{start + random.random() * width:.3f}"
            case "hex":
                digits = int(field.argument)
                return lambda _: f"{random.getrandbits(4 * digits):0{digits}x}"
        return lambda _: values[name]
