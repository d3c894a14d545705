"""`/health`, `/settings`, `/reset` and `/clock`: the server as a whole, and its time."""

from typing import Annotated, Final, TypeAlias

from msgspec import Meta, Struct, convert
from starlette.exceptions import HTTPException
from starlette.requests import Request

from livetail.control_shapes import Time
from livetail.core.clock import ManualClock
from livetail.server.bodies import while_connected
from livetail.server.control.route import ControlRoute, Count, Done, Shape
from livetail.server.emulator import Emulator
from livetail.version import __version__

_MAX_SECONDS: Final = 400 * 24 * 3600

ClockMode: TypeAlias = Annotated[str, Meta(description="`real`, `manual`, or a speed such as `60x`.")]


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


class Clock(Shape):
    """The emulator's time."""

    mode: ClockMode
    now: Time


class AdvanceRequest(Struct, forbid_unknown_fields=True):
    """How far to move time, in seconds; exact to the millisecond."""

    seconds: Annotated[float, Meta(ge=0, le=_MAX_SECONDS)]


class Advanced(Shape):
    """The time after it was moved."""

    now: Time
    updates: Annotated[int, Meta(description="How many session updates were made, over all sessions.", ge=0)]


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


async def show_clock(emulator: Emulator) -> Clock:
    """The emulator's time."""
    return Clock(str(emulator.settings.clock), emulator.clock.now())


async def advance_clock(emulator: Emulator, request: Request, body: AdvanceRequest) -> Advanced:
    """Move a manual clock. Everything that is due until then happens in order; the response comes when it is done."""
    if not isinstance(emulator.clock, ManualClock):
        raise HTTPException(409, "the clock runs by itself; start the server with --clock manual to move it")
    advance = emulator.scheduler.advance(round(body.seconds * 1000))
    try:
        updates = await while_connected(request.receive, advance)
    except ValueError as error:
        raise HTTPException(400, str(error)) from None
    return Advanced(emulator.clock.now(), updates)


ROUTES: Final = (
    ControlRoute("GET", "/health", show_health),
    ControlRoute("POST", "/reset", reset),
    ControlRoute("GET", "/settings", show_settings),
    ControlRoute("GET", "/clock", show_clock),
    ControlRoute(
        "POST",
        "/clock/advance",
        advance_clock,
        example={"seconds": 1},
        errors={409: "The clock is not manual."},
    ),
)
