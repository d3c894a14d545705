"""Templates of log lines: text with fields in braces, `{time} {level:INFO=90,ERROR=10} {path} {latency_ms}`.

A field has one value per event, however often it stands in the line, except for those that are drawn anew each time
(`int`, `float`, `hex`, `uuid`). Fields that describe the same request agree: a 500 is an ERROR and slow. Where a
template gives the weights of one of them, the others follow it.
"""

import re
from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from livetail.core.chance import Chance, Random
from livetail.core.clock import SECOND
from livetail.scenarios.formats.base import Format
from livetail.scenarios.timestamps import AccessLogTime, IsoTime
from livetail.scenarios.traffic import draw_uuid, level_of, one_of

FIELDS: Final = {
    "time": "the event's time, `2026-01-31T12:00:00.123Z`; `{time:access}` is `31/Jan/2026:12:00:00 +0000`, `{time:s}` "
    "and `{time:ms}` are epoch seconds and milliseconds",
    "level": "DEBUG, INFO, WARN, ERROR …: follows the status unless it has weights",
    "method": "GET, POST, PUT or DELETE",
    "path": "a path of a web shop, which goes with the method",
    "status": "an HTTP status: follows the level unless it has weights",
    "latency_ms": "whole milliseconds; a failure is slower",
    "ip": "an address out of the blocks for documentation",
    "user": "an account such as `u1234`",
    "request_id": "a UUID, the same wherever it stands in the event",
    "uuid": "a UUID, a new one each time",
    "seq": "the number of the event in its source, from 1",
    "int": "`{int:1..100}`: a whole number, both ends included, a new one each time",
    "float": "`{float:0..1}`: a number with three decimals, a new one each time",
    "hex": "`{hex:8}`: that many hexadecimal digits, new ones each time",
}
"""Every field by name, with its description; docs/scenarios.md shows the same."""

_WEIGHABLE = frozenset({"level", "method", "path", "status", "user", "ip"})
_NUMBER = r"-?\d{1,15}(?:\.\d{1,6})?"
_RANGE = re.compile(rf"({_NUMBER})\.\.({_NUMBER})", re.ASCII)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_WEIGHT = re.compile(r"\s*[1-9]\d{0,5}\s*", re.ASCII)
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


class TemplateError(ValueError):
    """A template cannot be used; `problems` has a sentence for each reason, with its column."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


@dataclass(frozen=True, slots=True)
class Choice:
    """Values with the running totals of their weights."""

    values: tuple[str, ...]
    totals: tuple[int, ...]

    def draw(self, random: Random) -> str:
        return self.values[bisect(self.totals, int(random.random() * self.totals[-1]))]


@dataclass(frozen=True, slots=True)
class _Field:
    """A field as it stands in a template: its name and what follows the colon, read."""

    name: str
    argument: str = ""
    low: float = 0
    high: float = 0


@dataclass(frozen=True, slots=True)
class Template:
    """A template that was read.

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
        """About how large a line can be."""
        chosen = {name: max(len(value.encode()) for value in choice.values) for name, choice in self.choices.items()}
        hexadecimal = (int(field.argument) for field in self.fields if field.name == "hex")
        others = (chosen.get(field.name, _USUAL_BYTES) for field in self.fields if field.name != "hex")
        return len(self.text.encode()) + sum(hexadecimal) + sum(others)


def parse_template(text: str) -> Template:
    """Read a template.

    Raises:
        TemplateError: some of it cannot be used.
    """
    problems: list[str] = []
    if not text:
        problems.append("the template is empty, and a log event is not")
    if len(text) > MAX_LINE_BYTES or text.count("{") > MAX_FIELDS:
        raise TemplateError([f"it has more than {MAX_LINE_BYTES:,} characters or {MAX_FIELDS:,} fields"])
    literal: list[str] = []
    fields: list[tuple[int, str]] = []
    position = 0
    while position < len(text):
        character = text[position]
        if character not in "{}":
            following = re.compile(r"[^{}]*").match(text, position)
            assert following is not None
            literal.append(following[0].replace("%", "%%"))
            position = following.end()
        elif text[position : position + 2] == character * 2:
            literal.append(character)
            position += 2
        elif character == "}":
            problems.append(f"column {position + 1}: '}}' closes nothing; write '}}}}' for a brace")
            position += 1
        else:
            end = text.find("}", position)
            if end < 0:
                problems.append(f"column {position + 1}: '{{' is not closed; write '{{{{' for a brace")
                break
            fields.append((position + 1, text[position + 1 : end]))
            literal.append("%s")
            position = end + 1
    choices: dict[str, Choice] = {}
    for column, source in fields:
        _read_choice(source, column, choices, problems)
    read = [_read_field(source, column, choices, problems) for column, source in fields]
    if problems:
        raise TemplateError(problems)
    template = Template("".join(literal), tuple(read), choices)
    if template.size_bytes > MAX_LINE_BYTES:
        raise TemplateError(
            [f"its lines would have about {template.size_bytes:,} bytes; {MAX_LINE_BYTES:,} are the limit"]
        )
    return template


def _read_choice(source: str, column: int, choices: dict[str, Choice], problems: list[str]) -> None:
    """Note the weights of a field that has some, or a choice that goes by a name of its own."""
    name, colon, argument = source.partition(":")
    if not colon or not _NAME.fullmatch(name) or (name in FIELDS and name not in _WEIGHABLE):
        return
    if name in choices:
        problems.append(f"column {column}: {{{name}}} has its values already; repeat it as {{{name}}}")
        return
    values: list[str] = []
    weights: list[int] = []
    for part in argument.split(","):
        value, equals, weight = part.strip().rpartition("=") if "=" in part else (part.strip(), "", "1")
        if not value or not _WEIGHT.fullmatch(weight):
            problems.append(
                f"column {column}: {part.strip()!r} in {{{name}}} is not VALUE or VALUE=WEIGHT, a weight up to 999999"
            )
        elif name == "status" and not (value.isdecimal() and len(value) == 3 and "100" <= value <= "599"):
            problems.append(f"column {column}: {value!r} in {{status}} is not an HTTP status from 100 to 599")
        else:
            values.append(value)
            weights.append(int(weight))
    choices[name] = Choice(tuple(values), tuple(accumulate(weights)))


def _read_field(source: str, column: int, choices: dict[str, Choice], problems: list[str]) -> _Field:
    name, colon, argument = source.partition(":")
    here = f"column {column}: {{{source}}}"
    if not _NAME.fullmatch(name):
        problems.append(f"{here} does not begin with the name of a field; there are {', '.join(FIELDS)}")
    elif name in choices:
        return _Field(name)
    elif name not in FIELDS:
        problems.append(
            f"{here} is not a field; a choice of your own is {{{name}:A=9,B=1}}, and there are {', '.join(FIELDS)}"
        )
    elif name in {"int", "float"}:
        found = _RANGE.fullmatch(argument)
        if found is None or float(found[1]) > float(found[2]) or (name == "int" and "." in found[1] + found[2]):
            problems.append(f"{here} needs a range from low to high, such as {{{name}:1..100}}")
            return _Field(name)
        return _Field(name, low=float(found[1]), high=float(found[2]))
    elif name == "hex":
        if not (
            argument.isdecimal() and argument.isascii() and len(argument) < 5 and 1 <= int(argument) <= MAX_HEX_DIGITS
        ):
            problems.append(f"{here} needs a number of digits from 1 to {MAX_HEX_DIGITS:,}, such as {{hex:8}}")
    elif name == "time":
        if argument not in _TIMES:
            problems.append(
                f"{here} is not a way to write the time; there are {{time}}, {{time:access}}, {{time:s}}, {{time:ms}}"
            )
    elif colon:
        problems.append(f"{here} takes nothing behind a colon")
    return _Field(name, argument)


_TIMES: Final[dict[str, Callable[[], Callable[[int], object]]]] = {
    "": IsoTime,
    "access": AccessLogTime,
    "s": lambda: lambda instant: instant // SECOND,
    "ms": lambda: lambda instant: instant,
}


class TemplateFormat(Format):
    """Lines out of a template: the format of a source that has a `template`."""

    def __init__(self, template: Template, random: Random, stream_names: Sequence[str], chance: Chance) -> None:
        super().__init__(random, stream_names, chance)
        self._count = 0
        self._text = template.text
        self._choices = template.choices
        self._instant = 0
        self._values: dict[str, object] = {}
        self._per_event = self._drawn_per_event(template)
        self._fields = [self._reader(field) for field in template.fields]

    def message(self, instant: int, stream: int) -> str:
        self._instant = instant
        self._count += 1
        for draw in self._per_event:
            draw()
        return self._text % tuple([field() for field in self._fields])

    def _drawn_per_event(self, template: Template) -> list[Callable[[], None]]:
        """What has to be drawn for an event before its line is written, in a fixed order."""
        names = {field.name for field in template.fields}
        draws: list[Callable[[], None]] = []
        if names & {"level", "method", "path", "status", "latency_ms"}:
            draws.append(self._draw_request)
        if "request_id" in names:
            draws.append(lambda: self._values.update(request_id=self._request_ids.draw(self._instant)))
        if "ip" in names:
            draws.append(lambda: self._values.update(ip=self._traffic.address()))
        if "user" in names:
            draws.append(lambda: self._values.update(user=self._traffic.user()))
        if template.choices:
            draws.append(self._draw_choices)
        return draws

    def _draw_request(self) -> None:
        """Make up a request whose fields agree with each other and with the weights of the template."""
        values, choices = self._values, self._choices
        status: int | None
        if "status" in choices:
            status = int(choices["status"].draw(self._random))
        elif "level" in choices:
            level = choices["level"].draw(self._random)
            status = one_of(self._random, _STATUS_OF_LEVEL.get(level.upper(), _STATUS_OF_SUCCESS))
            values["level"] = level
        else:
            status = None
        request = self._traffic.request(status)
        values.update(request._asdict())
        if "level" not in choices:
            values["level"] = level_of(request.status, request.latency_ms)

    def _draw_choices(self) -> None:
        request_follows = "status" if "status" in self._choices else "level"
        for name, choice in self._choices.items():
            if name != request_follows:
                self._values[name] = choice.draw(self._random)

    def _reader(self, field: _Field) -> Callable[[], object]:
        """What gives the field's value for the event at hand."""
        random = self._random
        if field.name in self._choices:
            return lambda name=field.name: self._values[name]  # type: ignore[misc]
        match field.name:
            case "time":
                write = _TIMES[field.argument]()
                return lambda: write(self._instant)
            case "uuid":
                return lambda: draw_uuid(random)
            case "seq":
                return lambda: self._count
            case "int":
                low, span = int(field.low), int(field.high) - int(field.low) + 1
                return lambda: low + int(random.random() * span)
            case "float":
                start, width = field.low, field.high - field.low
                return lambda: f"{start + random.random() * width:.3f}"
            case "hex":
                digits = int(field.argument)
                return lambda: f"{random.getrandbits(4 * digits):0{digits}x}"
        return lambda: self._values[field.name]
