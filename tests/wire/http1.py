"""An HTTP/1.1 client that sees every byte: heads as they came, chunks one by one."""

import json
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from livetail.testing.handle import LiveTail
from tests.wire.frames import Frame, split
from tests.wire.sockets import abandon, connect

__all__ = ["Response", "Http1", "Http1Tail", "aws_headers", "refused", "request_bytes"]


@dataclass(frozen=True)
class Response:
    """A response: the head as it came, its fields by their names in lower case, and the body."""

    head: bytes
    body: bytes

    @property
    def status(self) -> int:
        return int(self.head.split(maxsplit=2)[1])

    @property
    def headers(self) -> dict[str, str]:
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def refused(response: Response, status: int) -> str:
    """The sentence of a refusal, which is all that its body has."""
    assert response.status == status, response
    assert response.headers["content-type"] == "application/json"
    assert list(response.json) == ["error"]
    sentence: str = response.json["error"]
    assert sentence and "Traceback" not in sentence and "\n" not in sentence
    return sentence


def aws_headers(operation: str, **others: str) -> dict[str, str]:
    """The headers that make a request one of CloudWatch Logs."""
    return {
        "X-Amz-Target": f"Logs_20140328.{operation}",
        "Content-Type": "application/x-amz-json-1.1",
        **others,
    }


def request_bytes(
    method: str = "POST",
    path: str = "/",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    *,
    host: str | None = "localhost",
    version: str = "HTTP/1.1",
) -> bytes:
    """A request, with its length unless `headers` have another."""
    lines = [f"{method} {path} {version}"]
    fields = {"Host": host, "Content-Length": str(len(body)), **(headers or {})}
    if "Transfer-Encoding" in fields:
        del fields["Content-Length"]
    lines += [f"{name}: {value}" for name, value in fields.items() if value is not None]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


class Http1:
    """One connection."""

    def __init__(self, emulator: LiveTail, receive_buffer: int | None = None) -> None:
        self.emulator = emulator
        self.socket = connect(emulator, "http/1.1", receive_buffer)
        self.unread = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.socket.close()

    def reset(self) -> None:
        abandon(self.socket)

    def half_close(self) -> None:
        self.socket.shutdown(socket.SHUT_WR)

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def ask(self, method: str = "GET", path: str = "/_livetail/health", body: bytes = b"", **headers: str) -> Response:
        """Send a request and read its response."""
        self.send(request_bytes(method, path, headers, body))
        return self.read_response(method)

    def call(self, operation: str, parameters: Any, **headers: str) -> Response:
        """Call an operation of the AWS API."""
        body = parameters if isinstance(parameters, bytes) else json.dumps(parameters).encode()
        self.send(request_bytes(headers=aws_headers(operation, **headers), body=body))
        return self.read_response()

    def read_response(self, method: str = "POST") -> Response:
        head = self.read_head()
        response = Response(head, b"")
        if method == "HEAD" or response.status < 200:
            return response
        if response.headers.get("transfer-encoding") == "chunked":
            return Response(head, b"".join(self.chunks()))
        return Response(head, self.read(int(response.headers["content-length"])))

    def read_head(self) -> bytes:
        """A head up to and with its empty line."""
        while b"\r\n\r\n" not in self.unread:
            self._receive()
        head, _, self.unread = self.unread.partition(b"\r\n\r\n")
        return head + b"\r\n\r\n"

    def read(self, length: int) -> bytes:
        while len(self.unread) < length:
            self._receive()
        data, self.unread = self.unread[:length], self.unread[length:]
        return data

    def chunks(self) -> Iterator[bytes]:
        """The chunks of a body, each as it was framed; ends with the last one, which is empty."""
        while True:
            while b"\r\n" not in self.unread:
                self._receive()
            size, _, self.unread = self.unread.partition(b"\r\n")
            chunk = self.read(int(size, 16))
            assert self.read(2) == b"\r\n"
            if not chunk:
                return
            yield chunk

    def at_end(self) -> bool:
        """Whether the server closes the connection without another byte."""
        return not self.unread and self.socket.recv(1) == b""

    def _receive(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the server closed the connection")
        self.unread += data


class Http1Tail(Http1):
    """A connection with a Live Tail session."""

    def __init__(
        self, emulator: LiveTail, log_group: str, receive_buffer: int | None = None, **parameters: Any
    ) -> None:
        super().__init__(emulator, receive_buffer)
        request = {"logGroupIdentifiers": [emulator.log_group_arn(log_group)], **parameters}
        self.send(request_bytes(headers=aws_headers("StartLiveTail"), body=json.dumps(request).encode()))
        self._chunks = self.chunks()
        try:
            self.head, self.opening = self._open()
        except BaseException:
            self.close()
            raise
        self.session_id: str = self.opening[1].json["sessionId"]

    def _open(self) -> tuple[Response, tuple[Frame, Frame]]:
        head = Response(self.read_head(), b"")
        assert head.status == 200, self.read(int(head.headers["content-length"]))
        initial, start = self.take(), self.take()
        assert initial is not None and start is not None
        return head, (initial, start)

    def take(self) -> Frame | None:
        """The next message; None at the clean end of the stream. Each message comes in a chunk of its own."""
        chunk = next(self._chunks, None)
        if chunk is None:
            return None
        frames, rest = split(chunk)
        assert len(frames) == 1 and not rest, "a chunk that is not one message"
        return frames[0]

    def take_all(self) -> list[Frame]:
        """All messages up to the clean end of the stream.

        Raises:
            ConnectionError: the connection broke before it.
        """
        return list(iter(self.take, None))
