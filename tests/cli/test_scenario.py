"""`livetail scenario check`."""

import argparse
import json
from pathlib import Path

import pytest

from livetail.cli import scenario
from livetail.cli.command_parser import CommandError
from livetail.scenarios import fixtures


def check(*files: str | Path) -> int:
    parser = argparse.ArgumentParser(prog="livetail scenario")
    scenario.configure(parser)
    return scenario.run(parser.parse_args(["check", *map(str, files)]))


@pytest.mark.parametrize("name", fixtures.names())
def test_the_bundled_scenarios_are_good(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(fixtures.path(name)) == 0
    output = capsys.readouterr()
    assert output.err == ""
    assert output.out.startswith(f"{fixtures.path(name)}: ")
    assert output.out.count("\n") == 1


def test_says_what_is_in_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert check(fixtures.path("shop")) == 0
    assert capsys.readouterr().out == (
        f"{fixtures.path('shop')}: 4 log groups, 4 sources, 24.5 events/s on average, 1 replay of 8 lines, seed 7\n"
    )


def test_prints_every_problem_and_continues_with_the_next_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text('seed = "x"\n\n[[source]]\nlog_group = "/x"\nrate = { shape = "brust" }\n\n[[fault]]\ntimes = -1\n')
    good = tmp_path / "good.toml"
    good.write_text('[[source]]\nlog_group = "/x"\nrate = 5\n')
    assert check(bad, tmp_path / "none.toml", good) == 1
    output = capsys.readouterr()
    expected = [
        f"{bad}:1: seed is 'x'; a whole number of 64 bits is expected",
        f"{bad}:5: source 1: rate.shape is 'brust'; one of constant, poisson, ramp, sine, burst, once",
        f"{bad}:7: fault 1: effect is missing; ",
        f"{bad}:8: fault 1: times is -1; ",
        f"{tmp_path / 'none.toml'}: there is no such file",
    ]
    for line, beginning in zip(output.err.splitlines(), expected, strict=True):
        assert line.startswith(beginning)
    assert output.out == f"{good}: 1 log group, 1 source, 5 events/s on average\n"


@pytest.mark.parametrize("arguments", [[], ["check"], ["prove", "x"]])
def test_wrong_usage_is_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser(prog="livetail scenario")
    scenario.configure(parser)
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(arguments)
    assert ended.value.code == 2
    assert "usage: livetail scenario" in capsys.readouterr().err


def act(*arguments: str) -> int:
    parser = argparse.ArgumentParser(prog="livetail scenario")
    scenario.configure(parser)
    return scenario.run(parser.parse_args(arguments))


def test_a_bundled_scenario_is_checked_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert check("nasty") == 0
    assert capsys.readouterr().out.startswith(f"{fixtures.path('nasty')}: 1 log group, 1 source, ")


def test_lists_the_bundled_scenarios(capsys: pytest.CaptureFixture[str]) -> None:
    assert act("list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(fixtures.names())
    assert "shop           A web shop on an ordinary day." in lines
    assert act("list", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert {"name": "shop", "summary": "A web shop on an ordinary day."} in listed


def test_shows_a_bundled_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    assert act("show", "shop") == 0
    assert capsys.readouterr().out == fixtures.path("shop").read_text()
    with pytest.raises(CommandError, match="there is no bundled scenario 'nope'; there are audit-trail, burst"):
        act("show", "nope")
