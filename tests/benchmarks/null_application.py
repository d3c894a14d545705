"""The application that does nothing: what is left of the emulator's cost when all that it does is taken away.

    python -m tests.benchmarks.null_application PORT FRAME_BYTES

It is plain Starlette, served by the emulator's own runner with the same settings of Hypercorn. It reads any request to
its end and returns an empty 200; a tail gets frames that were made beforehand, one each second.
"""

import asyncio
import itertools
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, cast

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from livetail.server.http_server import HttpServer, Stop, listen
from livetail.server.runner import serve_in_foreground
from livetail.settings import Settings

if TYPE_CHECKING:
    from livetail.server.server import Server


class _Tails:
    """Streams of frames. Each keeps to the grid of seconds from its own start, as a session of Live Tail does."""

    def __init__(self, frame_bytes: int) -> None:
        from livetail.wire import livetail

        padding = frame_bytes - len(livetail.session_update(()))
        self._livetail = livetail
        self._update = livetail.session_update((b"x" * padding,))
        self._numbers = itertools.count()
        self._started: dict[str, int] = {}

    async def open(self, request: Request) -> Response:
        await request.body()
        return StreamingResponse(self._frames(f"session {next(self._numbers)}"))

    async def sessions(self, _: Request) -> Response:
        counters = {"updates": 0, "delivered": 0, "droppedUpdates": 0}
        sessions = [{"sessionId": name, "startedAt": at, "counters": counters} for name, at in self._started.items()]
        return JSONResponse({"sessions": sessions})

    async def _frames(self, session_id: str) -> AsyncIterator[bytes]:
        origin = asyncio.get_running_loop().time()
        self._started[session_id] = time.time_ns() // 1_000_000
        yield self._livetail.INITIAL_RESPONSE
        yield self._livetail.session_start(b'{"sessionId":"%s"}' % session_id.encode())
        for second in itertools.count(1):
            await asyncio.sleep(origin + second - asyncio.get_running_loop().time())
            yield self._update


async def _response(request: Request) -> Response:
    await request.body()
    return Response()


class _Service:
    """Serves the application as the emulator serves its own."""

    def __init__(self, app: Starlette, settings: Settings) -> None:
        self.loop = settings.loop
        self._app = app
        self._listener = listen(settings.host, settings.port)

    async def serve(self, stop: Stop, on_ready: Callable[[], None]) -> None:
        server = HttpServer(self._app, self._listener)
        on_ready()
        await stop.requested.wait()
        await server.close(0)

    def clean_up(self) -> None:
        self._listener.close()


def main(port: int, frame_bytes: int) -> None:
    """Serve until a signal; without `frame_bytes` there are no tails, and nothing is loaded for them."""
    routes = [Route("/", _response, methods=["POST"])]
    if frame_bytes:
        tails = _Tails(frame_bytes)
        routes.append(Route("/tail", tails.open, methods=["POST"]))
        routes.append(Route("/_livetail/sessions", tails.sessions))
    settings = Settings.resolve({"port": port}, os.environ)
    app = Starlette(routes=routes)
    serve_in_foreground(cast("Server", _Service(app, settings)))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
