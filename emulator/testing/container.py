"""Livetail in a container, for testcontainers (extra `testcontainers`)."""

from typing import Any, Self

from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HttpWaitStrategy

from emulator.testing.handle import LiveTail

__all__ = ["LiveTailContainer"]

_PORT = 4586


class LiveTailContainer(DockerContainer):
    """A container of the Livetail image.

    The keyword arguments are the flags of `livetail serve` in snake_case; they reach the server as environment
    variables.

        with LiveTailContainer("livetail:latest", clock="manual") as container:
            logs = container.livetail().client()
    """

    def __init__(self, image: str = "livetail:latest", **settings: Any) -> None:
        super().__init__(image)
        self.with_exposed_ports(_PORT)
        for name, value in settings.items():
            text = str(value).lower() if isinstance(value, bool) else str(value)
            self.with_env(f"LIVETAIL_{name.upper()}", text)
        self.waiting_for(HttpWaitStrategy(_PORT, "/_livetail/health").for_status_code(200))
        self._settings = settings

    def start(self) -> Self:
        """Start, and wait until it answers."""
        super().start()
        return self

    def get_url(self) -> str:
        """Where it answers on this machine."""
        return f"http://{self.get_container_host_ip()}:{self.get_exposed_port(_PORT)}"

    def livetail(self) -> LiveTail:
        """The handle that the Python interface gives of every emulator."""
        return LiveTail(
            self.get_url(),
            region=self._settings.get("region", "us-east-1"),
            account_id=str(self._settings.get("account_id", "123456789012")),
        )
