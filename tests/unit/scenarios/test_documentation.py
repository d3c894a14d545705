"""docs/scenarios.md is true: its examples are read, and its tables name what there is."""

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from livetail.scenarios import ScenarioError, fixtures
from livetail.scenarios.formats import FORMATS
from livetail.scenarios.rates import AnyRate
from livetail.scenarios.replay import MAX_FILE_BYTES, read_replay
from livetail.scenarios.scenario import parse
from livetail.scenarios.tables import LogGroup, ReplayTable, ScenarioTable, Source
from livetail.scenarios.templates import FIELDS
from tests.unit.scenarios.builders import STARTED_AT, player, run_until

DOCUMENT = (Path(__file__).parents[3] / "docs" / "scenarios.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)


def section(title: str) -> str:
    return re.split(r"^##+ ", DOCUMENT.split(f"## {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def first_column(title: str) -> list[str]:
    return re.findall(r"^\| `([^`]+)` \|", section(title), re.MULTILINE)


@pytest.mark.parametrize("example", blocks("toml"))
def test_examples_are_played(example: str, tmp_path: Path) -> None:
    (tmp_path / "incident.jsonl").write_text(blocks("jsonl")[1], encoding="utf-8")
    playing = player(example, directory=tmp_path)
    assert run_until(playing, STARTED_AT + 60_000)


@pytest.mark.parametrize("example", blocks("jsonl"))
def test_lines_are_replayed(example: str, tmp_path: Path) -> None:
    path = tmp_path / "example.jsonl"
    path.write_text(example, encoding="utf-8")
    assert read_replay(path).lines[0].message == "checkout started"


def test_there_are_as_many_examples_as_were_counted() -> None:
    assert (len(blocks("toml")), len(blocks("jsonl")), len(blocks("text"))) == (5, 2, 2)


@pytest.mark.parametrize(
    ("title", "table"),
    [
        ("The file", ScenarioTable),
        ("`[[log_group]]`", LogGroup),
        ("`[[source]]`", Source),
        ("`[[replay]]`", ReplayTable),
    ],
)
def test_every_key_is_described(title: str, table: type[msgspec.Struct]) -> None:
    assert first_column(title) == [field.encode_name for field in msgspec.structs.fields(table)]


def test_every_shape_and_its_keys_are_described() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", section("Rates"), re.MULTILINE)
    assert {shape: re.findall(r"`(\w+)`", keys) for shape, keys in rows} == {
        str(table.__struct_config__.tag): [field.encode_name for field in msgspec.structs.fields(table)]
        for table in get_args(AnyRate)
    }


def test_every_format_field_and_fixture_is_described() -> None:
    assert first_column("Formats") == list(FORMATS)
    assert first_column("Templates") == [f"{{{name}}}" for name in FIELDS]
    assert sorted(first_column("Bundled scenarios")) == list(fixtures.names())


def test_the_problems_are_as_printed() -> None:
    with pytest.raises(ScenarioError) as refused:
        parse(b'[[source]]\nlog_group = "/x"\nrate = { shape = "brust" }\nfromat = "json"\n', "shop.toml")
    assert list(refused.value.problems) == blocks("text")[-1].splitlines()


def test_the_largest_replay_is_as_stated() -> None:
    assert f"{MAX_FILE_BYTES // 1024 // 1024} MiB" in section("`[[replay]]`")
