"""Reads fault rules from JSON or TOML, and describes them for the control plane, the page and the terminal."""

from collections.abc import Mapping
from typing import Any, cast

import msgspec

from livetail.control_shapes import EffectsInfo
from livetail.core.tables import Path, Problems, Table
from livetail.faults.effects import EFFECTS
from livetail.faults.presets import PRESETS, AnyPreset
from livetail.faults.rules import AnyRule, FaultRule, FaultRuleError


def read_rule(values: object, path: Path, problems: Problems) -> AnyRule | None:
    """The rule at `path` of a document; None if it has problems, which are added to `problems`."""
    is_preset = isinstance(values, Mapping) and values.get("preset") is not None
    return problems.read(cast("type[AnyRule]", AnyPreset) if is_preset else FaultRule, values, path)


def parse_rule(given: object) -> AnyRule:
    """A rule from its JSON form.

    Raises:
        FaultRuleError: it is none, with every problem of it.
    """
    problems = Problems()
    rule = read_rule(given, (), problems)
    if rule is None:
        raise FaultRuleError(problems)
    return rule


def as_json(rule: Table) -> dict[str, Any]:
    """A rule that was read, or a table in it, in its JSON form, in camelCase, without keys that have their default."""
    return dict(msgspec.to_builtins(rule))


def catalogue() -> EffectsInfo:
    """All effects and presets in the order of the documentation."""
    return {
        "effects": [
            {
                "name": name,
                "description": str(effect.__doc__),
                "actsOn": effect.acts_on.value,
                "operations": list(effect.operations),
                "keys": keys_of(effect),
            }
            for name, effect in EFFECTS.items()
        ],
        "presets": [
            {"name": name, "description": str(preset.__doc__), "sources": list(preset.sources), "keys": keys_of(preset)}
            for name, preset in PRESETS.items()
        ],
    }


def keys_of(table: type[Table]) -> list[dict[str, Any]]:
    """The keys of an effect or preset: the `name` of each, whether it is `required`, and its JSON Schema.

    A preset's are its own; those that all rules have in common are left out.
    """
    _, parts = msgspec.json.schema_components([table])
    schema = parts[table.__name__]
    others = [table.__struct_config__.tag_field]
    if issubclass(table, AnyRule):
        others += [field.encode_name for field in msgspec.structs.fields(AnyRule)]
    return [
        {"name": key, "required": key in schema["required"], **_without_null(properties)}
        for key, properties in schema["properties"].items()
        if key not in others
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a key that may be null as that of its other type."""
    other: dict[str, Any] = next((part for part in schema.get("anyOf", ()) if part != {"type": "null"}), {})
    return other | {key: value for key, value in schema.items() if key != "anyOf"}
