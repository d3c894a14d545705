"""The sentence for every kind of problem in a scenario file."""

from pathlib import Path
from typing import Any

import pytest

from livetail.scenarios import ScenarioError
from livetail.scenarios.scenario import load, parse
from tests.unit.scenarios.builders import toml_source

LINE = '{"offset_ms": 0, "logGroup": "/g", "logStream": "s", "message": "m"}\n'


def problems_of(text: str, directory: Path | None = None) -> tuple[str, ...]:
    with pytest.raises(ScenarioError) as refused:
        parse(text.encode(), "shop.toml", directory)
    return refused.value.problems


PROBLEMS = [
    ("seed = 'x'\n" + toml_source(), "1: seed is 'x'; a whole number of 64 bits is expected"),
    ("", ": it has no log_group, source, replay or fault, so there is nothing to play"),
    ("x = = 1", "1: it is not TOML: Invalid value (at line 1, column 5)"),
    ("\n\na = [1,", "3: it is not TOML: "),
    ("[[sources]]\nrate = 1", "1: sources is not a key of a scenario; did you mean 'source'?"),
    ("[source]\nrate = 1", "1: source is a table; a list of tables, each headed [[source]], is expected"),
    ("source = 3", "1: source is 3; a list of tables, each headed [[source]], is expected"),
    ("source = [1]", "1: source 1 is 1; a table is expected"),
    ("[[log_group]]", "1: log group 1: name is missing; a text is expected"),
    (
        "[[log_group]]\nname = 'a b'",
        "2: log group 1: name is 'a b'; a name of 1 to 512 characters, with letters, digits and . - _ / # on",
    ),
    ("[[log_group]]\nname = 'aws/x'", "2: log group 1: name is 'aws/x'; names that begin with 'aws/' are reserved"),
    ("[[log_group]]\nname = ''", "2: log group 1: name is ''; a name of 1 to 512 characters, with let"),
    (
        "[[log_group]]\nname = '/a'\nclass = 'GOLD'",
        "3: log group 1: class is 'GOLD'; one of DELIVERY, ESSENTIALS, INFREQUENT_ACCESS, STANDARD is expected",
    ),
    (
        "[[log_group]]\nname = '/a'\nclass = 'DELIVERY'\nretention_days = 7",
        "4: log group 1: retention_days is given; what a group of the class DELIVERY keeps cannot be changed",
    ),
    ("[[log_group]]\nname = '/a'\nretention_days = 8", "3: log group 1: retention_days is 8; one of 1, 3, 5, 7, 14,"),
    (
        "[[log_group]]\nname = '/a'\ntags = { 'aws:x' = '1' }",
        "3: log group 1: tags has the key 'aws:x'; 1 to 128 let",
    ),
    ("[[log_group]]\nname = '/a'\ntags = { x = 1 }", "3: log group 1: tags.x is 1; a text is expected"),
    (
        "[[log_group]]\nname = '/a'\n[[log_group]]\nname = '/a'",
        "4: log group 2: name is '/a', as is that of log_group 1",
    ),
    (
        toml_source(rate=""),
        "1: source 1: rate is missing; a number of events per second from 0.000001 to 1,000,000 or a table is",
    ),
    (toml_source(log_group=""), "1: source 1: log_group is missing; a text is expected"),
    (toml_source(log_group="3"), "2: source 1: log_group is 3; a text is expected"),
    (
        toml_source(log_streams="['a:b']"),
        "4: source 1: log_streams.1 is 'a:b'; a name of 1 to 512 characters, with no ':' and no '*', is expected",
    ),
    (toml_source(log_streams="['a', 'a']"), "4: source 1: log_streams names 'a' twice"),
    (toml_source(log_streams="'a'"), "4: source 1: log_streams is 'a'; a list; of each entry a text is expected"),
    (toml_source(fromat="'json'"), "4: source 1: fromat is not a key of a source; did you mean 'format'?"),
    (
        toml_source(format="'jsn'"),
        "4: source 1: format is 'jsn'; one of apache, cloudtrail, java, json, lambda, nasty, nginx, text, vpc-",
    ),
    (
        toml_source(format="'json'", template="'x'"),
        "5: source 1: template is given beside a format; a source takes one of them",
    ),
    (
        toml_source(template="'{levl}'"),
        "4: source 1: template is not a template: column 1: {levl} is not a field; a choice of your own is {l",
    ),
    (
        toml_source(start="'soon'"),
        "4: source 1: start is 'soon'; a duration such as '250ms', '90s', '15m' or '1h30m' is",
    ),
    (
        toml_source(start="5"),
        "4: source 1: start is 5; a duration such as '250ms', '90s', '15m' or '1h30m' is expected",
    ),
    (toml_source(duration="'0s'"), "4: source 1: duration is '0s'; it has to be longer"),
    (toml_source(duration="'999d'"), "4: source 1: duration is '999d'; a year, '366d', is the maximum"),
    (
        toml_source(rate="-1"),
        "3: source 1: rate is -1; a number of events per second from 0.000001 to 1,000,000 or a table is expe",
    ),
    (
        toml_source(rate="0"),
        "3: source 1: rate is 0; a number of events per second from 0.000001 to 1,000,000 or a table is expec",
    ),
    (
        toml_source(rate="nan"),
        "3: source 1: rate is nan; a number of events per second from 0.000001 to 1,000,000 or a table is exp",
    ),
    (
        toml_source(rate="1e9"),
        "3: source 1: rate is 1000000000.0; a number of events per second from 0.000001 to 1,000,000 or a tab",
    ),
    (
        toml_source(rate="'fast'"),
        "3: source 1: rate is 'fast'; a number of events per second from 0.000001 to 1,000,000 or a table is ",
    ),
    (
        toml_source(rate="true"),
        "3: source 1: rate is true; a number of events per second from 0.000001 to 1,000,000 or a table is ex",
    ),
    (
        toml_source(rate="{ peak = 1 }"),
        "3: source 1: rate.shape is missing; one of constant, poisson, ramp, sine, burst, once",
    ),
    (
        toml_source(rate="{ shape = 'brust' }"),
        "3: source 1: rate.shape is 'brust'; one of constant, poisson, ramp, sine, burst, once",
    ),
    (
        toml_source(rate="{ shape = 'poisson' }"),
        "3: source 1: rate.rate is missing; a number of events per second from 0.000001 to 1,000,000 is expec",
    ),
    (
        toml_source(rate="{ shape = 'ramp', from = 0, to = 0, over = '1s' }"),
        "3: source 1: rate.to is 0, as is rate.from; nothing would ever happen",
    ),
    (
        toml_source(rate="{ shape = 'sine', mean = 1, amplitude = 2, every = '1s' }"),
        "3: source 1: rate.amplitude is 2; it may be rate.mean at most, 1",
    ),
    (
        toml_source(rate="{ shape = 'burst', base = 1, peak = 2, every = '1s', length = '2s' }"),
        "3: source 1: rate.length is '2s', longer than rate.every, '1s'",
    ),
    (
        toml_source(rate="{ shape = 'burst', base = -1, peak = 2, every = '2s', length = '1s' }"),
        "3: source 1: rate.base is -1; a number of events per second from 0 to 1,000,000 is expected",
    ),
    (
        toml_source(rate="{ shape = 'once', count = 0 }"),
        "3: source 1: rate.count is 0; a whole number from 1 to 1,000,000 is expected",
    ),
    (
        toml_source(rate="{ shape = 'once', count = 1, rate = 2 }"),
        "3: source 1: rate.rate is not a key of the shape once; it takes count",
    ),
    ("[[replay]]", "1: replay 1: file is missing; a text is expected"),
    ("[[replay]]\nfile = 'nope.jsonl'", "2: replay 1: file is 'nope.jsonl': there is no file "),
    (f"[[replay]]\nfile = '{'n' * 300}'", "2: replay 1: file is '"),
    (
        "[[replay]]\nfile = 'lines.jsonl'\nspeed = 0",
        "3: replay 1: speed is 0; a number from 0.001 to 1,000 is expected",
    ),
    ("[[replay]]\nfile = 'lines.jsonl'\nloop = 1", "3: replay 1: loop is 1; true or false is expected"),
    ("[[replay]]\nfile = 'bad.jsonl'", "2: replay 1: file is 'bad.jsonl': line 2: "),
]


@pytest.mark.parametrize(("text", "problem"), PROBLEMS)
def test_each_problem_has_its_line_and_its_words(text: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "lines.jsonl").write_text(LINE)
    (tmp_path / "bad.jsonl").write_text(LINE + "{oops\n" + LINE)
    problems = problems_of(text, tmp_path)
    place = "shop.toml" if problem.startswith(":") else "shop.toml:"
    assert problems[0].startswith(place + problem), problems
    assert len(problems) == 1


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    text = "\n".join(
        [
            toml_source(rate="-1", format="'x'", log_group="'a b'"),
            "[[log_group]]",
            "name = 'a b'",
            toml_source(rate="{ shape = 'burst', base = 'x', every = '0s' }", typo="1"),
            "seeed = 1",
        ]
    )
    problems = problems_of(text)
    assert [problem.split(": ")[0].removeprefix("shop.toml:") for problem in problems] == [
        *("2", "3", "4", "6", "9", "9", "9", "9", "10", "11"),
    ]
    assert str(ScenarioError(problems)) == "\n".join(problems)


def test_json_has_places_without_lines() -> None:
    with pytest.raises(ScenarioError) as refused:
        parse(b'{"source": [{"log_group": "/x", "rate": {"shape": "brust"}}]}', "posted")
    assert refused.value.problems == (
        "posted: source 1: rate.shape is 'brust'; one of constant, poisson, ramp, sine, burst, once is expected",
    )


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"{", "posted: it is not JSON: Input data was truncated"),
        (b'{"\xff": 1}', "posted:1: byte 2 is not UTF-8"),
        (b'{"a": ' + b"[" * 100_000, "posted: it is nested too deeply"),
        (b'{"1": 2}', "posted: 1 is not a key of a scenario; it takes seed, log_group, source, replay, fault"),
    ],
)
def test_refuses_json(body: Any, problem: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        parse(body, "posted")
    assert refused.value.problems[0].startswith(problem)


def test_a_posted_scenario_cannot_read_files() -> None:
    with pytest.raises(ScenarioError) as refused:
        parse(b"[[replay]]\nfile = '/etc/passwd'", "posted")
    assert refused.value.problems == (
        "posted:2: replay 1: file is '/etc/passwd': a scenario that is not a file itself cannot replay files",
    )


def test_problems_of_faults_have_the_lines_of_their_keys() -> None:
    text = toml_source() + "\n[[fault]]\nwhere.log_group = 1\ntimes = -1\neffect = { type = 'x' }"
    with pytest.raises(ScenarioError) as refused:
        parse(text.encode(), "shop.toml")
    where, times, effect = refused.value.problems
    assert where == "shop.toml:5: fault 1: where.log_group is 1; a text of 1 to 2,048 characters is expected"
    assert times == "shop.toml:6: fault 1: times is -1; a whole number from 0 to 1,000,000,000 is expected"
    assert effect.startswith("shop.toml:7: fault 1: effect.type is 'x'; one of error, delay, reset,")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"seed = 1\nx = '\xff'", ":2: byte 14 is not UTF-8"),
        (b"\xef\xbb\xbfseed = 1", ": it has no log_group, source, replay or fault, so there is nothing to play"),
        (b"a = " + b"9" * 5_000, ": it is not TOML: "),
        (b"a = " + b"[" * 20_000, ": it is nested too deeply"),
        (b"#" * 1_100_000, ": it has more than 1,048,576 bytes, which is the limit"),
    ],
)
def test_refuses_files(tmp_path: Path, content: bytes, problem: str) -> None:
    file = tmp_path / "bad.toml"
    file.write_bytes(content)
    with pytest.raises(ScenarioError) as refused:
        load(file)
    assert refused.value.problems[0].startswith(f"{file}{problem}")


@pytest.mark.parametrize("path", ["/nowhere/shop.toml", "", "/", "a\0b", "x" * 5_000])
def test_refuses_paths(path: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        load(path)
    assert len(refused.value.problems) == 1


STREAMS = ", ".join(f'"{number}"' for number in range(1_001))
TAGS = ", ".join(f'"{number}" = ""' for number in range(51))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[source]]\n" * 201, ":1: source has 201 entries; 200 are the limit"),
        (toml_source(log_streams=f"[{STREAMS}]"), ":4: source 1: log_streams has 1,001 names; 1,000 are the limit"),
        (
            f'[[log_group]]\nname = "/a"\ntags = {{ {TAGS} }}',
            ":3: log group 1: tags has 51 entries; a log group has 50",
        ),
        (
            f'[[log_group]]\nname = "/a"\ntags = {{ a = "{"x" * 257}" }}',
            f":3: log group 1: tags has the value '{'x' * 59}…; at most 256 letters",
        ),
        (
            "\n".join(f'[[log_group]]\nname = "/{number}"\nstreams = [{STREAMS[:-8]}]' for number in range(11)),
            ":1: log_group has 11,000 streams in all; 10,000 are the limit",
        ),
        ("#" * 1_048_577, ": it has more than 1,048,576 bytes, which is the limit"),
        ("x = 1\n" + "a." * 20_000 + "a = 1", ":2: a key has more than 16 parts"),
        ("\na = [1", ":2: it is not TOML: Unclosed array (at end of document)"),
        ("a = '''\n", ":2: it is not TOML: Expected"),
    ],
    ids=["entries", "streams", "tags", "tag value", "all streams", "bytes", "long key", "end of file", "open text"],
)
def test_the_limits_of_a_file(text: str, problem: str) -> None:
    assert problems_of(text)[0].startswith(f"shop.toml{problem}")


def test_a_bundled_scenario_is_suggested_for_an_unknown_name() -> None:
    with pytest.raises(ScenarioError, match="shopp: there is no such file; bundled scenarios are audit-trail, burst"):
        load("shopp")
