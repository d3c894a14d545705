"""`/clock`: the emulator's time, and moving it."""

from typing import Annotated, Final

from msgspec import Meta, Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request

from livetail.control_shapes import Time
from livetail.core.clock import ManualClock
from livetail.server.bodies import while_connected
from livetail.server.control.route import ClockMode, ControlRoute, Shape
from livetail.server.emulator import Emulator

_MAX_SECONDS: Final = 400 * 24 * 3600


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
    ControlRoute("GET", "/clock", show_clock),
    ControlRoute(
        "POST",
        "/clock/advance",
        advance_clock,
        example={"seconds": 1},
        errors={409: "The clock is not manual."},
    ),
)
