"""The throw-away authority, as real clients see it."""

import socket
import ssl
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from livetail import LiveTailEmulator
from livetail.server.http_server import StartError
from livetail.server.tls import certificate_for
from livetail.settings import Settings

NAMES = [
    "localhost",
    "stream-localhost",
    "streaming-localhost",
    "logs.localhost",
    "stream-logs.localhost",
    "streaming-logs.localhost",
    "127.0.0.1",
    "::1",
    "livetail",
    "stream-livetail",
    "streaming-livetail",
]
"""Those that SDKs come with when they put `stream-` or `streaming-` before the host."""


def _settings(**given: Any) -> Settings:
    return Settings.resolve(given)


def test_plain_http_needs_none() -> None:
    assert certificate_for(_settings()) is None


def test_own_certificate_is_taken_as_it_is() -> None:
    made = certificate_for(_settings(tls=True))
    assert made is not None
    taken = certificate_for(_settings(certfile=made.chain, keyfile=made.key))
    assert taken is not None
    assert (taken.chain, taken.key, taken.authority) == (made.chain, made.key, None)
    taken.discard()
    assert made.chain.exists()
    made.discard()
    assert not made.chain.parent.exists()


def test_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="none"):
        certificate_for(_settings(certfile=tmp_path / "none", keyfile=tmp_path / "none"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("protocol", ["h2", "http/1.1"])
def test_client_trusts_it_under_every_local_name(tls: LiveTailEmulator, name: str, protocol: str) -> None:
    context = ssl.create_default_context(cafile=tls.environment()["AWS_CA_BUNDLE"])
    context.set_alpn_protocols([protocol])
    port = int(tls.endpoint_url.rpartition(":")[2])
    with (
        socket.create_connection(("127.0.0.1", port), 10) as plain,
        context.wrap_socket(plain, server_hostname=name) as secured,
    ):
        assert secured.selected_alpn_protocol() == protocol
        assert secured.version() in ("TLSv1.2", "TLSv1.3")


@pytest.fixture(scope="module")
def tls() -> Any:
    with LiveTailEmulator(tls=True) as emulator:
        yield emulator


def test_name_that_it_is_not_for(tls: LiveTailEmulator) -> None:
    context = ssl.create_default_context(cafile=tls.environment()["AWS_CA_BUNDLE"])
    port = int(tls.endpoint_url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), 10) as plain, pytest.raises(ssl.SSLCertVerificationError):
        context.wrap_socket(plain, server_hostname="evil.example")


def test_stranger_does_not_trust_it(tls: LiveTailEmulator) -> None:
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(f"{tls.endpoint_url}/_livetail/health", timeout=10)


def test_standard_library_reads_from_it(tls: LiveTailEmulator) -> None:
    context = ssl.create_default_context(cafile=tls.environment()["AWS_CA_BUNDLE"])
    with urllib.request.urlopen(f"{tls.endpoint_url}/_livetail/health", timeout=10, context=context) as answer:
        assert answer.status == 200


def test_host_of_the_settings_is_in_it() -> None:
    made = certificate_for(_settings(tls=True, host="127.0.0.2"))
    assert made is not None and made.authority is not None
    with LiveTailEmulator(certfile=made.chain, keyfile=made.key, host="127.0.0.2") as emulator:
        context = ssl.create_default_context(cafile=str(made.authority))
        with urllib.request.urlopen(f"{emulator.endpoint_url}/_livetail/health", timeout=10, context=context) as answer:
            assert answer.status == 200
    assert made.key.stat().st_mode & 0o077 == 0
    made.discard()
