"""The temporary authority, as real clients see it."""

import errno
import os
import socket
import ssl
import tempfile
import urllib.request
from datetime import UTC, datetime, timedelta
from http.client import RemoteDisconnected
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12

from livetail import LiveTailEmulator
from livetail.server import tls
from livetail.server.http_server import StartError
from livetail.server.tls import Certificate, certificate_for
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
    assert (taken.chain, taken.key, taken.ca_bundle) == (made.chain, made.key, None)
    taken.discard()
    assert made.chain.exists()
    made.discard()
    assert not made.chain.parent.exists()


def test_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="none"):
        certificate_for(_settings(certfile=tmp_path / "none", keyfile=tmp_path / "none"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("protocol", ["h2", "http/1.1"])
def test_client_trusts_it_under_every_local_name(served: LiveTailEmulator, name: str, protocol: str) -> None:
    context = ssl.create_default_context(cafile=served.environment()["AWS_CA_BUNDLE"])
    context.set_alpn_protocols([protocol])
    port = int(served.endpoint_url.rpartition(":")[2])
    with (
        socket.create_connection(("127.0.0.1", port), 10) as plain,
        context.wrap_socket(plain, server_hostname=name) as secured,
    ):
        assert secured.selected_alpn_protocol() == protocol
        assert secured.version() in ("TLSv1.2", "TLSv1.3")


@pytest.fixture(scope="module")
def served() -> Any:
    with LiveTailEmulator(tls=True) as emulator:
        yield emulator


def test_name_that_it_is_not_for(served: LiveTailEmulator) -> None:
    context = ssl.create_default_context(cafile=served.environment()["AWS_CA_BUNDLE"])
    port = int(served.endpoint_url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), 10) as plain, pytest.raises(ssl.SSLCertVerificationError):
        context.wrap_socket(plain, server_hostname="evil.example")


def test_stranger_does_not_trust_it(served: LiveTailEmulator) -> None:
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(f"{served.endpoint_url}/_livetail/health", timeout=10)


def test_standard_library_reads_from_it(served: LiveTailEmulator) -> None:
    context = ssl.create_default_context(cafile=served.environment()["AWS_CA_BUNDLE"])
    with urllib.request.urlopen(f"{served.endpoint_url}/_livetail/health", timeout=10, context=context) as response:
        assert response.status == 200


def test_host_of_the_settings_is_in_it() -> None:
    made = certificate_for(_settings(tls=True, host="127.0.0.2"))
    assert made is not None and made.ca_bundle is not None
    with LiveTailEmulator(certfile=made.chain, keyfile=made.key, host="127.0.0.2") as emulator:
        context = ssl.create_default_context(cafile=made.ca_bundle)
        with urllib.request.urlopen(
            f"{emulator.endpoint_url}/_livetail/health", timeout=10, context=context
        ) as response:
            assert response.status == 200
    assert made.key.stat().st_mode & 0o077 == 0
    made.discard()


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_the_authority_comes_over_plain_http_too_and_nothing_else_does(loop: Literal["asyncio", "uvloop"]) -> None:
    with LiveTailEmulator(tls=True, loop=loop) as emulator:
        plain_url = f"http{emulator.endpoint_url.removeprefix('https')}"
        for _ in range(2):
            with urllib.request.urlopen(f"{plain_url}/_livetail/ca.pem", timeout=10) as response:
                assert response.read() == Path(emulator.environment()["AWS_CA_BUNDLE"]).read_bytes()
            for path in ("/_livetail/health", "/_livetail/", "/"):
                with pytest.raises(RemoteDisconnected):
                    urllib.request.urlopen(plain_url + path, timeout=10)
        assert emulator.sessions() == []


class TestKeptCertificates:
    """`--tls-dir`: clients that trust the authority also trust the server after a restart."""

    @staticmethod
    def _make(folder: Path, **given: Any) -> Certificate:
        made = certificate_for(_settings(tls_dir=folder, **given))
        assert made is not None
        return made

    @staticmethod
    def _contents(folder: Path) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    def test_all_of_it_stays(self, tmp_path: Path) -> None:
        folder = tmp_path / "some" / "tls"
        self._make(folder).discard()
        first = self._contents(folder)
        assert sorted(first) == ["ca.key", "ca.pem", "server.key", "server.pem", "truststore.p12"]
        self._make(folder).discard()
        assert self._contents(folder) == first
        for key in ("ca.key", "server.key"):
            assert not (folder / key).stat().st_mode & 0o077

    def test_server_serves_with_it(self, tmp_path: Path) -> None:
        self._make(tmp_path)
        trusted = tmp_path.joinpath("ca.pem").read_bytes().decode()
        context = ssl.create_default_context(cadata=trusted)
        for _ in range(2):
            with LiveTailEmulator(tls_dir=tmp_path) as emulator:
                address = f"{emulator.endpoint_url}/_livetail/ca.pem"
                with urllib.request.urlopen(address, timeout=10, context=context) as response:
                    assert response.read().decode() == trusted

    def test_truststore_has_the_authority(self, tmp_path: Path) -> None:
        self._make(tmp_path)
        store = pkcs12.load_pkcs12(tmp_path.joinpath("truststore.p12").read_bytes(), b"changeit")
        (entry,) = store.additional_certs
        assert entry.certificate == x509.load_pem_x509_certificate(tmp_path.joinpath("ca.pem").read_bytes())

    def test_other_host_is_another_certificate_of_the_same_authority(self, tmp_path: Path) -> None:
        self._make(tmp_path)
        first = self._contents(tmp_path)
        self._make(tmp_path, host="127.0.0.2")
        now = self._contents(tmp_path)
        assert now["ca.pem"] == first["ca.pem"] and now["server.pem"] != first["server.pem"]
        certificate = x509.load_pem_x509_certificate(now["server.pem"])
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert ip_address("127.0.0.2") in names.get_values_for_type(x509.IPAddress)

    @pytest.mark.parametrize("days", [366 * 2000, -1])
    def test_what_has_expired_is_made_again(self, tmp_path: Path, days: int, monkeypatch: pytest.MonkeyPatch) -> None:
        """First the authority has, with all that it signed; then only the certificate."""
        self._make(tmp_path)
        first = self._contents(tmp_path)
        if days < 0:
            authority = trustme.CA.from_pem(first["ca.pem"], first["ca.key"])
            yesterday = datetime.now(UTC) + timedelta(days=days)
            expired = authority.issue_cert(*tls._NAMES, not_after=yesterday)
            tmp_path.joinpath("server.key").write_bytes(expired.private_key_pem.bytes())
            tmp_path.joinpath("server.pem").write_bytes(expired.cert_chain_pems[0].bytes())
        else:
            monkeypatch.setattr(tls, "_MIN_VALIDITY", timedelta(days=days))
        self._make(tmp_path)
        now = self._contents(tmp_path)
        assert (now["ca.pem"] == first["ca.pem"]) == (days < 0)
        assert now["server.pem"] not in (first["server.pem"], b"")
        certificate = x509.load_pem_x509_certificate(now["server.pem"])
        assert certificate.not_valid_after_utc > datetime.now(UTC)

    def test_key_of_another_certificate_is_made_again(self, tmp_path: Path) -> None:
        self._make(tmp_path)
        tmp_path.joinpath("server.key").write_bytes(tmp_path.joinpath("ca.key").read_bytes())
        self._make(tmp_path).context()

    def test_files_that_are_something_else_are_not_replaced(self, tmp_path: Path) -> None:
        tmp_path.joinpath("ca.pem").write_text("mine")
        tmp_path.joinpath("ca.key").write_text("mine")
        with pytest.raises(StartError, match="no certificate with its key"):
            self._make(tmp_path)
        assert tmp_path.joinpath("ca.pem").read_text() == "mine"

    def test_folder_that_cannot_be_made(self, tmp_path: Path) -> None:
        tmp_path.joinpath("file").touch()
        with pytest.raises(StartError, match="Not a directory"):
            self._make(tmp_path / "file" / "tls")


def test_file_system_that_is_read_only_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    with pytest.raises(
        StartError, match=r"^--tls needs a temporary folder for its certificate: Read-only file system$"
    ):
        certificate_for(_settings(tls=True))


def test_failure_leaves_no_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(StartError, match="no certificate can be made for the host 'a_b'"):
        certificate_for(_settings(tls=True, host="a_b"))
    assert list(tmp_path.iterdir()) == []
