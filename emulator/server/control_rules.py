"""The part of the control plane that says what happens: faults and scenarios."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from emulator.server.control_requests import BadControlRequestError, json_response, read_body
from emulator.server.live_server import LiveServer
from emulator.server.scenarios import RunningScenario

__all__ = ["RuleRoutes"]


class RuleRoutes:
    """`/_livetail/faults` and `/_livetail/scenarios`."""

    def __init__(self, server: LiveServer) -> None:
        self._server = server

    async def faults(self, _: Request) -> Response:
        return json_response({"faults": self._server.engine.faults.as_json()})

    async def add_fault(self, request: Request) -> Response:
        from emulator.faults import FaultError

        given = await read_body(request, dict[str, Any])
        engine = self._server.engine
        try:
            fault = engine.faults.add(given, engine.clock.now())
        except FaultError as error:
            raise BadControlRequestError("; ".join(error.faults)) from None
        self._server.wake_all()
        return json_response(fault.as_json())

    async def remove_fault(self, request: Request) -> Response:
        fault_id = request.path_params["fault_id"]
        if not self._server.engine.faults.remove(fault_id):
            raise BadControlRequestError(f"there is no fault {fault_id!r}", 404)
        self._server.wake_all()
        return json_response({})

    async def clear_faults(self, _: Request) -> Response:
        self._server.engine.faults.clear()
        self._server.wake_all()
        return json_response({})

    async def scenarios(self, _: Request) -> Response:
        return json_response({"scenarios": [_scenario(running) for running in self._server.engine.scenarios]})

    async def start_scenario(self, request: Request) -> Response:
        from emulator.faults import check_rule
        from emulator.synthetic.scenario import ScenarioError, parse_json, parse_toml

        body = await request.body()
        try:
            if _is_json(body):
                scenario = parse_json(body, check_fault=check_rule)
            else:
                scenario = parse_toml(body.decode(), check_fault=check_rule)
        except ScenarioError as error:
            raise BadControlRequestError("; ".join(error.faults)) from None
        except UnicodeDecodeError:
            raise BadControlRequestError("the scenario is not UTF-8") from None
        running = self._server.engine.start_scenario(scenario)
        self._server.wake_all()
        return json_response(_scenario(running))

    async def stop_scenarios(self, _: Request) -> Response:
        self._server.engine.scenarios.stop_all()
        return json_response({})


def _is_json(body: bytes) -> bool:
    """Whether a scenario came as JSON: no line of TOML begins with a brace."""
    return body.lstrip().startswith(b"{")


def _scenario(running: RunningScenario) -> dict[str, Any]:
    return {
        "id": running.scenario_id,
        "name": running.scenario.name,
        "startedAt": running.started_at,
        "sources": len(running.scenario.sources),
        "replays": len(running.scenario.replays),
        "done": running.player.done,
    }
