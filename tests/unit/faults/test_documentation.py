"""docs/faults.md names every effect, key, default and preset of the tables, and no other."""

import re
from fractions import Fraction
from pathlib import Path

import pytest

from livetail.faults.effects import EFFECTS
from livetail.faults.fields import NEEDED, Field
from livetail.faults.model import Place
from livetail.faults.presets import PRESETS
from livetail.faults.rule import AFTER_FIELDS, RULE_FIELDS, WHERE_FIELDS

DOCUMENT = (Path(__file__).parents[3] / "docs" / "faults.md").read_text()


def rows(*header: str) -> list[list[str]]:
    """The cells of all tables with this header."""
    found: list[list[str]] = []
    for table in re.split(r"\n\n", DOCUMENT):
        lines = [
            [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line[:1] == "|"
        ]
        if lines and lines[0] == list(header):
            found += lines[2:]
    assert found
    return found


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_effect_has_a_row_with_its_keys() -> None:
    documented = [(code(row[0])[0], code(row[1])) for row in rows("effect", "keys", "HTTP/1.1", "HTTP/2", "boto3")]
    request = [name for name, row in EFFECTS.items() if row.place is Place.REQUEST]
    tail = [name for name, row in EFFECTS.items() if row.place is not Place.REQUEST or row.place_in_tail]
    assert sorted(name for name, _ in documented[: len(request)]) == sorted(request)
    assert sorted(name for name, _ in documented[len(request) :]) == sorted(tail)
    for name, keys in documented:
        assert keys == [field.name for field in EFFECTS[name].fields], name


def test_every_effect_is_where_it_acts() -> None:
    documented = {(row[0], name) for row in rows("acts on", "effects", "fires") for name in code(row[1])}
    places = {(row.place.value, name) for name, row in EFFECTS.items()}
    places |= {(row.place_in_tail.value, name) for name, row in EFFECTS.items() if row.place_in_tail}
    assert documented == places


@pytest.mark.parametrize(
    ("prefix", "fields"), [("", RULE_FIELDS), ("where.", WHERE_FIELDS), ("after.", AFTER_FIELDS)], ids=str
)
def test_every_key_of_a_rule_has_a_row(prefix: str, fields: tuple[Field, ...]) -> None:
    documented = {code(row[0])[0]: (code(row[1]), row[2]) for row in rows("key", "default", "means")}
    for field in fields:
        default = [] if field.default is None else [str(field.default)]
        assert documented[f"{prefix}{field.name}"] == (default, field.doc)


def test_every_preset_has_a_row_with_its_defaults_and_sources() -> None:
    documented = {code(row[0])[0]: row for row in rows("preset", "keys", "stands for", "seen in")}
    assert list(documented) == list(PRESETS)
    for name, preset in PRESETS.items():
        _, keys, meaning, sources = documented[name]
        written = {key: Fraction(value) for key, value in re.findall(r"`(\w+)` \(([\d/]+)\)", keys)}
        assert list(written) == [field.name for field in preset.fields]
        for field in preset.fields:
            assert field.default is not NEEDED and field.default == pytest.approx(float(written[field.name]))
        assert code(meaning)[0] == preset.effect
        assert tuple(re.findall(r"\((https:[^)]+)\)", sources)) == preset.sources


def test_defaults_that_the_text_names() -> None:
    text = " ".join(DOCUMENT.split())
    defaults = {(name, field.name): field.default for name, row in EFFECTS.items() for field in row.fields}
    assert str(defaults["exception", "name"]) in text
    assert f"the code {defaults['error-message', 'code']} unless" in text
    assert f"the `part` {defaults['corrupt', 'part']} if" in text
    assert defaults["reorder", "share"] == 0.1 and "a `share` of the log events (a tenth)" in text
    assert defaults["lose", "fraction"] == 1 and "a `fraction` of the log events (all)" in text
