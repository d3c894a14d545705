"""The container class: the real testcontainers and docker-py, against an engine of which only the HTTP API is played.

The constructor of testcontainers requests the engine's version, unless it is given one: this is how settings are
tested without any.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from testcontainers.core.config import ConnectionMode, testcontainers_config
from testcontainers.core.wait_strategies import HttpWaitStrategy

from livetail.settings import FLAGS, Settings, SettingsError
from livetail.testing.container import LiveTailContainer
from tests.testing.engine import Engine


def _container(**settings: Any) -> LiveTailContainer:
    return LiveTailContainer("livetail", docker_client_kw={"version": "1.47"}, **settings)


def test_image_port_and_wait() -> None:
    container = _container()
    assert container.image == "livetail"
    assert container.ports == {"4586": None}
    assert container.env == {}
    wait = container._wait_strategy
    assert isinstance(wait, HttpWaitStrategy)
    assert (wait._port, wait._path, wait._tls) == (4586, "/_livetail/health", False)


EVERY_KIND: dict[str, Any] = {
    "region": "eu-west-1",
    "account_id": "210987654321",
    "clock": "manual@2026-01-01T00:00:00Z",
    "seed": 7,
    "session_timeout": 90,
    "max_sessions": 1,
    "session_rate": None,
    "scenario": ["/scenarios/shop.toml", "/scenarios/burst.toml"],
    "verify_signatures": True,
    "credentials": ("AKID:secret", "210987654321:other"),
    "allowed_host": "docker.example.com",
    "certfile": "/tls/chain.pem",
    "keyfile": "/tls/key.pem",
    "log_format": "json",
}


def test_server_reads_the_settings_that_were_meant() -> None:
    container = _container(**EVERY_KIND)
    assert set(container.env) <= {flag.variable for flag in FLAGS}
    assert Settings.resolve({}, container.env) == Settings.resolve(EVERY_KIND)


@pytest.mark.parametrize("seconds", [90, 1.5, "90s", "3h"])
def test_durations(seconds: float | str) -> None:
    container = _container(session_timeout=seconds)
    assert Settings.resolve({}, container.env) == Settings.resolve({"session_timeout": seconds})


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"speed": 60}, "there is no setting 'speed'"),
        ({"clock": "sometimes"}, "--clock 'sometimes' is none of real"),
        ({"port": 4000}, "a container has no setting 'port': testcontainers chooses its address"),
        ({"host": "127.0.0.1"}, "a container has no setting 'host'"),
        ({"tls": True}, "a container with --tls needs --certfile and --keyfile"),
    ],
)
def test_wrong_settings_are_a_sentence(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        _container(**settings)


def test_health_check_uses_https_with_a_certificate() -> None:
    wait = _container(certfile="/tls/chain.pem", keyfile="/tls/key.pem")._wait_strategy
    assert isinstance(wait, HttpWaitStrategy)
    assert (wait._tls, wait._insecure_tls) == (True, True)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """An engine, with nothing of testcontainers around it: no reaper, and no guesses about where this test runs."""
    monkeypatch.setattr(testcontainers_config, "ryuk_disabled", True)
    monkeypatch.setattr(testcontainers_config, "connection_mode_override", ConnectionMode.docker_host)
    with Engine() as engine:
        monkeypatch.setenv("DOCKER_HOST", engine.url)
        yield engine


def test_from_start_to_removal(engine: Engine) -> None:
    settings: dict[str, Any] = {
        "clock": "manual",
        "region": "eu-west-1",
        "verify_signatures": True,
        "credentials": "AKID:secret",
    }
    with LiveTailContainer("livetail", **settings) as container:
        assert engine.created["Image"] == "livetail"
        assert engine.created["ExposedPorts"] == {"4586/tcp": {}}
        livetail = container.livetail()
        assert livetail.endpoint_url == container.get_url()
        livetail.put("/app/api", "web-1", ["before"])
        logs = livetail.client()
        arn = livetail.log_group_arn("/app/api")
        assert arn == "arn:aws:logs:eu-west-1:123456789012:log-group:/app/api"
        stream = logs.start_live_tail(logGroupIdentifiers=[arn])["responseStream"]
        livetail.advance(1)
        assert [kind for _, event in zip(range(2), stream, strict=False) for kind in event] == [
            "sessionStart",
            "sessionUpdate",
        ]
        stream.close()
        logs.close()
        assert not engine.removed
    assert engine.removed
