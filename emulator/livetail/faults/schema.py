"""Fault rules in JSON Schema, made from the tables; the control plane's OpenAPI document has them."""

from collections.abc import Iterable
from typing import Any

from livetail.faults.effects import EFFECTS
from livetail.faults.fields import NEEDED, Field
from livetail.faults.presets import PRESETS
from livetail.faults.rule import AFTER_FIELDS, RULE_FIELDS, WHERE_FIELDS

__all__ = ["rule_schema"]


def rule_schema() -> dict[str, Any]:
    """The schema of a rule as it is given: with an effect, or with a preset."""
    where = _table("What it is about.", WHERE_FIELDS)
    after = _table("What it waits for; at most one of these.", AFTER_FIELDS) | {"maxProperties": 1}
    effects = [
        _table(effect.doc, effect.fields, {"type": {"const": name}}, needed=["type"])
        for name, effect in EFFECTS.items()
    ]
    with_effect = _table(
        "A rule.",
        RULE_FIELDS,
        {"where": where, "after": after, "effect": {"oneOf": effects}},
        needed=["effect"],
    )
    with_preset = [
        _table(preset.doc, (*RULE_FIELDS, *preset.fields), {"preset": {"const": name}, "where": where}, ["preset"])
        for name, preset in PRESETS.items()
    ]
    for schema in with_preset:
        # A preset holds for every session unless its rule says otherwise.
        schema["properties"]["times"]["default"] = 0
    return {"oneOf": [with_effect, *with_preset]}


def _table(
    doc: str, fields: Iterable[Field], others: dict[str, Any] | None = None, needed: Iterable[str] = ()
) -> dict[str, Any]:
    fields = tuple(fields)
    schema: dict[str, Any] = {
        "type": "object",
        "description": doc,
        "properties": (others or {}) | {field.name: field.schema() for field in fields},
        "additionalProperties": False,
    }
    required = [*needed, *(field.name for field in fields if field.default is NEEDED)]
    return schema | {"required": required} if required else schema
