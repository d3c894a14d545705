"""The effects and presets there are, with their keys, as a page or a terminal shows them."""

from typing import Any

import msgspec

from livetail.core.tables import Table, table_schema
from livetail.faults.effects import EFFECTS
from livetail.faults.presets import PRESETS
from livetail.faults.rules import RuleKeys


def catalogue() -> dict[str, list[dict[str, Any]]]:
    """All effects and presets in the order of the documentation.

    Each has a `name`, a `description` and its `keys`; an effect also says what it acts on and on which `operations`
    (none is all), a preset where it was seen.
    """
    return {
        "effects": [
            {
                "name": name,
                "description": effect.__doc__,
                "actsOn": effect.acts_on.value,
                "operations": list(effect.operations),
                "keys": keys_of(effect),
            }
            for name, effect in EFFECTS.items()
        ],
        "presets": [
            {"name": name, "description": preset.__doc__, "sources": list(preset.sources), "keys": keys_of(preset)}
            for name, preset in PRESETS.items()
        ],
    }


def keys_of(table: type[Table]) -> list[dict[str, Any]]:
    """The keys of an effect or preset: the `name` of each, whether it is `required`, and its JSON Schema.

    A preset's are its own; those that all rules have in common are left out.
    """
    schema = table_schema(table)
    config = table.__struct_config__
    common = {config.tag_field}
    if issubclass(table, RuleKeys):
        common |= {field.encode_name for field in msgspec.structs.fields(RuleKeys)}
    return [
        {"name": key, "required": key in schema["required"], **_without_null(properties)}
        for key, properties in schema["properties"].items()
        if key not in common
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a key that may be null as that of its other type."""
    if "anyOf" not in schema:
        return schema
    other: dict[str, Any] = next(part for part in schema["anyOf"] if part != {"type": "null"})
    return other | {key: value for key, value in schema.items() if key != "anyOf"}
