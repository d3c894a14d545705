"""`/requests`: the journal of the AWS API."""

from typing import Final

from livetail.control_shapes import RequestInfo
from livetail.server.control.route import ControlRoute, Done
from livetail.server.emulator import Emulator


async def list_requests(emulator: Emulator) -> list[RequestInfo]:
    """The journal: the newest 1,000 requests of the AWS API, oldest first."""
    return emulator.journal.as_json()


async def forget_requests(emulator: Emulator) -> Done:
    """Clear the journal."""
    emulator.journal.clear()
    return Done()


ROUTES: Final = (
    ControlRoute("GET", "/requests", list_requests, key="requests"),
    ControlRoute("DELETE", "/requests", forget_requests),
)
