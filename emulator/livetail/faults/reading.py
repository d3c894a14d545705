"""Fault rules read from JSON or TOML, and listed for the control plane, the page and the terminal."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec
from msgspec import UNSET

from livetail.core.tables import Path, Problems, Table, shown, table_schema
from livetail.faults.presets import PRESETS, AnyPreset, Preset
from livetail.faults.rules import FaultRule, FaultRuleError

AnyRule: TypeAlias = FaultRule | Preset
"""A rule as it was given: with an effect, or as a preset."""


def read_rule(values: object, path: Path, problems: Problems) -> AnyRule | None:
    """The rule at `path` of a document; None if anything in it is wrong, with all of that in `problems`."""
    if isinstance(values, AnyRule):
        return read_rule(as_json(values), path, problems)
    if not isinstance(values, Mapping):
        problems.add(path, f"is {shown(values)}; a fault rule is a table")
        return None
    if values.get("preset") is not None:
        preset: Preset | None = problems.read(AnyPreset, values, path)  # type: ignore[arg-type]  # a union
        return preset
    return problems.read(FaultRule, values, path)


def parse_rule(given: object) -> AnyRule:
    """A rule from its JSON form, or from a rule made in Python, whose values have not been checked yet.

    Raises:
        FaultRuleError: it is none, with every problem of it.
    """
    problems = Problems()
    rule = read_rule(given, (), problems)
    if rule is None:
        raise FaultRuleError(problems)
    return rule


def full_rule(rule: AnyRule) -> FaultRule:
    """The rule with its effect: what a preset is short for, any other rule as it is."""
    return rule.rule() if isinstance(rule, Preset) else rule


def as_json(rule: Table) -> dict[str, Any]:
    """A rule, or a table in it, in its JSON form, in camelCase; keys that have their default value are left out."""
    given: dict[str, Any] = {}
    config = rule.__struct_config__
    if config.tag_field is not None:
        given[config.tag_field] = config.tag
    for field in msgspec.structs.fields(rule):
        value = getattr(rule, field.name)
        if value is not UNSET and value != field.default:
            given[field.encode_name] = as_json(value) if isinstance(value, Table) else value
    return given


def rule_schema() -> dict[str, Any]:
    """The JSON Schema of a rule as it is given."""
    tables: list[type[Table]] = [FaultRule, *PRESETS.values()]
    return {"oneOf": [table_schema(table) for table in tables]}
