"""A small client of a running emulator, for the commands and for the Python interface. Standard library only."""

import http.client
import json
import ssl
import urllib.parse
from typing import Any

__all__ = ["ControlClient", "NoAnswerError"]


class NoAnswerError(Exception):
    """The emulator does not answer; `str()` is one sentence."""


class ControlClient:
    """Talks JSON to an emulator; each request has a connection of its own, so threads may share a client."""

    def __init__(self, url: str, timeout: float = 60) -> None:
        """Raises ValueError if `url` is none of the form http://127.0.0.1:4586."""
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
            raise ValueError(f"{url!r} is not a URL such as http://127.0.0.1:4586")
        self.url = url.rstrip("/")
        self._host, self._port, self._scheme, self._timeout = parts.hostname, parts.port, parts.scheme, timeout

    def request(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """Send a request with a JSON body, or with a text as it is; answers the status and the JSON of the reply, or
        None.

        Raises:
            NoAnswerError: there is no answer.
        """
        connection = self._connect()
        try:
            content = body if body is None or isinstance(body, str) else json.dumps(body)
            connection.request(method, path, content and content.encode(), headers or {})
            response = connection.getresponse()
            status, reply = response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise NoAnswerError(f"no answer from {self.url}: {reason}") from None
        finally:
            connection.close()
        try:
            return status, json.loads(reply)
        except ValueError:
            return status, None

    def call(self, operation: str, parameters: dict[str, Any]) -> tuple[int, Any]:
        """Call an operation of the AWS API, unsigned."""
        headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"Logs_20140328.{operation}"}
        return self.request("POST", "/", parameters, headers)

    def _connect(self) -> http.client.HTTPConnection:
        if self._scheme == "http":
            return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
        # The server may run under a throw-away certificate, and nothing secret is sent to it.
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout, context=context)
