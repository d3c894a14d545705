"""The certificate of a server: a given one, or one that is made here and signed by its own authority."""

import os
import shutil
import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from livetail.environment import make_truststore
from livetail.server.http_server import StartError
from livetail.settings import Settings

if TYPE_CHECKING:
    import trustme

_HOSTS: Final = ("localhost", "logs.localhost", "livetail")
_NAMES: Final = (*(prefix + host for host in _HOSTS for prefix in ("", "stream-", "streaming-")), "127.0.0.1", "::1")
"""Each host with the prefixes that SDKs put before it; clients do not accept a wildcard such as `*.localhost`."""

_MIN_VALIDITY: Final = timedelta(days=1)
"""How long a kept certificate must still be valid."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Paths of PEM files.

    Attributes:
        ca_bundle: the authority that clients have to trust, if it was made here.
        truststore: the same as PKCS#12, for Java.
        is_kept: whether the files stay when the server has stopped.
    """

    chain: Path
    key: Path
    ca_bundle: str | None = None
    truststore: str | None = None
    is_kept: bool = True

    def context(self) -> ssl.SSLContext:
        """A context for servers: TLS 1.2 and later, with the ciphers that HTTP/2 allows.

        Raises:
            OSError: the files are not a certificate and its key.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("ECDHE+AESGCM")
        context.load_cert_chain(self.chain, self.key)
        return context

    def discard(self) -> None:
        """Remove the files if they were made for one server alone. May be called more than once."""
        if not self.is_kept:
            shutil.rmtree(self.chain.parent, ignore_errors=True)


def certificate_for(settings: Settings) -> Certificate | None:
    """The certificate of the settings; None for plain HTTP.

    Raises:
        StartError: a file cannot be read or written, or the package trustme is missing.
    """
    if settings.certfile is not None and settings.keyfile is not None:
        return _given(settings.certfile, settings.keyfile)
    if settings.tls_dir is not None:
        return _made(settings.tls_dir, settings.host, is_kept=True)
    if not settings.tls:
        return None
    try:
        folder = Path(tempfile.mkdtemp(prefix="livetail-"))
    except OSError as error:
        raise StartError(f"--tls needs a temporary folder for its certificate: {error.strerror}") from None
    try:
        return _made(folder, settings.host, is_kept=False)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _given(chain: Path, key: Path) -> Certificate:
    for path in (chain, key):
        if not path.is_file():
            raise StartError(f"there is no file {path}")
    certificate = Certificate(chain, key)
    try:
        certificate.context()
    except OSError as error:  # SSLError is one
        raise StartError(f"{chain} and {key} are no certificate with its key: {error}") from None
    return certificate


def _made(folder: Path, host: str, *, is_kept: bool) -> Certificate:
    """The certificate in a folder. It is made if it is missing, expired or for other hosts."""
    try:
        import trustme
    except ImportError:
        raise StartError("--tls and --tls-dir need the package trustme: pip install 'livetail[tls]'") from None
    ca, ca_key, truststore = folder / "ca.pem", folder / "ca.key", folder / "truststore.p12"
    made = Certificate(folder / "server.pem", folder / "server.key", str(ca), str(truststore), is_kept)
    names = _NAMES if host in _NAMES else (*_NAMES, host)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        authority = _kept_authority(ca, ca_key)
        if authority is None:
            authority = trustme.CA()
            if is_kept:
                write_atomically(ca_key, authority.private_key_pem.bytes(), mode=0o600)
            write_atomically(ca, authority.cert_pem.bytes())
            write_atomically(truststore, make_truststore(authority.cert_pem.bytes()))
        if not _is_good(made, authority, names):
            issued = authority.issue_cert(*names)
            write_atomically(made.key, issued.private_key_pem.bytes(), mode=0o600)
            write_atomically(made.chain, b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    except OSError as error:
        raise StartError(f"cannot keep a certificate in {folder}: {error.strerror or error}") from None
    except UnicodeError:
        raise StartError(f"no certificate can be made for the host {host!r}") from None
    return made


def _kept_authority(certificate: Path, key: Path) -> "trustme.CA | None":
    """The authority of an earlier start; None if there is none, or if it has expired."""
    import trustme
    from cryptography import x509

    try:
        pem = certificate.read_bytes()
        expires = x509.load_pem_x509_certificate(pem).not_valid_after_utc
        authority = trustme.CA.from_pem(pem, key.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError:
        raise StartError(f"{certificate} and {key} are no certificate with its key; remove them for new ones") from None
    return authority if expires > datetime.now(UTC) + _MIN_VALIDITY else None


def _is_good(made: Certificate, authority: "trustme.CA", names: tuple[str, ...]) -> bool:
    """Whether a kept certificate is signed by the authority, valid, and for these names."""
    from cryptography import x509

    try:
        made.context()
        certificate = x509.load_pem_x509_certificate(made.chain.read_bytes())
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.cert_pem.bytes()))
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except Exception:  # an invalid one is replaced
        return False
    hosts = {*found.get_values_for_type(x509.DNSName), *map(str, found.get_values_for_type(x509.IPAddress))}
    return certificate.not_valid_after_utc > datetime.now(UTC) + _MIN_VALIDITY and hosts >= set(names)


def write_atomically(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a file so that nobody who waits for it reads half of it."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(content)
    temporary.replace(path)
