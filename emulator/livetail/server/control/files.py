"""The routes whose responses are not JSON: the dashboard, the certificate authority of `--tls`, and the metrics.

The files of the dashboard are in `server/page/`; the browser needs nothing else.
"""

from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from livetail.server.control.route import ControlRoute
from livetail.server.emulator import Emulator

_PEM: Final = "application/x-pem-file"

_FOLDER: Final = Path(__file__).parent.parent / "page"

_MEDIA_TYPES: Final = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

_HEADERS: Final = {
    # Only files of this server, no inline script or style, in no frame of another page.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",  # after an update of the package, files of two versions must not mix
}


async def show_ca(emulator: Emulator) -> Response:
    """The certificate authority that `--tls` made, over HTTP or HTTPS."""
    if emulator.ca_pem is None:
        raise HTTPException(404, "this server has made no certificate authority; --tls without --certfile makes one")
    return Response(emulator.ca_pem, media_type=_PEM)


async def show_metrics(emulator: Emulator) -> Response:
    """Metrics in the text format of Prometheus."""
    try:
        from livetail.server.metrics import CONTENT_TYPE, exposition
    except ModuleNotFoundError:
        sentence = "metrics need the package prometheus-client: pip install 'livetail[metrics]'"
        raise HTTPException(501, sentence) from None
    return Response(exposition(emulator), media_type=CONTENT_TYPE)


async def show_page() -> Response:
    """The dashboard, for a browser."""
    return _file("index.html")


async def show_page_file(file: str) -> Response:
    """A file of the dashboard."""
    return _file(file)


def _file(name: str) -> Response:
    if name not in {file.name for file in _FOLDER.iterdir()}:
        raise HTTPException(404, f"the page has no file {name!r}")
    path = _FOLDER / name
    return Response(path.read_bytes(), media_type=_MEDIA_TYPES[path.suffix], headers=_HEADERS)


ROUTES: Final = (
    ControlRoute("GET", "/ca.pem", show_ca, media_type=_PEM, errors={404: "The server has made none."}),
    ControlRoute(
        "GET",
        "/metrics",
        show_metrics,
        media_type="text/plain",
        errors={501: "The package prometheus-client, the extra `metrics`, is not installed."},
    ),
    ControlRoute("GET", "/", show_page, media_type="text/html"),
    ControlRoute(
        "GET",
        "/page/{file}",
        show_page_file,
        media_type="text/javascript",
        errors={404: "The page has no such file."},
    ),
)
