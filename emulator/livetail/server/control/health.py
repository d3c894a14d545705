"""`/health` and `/reset`: that the emulator runs, and how to begin again."""

from typing import Annotated, Final

from msgspec import Meta

from livetail.server.control.clock import ClockMode
from livetail.server.control.route import ControlCall, ControlRoute, Done, Shape
from livetail.server.live_server import LiveServer
from livetail.version import __version__


class Health(Shape):
    """The emulator runs."""

    status: Annotated[str, Meta(description="Always `ok`.")]
    version: str
    clock: ClockMode
    region: Annotated[str, Meta(description="Of requests that name none.")]
    verifies_signatures: Annotated[bool, Meta(description="Whether requests of the AWS API have to be signed.")]
    sessions: Annotated[int, Meta(description="How many sessions are open.", ge=0)]


async def show_health(server: LiveServer, _: ControlCall) -> Health:
    engine = server.engine
    settings = engine.settings
    return Health(
        status="ok",
        version=__version__,
        clock=str(settings.clock),
        region=settings.region,
        verifies_signatures=settings.verify_signatures,
        sessions=len(engine.hub),
    )


async def reset(server: LiveServer, _: ControlCall) -> Done:
    server.reset()
    return Done()


ROUTES: Final = (
    ControlRoute("GET", "/health", "Whether the emulator runs.", show_health, Health),
    ControlRoute(
        "POST",
        "/reset",
        "Begin again: end every session, forget log groups, faults, scenarios, requests and metrics, set clock and "
        "seed back to their start, and play the scenarios given at the start again.",
        reset,
        Done,
    ),
)
