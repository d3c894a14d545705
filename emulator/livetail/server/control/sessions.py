"""`/sessions`: the open Live Tail sessions of all clients."""

import asyncio
from typing import Annotated, Any, Final

from msgspec import Meta

from livetail.live.session import Counters, Session, State
from livetail.live.subscription import Subscription
from livetail.server.bodies import wait_for_disconnect
from livetail.server.control.route import ControlCall, ControlError, ControlRoute, Done, Query, Shape, Time
from livetail.server.live_server import EndedSession, LiveServer

_MAX_SESSIONS: Final = 1_000_000
_MAX_WAIT_S: Final = 3_600


class SessionCounters(Shape):
    """What became of a session's log events. At any instant
    matched = delivered + sampledOut + droppedEvents + bufferedEvents + pendingEvents."""

    updates: Annotated[int, Meta(description="Session updates handed to the client.", ge=0)]
    matched: Annotated[int, Meta(description="Log events that matched while the session was open.", ge=0)]
    delivered: Annotated[int, Meta(description="Log events handed to the client.", ge=0)]
    sampled_out: Annotated[int, Meta(description="Log events left out where more than 500 matched in a second.", ge=0)]
    dropped_updates: Annotated[int, Meta(description="Updates dropped because the client was too slow.", ge=0)]
    dropped_events: Annotated[int, Meta(description="Log events in those updates, and those that a fault lost.", ge=0)]
    buffered_updates: Annotated[int, Meta(description="Updates that wait for the client, at most 10.", ge=0)]
    buffered_events: Annotated[int, Meta(description="Log events in those updates.", ge=0)]
    pending_events: Annotated[
        int, Meta(description="Log events matched since the last update, or held back by a fault.", ge=0)
    ]
    bytes: Annotated[int, Meta(description="Bytes of all messages handed to the client.", ge=0)]


class SessionShape(Shape):
    """A Live Tail session, with the parameters of its StartLiveTail request as they were given."""

    session_id: str
    request_id: str
    state: Annotated[str, Meta(description="`streaming`; `ending` while its client gets what is left; then `ended`.")]
    started_at: Time
    log_group_identifiers: tuple[str, ...]
    log_stream_names: tuple[str, ...] | None
    log_stream_name_prefixes: tuple[str, ...] | None
    log_event_filter_pattern: str | None
    http_version: Annotated[str | None, Meta(description="`1.1` or `2`.")]
    user_agent: str | None
    counters: SessionCounters


class EndedSessionShape(SessionShape):
    """A Live Tail session that is over."""

    ended_at: Time
    ended_by: Annotated[
        str, Meta(description="`timeout`, `client`, `exception`, `fault`, `deleted`, `reset` or `server`.")
    ]


class EndedSessions(Shape):
    """The last 100 sessions that ended, oldest first."""

    sessions: list[EndedSessionShape]


class Sessions(Shape):
    """The open sessions, in order of their start."""

    sessions: list[SessionShape]


async def list_sessions(server: LiveServer, call: ControlCall) -> Sessions:
    minimum, maximum, timeout = call.query["wait"], call.query["max"], call.query["timeout"]
    waiting = asyncio.ensure_future(server.tail_writers.until(lambda: minimum <= len(server.engine.hub) <= maximum))
    leaving = asyncio.ensure_future(wait_for_disconnect(call.receive))
    done, _ = await asyncio.wait((waiting, leaving), timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    leaving.cancel()
    if not done:
        count = len(server.engine.hub)
        wanted = f"at least {minimum}" if count < minimum else f"at most {maximum}"
        raise ControlError(f"{count} sessions were open after {timeout:g} s, not {wanted}", 408)
    return Sessions([_session(server, session) for session in server.engine.hub])


async def list_ended_sessions(server: LiveServer, _: ControlCall) -> EndedSessions:
    return EndedSessions([_ended(session) for session in server.ended_sessions])


async def end_session(server: LiveServer, call: ControlCall) -> Done:
    session_id = call.path["id"]
    if not server.end_session(session_id):
        raise ControlError(f"there is no open session {session_id!r}", 404)
    return Done()


def _session(server: LiveServer, session: Session) -> SessionShape:
    client = server.tail_writers.client_of(session)
    return SessionShape(
        session_id=session.session_id,
        request_id=session.request_id,
        state=session.state.value,
        started_at=session.started_at,
        http_version=None if client is None else client.http_version,
        user_agent=None if client is None else client.user_agent,
        counters=_counters(session.counters),
        **_parameters(session.subscription),
    )


def _ended(session: EndedSession) -> EndedSessionShape:
    return EndedSessionShape(
        session_id=session.session_id,
        request_id=session.request_id,
        state=State.ENDED.value,
        started_at=session.started_at,
        ended_at=session.ended_at,
        ended_by=session.ended_by,
        http_version=session.http_version,
        user_agent=session.user_agent,
        counters=_counters(session.counters),
        **_parameters(session.subscription),
    )


def _parameters(subscription: Subscription) -> dict[str, Any]:
    return {
        "log_group_identifiers": subscription.log_group_identifiers,
        "log_stream_names": subscription.log_stream_names,
        "log_stream_name_prefixes": subscription.log_stream_name_prefixes,
        "log_event_filter_pattern": subscription.log_event_filter_pattern,
    }


def _counters(counters: Counters) -> SessionCounters:
    return SessionCounters(**{name: getattr(counters, name) for name in SessionCounters.__struct_fields__})


ROUTES: Final = (
    ControlRoute(
        "GET",
        "/sessions",
        "The open Live Tail sessions with their counters; at once, or when there are as many as wanted.",
        list_sessions,
        Sessions,
        query=(
            Query("wait", "Respond once at least this many sessions are open.", 0, _MAX_SESSIONS),
            Query("max", "Respond once at most this many sessions are open.", _MAX_SESSIONS, _MAX_SESSIONS),
            Query("timeout", "Real seconds to wait.", 10.0, _MAX_WAIT_S),
        ),
        errors={400: "A parameter is not such a number.", 408: "There were not as many sessions in time."},
    ),
    ControlRoute(
        "GET", "/sessions/ended", "The last 100 sessions that ended, and by what.", list_ended_sessions, EndedSessions
    ),
    ControlRoute(
        "DELETE",
        "/sessions/{id}",
        "End a session with a clean end of stream, after what is left for its client.",
        end_session,
        Done,
        path_parameters={"id": "The `sessionId` of an open session."},
        errors={404: "No such session is open."},
    ),
)
