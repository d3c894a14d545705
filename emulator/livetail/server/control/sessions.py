"""`/sessions`: the open Live Tail sessions of all clients."""

import asyncio
from typing import Annotated, Any, Final, TypeAlias

from msgspec import Meta, Struct, convert
from starlette.exceptions import HTTPException
from starlette.requests import Request

from livetail.live.session import Session, State
from livetail.server.bodies import wait_for_disconnect
from livetail.server.control.route import ControlRoute, Done, Shape, Time
from livetail.server.emulator import Emulator, EndedSession
from livetail.server.tail_writer import Client

_MAX_SESSIONS: Final = 1_000_000
_MAX_WAIT_S: Final = 3_600

_Many: TypeAlias = Annotated[int, Meta(ge=0, le=_MAX_SESSIONS)]


class SessionCounters(Shape):
    """Counters of a session. At any instant
    matched = delivered + sampledOut + droppedEvents + bufferedEvents + pendingEvents."""

    updates: Annotated[int, Meta(description="Session updates sent to the client.", ge=0)]
    matched: Annotated[int, Meta(description="Log events that matched while the session was open.", ge=0)]
    delivered: Annotated[int, Meta(description="Log events sent to the client.", ge=0)]
    sampled_out: Annotated[
        int, Meta(description="Log events left out because more than 500 matched in a second.", ge=0)
    ]
    dropped_updates: Annotated[int, Meta(description="Updates dropped because the client was too slow.", ge=0)]
    dropped_events: Annotated[int, Meta(description="Log events in those updates, and those that a fault lost.", ge=0)]
    buffered_updates: Annotated[int, Meta(description="Updates that wait for the client, at most 10.", ge=0)]
    buffered_events: Annotated[int, Meta(description="Log events in those updates.", ge=0)]
    pending_events: Annotated[
        int, Meta(description="Log events matched since the last update, or held back by a fault.", ge=0)
    ]
    bytes: Annotated[int, Meta(description="Bytes of all messages sent to the client.", ge=0)]


class SessionShape(Shape):
    """A Live Tail session, with the parameters of its StartLiveTail request as they were given."""

    session_id: str
    request_id: str
    state: Annotated[str, Meta(description="`streaming`; `ending` while messages remain; then `ended`.")]
    started_at: Time
    log_group_identifiers: tuple[str, ...]
    log_stream_names: tuple[str, ...] | None
    log_stream_name_prefixes: tuple[str, ...] | None
    log_event_filter_pattern: str | None
    http_version: Annotated[str | None, Meta(description="`1.1` or `2`.")]
    user_agent: str | None
    counters: SessionCounters


class EndedSessionShape(SessionShape):
    """A Live Tail session that has ended."""

    ended_at: Time
    ended_by: Annotated[
        str, Meta(description="`timeout`, `client`, `exception`, `fault`, `deleted`, `reset` or `server`.")
    ]


class SessionsQuery(Struct, forbid_unknown_fields=True):
    """How many sessions to wait for."""

    wait: Annotated[_Many, Meta(description="Respond once at least this many sessions are open.")] = 0
    max: Annotated[_Many, Meta(description="Respond once at most this many sessions are open.")] = _MAX_SESSIONS
    timeout: Annotated[float, Meta(description="Real seconds to wait.", ge=0, le=_MAX_WAIT_S)] = 10.0


async def list_sessions(emulator: Emulator, request: Request) -> list[SessionShape]:
    """The open Live Tail sessions with their counters, at once, or when the number in the query is reached."""
    query: SessionsQuery = request.state.query
    enough = asyncio.ensure_future(
        # A reset makes a new hub meanwhile.
        emulator.tail_writers.wait_until(lambda: query.wait <= len(emulator.hub) <= query.max)
    )
    disconnect = asyncio.ensure_future(wait_for_disconnect(request.receive))
    done, _ = await asyncio.wait((enough, disconnect), timeout=query.timeout, return_when=asyncio.FIRST_COMPLETED)
    enough.cancel()
    disconnect.cancel()
    hub = emulator.hub
    if not done:
        wanted = f"at least {query.wait}" if len(hub) < query.wait else f"at most {query.max}"
        raise HTTPException(408, f"{len(hub)} sessions were open after {query.timeout:g} s, not {wanted}")
    client_of = emulator.tail_writers.client_of
    return [SessionShape(state=session.state.value, **_common(session, client_of(session))) for session in hub]


async def list_ended_sessions(emulator: Emulator, _: Request) -> list[EndedSessionShape]:
    """The last 100 sessions that ended, oldest first, and why they ended."""
    return [
        EndedSessionShape(
            state=State.ENDED.value, ended_at=session.ended_at, ended_by=session.ended_by, **_common(session, session)
        )
        for session in emulator.ended_sessions
    ]


async def end_session(emulator: Emulator, request: Request) -> Done:
    """End a session; its client gets the remaining messages, and a clean end of the stream."""
    session_id = request.path_params["id"]
    if not emulator.end_session(session_id):
        raise HTTPException(404, f"there is no open session {session_id!r}")
    return Done()


def _common(session: Session | EndedSession, client: Client | EndedSession | None) -> dict[str, Any]:
    """The members of open and ended sessions; `client` is None before the response begins."""
    subscription = session.subscription
    return {
        "session_id": session.session_id,
        "request_id": session.request_id,
        "started_at": session.started_at,
        "log_group_identifiers": subscription.log_group_identifiers,
        "log_stream_names": subscription.log_stream_names,
        "log_stream_name_prefixes": subscription.log_stream_name_prefixes,
        "log_event_filter_pattern": subscription.log_event_filter_pattern,
        "http_version": None if client is None else client.http_version,
        "user_agent": None if client is None else client.user_agent,
        "counters": convert(session.counters, SessionCounters, from_attributes=True),
    }


ROUTES: Final = (
    ControlRoute(
        "GET",
        "/sessions",
        list_sessions,
        list[SessionShape],
        key="sessions",
        query=SessionsQuery,
        errors={408: "There were not as many sessions in time."},
    ),
    ControlRoute("GET", "/sessions/ended", list_ended_sessions, list[EndedSessionShape], key="sessions"),
    ControlRoute("DELETE", "/sessions/{id}", end_session, Done, errors={404: "No open session has this `sessionId`."}),
)
