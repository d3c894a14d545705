"""`/metrics`: what has been counted, for Prometheus. Needs the extra `metrics`."""

from typing import Final

from starlette.responses import Response

from livetail.server.control.route import TEXT, ControlCall, ControlError, ControlRoute
from livetail.server.live_server import LiveServer


async def show_metrics(server: LiveServer, _: ControlCall) -> Response:
    try:
        from livetail.server.metrics import CONTENT_TYPE, exposition
    except ModuleNotFoundError:
        sentence = "metrics need the package prometheus-client: pip install 'livetail[metrics]'"
        raise ControlError(sentence, 501) from None
    return Response(exposition(server.engine), media_type=CONTENT_TYPE)


ROUTES: Final = (
    ControlRoute(
        "GET",
        "/metrics",
        "Metrics in the text format of Prometheus.",
        show_metrics,
        str,
        TEXT,
        errors={501: "The package prometheus-client, the extra `metrics`, is not installed."},
    ),
)
