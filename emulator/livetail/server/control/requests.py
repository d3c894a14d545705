"""`/requests`: the journal of the AWS API."""

from typing import Annotated, Any, Final

from msgspec import Meta
from starlette.requests import Request

from livetail.server.control.route import ControlRoute, Done, Shape, Time
from livetail.server.emulator import Emulator


class JournalEntry(Shape):
    """A request of the AWS API and its response."""

    operation: str | None
    request_id: str
    status: Annotated[int, Meta(description="The HTTP status; 0 where a fault closed the connection instead.", ge=0)]
    error: Annotated[str | None, Meta(description="The code of the error, if it was one.")]
    time: Time
    region: str
    account_id: str
    user_agent: str | None
    rejected_log_events_info: Annotated[
        dict[str, int] | None,
        Meta(description="What PutLogEvents rejected, as in its response; null if it rejected nothing."),
    ]
    parameters: Annotated[Any, Meta(description="The body as JSON; null if it was not JSON, or is not kept any more.")]


async def list_requests(emulator: Emulator, _: Request) -> list[dict[str, Any]]:
    """The journal: the newest 1,000 requests of the AWS API, oldest first."""
    return emulator.journal.as_json()


async def forget_requests(emulator: Emulator, _: Request) -> Done:
    """Clear the journal."""
    emulator.journal.clear()
    return Done()


ROUTES: Final = (
    ControlRoute("GET", "/requests", list_requests, list[JournalEntry], key="requests"),
    ControlRoute("DELETE", "/requests", forget_requests, Done),
)
