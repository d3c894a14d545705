"""`/faults`: the fault rules in force, and the effects and presets that rules can have."""

from typing import Annotated, Any, Final, TypeAlias

from msgspec import Meta
from starlette.exceptions import HTTPException
from starlette.requests import Request

from livetail.server.control.route import ControlRoute, Done, Shape, component
from livetail.server.emulator import Emulator


class Firing(Shape):
    """A request or session that a rule has fired on."""

    time: Annotated[int, Meta(description="When it fired first there; epoch milliseconds, by the emulator's clock.")]
    request_id: str
    session_id: Annotated[str | None, Meta(description="Null for a request.")]


class Fault(Shape):
    """A fault rule in force. It also has the keys of `AnyFaultRule` that were given, unless they have their default."""

    id: str
    operation: Annotated[str, Meta(description="As given, or the default of the effect or preset; `*` for every one.")]
    fired: Annotated[int, Meta(description="How often it has fired.", ge=0)]
    remaining: Annotated[int | None, Meta(description="How often it still can; null for always.")]
    fired_on: Annotated[list[Firing], Meta(description="The newest 100 requests or sessions that it has fired on.")]


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


async def list_faults(emulator: Emulator, _: Request) -> list[dict[str, Any]]:
    """The fault rules in force, in the order in which they were added."""
    rules = emulator.fault_rules
    return [] if rules is None else rules.as_json()


async def list_effects(_: Emulator, __: Request) -> dict[str, Any]:
    """The effects and presets that a fault rule can have."""
    from livetail.faults.reading import catalogue

    return catalogue()


async def add_fault(emulator: Emulator, request: Request) -> dict[str, Any]:
    """Add a fault rule; it also applies to sessions that are already open."""
    from livetail.faults import FaultRuleError

    try:
        rule = emulator.add_fault(request.state.body)
    except FaultRuleError as error:
        raise HTTPException(400, str(error)) from None
    emulator.wake_all()
    return rule.as_json()


async def remove_fault(emulator: Emulator, request: Request) -> Done:
    """Remove a fault rule; its effect on open sessions ends."""
    fault_id = request.path_params["id"]
    if not emulator.remove_fault(fault_id):
        raise HTTPException(404, f"there is no fault {fault_id!r}")
    emulator.wake_all()
    return Done()


async def clear_faults(emulator: Emulator, _: Request) -> Done:
    """Remove all fault rules."""
    emulator.clear_faults()
    emulator.wake_all()
    return Done()


ROUTES: Final = (
    ControlRoute("GET", "/faults", list_faults, list[Fault], key="faults"),
    ControlRoute("GET", "/faults/effects", list_effects, Effects),
    ControlRoute(
        "POST",
        "/faults",
        add_fault,
        Fault,
        body=dict[str, Any],
        body_schema=component("AnyFaultRule"),
        example={"after": {"updates": 3}, "effect": {"type": "cut"}},
    ),
    ControlRoute("DELETE", "/faults", clear_faults, Done),
    ControlRoute("DELETE", "/faults/{id}", remove_fault, Done, errors={404: "No rule in force has this `id`."}),
)
