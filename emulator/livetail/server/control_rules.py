"""The part of the control plane that says what happens: faults and scenarios."""

from typing import Any

from livetail.server import control_shapes as shapes
from livetail.server.control_requests import BadControlRequestError, ControlCall
from livetail.server.live_server import LiveServer
from livetail.server.scenarios import RunningScenario

__all__ = [
    "add_fault",
    "clear_faults",
    "list_faults",
    "list_scenarios",
    "remove_fault",
    "start_scenario",
    "stop_scenarios",
]


async def list_faults(server: LiveServer, _: ControlCall) -> dict[str, Any]:
    return {"faults": server.engine.faults.as_json()}


async def add_fault(server: LiveServer, call: ControlCall) -> dict[str, Any]:
    from livetail.faults import FaultError

    engine = server.engine
    try:
        fault = engine.faults.add(call.body, engine.clock.now())
    except FaultError as error:
        raise BadControlRequestError("; ".join(error.faults)) from None
    server.wake_all()
    return fault.as_json()


async def remove_fault(server: LiveServer, call: ControlCall) -> shapes.Done:
    fault_id = call.path["id"]
    if not server.engine.faults.remove(fault_id):
        raise BadControlRequestError(f"there is no fault {fault_id!r}", 404)
    server.wake_all()
    return shapes.Done()


async def clear_faults(server: LiveServer, _: ControlCall) -> shapes.Done:
    server.engine.faults.clear()
    server.wake_all()
    return shapes.Done()


async def list_scenarios(server: LiveServer, _: ControlCall) -> shapes.Scenarios:
    return shapes.Scenarios([_scenario(running) for running in server.engine.scenarios])


async def start_scenario(server: LiveServer, call: ControlCall) -> shapes.Scenario:
    from livetail.faults import check_rule
    from livetail.scenarios.scenario import ScenarioError, parse_json, parse_toml

    body: bytes = call.body
    try:
        if _is_json(body):
            scenario = parse_json(body, check_fault=check_rule)
        else:
            scenario = parse_toml(body.decode(), check_fault=check_rule)
    except ScenarioError as error:
        raise BadControlRequestError("; ".join(error.faults)) from None
    except UnicodeDecodeError:
        raise BadControlRequestError("the scenario is not UTF-8") from None
    running = server.engine.start_scenario(scenario)
    server.wake_all()
    return _scenario(running)


async def stop_scenarios(server: LiveServer, _: ControlCall) -> shapes.Done:
    server.engine.scenarios.stop_all()
    return shapes.Done()


def _is_json(body: bytes) -> bool:
    """Whether a scenario came as JSON: no line of TOML begins with a brace."""
    return body.lstrip().startswith(b"{")


def _scenario(running: RunningScenario) -> shapes.Scenario:
    return shapes.Scenario(
        id=running.scenario_id,
        name=running.scenario.name,
        started_at=running.started_at,
        sources=len(running.scenario.sources),
        replays=len(running.scenario.replays),
        done=running.player.done,
    )
