"""A small client of a running emulator, for the commands and the Python interface. Standard library only."""

import contextlib
import http.client
import json
import ssl
import urllib.parse
from collections.abc import Iterator
from typing import Any, Final, NoReturn

from livetail.errors import AwsError, LiveTailError, NoResponseError, UrlError

TIMEOUT_S: Final = 60.0

ADVANCE_TIMEOUT_S: Final = 3_600.0
"""Hours of many sessions and scenarios take minutes."""


class _Response(dict[str, Any]):
    """The JSON of a response. If a key is missing, the server is not Livetail."""

    def __missing__(self, key: str) -> NoReturn:
        raise LiveTailError(f"something responds, but not as Livetail does (its response has no {key!r})")


class ControlClient:
    """Sends JSON to an emulator; each request has its own connection, so threads may share a client.

    Attributes:
        url: the endpoint; http:// becomes https:// when the server turns out to use TLS.

    Raises:
        NoResponseError: any method, if there is no response.
    """

    def __init__(self, url: str) -> None:
        """Raises UrlError if `url` is not of the form http://127.0.0.1:4586."""
        try:
            parts = urllib.parse.urlsplit(url)
            host, port = parts.hostname or "", parts.port
            host.encode("idna")  # the socket module does so too, with an unclear error
            http.client.HTTPConnection(host, port)
        except (ValueError, http.client.InvalidURL):
            host = ""
        if not host or parts.scheme not in ("http", "https") or parts.path not in ("", "/") or parts.query:
            raise UrlError(f"{url!r} is not a URL such as http://127.0.0.1:4586")
        self.url = url.rstrip("/")
        self._host, self._port, self._scheme = host, port, parts.scheme

    def request(self, method: str, path: str, body: Any = None, timeout_s: float = TIMEOUT_S) -> dict[str, Any]:
        """Send `body` to the control plane, a str as it is, all else as JSON; returns the JSON of the response.

        Raises:
            LiveTailError: the request is refused.
        """
        status, content = self._read(method, f"/_livetail{path}", body, {}, timeout_s)
        response = parse_json(content)
        if status == 200 and isinstance(response, dict):
            return _Response(response)
        if not isinstance(response, dict) or "error" not in response:
            raise LiveTailError(f"{self.url} responds, but not as Livetail does (status {status})")
        raise LiveTailError(response["error"])

    def health(self, timeout_s: float = TIMEOUT_S) -> dict[str, Any]:
        """What the health route returns. Raises LiveTailError if what responds is not Livetail."""
        health = self.request("GET", "/health", timeout_s=timeout_s)
        if health.get("status") != "ok":
            raise LiveTailError(f"{self.url} responds, but not as Livetail does")
        return health

    def advance(self, seconds: float) -> dict[str, Any]:
        """Move a manual clock; returns its new time and the number of session updates."""
        return self.request("POST", "/clock/advance", {"seconds": seconds}, ADVANCE_TIMEOUT_S)

    def certificate(self) -> bytes | None:
        """The CA that the server generated (PEM); None if it generated none."""
        status, content = self._read("GET", "/_livetail/ca.pem", None, {}, TIMEOUT_S)
        return content if status == 200 else None

    def call(self, operation: str, parameters: dict[str, Any], region: str | None = None) -> dict[str, Any]:
        """Call an operation of the AWS API, unsigned, in `region` (default: that of the server); returns its result.

        Raises:
            AwsError: it is refused.
        """
        status, content = self._read("POST", "/", parameters, _aws_headers(operation, region), TIMEOUT_S)
        result = parse_json(content)
        if status != 200:
            raise AwsError(operation, status, result)
        return result if isinstance(result, dict) else {}

    @contextlib.contextmanager
    def start_live_tail(
        self, parameters: dict[str, Any], region: str | None = None
    ) -> Iterator[http.client.HTTPResponse]:
        """Call StartLiveTail, unsigned; yields the response, whose content is an event stream.

        Raises:
            AwsError: it is refused.
        """
        connection, response = self._send("POST", "/", parameters, _aws_headers("StartLiveTail", region), TIMEOUT_S)
        with contextlib.closing(connection), response:
            if response.status != 200:
                raise AwsError("StartLiveTail", response.status, parse_json(response.read()))
            if connection.sock is not None:
                connection.sock.settimeout(None)  # a session sends nothing while a manual clock stands still
            yield response

    def _read(self, method: str, path: str, body: Any, headers: dict[str, str], timeout_s: float) -> tuple[int, bytes]:
        """Send a request; returns the status and the content of the response."""
        connection, response = self._send(method, path, body, headers, timeout_s)
        with contextlib.closing(connection):
            try:
                return response.status, response.read()
            except (OSError, http.client.HTTPException) as error:
                raise self._no_response(error) from None

    def _send(
        self, method: str, path: str, body: Any, headers: dict[str, str], timeout_s: float
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        content = body if body is None or isinstance(body, str) else json.dumps(body)
        connection = self._connection(self._scheme, timeout_s)
        try:
            connection.request(method, path, content and content.encode(), headers)
            return connection, connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            if self._scheme == "http" and isinstance(error, ConnectionResetError) and self._uses_tls(timeout_s):
                self._scheme, self.url = "https", f"https{self.url.removeprefix('http')}"
                return self._send(method, path, body, headers, timeout_s)
            raise self._no_response(error) from None

    def _uses_tls(self, timeout_s: float) -> bool:
        """Whether the server runs with `--tls`: then it closes connections that begin in plain text."""
        with contextlib.closing(self._connection("https", timeout_s)) as connection:
            try:
                connection.connect()
            except OSError:
                return False
        return True

    def _no_response(self, error: Exception) -> NoResponseError:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return NoResponseError(f"no response from {self.url}: {reason}")

    def _connection(self, scheme: str, timeout_s: float) -> http.client.HTTPConnection:
        if scheme == "http":
            return http.client.HTTPConnection(self._host, self._port, timeout=timeout_s)
        return http.client.HTTPSConnection(self._host, self._port, timeout=timeout_s, context=_tls_context())


def parse_json(content: bytes) -> Any:
    """The JSON of a response; None where it is something else."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _tls_context() -> ssl.SSLContext:
    """Trusts every certificate: the server may have made its own, and nothing secret is sent to it."""
    # Not `create_default_context`, which takes 20 ms to read the certificates of all authorities.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _aws_headers(operation: str, region: str | None) -> dict[str, str]:
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"Logs_20140328.{operation}"}
    if region is not None:
        # The server takes the region from the scope of the credential, as AWS does; nothing here is secret.
        scope = f"test/20260101/{region}/logs/aws4_request"
        headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"
    return headers
