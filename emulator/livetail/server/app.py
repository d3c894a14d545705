"""The ASGI application: the AWS API at the root, the control plane below `/_livetail`."""

import re
from typing import Final

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from livetail.server.aws_endpoint import AwsEndpoint
from livetail.server.control import control_plane
from livetail.server.live_server import LiveServer

__all__ = ["CONTROL", "make_app"]

CONTROL: Final = "/_livetail"


def make_app(server: LiveServer) -> ASGIApp:
    """The application of a server. Whatever is not the control plane is answered as AWS answers it, 404 included."""
    aws = AwsEndpoint(server)
    control = Starlette(routes=[_Below(CONTROL, control_plane(server))])

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        # Routing is not needed for the AWS API, where all is `POST /`, and costs as much as a small request.
        if scope["type"] == "websocket":  # there are none here
            await receive()
            await send({"type": "websocket.close", "code": 1000, "reason": ""})
        elif scope["type"] != "http" or scope["path"] == CONTROL or scope["path"].startswith(f"{CONTROL}/"):
            await control(scope, receive, send)
        else:
            await aws(scope, receive, send)

    return app


class _Below(Mount):
    """A mount that also takes its path without a slash behind it, and paths with line breaks in them."""

    def __init__(self, path: str, app: ASGIApp) -> None:
        super().__init__(path, app)
        self.path_regex = re.compile(f"^{re.escape(path)}(?:/|$)(?P<path>.*)$", re.DOTALL)
