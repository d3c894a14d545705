"""`/scenarios`: the scenarios that are being played."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Final

from msgspec import Meta
from starlette.exceptions import HTTPException

from livetail.control_shapes import Time
from livetail.scenarios import fixtures
from livetail.server.control.route import ControlRoute, Count, Done, Shape, component
from livetail.server.emulator import Emulator

if TYPE_CHECKING:
    from livetail.scenarios.scenario import Scenario as ScenarioModel


class Scenario(Shape):
    """A scenario that is being played."""

    id: str
    name: str
    started_at: Time
    sources: Count
    replays: Count
    done: Annotated[bool, Meta(description="Whether it has written all that it will ever write.")]


class BundledScenario(Shape):
    """A scenario that comes with the package."""

    name: str
    description: Annotated[str, Meta(description="The first sentence of its file.")]


async def list_scenarios(emulator: Emulator) -> list[Scenario]:
    """The scenarios that are being played."""
    return [_scenario(emulator, scenario_id) for scenario_id in emulator.scenarios.running]


async def start_scenario(emulator: Emulator, body: bytes) -> Scenario:
    """Play a scenario from now on, given as TOML or as the same in JSON."""
    from livetail.scenarios.scenario import parse

    # In a thread: reading a large scenario takes a while, in which other requests are handled.
    return _start(emulator, await asyncio.to_thread(parse, body))


async def list_bundled_scenarios() -> list[BundledScenario]:
    """The scenarios that come with the package."""
    return [BundledScenario(name, fixtures.summary(name)) for name in fixtures.names()]


async def start_bundled_scenario(emulator: Emulator, name: str) -> Scenario:
    """Play a scenario that comes with the package from now on."""
    from livetail.scenarios.scenario import load

    try:
        path = fixtures.path(name)
    except LookupError as error:
        raise HTTPException(404, str(error)) from None
    return _start(emulator, load(path))


async def stop_scenarios(emulator: Emulator) -> Done:
    """Stop all scenarios; the log events that they wrote remain."""
    emulator.scenarios.stop_all()
    return Done()


def _start(emulator: Emulator, scenario: "ScenarioModel") -> Scenario:
    scenario_id = emulator.start_scenario(scenario)
    emulator.wake_all()
    return _scenario(emulator, scenario_id)


def _scenario(emulator: Emulator, scenario_id: str) -> Scenario:
    player = emulator.scenarios.running[scenario_id]
    return Scenario(
        id=scenario_id,
        name=player.scenario.name,
        started_at=player.started_at,
        sources=len(player.scenario.sources),
        replays=len(player.scenario.replays),
        done=player.next_due() is None,
    )


ROUTES: Final = (
    ControlRoute("GET", "/scenarios", list_scenarios, key="scenarios"),
    ControlRoute(
        "POST",
        "/scenarios",
        start_scenario,
        body_schema=component("ScenarioTable"),
        example={"source": [{"log_group": "/shop/api", "format": "json", "rate": 20, "duration": "5m"}]},
    ),
    ControlRoute("GET", "/scenarios/bundled", list_bundled_scenarios, key="scenarios"),
    ControlRoute(
        "POST",
        "/scenarios/bundled/{name}",
        start_bundled_scenario,
        errors={404: "No scenario of the package has this name."},
    ),
    ControlRoute("DELETE", "/scenarios", stop_scenarios),
)
