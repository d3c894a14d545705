"""A server from its settings: socket, certificate and application put together, for the command and for tests."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from livetail.environment import sdk_environment
from livetail.server.app import make_app
from livetail.server.failures import StartError
from livetail.server.live_server import LiveServer
from livetail.server.runner import Serving, listen
from livetail.server.tls import certificate_for
from livetail.settings import Settings

__all__ = ["Launch", "prepare"]


_KEPT_MEMORY: Final = 1024 * 1024
"""Bytes of a block that is made and freed at the start. From the largest block that it has mapped and freed, glibc
learns how much freed memory to keep (mallopt(3), M_MMAP_THRESHOLD). Without this it gives the memory of each message
back to the system, which has to clear it for the next one: a thousand tails take two fifths more CPU. Where there is no
glibc this does nothing."""


@dataclass(frozen=True, slots=True)
class Launch:
    """A server that is about to run.

    Attributes:
        endpoint_url: where it will answer.
        environment: the variables that point an SDK at it.
        ca_bundle: path of the CA that it made for itself, if it did.
    """

    server: LiveServer
    serving: Serving
    endpoint_url: str
    environment: dict[str, str]
    ca_bundle: str | None


def prepare(settings: Settings, on_ready: Callable[["Launch"], None] = lambda _: None) -> Launch:
    """Make everything ready to run; `on_ready` is called in the server's thread once it accepts requests.

    Raises:
        StartError: the address or the certificate cannot be used.
    """
    bytearray(_KEPT_MEMORY)
    certificate = certificate_for(settings)
    server = LiveServer(settings)
    listener = listen(settings)
    port = listener.getsockname()[1]
    scheme = "http" if certificate is None else "https"
    endpoint_url = f"{scheme}://{_reachable(settings.host)}:{port}"
    ca_bundle = str(certificate.authority) if certificate and certificate.authority else None

    def ready() -> None:
        server.timekeeper.schedule()
        if settings.port_file is not None:
            try:
                _write_whole(settings.port_file, f"{port}\n")
            except OSError as error:
                raise StartError(f"cannot write the port to {settings.port_file}: {error.strerror}") from None
        on_ready(launch)

    launch = Launch(
        server=server,
        serving=Serving(
            app=make_app(server),
            listener=listener,
            certificate=None if certificate is None else (str(certificate.chain), str(certificate.key)),
            on_ready=ready,
            drain=server.drain,
            clean_up=certificate.discard if certificate else lambda: None,
            loop=settings.loop,
        ),
        endpoint_url=endpoint_url,
        environment=sdk_environment(endpoint_url, settings.region, ca_bundle=ca_bundle),
        ca_bundle=ca_bundle,
    )
    return launch


def _reachable(host: str) -> str:
    """An address that a client on this machine can use: a server on all addresses is reached on the loopback one."""
    if host in ("0.0.0.0", ""):
        return "127.0.0.1"
    if host == "::":
        return "[::1]"
    return f"[{host}]" if ":" in host else host


def _write_whole(path: "os.PathLike[str]", text: str) -> None:
    """Write a file so that whoever waits for it never sees half of it."""
    temporary = f"{os.fspath(path)}.{os.getpid()}"
    with open(temporary, "w") as file:
        file.write(text)
    os.replace(temporary, path)
