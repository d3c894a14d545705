"""The control plane, `/_livetail`: how tests and people drive the emulator and see what it sees.

What there is stands in `control_table`. Here a request is let in, read as its route says, carried out, and answered.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from livetail.core.errors import ServiceError
from livetail.server.bodies import ClientGoneError, read_to_end, replaying
from livetail.server.control_requests import (
    BadControlRequestError,
    ControlCall,
    json_response,
    read_body,
    read_number,
)
from livetail.server.control_table import ROUTES, ControlRoute
from livetail.server.guard import refusal
from livetail.server.live_server import LiveServer

__all__ = ["control_plane"]

_log = logging.getLogger(__name__)

BODY_LIMIT: Final = 64 * 1024 * 1024
"""Bytes of a body."""


def control_plane(server: LiveServer) -> ASGIApp:
    """The ASGI application of the control plane."""
    routes = [Route(route.path, _endpoint(server, route), methods=[route.method]) for route in ROUTES]
    return _Guarded(Router(routes, redirect_slashes=False), server)


class _Guarded:
    """Refuses what a web page may have sent, and words what no route takes as `{"error": "…"}`."""

    def __init__(self, app: ASGIApp, server: LiveServer) -> None:
        self._app = app
        self._server = server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("app", None)
        request = Request(scope)
        try:
            body, length = await read_to_end(receive, BODY_LIMIT)
        except ClientGoneError:
            return
        receive = replaying(body, receive)
        reason = refusal(
            request.headers.get("host"),
            request.headers.get("origin"),
            scope["scheme"],
            self._server.engine.settings.allowed_host,
        )
        if reason is not None:
            await json_response({"error": reason}, 403)(scope, receive, send)
            return
        if length > BODY_LIMIT:
            await json_response({"error": f"the body has more than {BODY_LIMIT} bytes"}, 413)(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        except HTTPException as error:
            sentence = f"there is no {request.method} {request.url.path}"
            await json_response({"error": sentence}, error.status_code)(scope, receive, send)


def _endpoint(server: LiveServer, route: ControlRoute) -> Callable[[Request], Awaitable[Response]]:
    """What answers the requests of a route. Whatever goes wrong is an answer too."""

    async def endpoint(request: Request) -> Response:
        try:
            answer = await route.handler(server, await _read(request, route))
            return answer if isinstance(answer, Response) else json_response(answer)
        except BadControlRequestError as error:
            return json_response({"error": str(error)}, error.status)
        except ServiceError as error:
            return json_response({"error": error.message or error.code}, error.status)
        except ClientDisconnect:
            return Response()  # to nobody
        except Exception:
            _log.exception("%s %s failed", request.method, request.url.path)
            return json_response({"error": "something failed inside the emulator; its log says what"}, 500)

    return endpoint


async def _read(request: Request, route: ControlRoute) -> ControlCall:
    """A request as its route wants it.

    Raises:
        BadControlRequestError: a parameter or the body does not fit.
    """
    query = {
        parameter.name: read_number(request, parameter.name, parameter.default, maximum=parameter.maximum)
        for parameter in route.query
    }
    body = None
    if route.body is bytes:
        body = await request.body()
    elif route.body is not None:
        body = await read_body(request, route.body)
    return ControlCall(body, query, request.path_params, request.receive)
