"""The part of the control plane that shows what the emulator holds and moves it on: time, sessions, events, journal."""

import asyncio
from typing import Any

from starlette.responses import Response

import livetail
from livetail.live.session import Session
from livetail.server import control_shapes as shapes
from livetail.server.bodies import left
from livetail.server.control_requests import BadControlRequestError, ControlCall, EventsRequest
from livetail.server.live_server import LiveServer
from livetail.server.scheduler import ClockRunsByItselfError
from livetail.store.batch import LogEvent

__all__ = [
    "advance_clock",
    "end_session",
    "forget_requests",
    "ingest_events",
    "list_requests",
    "list_sessions",
    "reset",
    "show_clock",
    "show_health",
    "show_metrics",
    "show_openapi",
]


async def show_health(server: LiveServer, _: ControlCall) -> shapes.Health:
    engine = server.engine
    return shapes.Health("ok", livetail.__version__, str(engine.settings.clock), len(engine.hub))


async def reset(server: LiveServer, _: ControlCall) -> shapes.Done:
    server.reset()
    return shapes.Done()


async def show_clock(server: LiveServer, _: ControlCall) -> shapes.Clock:
    engine = server.engine
    return shapes.Clock(str(engine.settings.clock), engine.clock.now())


async def advance_clock(server: LiveServer, call: ControlCall) -> shapes.Advanced:
    try:
        updates = await server.timekeeper.advance(round(call.body.seconds * 1000))
    except ClockRunsByItselfError:
        sentence = "the clock runs by itself; start the server with --clock manual to move it"
        raise BadControlRequestError(sentence, 409) from None
    return shapes.Advanced(server.engine.clock.now(), updates)


async def list_sessions(server: LiveServer, call: ControlCall) -> shapes.Sessions:
    least, most, timeout = call.query["wait"], call.query["most"], call.query["timeout"]
    waiting = asyncio.ensure_future(server.tails.until(lambda: least <= len(server.engine.hub) <= most))
    leaving = asyncio.ensure_future(left(call.receive))
    done, _ = await asyncio.wait((waiting, leaving), timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    leaving.cancel()
    if not done:
        there_are = len(server.engine.hub)
        wanted = f"at least {least}" if there_are < least else f"at most {most}"
        sentence = f"{there_are} sessions were open after {timeout:g} s, not {wanted}"
        raise BadControlRequestError(sentence, 408)
    return shapes.Sessions([_session(server, session) for session in server.engine.hub])


async def end_session(server: LiveServer, call: ControlCall) -> shapes.Done:
    session_id = call.path["id"]
    if not server.end_session(session_id):
        raise BadControlRequestError(f"there is no open session {session_id!r}", 404)
    return shapes.Done()


async def ingest_events(server: LiveServer, call: ControlCall) -> shapes.Ingested:
    given: EventsRequest = call.body
    events: list[str | LogEvent] = [*given.messages]
    events += [LogEvent(event.timestamp, event.message) for event in given.events]
    if not events:
        raise BadControlRequestError("there are no messages and no events to ingest")
    server.engine.ingest(given.log_group, given.log_stream, events)
    return shapes.Ingested(len(events))


async def list_requests(server: LiveServer, _: ControlCall) -> dict[str, Any]:
    return {"requests": server.engine.journal.as_json()}


async def forget_requests(server: LiveServer, _: ControlCall) -> shapes.Done:
    server.engine.journal.clear()
    return shapes.Done()


async def show_metrics(server: LiveServer, _: ControlCall) -> Response:
    from livetail.server.metrics import CONTENT_TYPE, exposition  # with prometheus-client, which few ask for

    return Response(exposition(server.engine), media_type=CONTENT_TYPE)


async def show_openapi(_: LiveServer, __: ControlCall) -> dict[str, Any]:
    from livetail.server.openapi import document

    return document()


def _session(server: LiveServer, session: Session) -> shapes.SessionShape:
    subscription = session.subscription
    counters = session.counters
    client = server.tails.client_of(session)
    return shapes.SessionShape(
        session_id=session.session_id,
        request_id=session.request_id,
        state=session.state.value,
        started_at=session.started_at,
        log_group_identifiers=subscription.log_group_identifiers,
        log_stream_names=subscription.log_stream_names,
        log_stream_name_prefixes=subscription.log_stream_name_prefixes,
        log_event_filter_pattern=subscription.log_event_filter_pattern,
        http_version=None if client is None else client.http_version,
        user_agent=None if client is None else client.user_agent,
        counters=shapes.SessionCounters(
            updates=counters.updates,
            matched=counters.matched,
            delivered=counters.delivered,
            sampled_out=counters.sampled_out,
            dropped_updates=counters.dropped_updates,
            dropped_events=counters.dropped_events,
            buffered_updates=counters.buffered_updates,
            buffered_events=counters.buffered_events,
            pending_events=counters.pending_events,
            bytes=counters.bytes,
        ),
    )
