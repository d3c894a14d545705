"""`/sessions`: the Live Tail sessions of all clients."""

from typing import Annotated, Final, TypeAlias

from msgspec import Meta, Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request

from livetail.control_shapes import EndedSessionInfo, SessionInfo
from livetail.server.bodies import while_connected
from livetail.server.control.route import ControlRoute, Done
from livetail.server.emulator import Emulator

_MAX_SESSIONS: Final = 1_000_000
_MAX_WAIT_S: Final = 3_600

_Many: TypeAlias = Annotated[int, Meta(ge=0, le=_MAX_SESSIONS)]


class SessionsQuery(Struct, forbid_unknown_fields=True):
    """How many sessions to wait for."""

    wait: Annotated[_Many, Meta(description="Respond once at least this many sessions are open.")] = 0
    max: Annotated[_Many, Meta(description="Respond once at most this many sessions are open.")] = _MAX_SESSIONS
    timeout: Annotated[float, Meta(description="Real seconds to wait.", ge=0, le=_MAX_WAIT_S)] = 10.0


async def list_sessions(emulator: Emulator, request: Request, query: SessionsQuery) -> list[SessionInfo]:
    """The open Live Tail sessions with their counters, at once, or when the number in the query is reached."""
    # A reset makes a new hub meanwhile.
    enough = emulator.tail_writers.wait_until(lambda: query.wait <= len(emulator.hub) <= query.max)
    try:
        await while_connected(request.receive, enough, query.timeout)
    except TimeoutError:
        count = len(emulator.hub)
        wanted = f"at least {query.wait}" if count < query.wait else f"at most {query.max}"
        sentence = f"{count} sessions were open after {query.timeout:g} s, not {wanted}"
        raise HTTPException(408, sentence) from None
    return emulator.sessions()


async def list_ended_sessions(emulator: Emulator) -> list[EndedSessionInfo]:
    """The last 100 sessions that ended, oldest first, and why they ended."""
    return list(emulator.ended_sessions)


async def end_session(emulator: Emulator, id: str) -> Done:
    """End a session; its client gets the remaining messages, and a clean end of the stream."""
    if not emulator.end_session(id):
        raise HTTPException(404, f"there is no open session {id!r}")
    return Done()


ROUTES: Final = (
    ControlRoute(
        "GET",
        "/sessions",
        list_sessions,
        key="sessions",
        errors={408: "There were not as many sessions in time."},
    ),
    ControlRoute("GET", "/sessions/ended", list_ended_sessions, key="sessions"),
    ControlRoute("DELETE", "/sessions/{id}", end_session, errors={404: "No open session has this `sessionId`."}),
)
