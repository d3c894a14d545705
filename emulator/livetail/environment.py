"""The environment variables that point unmodified AWS SDKs and the AWS CLI at the emulator."""

import os
import sys
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

KEYS: Final = frozenset({"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"})

KEPT: Final = KEYS | {"AWS_REGION", "AWS_DEFAULT_REGION"}
"""Variables that stay as they are where a shell has them already."""

NOTES: Final[Mapping[str, str]] = {
    "AWS_DISABLE_HOST_PREFIX_INJECTION": "read by boto3, aiobotocore and the AWS CLI only; "
    "for other SDKs see docs/sdks.md",
    "AWS_CA_BUNDLE": "read by boto3, the AWS CLI and Go",
    "NODE_EXTRA_CA_CERTS": "read by Node.js",
    "SSL_CERT_FILE": "read by Rust and OpenSSL, instead of the certificates of the system",
    "JAVA_TOOL_OPTIONS": "read by Java and Kotlin",
    "NO_PROXY": "the emulator is reached without the proxy that is set here",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "without this the endpoints above are not read",
}
"""Which programs read a variable, if not every SDK does, or why it is set."""

ANY_CREDENTIALS: Final = ("test", "test")
"""An access key id and a secret for a server that does not check signatures. SDKs require some."""

TRUSTSTORE_PASSWORD: Final = "changeit"
"""The password of Java's own truststore. It protects nothing: the certificate is public."""

_PROXIES: Final = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")

_REMOVED: Final = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL")
"""Variables that would select another endpoint, or a profile that does not exist."""


def sdk_environment(
    endpoint_url: str,
    region: str,
    *,
    ca_bundle: str | None = None,
    truststore: str | None = None,
    credentials: tuple[str, str] = ANY_CREDENTIALS,
) -> dict[str, str]:
    """The variables for a process that uses the emulator only.

    SDKs send StartLiveTail to `stream-<host>`, which no local name server resolves; `AWS_DISABLE_HOST_PREFIX_INJECTION`
    stops that. Many programs call STS first (GetCallerIdentity). SDKs require the other variables.

    Args:
        ca_bundle: path of the CA of the server's certificate (PEM), if it is not a public one.
        truststore: path of the same for Java (PKCS#12).
        credentials: access key id and secret.
    """
    variables = {
        "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": endpoint_url,
        "AWS_ENDPOINT_URL_STS": endpoint_url,
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": credentials[0],
        "AWS_SECRET_ACCESS_KEY": credentials[1],
    }
    if ca_bundle is not None:
        variables |= dict.fromkeys(("AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"), ca_bundle)
    if truststore is not None:
        options = {"trustStore": truststore, "trustStorePassword": TRUSTSTORE_PASSWORD, "trustStoreType": "PKCS12"}
        variables["JAVA_TOOL_OPTIONS"] = " ".join(
            f'"-Djavax.net.ssl.{name}={value}"' if " " in value else f"-Djavax.net.ssl.{name}={value}"
            for name, value in options.items()
        )
    return variables


def adapted_to(environ: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    """The variables, adapted to `environ`: a proxy there is bypassed, options of Java are kept, and a switch that turns
    configured endpoints off is undone."""
    adapted = dict(variables)
    endpoint = variables["AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"]
    if any(environ.get(name) for name in _PROXIES):
        host = urllib.parse.urlsplit(endpoint).hostname or ""
        listed = [name for name in (environ.get("NO_PROXY") or environ.get("no_proxy") or "").split(",") if name]
        names = ",".join(dict.fromkeys([*listed, host, *(["localhost"] if host == "127.0.0.1" else [])]))
        adapted |= {"NO_PROXY": names, "no_proxy": names}
    if environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        adapted["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "false"
    if "JAVA_TOOL_OPTIONS" in adapted and environ.get("JAVA_TOOL_OPTIONS"):
        others = [
            option for option in environ["JAVA_TOOL_OPTIONS"].split() if "-Djavax.net.ssl.trustStore" not in option
        ]
        adapted["JAVA_TOOL_OPTIONS"] = " ".join([*others, adapted["JAVA_TOOL_OPTIONS"]])
    return adapted


@contextmanager
def patched_environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Sets the variables and gives boto3 a new default session; restores both at the end."""
    adapted = adapted_to(os.environ, variables)
    before = {name: os.environ.get(name) for name in (*adapted, *_REMOVED)}
    session_before = _replace_default_session(None)
    for name in _REMOVED:
        os.environ.pop(name, None)
    os.environ.update(adapted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        _replace_default_session(session_before)


def _replace_default_session(session: Any) -> Any:
    """Replace the session that boto3 keeps, with the credentials that it found first; returns the one before."""
    boto3 = sys.modules.get("boto3")
    if boto3 is None:
        return None
    before, boto3.DEFAULT_SESSION = boto3.DEFAULT_SESSION, session  # type: ignore[attr-defined]
    return before


def region_of(environ: Mapping[str, str]) -> str | None:
    """The region that SDKs take from an environment; boto3 reads AWS_DEFAULT_REGION only, most others AWS_REGION."""
    return environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or None


def reachable_host(host: str) -> str:
    """The address for clients on this machine; the loopback address if the server listens on all addresses."""
    if host in ("0.0.0.0", ""):
        return "127.0.0.1"
    if host == "::":
        return "[::1]"
    return f"[{host}]" if ":" in host else host


def make_truststore(ca_pem: bytes) -> bytes:
    """The certificates of a PEM text as a PKCS#12 truststore, the format that Java reads.

    Raises:
        ModuleNotFoundError: the package cryptography, of the extra `tls`, is missing.
        ValueError: the text has no certificate.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    certificates = x509.load_pem_x509_certificates(ca_pem)
    entries = [
        pkcs12.PKCS12Certificate(certificate, b"livetail-%d" % number)
        for number, certificate in enumerate(certificates)
    ]
    return pkcs12.serialize_java_truststore(entries, BestAvailableEncryption(TRUSTSTORE_PASSWORD.encode()))
