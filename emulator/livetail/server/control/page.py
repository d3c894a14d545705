"""`/`: the dashboard. Its files are in `server/page/`; the browser needs nothing else."""

from pathlib import Path
from typing import Final

from starlette.responses import Response

from livetail.server.control.route import ControlCall, ControlError, ControlRoute
from livetail.server.live_server import LiveServer

_FOLDER: Final = Path(__file__).parent.parent / "page"
_INDEX: Final = "index.html"

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


async def show_page(_: LiveServer, __: ControlCall) -> Response:
    return _file(_INDEX)


async def show_page_file(_: LiveServer, call: ControlCall) -> Response:
    return _file(call.path["file"])


def _file(name: str) -> Response:
    if name not in {file.name for file in _FOLDER.iterdir()}:
        raise ControlError(f"the page has no file {name!r}", 404)
    path = _FOLDER / name
    return Response(path.read_bytes(), media_type=_MEDIA_TYPES[path.suffix], headers=_HEADERS)


ROUTES: Final = (
    ControlRoute("GET", "/", "The dashboard, for a browser.", show_page, str, "text/html"),
    ControlRoute(
        "GET",
        "/page/{file}",
        "A file of the dashboard.",
        show_page_file,
        str,
        "text/javascript",
        path_parameters={"file": "The name of the file."},
        errors={404: "The page has no such file."},
    ),
)
