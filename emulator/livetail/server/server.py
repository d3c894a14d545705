"""A server from its settings: an emulator, a socket, a certificate. The command and the tests run it by `runner`."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from livetail.environment import reachable_host, sdk_environment
from livetail.server.app import make_app, make_plain_app
from livetail.server.emulator import Emulator
from livetail.server.http_server import HttpServer, StartError, Stop, listen
from livetail.server.tls import Certificate, certificate_for, write_atomically
from livetail.settings import Settings

GRACE_S: Final = 0.8
"""Seconds that sessions get to send their last messages when the server stops."""

LAST_BYTES_S: Final = 0.2
"""Seconds that clients then get to receive what has been written to them."""


class Server:
    """An emulator and a socket that listens. Nothing is accepted before `serve`.

    Attributes:
        app: the ASGI application that responds to requests.
        environment: the variables that point an SDK at it.
        ca_bundle: path of the CA that it generated, if any.
        loop: the event loop to run on: asyncio or uvloop.
    """

    def __init__(self, settings: Settings) -> None:
        """
        Raises:
            StartError: the address or the certificate cannot be used.
            ScenarioError: a scenario file is wrong.
        """
        self.emulator = Emulator(settings)
        self.app = make_app(self.emulator)
        self.loop = settings.loop
        self._settings = settings
        self._certificate: Certificate | None = None
        self._listener = listen(settings.host, settings.port)
        try:
            self._certificate = certificate_for(settings)
        except BaseException:
            self._listener.close()
            raise
        self._port: int = self._listener.getsockname()[1]
        scheme = "http" if self._certificate is None else "https"
        self.endpoint_url = f"{scheme}://{reachable_host(settings.host)}:{self._port}"
        self.ca_bundle = self._certificate.ca_bundle if self._certificate else None
        self.emulator.ca_pem = Path(self.ca_bundle).read_bytes() if self.ca_bundle else None
        self.environment = sdk_environment(
            self.endpoint_url,
            settings.region,
            ca_bundle=self.ca_bundle,
            truststore=self._certificate.truststore if self._certificate else None,
            credentials=settings.client_credentials,
        )

    async def serve(self, stop: Stop, on_ready: Callable[[], None]) -> None:
        """Serve until a stop is requested; `on_ready` is called once requests are accepted.

        Raises:
            StartError: the port cannot be written to the port file.
        """
        http = HttpServer(
            self.app,
            self._listener,
            tls=None if self._certificate is None else self._certificate.context(),
            plain_app=make_plain_app(self.app),
            http2=not self._settings.no_http2,
        )
        try:
            self.emulator.scheduler.schedule()
            if self._settings.port_file is not None:
                _write_port(self._settings.port_file, self._port)
            on_ready()
            await stop.requested.wait()
            await http.stop_accepting()
            await self._drain(stop)
        finally:
            await http.close(0.0 if stop.hurried.is_set() else LAST_BYTES_S)

    def clean_up(self) -> None:
        """Close the socket if it was never served, and remove the certificate if it was made for this run alone."""
        self._listener.close()
        if self._certificate is not None:
            self._certificate.discard()

    async def _drain(self, stop: Stop) -> None:
        """Wait until the sessions have ended, at most `GRACE_S`, or until a second signal."""
        draining = asyncio.ensure_future(self.emulator.drain())
        hurry = asyncio.ensure_future(stop.hurried.wait())
        await asyncio.wait((draining, hurry), timeout=GRACE_S, return_when=asyncio.FIRST_COMPLETED)
        draining.cancel()
        hurry.cancel()


def _write_port(path: Path, port: int) -> None:
    """Write the port; a link is followed, and a special file, such as /dev/stdout or a pipe, is not replaced.

    Raises:
        StartError: it cannot be written.
    """
    text = f"{port}\n".encode()
    try:
        if path.exists() and not path.is_file():
            with open(os.open(path, os.O_WRONLY | os.O_NONBLOCK), "wb") as file:  # fails if nobody reads a pipe
                file.write(text)
        else:
            write_atomically(path.resolve(), text)
    except OSError as error:
        raise StartError(f"cannot write the port to {path}: {error.strerror}") from None
