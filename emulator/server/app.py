"""The ASGI application: the AWS API at the root, the control plane below `/_livetail`."""

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from emulator.server.aws import AwsEndpoint
from emulator.server.control import control_plane
from emulator.server.live_server import LiveServer

__all__ = ["make_app"]


def make_app(server: LiveServer) -> ASGIApp:
    """The application of a server. Whatever is not the control plane is answered as AWS answers it, 404 included."""
    return Starlette(routes=[Mount("/_livetail", control_plane(server)), Mount("/", AwsEndpoint(server))])
