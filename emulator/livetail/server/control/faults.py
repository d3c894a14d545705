"""`/faults`: the fault rules in force, and the effects and presets that rules can have."""

from typing import Any, Final

from starlette.exceptions import HTTPException

from livetail.control_shapes import EffectsInfo, FaultInfo
from livetail.server.control.route import ControlRoute, Done, component
from livetail.server.emulator import Emulator


async def list_faults(emulator: Emulator) -> list[FaultInfo]:
    """The fault rules in force, in the order in which they were added."""
    return [rule.as_json() for rule in emulator.fault_rules or ()]


async def list_effects() -> EffectsInfo:
    """The effects and presets that a fault rule can have."""
    from livetail.faults.reading import catalogue

    return catalogue()


async def add_fault(emulator: Emulator, body: dict[str, Any]) -> FaultInfo:
    """Add a fault rule; it also applies to sessions that are already open."""
    from livetail.faults import parse_rule

    rule = emulator.add_fault(parse_rule(body))
    emulator.wake_all()
    return rule.as_json()


async def remove_fault(emulator: Emulator, id: str) -> Done:
    """Remove a fault rule; its effect on open sessions ends."""
    if emulator.fault_rules is None or not emulator.fault_rules.remove(id):
        raise HTTPException(404, f"there is no fault {id!r}")
    emulator.wake_all()
    return Done()


async def clear_faults(emulator: Emulator) -> Done:
    """Remove all fault rules."""
    emulator.clear_faults()
    emulator.wake_all()
    return Done()


ROUTES: Final = (
    ControlRoute("GET", "/faults", list_faults, key="faults"),
    ControlRoute("GET", "/faults/effects", list_effects),
    ControlRoute(
        "POST",
        "/faults",
        add_fault,
        body_schema=component("AnyFaultRule"),
        example={"after": {"updates": 3}, "effect": {"type": "cut"}},
    ),
    ControlRoute("DELETE", "/faults", clear_faults),
    ControlRoute("DELETE", "/faults/{id}", remove_fault, errors={404: "No rule in force has this `id`."}),
)
