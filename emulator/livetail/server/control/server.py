"""`/health`, `/settings` and `/reset`: the server as a whole."""

from typing import Annotated, Final

from msgspec import Meta, convert

from livetail.server.control.route import ClockMode, ControlRoute, Count, Done, Shape
from livetail.server.emulator import Emulator
from livetail.version import __version__


class Health(Shape):
    """The emulator runs."""

    status: Annotated[str, Meta(description="Always `ok`.")]
    version: str
    clock: ClockMode
    region: Annotated[str, Meta(description="Of requests that name none.")]
    verifies_signatures: Annotated[bool, Meta(description="Whether requests of the AWS API have to be signed.")]
    sessions: Annotated[int, Meta(description="How many sessions are open.", ge=0)]


class SettingsShape(Shape):
    """The settings that the server was started with, as far as clients may need them."""

    version: str
    region: Annotated[str, Meta(description="Used where a request names none.")]
    account_id: Annotated[str, Meta(description="Used where a request names none.")]
    clock: ClockMode
    seed: int
    session_timeout: Annotated[int, Meta(description="Milliseconds after which a session times out.", ge=1)]
    max_sessions: Annotated[int, Meta(description="Per account and region; 0 is no limit.", ge=0)]
    session_rate: Annotated[int, Meta(description="StartLiveTail calls per second; 0 is no limit.", ge=0)]
    retain_events: Count
    retain_bytes: Count
    scenario: Annotated[list[str], Meta(description="Names of the files and bundled scenarios.")]
    replay: Annotated[list[str], Meta(description="Names of the files.")]
    verify_signatures: bool
    allowed_host: tuple[str, ...]
    allowed_origin: tuple[str, ...]
    tls: Annotated[bool, Meta(description="Whether it serves HTTPS.")]
    no_http2: bool


async def show_health(emulator: Emulator) -> Health:
    """Whether the emulator runs."""
    settings = emulator.settings
    return Health(
        status="ok",
        version=__version__,
        clock=str(settings.clock),
        region=settings.region,
        verifies_signatures=settings.verify_signatures,
        sessions=len(emulator.hub),
    )


async def reset(emulator: Emulator) -> Done:
    """Return to the state after the start: end every session, delete log groups, faults, scenarios, requests and
    metrics, set clock and seed back, and play the scenarios of the start again."""
    emulator.reset()
    return Done()


async def show_settings(emulator: Emulator) -> SettingsShape:
    """The settings that the server was started with."""
    shown = {"version": __version__, **emulator.settings.as_json(), "seed": emulator.seed}
    return convert(shown, SettingsShape)


ROUTES: Final = (
    ControlRoute("GET", "/health", show_health),
    ControlRoute("POST", "/reset", reset),
    ControlRoute("GET", "/settings", show_settings),
)
