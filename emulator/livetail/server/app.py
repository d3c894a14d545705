"""The ASGI application: the AWS API at the root, the control plane below `/_livetail`."""

import asyncio
import logging
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from livetail.server.aws_endpoint import AwsEndpoint
from livetail.server.bodies import ClientGoneError
from livetail.server.connection import connection_of
from livetail.server.control.application import control_plane
from livetail.server.control.route import PREFIX
from livetail.server.emulator import Emulator
from livetail.server.request_log import log_control_request

_log = logging.getLogger(__name__)


def make_app(emulator: Emulator) -> ASGIApp:
    """The application of an emulator. Requests outside the control plane get the responses of AWS, 404 included."""
    aws = AwsEndpoint(emulator)
    control = control_plane(emulator)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        # Not by routes: the AWS API has one path, and finding a route takes as long as a small request.
        if scope["path"] == PREFIX or scope["path"].startswith(f"{PREFIX}/"):
            await control(scope, receive, _logged(scope, send))
        elif scope["method"] == "GET" and scope["path"] == "/" and _is_browser(scope):
            await RedirectResponse(f"{PREFIX}/", 303)(scope, receive, send)
        else:
            with suppress(ClientGoneError):
                await aws(scope, receive, send)

    return app


def make_plain_app(app: ASGIApp) -> ASGIApp:
    """The application for plain HTTP at a server with TLS: it has the authority that clients have to trust, and ends
    the connections of other requests, so that nobody takes the server for one without TLS."""

    async def plain_app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == f"{PREFIX}/ca.pem":
            await app(scope, receive, send)
        else:
            connection_of(scope).abort()

    return plain_app


def _is_browser(scope: Scope) -> bool:
    """Whether a browser has opened the address: SDKs never accept HTML."""
    return "text/html" in Request(scope).headers.get("accept", "")


def _logged(scope: Scope, send: Send) -> Send:
    """A `send` that also writes the line of a request in the log, at debug, when its response begins."""
    if not _log.isEnabledFor(logging.DEBUG):
        return send
    clock = asyncio.get_running_loop().time
    received_at_s = clock()

    async def log_and_send(message: Message) -> None:
        if message["type"] == "http.response.start":
            log_control_request(scope["method"], scope["path"], message["status"], clock() - received_at_s)
        await send(message)

    return log_and_send
