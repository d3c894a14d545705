"""Templates of log lines: text with fields in braces, `{time} {level:INFO=90,ERROR=10} {path} {latency_ms}`.

A field has the same value everywhere in an event, except for those that are drawn each time (`int`, `float`, `hex`,
`uuid`). Fields that describe the same request agree: a 500 is an ERROR and slow. Where a template gives the weights of
one of them, the others follow it.
"""

import re
from bisect import bisect
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Final

from livetail.core.chance import Chance, Random
from livetail.core.clock import SECOND
from livetail.core.tables import shown
from livetail.scenarios import ScenarioError
from livetail.scenarios.formats.base import Format, access_log_time, iso_time
from livetail.scenarios.traffic import draw_uuid, level_of, one_of

FIELDS: Final = (
    *("time", "level", "method", "path", "status", "latency_ms", "ip", "user", "request_id"),
    *("uuid", "seq", "int", "float", "hex"),
)
"""docs/scenarios.md describes them."""

MAX_HEX_DIGITS: Final = 1_024
MAX_LINE_BYTES: Final = 256 * 1_024
MAX_FIELDS: Final = 1_000

_WEIGHABLE = frozenset({"level", "method", "path", "status", "user", "ip"})
_OF_A_REQUEST = frozenset({"level", "method", "path", "status", "latency_ms"})
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_WEIGHT = re.compile(r"\s*[1-9]\d{0,5}\s*", re.ASCII)
_STATUS = re.compile(r"[1-5]\d\d", re.ASCII)
_WHOLE = r"-?\d{1,15}"
_DECIMAL = rf"{_WHOLE}(?:\.\d{{1,6}})?"
_RANGES = {
    "int": re.compile(rf"({_WHOLE})\.\.({_WHOLE})", re.ASCII),
    "float": re.compile(rf"({_DECIMAL})\.\.({_DECIMAL})", re.ASCII),
}
_COUNT = re.compile(r"\d{1,4}", re.ASCII)
_PART = re.compile(r"\{\{|\}\}|\{(?P<field>[^}]*)\}|(?P<open>\{.*)|\}|[^{}]+", re.DOTALL)
_TIMES: Final[dict[str, Callable[[int], object]]] = {
    "": iso_time,
    "access": access_log_time,
    "s": lambda instant: instant // SECOND,
    "ms": lambda instant: instant,
}
_USUAL_BYTES: Final = 24
_MAX_SHOWN: Final = 60
"""Characters of a field that a problem quotes."""

_STATUS_OF_LEVEL: Final = {
    "FATAL": (500,),
    "CRITICAL": (500,),
    "ERROR": (500, 500, 500, 502, 503, 504),
    "WARN": (400, 404, 404, 409, 429),
    "WARNING": (400, 404, 404, 409, 429),
}
_STATUS_OF_SUCCESS = (200, 200, 200, 201, 204, 304)


class TemplateFormat(Format):
    """Lines from a template: the format of a source that has a `template`.

    Attributes:
        size_bytes: the approximate maximum size of a line.
    """

    def __init__(self, template: str, random: Random, stream_names: Sequence[str], chance: Chance) -> None:
        """Read the template.

        Raises:
            ScenarioError: it has problems; a sentence for each, with its column.
        """
        if not template:
            raise ScenarioError(["the template is empty, and a log event is not"])
        if len(template) > MAX_LINE_BYTES or template.count("{") > MAX_FIELDS:
            raise ScenarioError([f"it has more than {MAX_LINE_BYTES:,} characters or {MAX_FIELDS:,} fields"])
        super().__init__(random, stream_names, chance)
        self._values: dict[str, object] = {}
        self._choices: dict[str, tuple[list[str], list[int]]] = {}
        """The values of each field that has weights, and the running totals of the weights."""
        self._readers: list[Callable[[int], object]] = []
        problems: list[str] = []
        self._text, fields = _split(template, problems)
        self._names = {name for _, name, _ in fields}
        self.size_bytes = len(self._text.encode())
        for read in (self._read_weights, self._read_field):
            for column, name, argument in fields:
                try:
                    read(name, argument)
                except ValueError as error:
                    field = f"{{{name}{argument}}}"
                    shown_field = field if len(field) <= _MAX_SHOWN else f"{field[:_MAX_SHOWN]}…"
                    problems.append(f"column {column}: {shown_field} {error}")
        if problems:
            raise ScenarioError(problems)
        if self.size_bytes > MAX_LINE_BYTES:
            size = f"{self.size_bytes:,}"
            raise ScenarioError([f"its lines would have about {size} bytes; {MAX_LINE_BYTES:,} are the limit"])

    def _read_weights(self, name: str, argument: str) -> None:
        """Read the weights of a field, if it may have weights. Raises ValueError with the problem."""
        if not argument or not _NAME.fullmatch(name) or (name in FIELDS and name not in _WEIGHABLE):
            return
        if name in self._choices:
            raise ValueError(f"has its values already; repeat it as {{{name}}}")
        values: list[str] = []
        weights: list[int] = []
        self._choices[name] = values, weights
        for part in map(str.strip, argument[1:].split(",")):
            value, _, weight = part.rpartition("=") if "=" in part else (part, "", "1")
            if not value or not _WEIGHT.fullmatch(weight):
                raise ValueError(f"has {shown(part)}, which is not VALUE or VALUE=WEIGHT, a weight up to 999999")
            if name == "status" and not _STATUS.fullmatch(value):
                raise ValueError(f"has {shown(value)}, which is not an HTTP status from 100 to 599")
            values.append(value)
            weights.append(int(weight))
        self._choices[name] = values, list(accumulate(weights))

    def _read_field(self, name: str, argument: str) -> None:
        """Add the reader of a field. Raises ValueError with the problem."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"does not begin with the name of a field; there are {', '.join(FIELDS)}")
        if name in self._choices:
            self.size_bytes += max((len(value.encode()) for value in self._choices[name][0]), default=0)
            self._readers.append(lambda _: self._values[name])
        elif name in FIELDS:
            self._readers.append(self._reader(name, argument[1:]))
            self.size_bytes += int(argument[1:]) if name == "hex" else _USUAL_BYTES
        else:
            own = f"a choice of your own is {{{name}:A=9,B=1}}"
            raise ValueError(f"is not a field; {own}, and there are {', '.join(FIELDS)}")

    def _reader(self, name: str, argument: str) -> Callable[[int], object]:
        """A function that returns the field's value for the event at an instant. Raises ValueError with the problem."""
        random, values = self._random, self._values
        match name:
            case "time":
                if argument in _TIMES:
                    return _TIMES[argument]
                raise ValueError("is not a way to write the time; there are {time}, {time:access}, {time:s}, {time:ms}")
            case "int" | "float":
                found = _RANGES[name].fullmatch(argument)
                if not found or float(found[1]) > float(found[2]):
                    raise ValueError(f"needs a range from low to high, such as {{{name}:1..100}}")
                if name == "int":
                    low, span = int(found[1]), int(found[2]) - int(found[1]) + 1
                    return lambda _: low + int(random.random() * span)
                start, width = float(found[1]), float(found[2]) - float(found[1])
                return lambda _: f"{start + random.random() * width:.3f}"
            case "hex":
                if not _COUNT.fullmatch(argument) or not 1 <= int(argument) <= MAX_HEX_DIGITS:
                    raise ValueError(f"needs a number of digits from 1 to {MAX_HEX_DIGITS:,}, such as {{hex:8}}")
                digits = int(argument)
                return lambda _: f"{random.getrandbits(4 * digits):0{digits}x}"
        if argument:
            raise ValueError("takes nothing after a colon")
        match name:
            case "uuid":
                return lambda _: draw_uuid(random)
            case "seq":
                return lambda _: self._count
        return lambda _: values[name]

    def message(self, instant: int, stream: int) -> str:
        self._count += 1
        # Lines repeat for a seed only if the order of the draws stays.
        if self._names & _OF_A_REQUEST:
            self._draw_request()
        if "request_id" in self._names:
            self._values["request_id"] = self._traffic.request_id(instant)
        if "ip" in self._names:
            self._values["ip"] = self._traffic.address()
        if "user" in self._names:
            self._values["user"] = self._traffic.user()
        drawn_with_request = "status" if "status" in self._choices else "level"
        for name in self._choices:
            if name != drawn_with_request:
                self._values[name] = self._draw(name)
        return self._text % tuple([read(instant) for read in self._readers])

    def _draw(self, name: str) -> str:
        """One of the weighted values of a field."""
        values, totals = self._choices[name]
        return values[bisect(totals, int(self._random.random() * totals[-1]))]

    def _draw_request(self) -> None:
        """Draw a request whose fields agree with each other and with the weights of the template."""
        level, status = None, None
        if "status" in self._choices:
            status = int(self._draw("status"))
        elif "level" in self._choices:
            level = self._draw("level")
            status = one_of(self._random, _STATUS_OF_LEVEL.get(level.upper(), _STATUS_OF_SUCCESS))
        request = self._traffic.request(status)
        self._values |= request._asdict()
        self._values["level"] = level or level_of(request.status, request.latency_ms)


def _split(template: str, problems: list[str]) -> tuple[str, list[tuple[int, str, str]]]:
    """The text with `%s` in the place of each field, and the column, name and argument, `:8`, of each field."""
    text: list[str] = []
    fields: list[tuple[int, str, str]] = []
    for part in _PART.finditer(template):
        column = part.start() + 1
        if part["field"] is not None:
            name, colon, argument = part["field"].partition(":")
            fields.append((column, name, colon + argument))
            text.append("%s")
        elif part["open"]:
            problems.append(f"column {column}: '{{' is not closed; write '{{{{' for a brace")
        elif part[0] == "}":
            problems.append(f"column {column}: '}}' closes nothing; write '}}}}' for a brace")
        else:
            text.append({"{{": "{", "}}": "}"}.get(part[0]) or part[0].replace("%", "%%"))
    return "".join(text), fields
