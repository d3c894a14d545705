"""An emulator in this process: started in a thread on a free port, stopped at the end of a `with` block."""

import asyncio
from typing import Self, Unpack

from livetail.server.runner import ServerThread
from livetail.server.server import Server
from livetail.settings import Settings
from livetail.testing.async_handle import AsyncLiveTail
from livetail.testing.handle import LiveTail
from livetail.testing.shapes import SettingsKeywords


class LiveTailEmulator(LiveTail):
    """A running emulator.

    The keyword arguments are the flags of `livetail serve` in snake_case; without `port` it is a free one. Environment
    variables are not read, so that a test does the same everywhere.

    Raises:
        SettingsError: an argument is unknown or wrong.
        StartError: the address cannot be listened on.
        ScenarioError: a scenario file is wrong.
    """

    def __init__(self, **keywords: Unpack[SettingsKeywords]) -> None:
        settings = Settings.resolve({"port": 0, **keywords})
        self._server = Server(settings)
        self._thread = ServerThread(self._server)
        self._thread.start()
        self.seed = self._server.emulator.seed
        super().__init__(
            self._server.endpoint_url,
            region=settings.region,
            account_id=settings.account_id,
            ca_bundle=self._server.ca_bundle,
            credentials=settings.client_credentials,
        )

    def environment(self) -> dict[str, str]:
        """The environment variables that point the SDK of another process at the emulator, also Java's with HTTPS."""
        return dict(self._server.environment)

    def stop(self) -> None:
        """Stop: tails get a clean end of stream. May be called more than once."""
        self._thread.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def __aenter__(self) -> AsyncLiveTail:
        return AsyncLiveTail(self)

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.stop)
