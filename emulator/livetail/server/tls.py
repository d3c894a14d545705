"""A throw-away certificate authority, for `--tls` without a certificate of one's own."""

import shutil
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path

from livetail.server.failures import StartError
from livetail.settings import Settings

__all__ = ["Certificate", "certificate_for"]

_HOSTS = ("localhost", "logs.localhost", "livetail")
_NAMES = (*(prefix + host for host in _HOSTS for prefix in ("", "stream-", "streaming-")), "127.0.0.1", "::1")
"""Each host with the prefixes that SDKs put before it; clients do not take a wildcard such as `*.localhost`."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Paths of PEM files: the chain, its key, and the CA to trust if we made it."""

    chain: Path
    key: Path
    authority: Path | None = None

    def context(self) -> ssl.SSLContext:
        """What a server needs to serve with it: TLS 1.2 and later, with the ciphers that HTTP/2 allows."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("ECDHE+AESGCM")
        context.load_cert_chain(self.chain, self.key)
        return context

    def discard(self) -> None:
        """Take away what was made for one server alone."""
        if self.authority is not None:
            shutil.rmtree(self.authority.parent, ignore_errors=True)


def certificate_for(settings: Settings) -> Certificate | None:
    """The certificate to serve with; None for plain HTTP.

    Raises:
        StartError: a file cannot be read, or there is nothing to make a certificate with.
    """
    if not settings.serves_tls:
        return None
    if settings.certfile is not None and settings.keyfile is not None:
        for path in (settings.certfile, settings.keyfile):
            if not path.is_file():
                raise StartError(f"there is no file {path}")
        _check(settings.certfile, settings.keyfile)
        return Certificate(settings.certfile, settings.keyfile)
    try:
        import trustme
    except ImportError:
        raise StartError("--tls alone needs the package trustme: pip install 'livetail[tls]'") from None
    folder = Path(tempfile.mkdtemp(prefix="livetail-"))
    made = Certificate(folder / "server.pem", folder / "server.key", folder / "ca.pem")
    authority = trustme.CA()
    names = _NAMES if settings.host in _NAMES else (*_NAMES, settings.host)
    issued = authority.issue_cert(*names)
    made.key.touch(mode=0o600)
    issued.private_key_pem.write_to_path(str(made.key))
    for blob in issued.cert_chain_pems:
        blob.write_to_path(str(made.chain), append=True)
    authority.cert_pem.write_to_path(str(made.authority))
    return made


def _check(chain: Path, key: Path) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(chain, key)
    except OSError as error:  # SSLError is one
        raise StartError(f"{chain} and {key} are no certificate with its key: {error}") from None
