"""Any scenario is played the same in whatever steps time passes, or it is refused in sentences."""

import json
import math
import re
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from livetail.core.chance import Chance
from livetail.scenarios import ScenarioError
from livetail.scenarios.formats import FORMATS
from livetail.scenarios.player import Player
from livetail.scenarios.rates import Burst, Constant, Once, Poisson, Ramp, Rate, Sine
from livetail.scenarios.recording import read_recording
from livetail.scenarios.replay import Line, Replay, read_replay
from livetail.scenarios.scenario import Scenario, parse
from livetail.scenarios.tables import Source
from livetail.scenarios.templates import TemplateFormat
from tests.unit.scenarios.builders import Emission, run_until

STARTED_AT = 1_767_225_600_123
SECONDS = 5
SENTENCE = re.compile(r"any\.toml(:\d+)?: \S[^\n]+")

positive_rates = st.integers(1, 200_000).map(lambda thousandths: thousandths / 1_000)
rates_per_second = st.just(0.0) | positive_rates
lengths = st.integers(1, 20_000)
durations = lengths.map("{}ms".format)


@st.composite
def sines(draw: st.DrawFn) -> Sine:
    mean = draw(positive_rates)
    return Sine(mean, mean * draw(st.sampled_from([0, 0.01, 0.5, 1])), draw(durations), draw(durations))


@st.composite
def bursts(draw: st.DrawFn) -> Burst:
    every = draw(lengths)
    length = draw(st.integers(1, every))
    return Burst(draw(rates_per_second), draw(positive_rates), f"{every}ms", f"{length}ms", draw(durations))


shapes: st.SearchStrategy[Rate] = st.one_of(
    st.builds(Constant, positive_rates),
    st.builds(Ramp, rates_per_second, rates_per_second, durations),
    sines(),
    bursts(),
    st.builds(Once, st.integers(1, 300)),
)
rates: st.SearchStrategy[Any] = st.one_of(shapes, st.builds(Poisson, positive_rates))
names = st.sampled_from(["a", "b", "c"])
templates = st.sampled_from(["{time} {level} {status} {latency_ms}", "{uuid} {int:1..9} {user}"])


@st.composite
def sources(draw: st.DrawFn) -> Source:
    template: str | None = draw(st.none() | templates)
    return Source(
        log_group=draw(names),
        rate=draw(rates),
        log_streams=draw(st.lists(names, unique=True, max_size=3)),
        format=None if template else draw(st.sampled_from(list(FORMATS))),
        template=template,
        start=f"{draw(st.integers(0, 3_000))}ms",
        duration=draw(st.none() | st.integers(1, 4_000).map("{}ms".format)),
    )


@st.composite
def replays(draw: st.DrawFn) -> Replay:
    offsets = sorted(draw(st.lists(st.integers(0, 3_000), min_size=1, max_size=20)))
    lines = tuple(Line(offset, draw(names), draw(names), "line", draw(st.integers(0, 500))) for offset in offsets)
    speed = draw(st.fractions(Fraction(1, 4), 4, max_denominator=20))
    return Replay(lines, offsets[-1] + draw(lengths), speed, draw(st.booleans()), draw(st.integers(0, 2_000)))


scenarios = st.builds(
    Scenario,
    name=st.just("any"),
    seed=st.none() | st.integers(0, 3),
    sources=st.lists(sources(), max_size=3).map(tuple),
    replays=st.lists(replays(), max_size=2).map(tuple),
)


def check(emissions: list[Emission]) -> None:
    instants = [emission.at for emission in emissions]
    assert instants == sorted(instants)
    for emission in emissions:
        stamps = [event.timestamp for event in emission.events]
        assert stamps
        assert stamps == sorted(stamps)
        assert stamps[-1] <= emission.at


@settings(max_examples=40, deadline=None)
@given(scenarios, st.lists(st.integers(-50, SECONDS * 1_000), max_size=12), st.integers(0, 9))
def test_any_partition_of_time_gives_the_same_events(scenario: Scenario, cuts: list[int], seed: int) -> None:
    end = STARTED_AT + SECONDS * 1_000
    whole = run_until(Player(scenario, STARTED_AT, Chance(seed)), end)
    check(whole)

    sliced: list[Emission] = []
    playing = Player(scenario, STARTED_AT, Chance(seed))
    for cut in sorted(cuts):
        sliced += run_until(playing, STARTED_AT + cut)
    assert sliced + run_until(playing, end) == whole

    stepped: list[Emission] = []
    playing = Player(scenario, STARTED_AT, Chance(seed))
    while (due := playing.next_due()) is not None and due <= end:
        emitted = run_until(playing, due)
        assert emitted
        assert {emission.at for emission in emitted} == {due}
        stepped += emitted
    assert stepped == whole


@settings(max_examples=40, deadline=None)
@given(shapes, st.integers(1, 60_000))
def test_there_are_as_many_times_as_a_shape_counts(shape: Rate, limit: int) -> None:
    count = shape.counter()
    times = list(shape.times(limit, Chance(1).stream("any")))
    assert times == sorted(times)
    assert all(0 <= time <= limit for time in times)
    # A sine is rounded to a millionth of an event, so that one on the very edge may fall to either side.
    assert len(times) == count(limit) or (isinstance(shape, Sine) and abs(len(times) - count(limit)) == 1)


words = st.sampled_from(
    [
        *("seed", "log_group", "source", "replay", "fault", "name", "class", "retention_days", "tags", "streams"),
        *("log_streams", "format", "template", "rate", "start", "duration", "file", "speed", "loop", "shape", "base"),
        *("peak", "every", "length", "phase", "mean", "amplitude", "from", "to", "over", "count", "effect", "typo", ""),
    ]
)
texts = st.sampled_from(
    [
        *(
            "/x",
            "a b",
            "a:b",
            "",
            "json",
            "lambda",
            "jsn",
            "1s",
            "0s",
            "90s",
            "1h30m",
            "soon",
            "{time} {level}",
            "{oops}",
        ),
        *("constant", "poisson", "ramp", "sine", "burst", "once", "STANDARD", "nope.jsonl", "aws/x"),
    ]
) | st.text(st.characters(min_codepoint=32, max_codepoint=0x24F, exclude_characters="\x7f"), max_size=12)
numbers = st.sampled_from([-1, 0, 1, 7, 0.5, 12, 1e9, 10**30, math.nan, math.inf, 1e-9])
values: st.SearchStrategy[Any] = st.recursive(
    texts | numbers | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=4),
    max_leaves=8,
)
rate_tables = st.fixed_dictionaries(
    {"shape": texts},
    optional={
        **dict.fromkeys(("rate", "base", "peak", "mean", "amplitude", "from", "to", "count"), numbers),
        **dict.fromkeys(("every", "length", "over", "phase"), texts),
    },
)
good_sources = st.fixed_dictionaries(
    {
        "log_group": st.just("/x"),
        "rate": st.sampled_from(
            [
                *(1, 0.5, 40, {"shape": "constant", "rate": 7}, {"shape": "poisson", "rate": 12.5}),
                {"shape": "burst", "base": 0, "peak": 100, "every": "1s", "length": "200ms", "phase": "1h"},
                {"shape": "ramp", "from": 9, "to": 0, "over": "1s"},
                {"shape": "sine", "mean": 20, "amplitude": 20, "every": "700ms"},
                {"shape": "once", "count": 5},
            ]
        ),
    },
    optional={
        "format": st.sampled_from(list(FORMATS)),
        "log_streams": st.just(["a", "b"]),
        "start": st.sampled_from(["0s", "250ms"]),
        "duration": st.sampled_from(["1s", "1h30m"]),
    },
)
nearly_sources = good_sources | st.builds(
    lambda good, key, value: good | {key: value}, good_sources, words, values | rate_tables
)
documents = st.one_of(
    st.dictionaries(words, values, max_size=3),
    st.fixed_dictionaries(
        {"source": st.lists(nearly_sources, max_size=2)},
        optional={"seed": values, "log_group": st.lists(st.dictionaries(words, values, max_size=4), max_size=2)},
    ),
    st.fixed_dictionaries({"source": st.lists(nearly_sources, min_size=1, max_size=2)}),
    st.fixed_dictionaries({"source": st.lists(good_sources, min_size=1, max_size=3)}),
)


def toml(value: Any) -> str:
    """A value as TOML writes it within a line."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value, ensure_ascii=False)
        case list():
            return f"[{', '.join(map(toml, value))}]"
        case Mapping():
            return "{" + ", ".join(f"{toml(key)} = {toml(inner)}" for key, inner in value.items()) + "}"
    return str(value)


def check_outcome(text: str) -> None:
    """It runs, or is refused in sentences that name the file."""
    try:
        scenario = parse(text.encode(), "any.toml")
    except ScenarioError as error:
        assert error.problems
        for problem in error.problems:
            assert SENTENCE.fullmatch(problem), problem
    else:
        check(run_until(Player(scenario, STARTED_AT, Chance(1)), STARTED_AT + 1_500))


@settings(max_examples=50, deadline=None)
@given(documents)
def test_any_toml_runs_or_is_refused_in_sentences(document: dict[str, Any]) -> None:
    text = "\n".join(f"{toml(key)} = {toml(value)}" for key, value in document.items())
    check_outcome(text)
    headed = []
    for key, value in document.items():
        if isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value):
            for entry in value:
                headed += [f"[[{toml(key)}]]", *(f"{toml(inner)} = {toml(of)}" for inner, of in entry.items())]
        else:
            headed.insert(0, f"{toml(key)} = {toml(value)}")
    check_outcome("\n".join(headed))


GOOD = """
seed = 7
[[log_group]]
name = "/x"
[[source]]
log_group = "/x"
log_streams = ["a", "b"]
template = '''{level:INFO=9,ERROR=1} {int:1..9}'''
rate = { shape = "burst", base = 5, peak = 20, every = "2s", length = "1s" }
"""


@settings(max_examples=50, deadline=None)
@given(
    st.integers(0, len(GOOD)),
    st.integers(0, 6),
    st.text(max_size=4) | st.sampled_from(["'''", '"', "[[", "]", "{", "="]),
)
def test_a_slip_in_a_good_file_runs_or_is_refused_in_sentences(position: int, removed: int, put_in: str) -> None:
    check_outcome(GOOD[:position] + put_in + GOOD[position + removed :])


@settings(max_examples=40, deadline=None)
@given(st.text() | documents.map(json.dumps))
def test_any_json_runs_or_is_refused_in_sentences(text: str) -> None:
    try:
        parse(text.encode(errors="surrogatepass"), "any.toml")
    except ScenarioError as error:
        assert all(SENTENCE.fullmatch(problem) for problem in error.problems)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.sampled_from(["{", "}", "level", "int", ":", "1", "..", "9", "=", ",", "hex", "x", "%", " "])).map(
        "".join
    )
)
def test_any_template_writes_lines_or_is_refused(text: str) -> None:
    try:
        template = TemplateFormat(text, Chance(1).stream("any"), ("main",), Chance(1))
    except ScenarioError as error:
        assert error.problems
    else:
        (event,) = template.events([STARTED_AT], [0])
        assert event.message


@settings(max_examples=40, deadline=None)
@given(
    st.binary()
    | st.lists(st.sampled_from([b'{"livetail": 1}', b"\n", b"{}", b'{"offset_ms": 1', b"\xff"])).map(b"".join)
)
def test_any_bytes_are_a_recording_or_are_refused(content: bytes) -> None:
    try:
        read_recording(content)
    except ScenarioError as error:
        assert error.problems
    with TemporaryDirectory() as folder:
        path = Path(folder) / "any"
        path.write_bytes(content)
        try:
            read_replay(path)
        except ScenarioError as error:
            assert error.problems
