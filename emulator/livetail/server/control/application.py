"""The ASGI application of the control plane: checks who asks, finds the route, and turns exceptions into responses."""

import logging
from collections.abc import Mapping
from typing import Final

from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from livetail.core.errors import ServiceError
from livetail.server.bodies import ClientGoneError, read_to_end, replaying
from livetail.server.control.reading import json_response, read_call
from livetail.server.control.route import PREFIX, ControlError, ControlRoute
from livetail.server.control.table import ROUTES
from livetail.server.guard import refusal
from livetail.server.live_server import LiveServer

_log = logging.getLogger(__name__)

MAX_BODY_BYTES: Final = 16 * 1024 * 1024


def control_plane(server: LiveServer) -> ASGIApp:
    """The ASGI application of the control plane; paths include the prefix."""
    resources: dict[str, dict[str, ControlRoute]] = {}
    for row in ROUTES:
        resources.setdefault(PREFIX + row.path, {})[row.method] = row
    routes = [Route(path, _Resource(server, rows)) for path, rows in resources.items()]
    routes.append(Route(PREFIX, _redirect_to_page))
    handlers = {
        ControlError: _on_control_error,
        ServiceError: _on_service_error,
        HTTPException: _on_http_exception,
        ClientDisconnect: _on_disconnect,
        Exception: _on_failure,
    }
    # As Starlette does it, but for its ServerErrorMiddleware, which raises again after it has responded.
    return _Guard(ExceptionMiddleware(Router(routes, redirect_slashes=False, default=_no_route), handlers), server)


class _Guard:
    """Reads the body, and refuses requests that a foreign web page may have sent, or that are too long."""

    def __init__(self, app: ASGIApp, server: LiveServer) -> None:
        self._app = app
        self._server = server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            body, length = await read_to_end(receive, MAX_BODY_BYTES)
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
        elif length > MAX_BODY_BYTES:
            sentence = f"the body has more than {MAX_BODY_BYTES:,} bytes"
            await json_response({"error": sentence}, 413)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class _Resource:
    """All methods of one path."""

    def __init__(self, server: LiveServer, rows: Mapping[str, ControlRoute]) -> None:
        self._server = server
        self._rows = {**rows, "HEAD": rows["GET"]} if "GET" in rows else rows
        self._allow = ", ".join(sorted(self._rows))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        row = self._rows.get(request.method)
        if row is None:
            raise HTTPException(405, headers={"Allow": self._allow})
        result = await row.handler(self._server, await read_call(request, row))
        response = result if isinstance(result, Response) else json_response(result)
        await response(scope, receive, send)


async def _redirect_to_page(_: Request) -> Response:
    return RedirectResponse(f"{PREFIX}/", 308)


async def _no_route(scope: Scope, receive: Receive, send: Send) -> None:
    raise HTTPException(404)


async def _on_control_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, ControlError)
    return json_response({"error": str(error)}, error.status)


async def _on_service_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceError)
    return json_response({"error": error.message or error.code}, error.status)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    sentence = f"there is no {request.method} {request.url.path}"
    if error.headers:
        sentence += f"; it takes {error.headers['Allow']}"
    response = json_response({"error": sentence}, error.status_code)
    response.headers.update(error.headers or {})
    return response


async def _on_disconnect(_: Request, __: Exception) -> Response:
    return Response()  # nobody reads it


async def _on_failure(request: Request, error: Exception) -> Response:
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return json_response({"error": "an error inside the emulator; its log has the details"}, 500)
