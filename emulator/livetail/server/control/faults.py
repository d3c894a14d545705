"""`/faults`: the fault rules in force, and the effects and presets that rules can have."""

from typing import Annotated, Any, Final, TypeAlias, cast

from msgspec import Meta, convert
from starlette.exceptions import HTTPException

from livetail.control_shapes import FaultInfo
from livetail.server.control.route import ControlRoute, Done, Shape, component
from livetail.server.emulator import Emulator

Keys: TypeAlias = Annotated[
    list[dict[str, Any]], Meta(description="Of each key: its `name`, whether it is `required`, and its JSON Schema.")
]


class Effect(Shape):
    """An effect that a fault rule can have."""

    name: Annotated[str, Meta(description="Its `type`.")]
    description: str
    acts_on: Annotated[str, Meta(description="In words.")]
    operations: Annotated[list[str], Meta(description="The operations that it can act on; none is all.")]
    keys: Keys


class Preset(Shape):
    """A rule under a name of its own."""

    name: str
    description: str
    sources: Annotated[list[str], Meta(description="Where it was seen of the real service.")]
    keys: Keys


class Effects(Shape):
    """The effects and presets that fault rules can have, in the order of the documentation."""

    effects: list[Effect]
    presets: list[Preset]


async def list_faults(emulator: Emulator) -> list[FaultInfo]:
    """The fault rules in force, in the order in which they were added."""
    return [cast("FaultInfo", rule.as_json()) for rule in emulator.fault_rules or ()]


async def list_effects() -> Effects:
    """The effects and presets that a fault rule can have."""
    from livetail.faults.reading import catalogue

    return convert(catalogue(), Effects)


async def add_fault(emulator: Emulator, body: dict[str, Any]) -> FaultInfo:
    """Add a fault rule; it also applies to sessions that are already open."""
    from livetail.faults import FaultRuleError, parse_rule

    try:
        rule = emulator.add_fault(parse_rule(body))
    except FaultRuleError as error:
        raise HTTPException(400, str(error)) from None
    emulator.wake_all()
    return cast("FaultInfo", rule.as_json())


async def remove_fault(emulator: Emulator, id: str) -> Done:
    """Remove a fault rule; its effect on open sessions ends."""
    if not emulator.remove_fault(id):
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
