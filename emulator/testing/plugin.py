"""The pytest plugin: fixtures `livetail_server`, `livetail` and `livetail_client`, marker `livetail`, option
`--livetail-url`.

pytest imports this file in every run of a user's suite, so it imports nothing that a run without the fixtures does not
need.
"""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from emulator.testing.handle import LiveTail

__all__ = ["livetail", "livetail_client", "livetail_server"]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("livetail", "Livetail, an emulator of CloudWatch Logs Live Tail")
    group.addoption(
        "--livetail-url",
        metavar="URL",
        default=os.environ.get("LIVETAIL_URL"),
        help="use the emulator that runs there instead of starting one [$LIVETAIL_URL]",
    )
    parser.addini(
        "livetail_fail_on_open_sessions",
        type="bool",
        default=False,
        help="fail a test that leaves a Live Tail session open",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "livetail(**settings): settings of the emulator for this test, as the flags of `livetail serve`"
    )


class _Servers:
    """The emulators of a test run: one for each set of settings, started when a test first asks for it."""

    def __init__(self, url: str | None) -> None:
        self._url = url
        self._running: dict[str, Any] = {}

    def get(self, settings: dict[str, Any]) -> "LiveTail":
        if self._url is not None:
            return self._elsewhere(self._url, settings)
        key = repr(sorted(settings.items()))
        if key not in self._running:
            from emulator.testing.emulator import LiveTailEmulator

            self._running[key] = LiveTailEmulator(**settings)
        running: LiveTail = self._running[key]
        return running

    def stop(self) -> None:
        for running in self._running.values():
            running.stop()

    def _elsewhere(self, url: str, settings: dict[str, Any]) -> "LiveTail":
        """A server that somebody else has started: its settings are as they are, but its clock has to fit."""
        from emulator.testing.handle import LiveTail

        remote = LiveTail(url)
        wanted = str(settings.get("clock", "")).partition("@")[0]
        mode = remote.clock_mode() if wanted else ""
        if wanted != mode:
            pytest.fail(f"the emulator at {url} runs a {mode} clock; this test wants {settings['clock']!r}")
        return remote


@pytest.fixture(scope="session")
def _livetail_servers(request: pytest.FixtureRequest) -> Iterator[_Servers]:
    servers = _Servers(request.config.getoption("--livetail-url"))
    yield servers
    servers.stop()


@pytest.fixture(scope="session")
def livetail_server(_livetail_servers: _Servers) -> "LiveTail":
    """The emulator of the whole run, with the default settings; not reset between tests."""
    return _livetail_servers.get({})


@pytest.fixture
def livetail(request: pytest.FixtureRequest, _livetail_servers: _Servers) -> "Iterator[LiveTail]":
    """An emulator that begins anew for each test; `@pytest.mark.livetail(clock="manual", …)` gives it settings."""
    marker = request.node.get_closest_marker("livetail")
    running = _livetail_servers.get(dict(marker.kwargs) if marker else {})
    running.reset()
    yield running
    if request.config.getini("livetail_fail_on_open_sessions"):
        running.assert_no_sessions()


@pytest.fixture
def livetail_client(livetail: "LiveTail") -> Iterator[Any]:
    """A boto3 client for CloudWatch Logs that talks to the emulator of this test."""
    client = livetail.client()
    yield client
    client.close()
