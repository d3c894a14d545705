"""The ASGI application of the control plane: it checks who sends a request, finds its route, reads it and responds."""

import logging
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, Final

import msgspec
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from livetail.core.errors import ServiceError
from livetail.errors import LiveTailError
from livetail.server.bodies import ClientGoneError, read_to_end
from livetail.server.control.route import JSON, PREFIX, ControlRoute
from livetail.server.control.table import ROUTES
from livetail.server.emulator import Emulator
from livetail.server.origins import refusal

_log = logging.getLogger(__name__)

MAX_BODY_BYTES: Final = 16 * 1024 * 1024


def control_plane(emulator: Emulator) -> ASGIApp:
    """The ASGI application of the control plane; paths include the prefix."""
    resources: dict[str, dict[str, ControlRoute]] = {}
    for row in ROUTES:
        resources.setdefault(PREFIX + row.path, {})[row.method] = row
    routes = [Route(path, partial(_respond, emulator, rows), methods=list(rows)) for path, rows in resources.items()]
    router = Router([*routes, Route(PREFIX, RedirectResponse(f"{PREFIX}/", 308))], redirect_slashes=False)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        request.state.body, length = await read_to_end(receive, MAX_BODY_BYTES)
        host, origin = request.headers.get("host"), request.headers.get("origin")
        reason = refusal(host, origin, scope["scheme"], emulator.settings.allowed_host)
        if reason is not None:
            raise HTTPException(403, reason)
        if length > MAX_BODY_BYTES:
            raise HTTPException(413, f"the body has more than {MAX_BODY_BYTES:,} bytes")
        scope["app"] = router  # so that Starlette raises its 404 and 405 for the handlers below
        await router(scope, receive, send)

    handlers = {
        HTTPException: _on_http_exception,
        LiveTailError: _on_wrong_body,
        ServiceError: _on_service_error,
        ClientGoneError: _on_client_gone,
        Exception: _on_failure,
    }
    # Not the class Starlette, whose ServerErrorMiddleware raises an error again after it has responded.
    return ExceptionMiddleware(app, handlers)


async def _respond(emulator: Emulator, rows: Mapping[str, ControlRoute], request: Request) -> Response:
    """Respond to a request; `rows` has the methods of its path."""
    row = rows["GET" if request.method == "HEAD" else request.method]
    given = {"emulator": emulator, "request": request, **request.path_params}
    given |= read(row, request.state.body, request.query_params)
    result = await row.handler(**{name: given[name] for name in given.keys() & row.types.keys()})
    if isinstance(result, Response):
        return result
    return _json_response(result if row.key is None else {row.key: result})


def read(row: ControlRoute, body: bytes, query: Mapping[str, str]) -> dict[str, Any]:
    """The `body` and the `query` of a request, of the types that the handler names.

    Raises:
        HTTPException: the body or a query parameter does not fit.
    """
    given: dict[str, Any] = {"body": body}
    try:
        if row.body not in (None, bytes):
            given["body"] = msgspec.json.decode(body, type=row.body)
        if row.query is not None:  # elsewhere, parameters that clients add against caches are ignored
            given["query"] = msgspec.convert(dict(query), row.query, strict=False)
    except msgspec.ValidationError as error:
        part = "the body" if row.query is None else "a query parameter"  # no row has both
        raise HTTPException(400, f"{part} does not fit: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HTTPException(400, f"the body is not valid JSON: {error}") from None
    return given


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    sentence = error.detail
    headers = error.headers
    if sentence == HTTPStatus(error.status_code).phrase:  # raised by Starlette
        sentence = f"there is no {request.method} {request.url.path}"
        if headers:  # the order of Starlette's methods is another in each process
            headers = {"Allow": ", ".join(sorted(headers["Allow"].split(", ")))}
            sentence += f"; it takes {headers['Allow']}"
    return _json_response({"error": sentence}, error.status_code, headers)


async def _on_wrong_body(_: Request, error: Exception) -> Response:
    return _json_response({"error": "; ".join(str(error).splitlines())}, 400)


async def _on_service_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceError)
    return _json_response({"error": error.message or error.code}, error.status)


async def _on_failure(request: Request, error: Exception) -> Response:
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _json_response({"error": "an error inside the emulator; its log has the details"}, 500)


async def _on_client_gone(_: Request, __: Exception) -> Response:
    return Response(status_code=400)  # that nobody gets


def _json_response(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(content), status, headers, JSON)
