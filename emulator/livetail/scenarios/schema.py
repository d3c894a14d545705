"""Scenario files in JSON Schema, made from their tables; the OpenAPI document of the control plane has them."""

from typing import Any

from livetail.core.table_schema import table_schema
from livetail.scenarios.tables import ScenarioTable


def scenario_schema(fault_rule: dict[str, Any]) -> dict[str, Any]:
    """The schema of a scenario that is given as JSON; `fault_rule` is the schema of an entry of `fault`.

    `replay` names files beside the scenario file, so only a scenario that is a file has it.
    """
    scenario = table_schema(ScenarioTable)
    del scenario["properties"]["replay"]
    scenario["properties"]["fault"]["items"] = fault_rule
    description = "What is to be played, as in docs/scenarios.md; at least one entry."
    return scenario | {"description": description, "minProperties": 1}
