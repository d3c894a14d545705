"""A container engine in so far as testcontainers talks to one: the few calls of Docker's HTTP API that it makes.

A container of it is a process that runs what the image runs, with the environment that the container was created with.
"""

import json
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self

from tests.cli.running import serving

__all__ = ["Engine"]

_ID = "0123456789ab"


class Engine:
    """Serves the API in a thread.

    Attributes:
        url: for `DOCKER_HOST`.
        created: the body of the request for a container; empty before that.
        removed: whether the container has been removed.
    """

    def __init__(self) -> None:
        self.created: dict[str, Any] = {}
        self.removed = False
        self._port = 0
        self._processes = ExitStack()

        class Handler(_Handler):
            engine = self

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"tcp://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._processes.close()

    def response(self, call: str, body: Any) -> tuple[int, Any]:
        """The response to a call such as `GET /version`."""
        container = f"/containers/{_ID}"
        if call == "GET /version":
            return 200, {"ApiVersion": "1.47", "MinAPIVersion": "1.24"}
        if call == "GET /images/livetail/json":
            return 200, {"Id": "sha256:1", "RepoTags": ["livetail:latest"]}
        if call == "POST /containers/create":
            self.created = body
            return 201, {"Id": _ID, "Warnings": []}
        if call == f"POST {container}/start":
            self._start()
            return 204, None
        if call == f"GET {container}/json":
            ports = {"4586/tcp": [{"HostIp": "0.0.0.0", "HostPort": str(self._port)}]}
            return 200, {"Id": _ID, "State": {"Status": "running"}, "NetworkSettings": {"Ports": ports}}
        if call == f"DELETE {container}":
            self.removed = True
            return 204, None
        raise AssertionError(f"a call that this engine does not know: {call}")

    def _start(self) -> None:
        variables = dict(variable.split("=", 1) for variable in self.created["Env"])
        _, lines = self._processes.enter_context(serving(variables=variables))
        self._port = int(lines[0].rpartition(":")[2])


class _Handler(BaseHTTPRequestHandler):
    engine: Engine
    protocol_version = "HTTP/1.1"

    def _handle(self) -> None:
        path = self.path.partition("?")[0].removeprefix("/v1.47")
        given = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, content = self.engine.response(f"{self.command} {path}", json.loads(given) if given else None)
        body = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = _handle

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""
