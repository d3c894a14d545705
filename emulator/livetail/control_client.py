"""A small client of a running emulator, for the commands and for the Python interface. Standard library only."""

import contextlib
import http.client
import json
import ssl
import urllib.parse
from collections.abc import Iterator
from typing import Any, Final

MAX_RESPONSE_BYTES: Final = 256 * 1024 * 1024
"""No response of an emulator is larger; what sends more is something else."""


class NoResponseError(Exception):
    """The emulator does not respond; `str()` is one sentence."""


class ControlClient:
    """Talks JSON to an emulator; each request has a connection of its own, so threads may share a client.

    Attributes:
        url: where the emulator is; it becomes https:// when a server that was asked over HTTP turns out to speak TLS.
    """

    def __init__(self, url: str, timeout: float = 60) -> None:
        """`timeout` is in seconds. Raises ValueError if `url` is not of the form http://127.0.0.1:4586."""
        try:
            parts = urllib.parse.urlsplit(url)
            host, port = parts.hostname or "", parts.port
            host.encode("idna")  # as the socket module will do, which has no sentence for it
        except ValueError:
            host = ""
        if not host or parts.scheme not in ("http", "https") or parts.path not in ("", "/") or parts.query:
            raise ValueError(f"{url!r} is not a URL such as http://127.0.0.1:4586")
        self.url = url.rstrip("/")
        self._host, self._port, self._scheme, self._timeout = host, port, parts.scheme, timeout

    def request(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """Send a request with a JSON body, or with a text as it is.

        Returns the HTTP status and the JSON of the response; None where the response is not JSON.

        Raises:
            NoResponseError: there is no response, or one of more than `MAX_RESPONSE_BYTES`.
        """
        status, content = self._exchange(method, path, body, headers or {})
        try:
            return status, json.loads(content)
        except (ValueError, RecursionError):
            return status, None

    def download(self, path: str) -> bytes | None:
        """A file that the server has; None if it does not have it.

        Raises:
            NoResponseError: there is no response, or one of more than `MAX_RESPONSE_BYTES`.
        """
        status, content = self._exchange("GET", path, None, {})
        return content if status == 200 else None

    def _exchange(self, method: str, path: str, body: Any, headers: dict[str, str]) -> tuple[int, bytes]:
        connection, response = self._send(method, path, body, headers)
        try:
            content = response.read(MAX_RESPONSE_BYTES)
            if len(content) == MAX_RESPONSE_BYTES:
                raise NoResponseError(f"{self.url} sends a response without an end; it is not Livetail")
            return response.status, content
        except (OSError, http.client.HTTPException) as error:
            raise self._no_response(error) from None
        finally:
            connection.close()

    def call(self, operation: str, parameters: dict[str, Any], region: str | None = None) -> tuple[int, Any]:
        """Call an operation of the AWS API, unsigned; `region` is the one to work in [the server's own]."""
        return self.request("POST", "/", parameters, _aws_headers(operation, region))

    @contextlib.contextmanager
    def stream(
        self, operation: str, parameters: dict[str, Any], region: str | None = None
    ) -> Iterator[http.client.HTTPResponse]:
        """The response to an operation whose result is an event stream. Reading it may wait for ever.

        Raises:
            NoResponseError: there is none.
        """
        connection, response = self._send("POST", "/", parameters, _aws_headers(operation, region))
        try:
            if connection.sock is not None:
                connection.sock.settimeout(None)  # a session may be silent as long as the emulator's clock stands still
            yield response
        finally:
            response.close()
            connection.close()

    def _send(
        self, method: str, path: str, body: Any, headers: dict[str, str]
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        connection = self._connect()
        try:
            content = body if body is None or isinstance(body, str) else json.dumps(body)
            connection.request(method, path, content and content.encode(), headers)
            return connection, connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            if self._scheme == "http" and isinstance(error, ConnectionResetError) and self._speaks_tls():
                self._scheme, self.url = "https", f"https{self.url.removeprefix('http')}"
                return self._send(method, path, body, headers)
            raise self._no_response(error) from None

    def _speaks_tls(self) -> bool:
        """Whether the server is one with `--tls`, which closes a connection that begins in plain text."""
        secured = http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout, context=_tls_context())
        try:
            secured.connect()
        except OSError:
            return False
        finally:
            secured.close()
        return True

    def _no_response(self, error: Exception) -> NoResponseError:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return NoResponseError(f"no response from {self.url}: {reason}")

    def _connect(self) -> http.client.HTTPConnection:
        if self._scheme == "http":
            return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
        return http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout, context=_tls_context())


def _tls_context() -> ssl.SSLContext:
    """Trusts every certificate: the server may have made its own, and nothing secret is sent to it."""
    context = ssl.create_default_context()
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
