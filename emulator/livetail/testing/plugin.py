"""The pytest plugin: fixtures `livetail_server`, `livetail`, `livetail_client`, `livetail_env` and
`livetail_settings`, marker `livetail`, option `--livetail-url`.

pytest imports this file in every run of a user's suite, so it imports only what runs without the fixtures need.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

if TYPE_CHECKING:
    from livetail.settings import Settings
    from livetail.testing.emulator import LiveTailEmulator
    from livetail.testing.handle import LiveTail

_MAX_RUNNING = 4
"""Emulators for the tests of one process, besides that of `livetail_server`."""


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


def _fail(sentence: str) -> NoReturn:
    pytest.fail(f"livetail: {sentence}", pytrace=False)


@contextmanager
def _failing() -> Iterator[None]:
    """Fail with the sentence of an error."""
    from livetail.errors import LiveTailError

    try:
        yield
    except LiveTailError as error:
        _fail(str(error))


class _Servers:
    """The emulators of a test run: one for each set of settings, started for the first test that needs it. At most the
    newest `_MAX_RUNNING` run, since each has a thread and sockets. With `--livetail-url` only that one is used."""

    def __init__(self, config: pytest.Config) -> None:
        self._url: str | None = config.getoption("--livetail-url") or None
        self._workers: int = getattr(config, "workerinput", {}).get("workercount", 1)
        self._running: dict[Settings, LiveTailEmulator] = {}
        self._stops = ExitStack()

    @_failing()
    def one_of_its_own(self, given: dict[str, Any]) -> "LiveTail":
        """An emulator that no test resets."""
        if self._url is not None:
            return _checked(self._url, given)
        return self._stops.enter_context(_started(given))

    @_failing()
    def as_new(self, given: dict[str, Any]) -> "LiveTail":
        """An emulator with these settings, as it is after its start: one that was kept and is reset, or a new one."""
        from livetail.errors import NoResponseError

        if self._url is not None:
            return self._reset(self._url, given)
        settings = _resolved(given)
        if (kept := self._running.pop(settings, None)) is not None:
            try:
                kept.reset()
            except NoResponseError:  # a test has stopped it
                kept.stop()
                kept = None
        self._running[settings] = kept or _started(given)  # the newest is the last
        if len(self._running) > _MAX_RUNNING:
            self._running.pop(next(iter(self._running))).stop()
        return self._running[settings]

    def stop(self) -> None:
        for emulator in self._running.values():
            emulator.stop()
        self._stops.close()

    def _reset(self, url: str, given: dict[str, Any]) -> "LiveTail":
        """The server at `url`, after a reset."""
        if self._workers > 1:
            _fail(f"{self._workers} workers cannot share the emulator at {url}, since each test resets it")
        remote = _checked(url, given)
        remote.reset()
        start, now = _resolved(given).clock.start, remote.now()
        if start is not None and start != now:
            _fail(f"the clock of the emulator at {url} starts at {now}, and this test needs {start} (epoch ms)")
        return remote


def _resolved(given: dict[str, Any]) -> "Settings":
    """The resolved settings, so that two ways to write a value compare as equal."""
    from livetail.settings import Settings

    return Settings.resolve({"port": 0, **given})


def _started(given: dict[str, Any]) -> "LiveTailEmulator":
    from livetail.testing.emulator import LiveTailEmulator

    return LiveTailEmulator(**given)


def _checked(url: str, given: dict[str, Any]) -> "LiveTail":
    """The server at `url`, after a check that it runs with the settings of the test."""
    from livetail.settings import FLAGS
    from livetail.testing.handle import LiveTail

    settings = _resolved(given)
    credentials = settings.client_credentials
    remote = LiveTail(url, region=settings.region, account_id=settings.account_id, credentials=credentials)
    runs_with, needed = remote.settings(), settings.as_json()
    for flag in FLAGS:
        key = flag.json_key
        if given.get(flag.field) is not None and key in needed and runs_with.get(key) != needed[key]:
            runs = f"runs with {flag.name} {runs_with.get(key)}"
            _fail(f"the emulator at {url} {runs}, and this test needs {needed[key]}")
    return remote


def _marked(node: pytest.Item) -> dict[str, Any]:
    """The settings in the markers of a test: for each setting the closest marker wins; paths are relative to the file
    of the test."""
    from livetail.settings import FLAGS

    settings: dict[str, Any] = {}
    for marker in node.iter_markers("livetail"):
        if marker.args:
            _fail(f"@pytest.mark.livetail takes settings by name, such as clock='manual', and not {marker.args[0]!r}")
        settings = {**marker.kwargs, **settings}
    for flag in FLAGS:
        if flag.read is Path and settings.get(flag.field) is not None:
            paths = [node.path.parent / path for path in flag.texts(settings[flag.field])]
            settings[flag.field] = paths if flag.is_repeatable else paths[0]
    return settings


@pytest.fixture(scope="session")
def _livetail_servers(request: pytest.FixtureRequest) -> Iterator[_Servers]:
    servers = _Servers(request.config)
    yield servers
    servers.stop()


@pytest.fixture(scope="session")
def livetail_settings() -> Mapping[str, Any]:
    """Settings of all emulators of the run; none, unless a conftest.py overrides this fixture."""
    return {}


@pytest.fixture(scope="session")
def livetail_server(_livetail_servers: _Servers, livetail_settings: Mapping[str, Any]) -> "LiveTail":
    """An emulator for the whole run, which is not reset between tests."""
    return _livetail_servers.one_of_its_own(dict(livetail_settings))


@pytest.fixture
def livetail(
    request: pytest.FixtureRequest, _livetail_servers: _Servers, livetail_settings: Mapping[str, Any]
) -> "Iterator[LiveTail]":
    """An emulator that is reset before each test; `@pytest.mark.livetail(clock="manual", …)` gives it settings."""
    running = _livetail_servers.as_new({**livetail_settings, **_marked(request.node)})
    failed_before = request.session.testsfailed
    yield running
    # After a failure the traceback that pytest keeps also keeps the streams of the test open.
    if request.config.getini("livetail_fail_on_open_sessions") and request.session.testsfailed == failed_before:
        try:
            running.assert_no_sessions()
        except AssertionError as error:
            _fail(str(error))


@pytest.fixture
def livetail_client(livetail: "LiveTail") -> Iterator[Any]:
    """A boto3 client for CloudWatch Logs at the emulator of this test."""
    with _failing():
        client = livetail.client()
    yield client
    client.close()


@pytest.fixture
def livetail_env(livetail: "LiveTail") -> "Iterator[LiveTail]":
    """The `livetail` of this test, with environment variables that point every SDK in this process at it."""
    with livetail.patched_environment():
        yield livetail
