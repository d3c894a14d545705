"""Livetail in a container, for testcontainers (extra `testcontainers`)."""

# testcontainers may be absent where types are checked; the class is then a subclass of Any.
# mypy: allow-subclassing-any

from typing import Any, Unpack

from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HttpWaitStrategy

from livetail.settings import FLAGS, Settings, SettingsError
from livetail.testing.handle import LiveTail
from livetail.testing.shapes import SettingsKeywords

_PORT = 4586

_FIXED = ("host", "port", "port_file")
"""Settings that the image and testcontainers choose."""


class LiveTailContainer(DockerContainer):
    """A container of the Livetail image.

    The keyword arguments are the flags of `livetail serve` in snake_case; they reach the server as environment
    variables. Paths among them are paths in the container.

        with LiveTailContainer("livetail", clock="manual") as container:
            logs = container.livetail().client()

    Args:
        image: the image, as built from the Dockerfile.
        docker_client_kw: options for docker-py's client, as in all containers of testcontainers.

    Raises:
        SettingsError: a setting is unknown or wrong, or a container cannot have it.
    """

    def __init__(
        self,
        image: str = "livetail",
        *,
        docker_client_kw: dict[str, Any] | None = None,
        **settings: Unpack[SettingsKeywords],
    ) -> None:
        self._settings = Settings.resolve(settings)  # the server itself would ignore unknown variables
        given = dict(settings)
        for name in _FIXED:
            if given.get(name) is not None:
                raise SettingsError(f"a container has no setting {name!r}: testcontainers chooses its address")
        if self._settings.tls and self._settings.certfile is None:
            raise SettingsError("a container with --tls needs --certfile and --keyfile, so that clients can trust it")
        super().__init__(image, docker_client_kw=docker_client_kw)
        self.with_exposed_ports(_PORT)
        for flag in FLAGS:
            if given.get(flag.field) is not None:
                self.with_env(flag.variable, ",".join(flag.texts(given[flag.field])))
        ready = HttpWaitStrategy(_PORT, "/_livetail/health").for_status_code(200)
        self.waiting_for(ready.using_tls(insecure=True) if self._settings.serves_tls else ready)

    def get_url(self) -> str:
        """The endpoint on this machine."""
        scheme = "https" if self._settings.serves_tls else "http"
        return f"{scheme}://{self.get_container_host_ip()}:{self.get_exposed_port(_PORT)}"

    def livetail(self, ca_bundle: str | None = None) -> LiveTail:
        """The handle of the emulator.

        Args:
            ca_bundle: path of the CA of the server's certificate, if it has one, for the clients to trust.
        """
        return LiveTail(
            self.get_url(),
            region=self._settings.region,
            account_id=self._settings.account_id,
            ca_bundle=ca_bundle,
            credentials=self._settings.client_credentials,
        )
