"""Scenario files in JSON Schema, made from their tables; the OpenAPI document of the control plane has them."""

from typing import Any

import msgspec

from livetail.scenarios.problems import Table
from livetail.scenarios.tables import RATE_TABLES, LogGroupTable, SourceTable

__all__ = ["scenario_schema"]


def scenario_schema(fault_rule: dict[str, Any]) -> dict[str, Any]:
    """The schema of a scenario that is given as JSON; `fault_rule` is the schema of an entry of `fault`.

    `replay` names files beside the scenario file, so only a scenario that is a file has it.
    """
    rates = [_table(table, shape={"const": shape}) for shape, table in RATE_TABLES.items()]
    rate = {"description": "Log events per second, or how many when.", "oneOf": [{"type": "number"}, *rates]}
    return {
        "description": "What is to be played, as in docs/scenarios.md; at least one entry.",
        "type": "object",
        "properties": {
            "seed": {"description": "Makes the scenario repeat, whatever the server's seed is.", "type": "integer"},
            "log_group": {"type": "array", "items": _table(LogGroupTable)},
            "source": {"type": "array", "items": _table(SourceTable, rate=rate)},
            "fault": {"type": "array", "items": fault_rule},
        },
        "minProperties": 1,
        "additionalProperties": False,
    }


def _table(table: type[Table], **known: dict[str, Any]) -> dict[str, Any]:
    """The schema of a table of a scenario file; `known` replaces what its type says of some keys."""
    properties = msgspec.json.schema(table)["$defs"][table.__name__]["properties"] | known
    needed = [name for name in properties if name in table.needed or name == "shape"]
    return {"type": "object", "properties": properties, "required": needed, "additionalProperties": False}
