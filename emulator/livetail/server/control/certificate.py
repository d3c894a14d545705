"""`/ca.pem`: the certificate authority of `--tls`, for clients to trust."""

from typing import Final

from starlette.responses import Response

from livetail.server.control.route import ControlCall, ControlError, ControlRoute
from livetail.server.live_server import LiveServer

_PEM: Final = "application/x-pem-file"


async def show_ca(server: LiveServer, _: ControlCall) -> Response:
    if server.ca_pem is None:
        raise ControlError("this server has made no certificate authority; --tls without --certfile makes one", 404)
    return Response(server.ca_pem, media_type=_PEM)


ROUTES: Final = (
    ControlRoute(
        "GET",
        "/ca.pem",
        "The certificate authority that `--tls` made, over HTTP or HTTPS.",
        show_ca,
        str,
        _PEM,
        errors={404: "The server has made none."},
    ),
)
