"""The control plane, `/_livetail`: how tests and people drive the emulator and see what it sees."""

import asyncio
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

import emulator
from emulator.core.errors import ServiceError
from emulator.live.session import Session
from emulator.server.control_requests import (
    AdvanceRequest,
    BadControlRequestError,
    EventsRequest,
    json_response,
    read_body,
    read_number,
)
from emulator.server.control_rules import RuleRoutes
from emulator.server.guard import refusal
from emulator.server.live_server import LiveServer
from emulator.server.timekeeper import ClockRunsByItselfError
from emulator.store.batch import LogEvent

__all__ = ["control_plane"]


def control_plane(server: LiveServer) -> ASGIApp:
    """The ASGI application of the control plane."""
    control = _Control(server)
    rules = RuleRoutes(server)
    router = Router(
        routes=[
            Route("/health", control.health, methods=["GET"]),
            Route("/reset", control.reset, methods=["POST"]),
            Route("/clock", control.clock, methods=["GET"]),
            Route("/clock/advance", control.advance, methods=["POST"]),
            Route("/sessions", control.sessions, methods=["GET"]),
            Route("/sessions/{session_id}", control.end_session, methods=["DELETE"]),
            Route("/events", control.events, methods=["POST"]),
            Route("/requests", control.requests, methods=["GET"]),
            Route("/requests", control.forget_requests, methods=["DELETE"]),
            Route("/faults", rules.faults, methods=["GET"]),
            Route("/faults", rules.add_fault, methods=["POST"]),
            Route("/faults", rules.clear_faults, methods=["DELETE"]),
            Route("/faults/{fault_id}", rules.remove_fault, methods=["DELETE"]),
            Route("/scenarios", rules.scenarios, methods=["GET"]),
            Route("/scenarios", rules.start_scenario, methods=["POST"]),
            Route("/scenarios", rules.stop_scenarios, methods=["DELETE"]),
        ],
        redirect_slashes=False,
    )
    return _Guarded(router, server)


class _Guarded:
    """Refuses what a web page may have sent, and words every error as `{"error": "…"}`."""

    def __init__(self, app: ASGIApp, server: LiveServer) -> None:
        self._app = app
        self._server = server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("app", None)
        request = Request(scope)
        reason = refusal(
            request.headers.get("host"),
            request.headers.get("origin"),
            scope["scheme"],
            self._server.engine.settings.allowed_host,
        )
        if reason is not None:
            await json_response({"error": reason}, 403)(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        except BadControlRequestError as error:
            await json_response({"error": str(error)}, error.status)(scope, receive, send)
        except ServiceError as error:
            await json_response({"error": error.message or error.code}, error.status)(scope, receive, send)
        except HTTPException as error:
            sentence = f"there is no {request.method} {request.url.path}"
            await json_response({"error": sentence}, error.status_code)(scope, receive, send)


class _Control:
    """One method per route."""

    def __init__(self, server: LiveServer) -> None:
        self._server = server

    async def health(self, _: Request) -> Response:
        engine = self._server.engine
        return json_response(
            {
                "status": "ok",
                "version": emulator.__version__,
                "clock": str(engine.settings.clock),
                "sessions": len(engine.hub),
            }
        )

    async def reset(self, _: Request) -> Response:
        self._server.reset()
        return json_response({})

    async def clock(self, _: Request) -> Response:
        engine = self._server.engine
        return json_response({"mode": str(engine.settings.clock), "now": engine.clock.now()})

    async def advance(self, request: Request) -> Response:
        wanted = await read_body(request, AdvanceRequest)
        try:
            updates = await self._server.timekeeper.advance(round(wanted.seconds * 1000))
        except ClockRunsByItselfError:
            sentence = "the clock runs by itself; start the server with --clock manual to move it"
            raise BadControlRequestError(sentence, 409) from None
        return json_response({"now": self._server.engine.clock.now(), "updates": updates})

    async def sessions(self, request: Request) -> Response:
        least = read_number(request, "wait", 0, maximum=1_000_000)
        most = read_number(request, "most", float("inf"), maximum=1_000_000)
        timeout = read_number(request, "timeout", 10.0, maximum=3600)
        try:
            async with asyncio.timeout(timeout):
                await self._server.tails.between(least, most)
        except TimeoutError:
            wanted = f"at least {least}" if len(self._server.tails) < least else f"at most {most:g}"
            sentence = f"{len(self._server.tails)} sessions were open after {timeout:g} s, not {wanted}"
            raise BadControlRequestError(sentence, 408) from None
        return json_response({"sessions": [self._session(session) for session in self._server.engine.hub]})

    async def end_session(self, request: Request) -> Response:
        session_id = request.path_params["session_id"]
        if not self._server.end_session(session_id):
            raise BadControlRequestError(f"there is no open session {session_id!r}", 404)
        return json_response({})

    async def events(self, request: Request) -> Response:
        given = await read_body(request, EventsRequest)
        events: list[str | LogEvent] = [*given.messages]
        events += [LogEvent(event.timestamp, event.message) for event in given.events]
        if not events:
            raise BadControlRequestError("there are no messages and no events to ingest")
        self._server.engine.ingest(given.log_group, given.log_stream, events)
        return json_response({"ingested": len(events)})

    async def requests(self, _: Request) -> Response:
        return json_response({"requests": self._server.engine.journal.as_json()})

    async def forget_requests(self, _: Request) -> Response:
        self._server.engine.journal.clear()
        return json_response({})

    def _session(self, session: Session) -> dict[str, Any]:
        subscription = session.subscription
        counters = session.counters
        client = self._server.tails.client_of(session)
        return {
            "sessionId": session.session_id,
            "requestId": session.request_id,
            "state": session.state.value,
            "startedAt": session.started_at,
            "logGroupIdentifiers": subscription.log_group_identifiers,
            "logStreamNames": subscription.log_stream_names,
            "logStreamNamePrefixes": subscription.log_stream_name_prefixes,
            "logEventFilterPattern": subscription.log_event_filter_pattern,
            "httpVersion": client and client.http_version,
            "userAgent": client and client.user_agent,
            "counters": {
                "updates": counters.updates,
                "matched": counters.matched,
                "delivered": counters.delivered,
                "sampledOut": counters.sampled_out,
                "droppedUpdates": counters.dropped_updates,
                "droppedEvents": counters.dropped_events,
                "bufferedUpdates": counters.buffered_updates,
                "bufferedEvents": counters.buffered_events,
                "pendingEvents": counters.pending_events,
                "bytes": counters.bytes,
            },
        }
