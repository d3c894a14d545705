"""Each bundled scenario is valid, is played for a minute, and has what its first comment describes."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import takewhile
from pathlib import Path

import pytest

from livetail.core.chance import Chance
from livetail.patterns import Subject, compile
from livetail.scenarios import fixtures
from livetail.scenarios.player import Player
from livetail.scenarios.scenario import load
from tests.unit.scenarios.builders import STARTED_AT, Emission, run_until


@cache
def played(name: str) -> list[Emission]:
    """As much of a scenario as is needed: two minutes where patterns seldom match, five of the shop."""
    seconds = {"shop": 300, "audit-trail": 120, "lambda-fleet": 120}.get(name, 60)
    return list(run_until(Player(load(fixtures.path(name)), STARTED_AT, Chance(1)), STARTED_AT + seconds * 1000))


def emissions(name: str, seconds: int) -> Iterator[Emission]:
    return takewhile(lambda emission: emission.at <= STARTED_AT + seconds * 1000, played(name))


def per_second(name: str, seconds: int) -> dict[int, Counter[str]]:
    """How many events each log group has in each second, counted from 1."""
    counts: dict[int, Counter[str]] = {second: Counter() for second in range(seconds + 1)}
    for emission in emissions(name, seconds):
        counts[-((STARTED_AT - emission.at) // 1000)][emission.log_group] += len(emission.events)
    return counts


def messages(name: str, seconds: int) -> list[str]:
    return [event.message for emission in emissions(name, seconds) for event in emission.events]


def test_a_file_wins_over_a_bundled_name_and_a_folder_is_all_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert fixtures.find(Path("shop")) == [fixtures.path("shop")]
    (tmp_path / "shop").write_text("")
    assert fixtures.find(Path("shop")) == [Path("shop")]
    assert fixtures.find(Path("none.toml")) == [Path("none.toml")]
    folder = tmp_path / "folder"
    folder.mkdir()
    assert fixtures.find(folder) == []
    for name in ("b.toml", "a.toml", "c.txt"):
        (folder / name).write_text("")
    assert fixtures.find(folder) == [folder / "a.toml", folder / "b.toml"]


def test_there_are_eight() -> None:
    assert " ".join(fixtures.names()) == "audit-trail burst demo flaky lambda-fleet nasty shop slow-consumer"
    with pytest.raises(LookupError, match=r"there is no bundled scenario 'nope'; there are audit-trail, burst, demo"):
        fixtures.path("nope")


@pytest.mark.parametrize("name", fixtures.names())
def test_each_begins_with_what_to_look_at_and_plays_for_a_minute(name: str) -> None:
    text = fixtures.path(name).read_text()
    comment = text.partition("\n\n")[0]
    assert comment.startswith("# ")
    assert "Look at" in comment
    counts = per_second(name, 60)
    expected = float(load(fixtures.path(name)).rate) * 60
    total = sum(seconds.total() for seconds in counts.values())
    # A ramp starts below its average, a sine goes up first, and a source with a duration ends.
    assert 0.35 * expected < total < 1.3 * expected


def test_the_demo_is_calm_but_for_second_four() -> None:
    counts = per_second("demo", 30)
    calm = [counts[second].total() for second in (1, 2, 3, 4, *range(7, 31))]
    assert all(total <= 15 for total in calm)
    assert 2 < sum(calm) / len(calm) < 8
    assert counts[5].total() > 2_000
    assert counts[6].total() > 1_000
    seen = set().union(*(counts[second] for second in (1, 2, 3, 4)))
    assert len(seen) == 3


def test_the_burst_is_sampled_unless_it_is_filtered() -> None:
    counts = per_second("burst", 60)
    assert [second for second, groups in counts.items() if groups.total() > 500] == [*range(5, 10), *range(35, 40)]
    errors = [message for message in messages("burst", 30) if compile("ERROR").matches(Subject(message))]
    assert 500 < len(errors) < 5 * 500


def test_the_slow_consumer_is_not_sampled() -> None:
    assert {groups.total() for groups in list(per_second("slow-consumer", 60).values())[1:]} == {450}


def test_the_flaky_session_fails_in_three_ways() -> None:
    scenario = load(fixtures.path("flaky"))
    rules = [rule.full_rule() for rule in scenario.faults]
    assert [rule.effect.type_name() for rule in rules] == ["error", "exception", "cut"]
    assert rules[1].where.log_group == "/flaky/*"


@pytest.mark.parametrize(
    "pattern",
    [
        '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }',
        '{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }',
        '[version, account, eni, source, destination, srcport, destport="22", protocol="6", packets, bytes, '
        'windowstart, windowend, action="REJECT", flowlogstatus]',
    ],
)
def test_the_patterns_of_the_audit_trail_find_something(pattern: str) -> None:
    assert pattern in fixtures.path("audit-trail").read_text()
    matcher = compile(pattern)
    found = sum(matcher.matches(Subject(message)) for message in messages("audit-trail", 120))
    assert 3 < found < 400


@pytest.mark.parametrize("pattern", ['"Init Duration"', '"[ERROR]"'])
def test_the_patterns_of_the_lambda_fleet_find_something(pattern: str) -> None:
    assert pattern in fixtures.path("lambda-fleet").read_text()
    assert any(compile(pattern).matches(Subject(message)) for message in messages("lambda-fleet", 120))


def test_the_incident_of_the_shop_comes_by_every_two_minutes() -> None:
    found = [message for message in messages("shop", 300) if "checkout failed" in message]
    assert len(found) == 3


def test_a_summary_is_the_first_sentence_of_the_file() -> None:
    assert fixtures.summary("shop") == "A web shop on an ordinary day."
