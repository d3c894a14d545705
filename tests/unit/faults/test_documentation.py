"""docs/faults.md names every effect, key, default and preset, and no other."""

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from msgspec import UNSET, structs

from livetail.faults.effects import EFFECTS, ActsOn
from livetail.faults.presets import PRESETS
from livetail.faults.reading import keys_of
from livetail.faults.rules import After, FaultRule, Where

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
    request = [name for name, effect in EFFECTS.items() if effect.acts_on.is_request]
    session = [name for name, effect in EFFECTS.items() if not effect.acts_on.is_request or name == "reset"]
    assert sorted(name for name, _ in documented[: len(request)]) == sorted(request)
    assert sorted(name for name, _ in documented[len(request) :]) == sorted(session)
    for name, keys in documented:
        assert keys == [key["name"] for key in keys_of(EFFECTS[name])], name


def test_every_effect_is_where_it_acts() -> None:
    documented = {(row[0], name) for row in rows("acts on", "effects", "fires") for name in code(row[1])}
    places = {(effect.acts_on.value, name) for name, effect in EFFECTS.items()}
    places.add((ActsOn.SESSION.value, "reset"))
    assert documented == places


def test_every_key_of_a_rule_has_a_row_with_its_default() -> None:
    documented = {code(row[0])[0]: code(row[1]) for row in rows("key", "default", "means")}
    keys: dict[str, Any] = {
        f"{prefix}{field.encode_name}": field.default
        for prefix, table in (("", FaultRule), ("where.", Where), ("after.", After))
        for field in structs.fields(table)
        if field.name not in ("where", "after")
    }
    assert set(documented) == set(keys)
    for name, default in keys.items():
        if default not in (UNSET, None) and isinstance(default, str | float):
            assert documented[name] == [str(default)]


def test_every_preset_has_a_row_with_its_defaults_and_sources() -> None:
    documented = {code(row[0])[0]: row for row in rows("preset", "keys", "operation, times", "stands for", "seen in")}
    assert list(documented) == list(PRESETS)
    for name, preset in PRESETS.items():
        _, keys, operation_and_times, meaning, sources = documented[name]
        written = {key: Fraction(value) for key, value in re.findall(r"`(\w+)` \(([\d/]+)\)", keys)}
        assert list(written) == [key["name"] for key in keys_of(preset)]
        for key in keys_of(preset):
            assert key["default"] == pytest.approx(float(written[key["name"]]))
        rule = preset().full_rule()
        assert operation_and_times == f"{rule.operation_name}, {rule.max_firings}"
        assert code(meaning)[0] == rule.effect.type_name()
        assert tuple(re.findall(r"\((https:[^)]+)\)", sources)) == preset.sources


def test_defaults_that_the_text_names() -> None:
    text = " ".join(DOCUMENT.split())
    defaults = {(name, key["name"]): key.get("default") for name in EFFECTS for key in keys_of(EFFECTS[name])}
    assert str(defaults["exception", "name"]) in text
    assert f"the code {defaults['error-message', 'code']} unless" in text
    assert f"the `part` {defaults['corrupt', 'part']} if" in text
    assert defaults["reorder", "share"] == 0.1 and "a `share` of the log events (default: a tenth)" in text
    assert defaults["lose", "fraction"] == 1 and "a `fraction` of the log events (default: all)" in text
