"""Scenario files in JSON Schema, made from their tables; the OpenAPI document of the control plane has them."""

from typing import Any, Final

import msgspec

from livetail.scenarios.tables import ScenarioTable

_LEFT_OUT: Final = ("discriminator", "title")


def scenario_schema(fault_rule: dict[str, Any]) -> dict[str, Any]:
    """The schema of a scenario that is given as JSON; `fault_rule` is the schema of an entry of `fault`.

    `replay` names files beside the scenario file, so only a scenario that is a file has it.
    """
    _, components = msgspec.json.schema_components([ScenarioTable], ref_template="{name}")
    scenario: dict[str, Any] = _inlined(components[ScenarioTable.__name__], components)
    del scenario["properties"]["replay"]
    scenario["properties"]["fault"]["items"] = fault_rule
    description = "What is to be played, as in docs/scenarios.md; at least one entry."
    return scenario | {"description": description, "minProperties": 1}


def _inlined(schema: Any, components: dict[str, Any]) -> Any:
    """A schema with what it refers to in its place, so that only the whole file needs a name."""
    if isinstance(schema, list):
        return [_inlined(part, components) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(components[schema["$ref"]], components)
    return {
        key: value if key == "default" else _inlined(value, components)
        for key, value in schema.items()
        if key not in _LEFT_OUT
    }
