"""Requests as bytes, made before anything is measured, and a client that does little more than send them.

An SDK would use more of the machine than the server does.
"""

import json
import socket
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

GROUP: Final = "/bench/app"
GROUP_ARN: Final = f"arn:aws:logs:us-east-1:123456789012:log-group:{GROUP}"
STREAM: Final = "web-1"

_SDK_HEADERS: Final = (
    "Content-Type: application/x-amz-json-1.1\r\n"
    "User-Agent: Boto3/1.40.0 md/Botocore#1.40.0 ua/2.1 os/linux#6.1 md/arch#x86_64 lang/python#3.12.0\r\n"
    "X-Amz-Date: 20260101T000000Z\r\n"
    "Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/logs/aws4_request, "
    "SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
    "Signature=0000000000000000000000000000000000000000000000000000000000000000\r\n"
    "amz-sdk-invocation-id: 00000000-0000-0000-0000-000000000000\r\n"
    "amz-sdk-request: attempt=1\r\n"
)


def aws_request(operation: str, members: Mapping[str, Any], path: str = "/") -> bytes:
    """A request with the headers of an SDK's."""
    body = json.dumps(members).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Amz-Target: Logs_20140328.{operation}\r\n"
        f"{_SDK_HEADERS}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def get_request(path: str) -> bytes:
    """A request to the control plane."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def put_requests(count: int, events: int, message_bytes: int) -> list[bytes]:
    """PutLogEvents requests, all different, with the present time; good for the next hours."""
    now = time.time_ns() // 1_000_000
    requests = []
    for batch in range(count):
        texts = [f"INFO batch={batch:05d} event={event:06d} GET /orders/{event} 200 " for event in range(events)]
        log_events = [{"timestamp": now, "message": text.ljust(message_bytes, "x")[:message_bytes]} for text in texts]
        members = {"logGroupName": GROUP, "logStreamName": STREAM, "logEvents": log_events}
        requests.append(aws_request("PutLogEvents", members))
    return requests


class Client:
    """One connection that is kept alive; a request goes out when the response to the one before has come."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection

    @classmethod
    def to(cls, host: str, port: int) -> Self:
        connection = socket.create_connection((host, port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return cls(connection)

    def close(self) -> None:
        self.connection.close()

    def ask(self, request: bytes) -> bytes:
        """Send a request; returns the body of its response. Raises what `receive` raises."""
        self.send(request)
        return self.receive()

    def ask_all(self, requests: Sequence[bytes], times: int) -> None:
        """Send these requests in turn, `times` in all."""
        for number in range(times):
            self.ask(requests[number % len(requests)])

    def send(self, request: bytes) -> None:
        self.connection.sendall(request)

    def receive(self) -> bytes:
        """The body of the response to the request before.

        Raises:
            RuntimeError: the server refuses, or leaves.
        """
        response = b""
        while (end := response.find(b"\r\n\r\n")) < 0:
            response += self._some()
        head, body = response[:end].lower(), response[end + 4 :]
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(f"the server answered {response!r}")
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        parts, missing = [body], length - len(body)
        while missing > 0:
            parts.append(self._some())
            missing -= len(parts[-1])
        return b"".join(parts)

    def _some(self) -> bytes:
        data = self.connection.recv(65536)
        if not data:
            raise RuntimeError("the server has closed the connection")
        return data


def make_group(client: Client) -> None:
    """Make the log group and the stream that everything goes to."""
    client.ask(aws_request("CreateLogGroup", {"logGroupName": GROUP}))
    client.ask(aws_request("CreateLogStream", {"logGroupName": GROUP, "logStreamName": STREAM}))
