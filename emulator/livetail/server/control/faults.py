"""`/faults`: the fault rules in force."""

from typing import Annotated, Any, Final

from msgspec import UNSET, Meta, UnsetType

from livetail.server.control.route import ControlCall, ControlError, ControlRoute, Done, Shape
from livetail.server.live_server import LiveServer


class Fault(Shape):
    """A fault rule in force: the rule as it was given, and how often it has fired."""

    id: str
    fired: Annotated[int, Meta(description="How often it has fired.", ge=0)]
    remaining: Annotated[int | None, Meta(description="How often it still can; null for always.")]
    operation: str | None | UnsetType = UNSET
    where: dict[str, Any] | None | UnsetType = UNSET
    after: dict[str, Any] | None | UnsetType = UNSET
    times: int | None | UnsetType = UNSET
    probability: float | None | UnsetType = UNSET
    effect: dict[str, Any] | None | UnsetType = UNSET
    preset: str | None | UnsetType = UNSET


class Faults(Shape):
    """The fault rules in force, in the order in which they were added."""

    faults: list[Fault]


async def list_faults(server: LiveServer, _: ControlCall) -> dict[str, Any]:
    return {"faults": server.engine.faults.as_json()}


async def add_fault(server: LiveServer, call: ControlCall) -> dict[str, Any]:
    from livetail.faults import FaultError

    engine = server.engine
    try:
        fault = engine.faults.add(call.body, engine.clock.now())
    except FaultError as error:
        raise ControlError("; ".join(error.faults)) from None
    server.wake_all()
    return fault.as_json()


async def remove_fault(server: LiveServer, call: ControlCall) -> Done:
    fault_id = call.path["id"]
    if not server.engine.faults.remove(fault_id):
        raise ControlError(f"there is no fault {fault_id!r}", 404)
    server.wake_all()
    return Done()


async def clear_faults(server: LiveServer, _: ControlCall) -> Done:
    server.engine.faults.clear()
    server.wake_all()
    return Done()


ROUTES: Final = (
    ControlRoute("GET", "/faults", "The fault rules in force.", list_faults, Faults),
    ControlRoute(
        "POST",
        "/faults",
        "Add a fault rule; it also holds for sessions that are already open.",
        add_fault,
        Fault,
        body=dict[str, Any],
        body_schema="FaultRule",
        example={"after": {"updates": 3}, "effect": {"type": "cut"}},
        errors={400: "The body is not a fault rule."},
    ),
    ControlRoute("DELETE", "/faults", "Remove all fault rules.", clear_faults, Done),
    ControlRoute(
        "DELETE",
        "/faults/{id}",
        "Remove a fault rule; what it was doing ends.",
        remove_fault,
        Done,
        path_parameters={"id": "The `id` of a fault rule in force."},
        errors={404: "There is no such rule."},
    ),
)
