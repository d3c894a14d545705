"""Settings: where a value comes from, what it may be, and the sentence for one that is wrong."""

from pathlib import Path

import pytest

from livetail.core.clock import HOUR, MINUTE, SECOND
from livetail.settings import FLAGS, ClockSetting, Settings, SettingsError


def test_the_defaults_are_those_of_the_contract() -> None:
    settings = Settings.resolve()
    assert (settings.host, settings.port) == ("127.0.0.1", 4586)
    assert (settings.account_id, settings.region) == ("123456789012", "us-east-1")
    assert settings.clock == ClockSetting("real")
    assert settings.session_timeout == 3 * HOUR
    assert (settings.max_sessions, settings.session_rate, settings.retain_events) == (15, 0, 100_000)
    assert not settings.tls and not settings.verify_signatures
    assert (settings.log_level, settings.log_format) == ("info", "text")


def test_a_flag_goes_before_the_environment_and_that_before_the_default() -> None:
    environ = {"LIVETAIL_MAX_SESSIONS": "3", "LIVETAIL_PORT": "5000"}
    settings = Settings.resolve({"port": "6000"}, environ)
    assert (settings.port, settings.max_sessions, settings.retain_events) == (6000, 3, 100_000)


def test_every_flag_has_an_environment_twin() -> None:
    twins = {flag.name: flag.variable for flag in FLAGS}
    assert twins["--max-sessions"] == "LIVETAIL_MAX_SESSIONS"
    assert len(set(twins.values())) == len(FLAGS)


def test_an_empty_variable_counts_as_unset() -> None:
    assert Settings.resolve({}, {"LIVETAIL_PORT": ""}).port == 4586


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("real", ClockSetting("real")),
        ("manual", ClockSetting("manual")),
        ("manual@2026-01-01T00:00:00Z", ClockSetting("manual", 1_767_225_600_000)),
        ("manual@2026-01-01T01:00:00+01:00", ClockSetting("manual", 1_767_225_600_000)),
        ("manual@2026-01-01", ClockSetting("manual", 1_767_225_600_000)),
        ("manual@2026-01-01T00:00:00.250Z", ClockSetting("manual", 1_767_225_600_250)),
        ("60x", ClockSetting("scaled", None, 60)),
        ("0.5x", ClockSetting("scaled", None, 0.5)),
    ],
)
def test_clocks(text: str, expected: ClockSetting) -> None:
    assert Settings.resolve({"clock": text}).clock == expected


@pytest.mark.parametrize(
    ("given", "milliseconds"),
    [
        ("90s", 90 * SECOND),
        ("15m", 15 * MINUTE),
        ("3h", 3 * HOUR),
        ("1h30m", 90 * MINUTE),
        ("250ms", 250),
        ("1.5s", 1500),
        (5, 5 * SECOND),
        (0.5, 500),
    ],
)
def test_durations(given: object, milliseconds: int) -> None:
    assert Settings.resolve({"session_timeout": given}).session_timeout == milliseconds


@pytest.mark.parametrize(
    ("given", "size_bytes"),
    [
        ("0", 0),
        ("500000", 500_000),
        (1000, 1000),
        ("64MiB", 2**26),
        ("2 GiB", 2**31),
        ("5kB", 5_000),
        ("7B", 7),
        ("1Mi", 2**20),
    ],
)
def test_sizes(given: object, size_bytes: int) -> None:
    assert Settings.resolve({"retain_bytes": given}).retain_bytes == size_bytes


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5GiB", "1XB", "MiB", "1iB"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(SettingsError, match="--retain-bytes"):
        Settings.resolve({"retain_bytes": text})


@pytest.mark.parametrize(
    ("text", "expected"), [("1", True), ("true", True), ("TRUE", True), ("0", False), ("false", False)]
)
def test_booleans_are_strict(text: str, expected: bool) -> None:
    assert Settings.resolve({}, {"LIVETAIL_TLS": text}).tls is expected


def test_repeatable_settings_take_several_values() -> None:
    settings = Settings.resolve({"scenario": [Path("a.toml"), "b.toml"], "credentials": "AKID:secret:with:colons"})
    assert settings.scenario == (Path("a.toml"), Path("b.toml"))
    assert settings.credentials == (("AKID", "secret:with:colons"),)
    assert Settings.resolve({}, {"LIVETAIL_ALLOWED_HOST": "a.test,b.test"}).allowed_host == ("a.test", "b.test")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"port": "x"}, "--port 'x' is not a whole number"),
        ({"port": 70_000}, "--port '70000' is more than 65535"),
        ({"max_sessions": -1}, "--max-sessions '-1' is less than 0"),
        ({"retain_events": 0}, "--retain-events '0' is less than 1"),
        ({"account_id": "123"}, "--account-id '123' is not an account id of 12 digits"),
        ({"region": "Mars"}, "--region 'Mars' is not a region such as us-east-1"),
        ({"clock": "fast"}, "--clock 'fast' is none of real, manual, manual@2026-01-01T00:00:00Z, 60x"),
        ({"clock": "manual@noon"}, "--clock 'manual@noon' has no instant such as 2026-01-01T00:00:00Z behind the @"),
        ({"clock": "manual@1960-01-01"}, "--clock 'manual@1960-01-01' starts before 1970"),
        ({"clock": "0x"}, "--clock '0x' is none of real, manual, manual@2026-01-01T00:00:00Z, 60x"),
        ({"session_timeout": "3 hours"}, "--session-timeout '3 hours' is not a duration such as 90s, 15m or 3h"),
        ({"session_timeout": "0s"}, "--session-timeout '0s' is shorter than a millisecond"),
        ({"tls": "yes"}, "--tls 'yes' is neither true (1) nor false (0)"),
        ({"credentials": "nocolon"}, "--credentials 'nocolon' is not of the form ID:SECRET"),
        ({"log_level": "loud"}, "--log-level 'loud' is none of debug, info, warning, error"),
        ({"certfile": "a.pem"}, "--certfile and --keyfile go together"),
        ({"verify_signatures": True}, "--verify-signatures needs at least one --credentials ID:SECRET"),
    ],
)
def test_a_wrong_setting_is_one_sentence(given: dict[str, object], sentence: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.resolve(given)
    assert str(caught.value) == sentence


def test_a_variable_that_is_wrong_is_named() -> None:
    with pytest.raises(SettingsError, match="^LIVETAIL_PORT 'x' is not a whole number$"):
        Settings.resolve({}, {"LIVETAIL_PORT": "x"})


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(SettingsError, match="^there is no setting 'colour'; there are host, port, "):
        Settings.resolve({"colour": "red"})
