"""The AWS endpoint: one request of the AWS API, from the bytes of its body to an answer or a stream."""

import logging
from dataclasses import dataclass
from typing import Final

from starlette.types import Receive, Scope, Send

from emulator.api.context import Caller
from emulator.core.errors import InternalFailure, RequestEntityTooLargeException, ServiceError
from emulator.live.session import Session
from emulator.server.dates import HttpDate
from emulator.server.journal import Entry
from emulator.server.live_server import LiveServer
from emulator.server.tail import Client, Tail
from emulator.wire import awsjson

__all__ = ["AwsEndpoint"]

_log = logging.getLogger(__name__)

BODY_LIMIT: Final = 16 * 1024 * 1024
"""Bytes of a body, as sent and unpacked. The largest PutLogEvents, 1 MiB of characters that JSON has to escape in
10,000
events, stays below 8 MiB."""


class _ClientGoneError(Exception):
    """The client left before its request was complete."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    content_type: str
    body: bytes


class AwsEndpoint:
    """The ASGI application for everything that is not the control plane."""

    def __init__(self, server: LiveServer) -> None:
        self._server = server
        self._date = HttpDate()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        request_id = self._server.engine.next_request_id()
        try:
            # The body is read to its end, however long, before anything is answered: Hypercorn stops reading a
            # connection, with all its HTTP/2 streams, whose application leaves body messages lying.
            body, length = await _read(receive)
        except _ClientGoneError:
            return
        call = awsjson.identify(scope["method"], scope["path"], headers)
        if isinstance(call, awsjson.Refusal):
            _log.warning("%s", _explain(scope, headers))
            await self._send(send, _Answer(call.status, call.content_type, call.body), request_id)
            return
        caller, entry = self._describe(call.operation, headers, scope, request_id, body)
        self._server.engine.journal.add(entry)
        try:
            entry.body = body = _unpacked(headers, body, length)
            answer = self._server.engine.service.answer(call.operation, body, caller)
        except ServiceError as error:
            entry.status, entry.error = error.status, error.code
            _log.info("%s %s: %s", call.operation, error.code, error.message)
            error_body = awsjson.error_body(error.code, error.message)
            await self._send(send, _put(call, error.status, error_body), request_id)
        except Exception:
            entry.status, entry.error = 500, InternalFailure.__name__
            _log.exception("%s failed", call.operation)
            error_body = awsjson.error_body(InternalFailure.__name__, None)
            await self._send(send, _put(call, 500, error_body), request_id)
        else:
            if isinstance(answer, Session):
                await self._stream(answer, Client(scope["http_version"], entry.user_agent), receive, send)
            else:
                await self._send(send, _put(call, 200, answer), request_id)

    def _describe(
        self, operation: str, headers: awsjson.Headers, scope: Scope, request_id: str, body: bytes
    ) -> tuple[Caller, Entry]:
        """On whose behalf a request runs, and its entry in the journal."""
        engine = self._server.engine
        signed = awsjson.scope_of(headers, scope["query_string"].decode("latin-1"))
        caller = Caller(
            account_id=(signed and signed.account_id) or engine.settings.account_id,
            region=(signed and signed.region) or engine.settings.region,
            request_id=request_id,
        )
        entry = Entry(
            operation=operation,
            request_id=request_id,
            time=engine.clock.now(),
            region=caller.region,
            account_id=caller.account_id,
            user_agent=headers.get("user-agent"),
            body=body,
        )
        return caller, entry

    async def _send(self, send: Send, answer: _Answer, request_id: str) -> None:
        headers = self._headers(request_id, answer.content_type)
        headers.append((b"content-length", b"%d" % len(answer.body)))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body, "more_body": False})

    async def _stream(self, session: Session, client: Client, receive: Receive, send: Send) -> None:
        _log.info(
            "session %s started for %s", session.session_id, ", ".join(session.subscription.log_group_identifiers)
        )
        self._server.timekeeper.schedule()
        tail = Tail(session, self._server.engine.hub, client)
        await self._server.tails.serve(tail, receive, send, self._headers(session.request_id, awsjson.EVENT_STREAM))
        _log.info("session %s is over", session.session_id)

    def _headers(self, request_id: str, content_type: str) -> list[tuple[bytes, bytes]]:
        fields = awsjson.answer_headers(request_id, content_type)
        headers = [(name.encode(), value.encode()) for name, value in fields]
        headers.append((b"date", self._date.at(self._server.engine.clock.now())))
        return headers


async def _read(receive: Receive) -> tuple[bytes, int]:
    """The body up to the limit, and how long it was in all; what is beyond the limit is read and let go."""
    parts: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _ClientGoneError
        part = message.get("body", b"")
        length += len(part)
        if length <= BODY_LIMIT:
            parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts), length


def _unpacked(headers: awsjson.Headers, body: bytes, length: int) -> bytes:
    if length > BODY_LIMIT:
        raise RequestEntityTooLargeException(f"The request body has more than {BODY_LIMIT} bytes.")
    if headers.get("content-encoding", "").lower() == "gzip":
        return awsjson.gunzip(body, BODY_LIMIT)
    return body


def _put(call: awsjson.AwsCall, status: int, body: bytes) -> _Answer:
    """An answer in the content type that the call asked for."""
    if call.content_type == awsjson.JSON:
        body = awsjson.wrapped(body)
    return _Answer(status, call.content_type, body)


def _explain(scope: Scope, headers: awsjson.Headers) -> str:
    """For the log: why AWS's front end would not know what to do with a request either."""
    content_type, target = headers.get("content-type"), headers.get("x-amz-target")
    if scope["method"] != "POST" or scope["path"] != "/":
        return f"{scope['method']} {scope['path']} is no request of CloudWatch Logs: its operations are POST /"
    if target is None or content_type is None:
        missing = "Content-Type" if content_type is None else "X-Amz-Target"
        return f"a request without {missing} was refused: it takes {awsjson.JSON_1_1} and Logs_20140328.<Operation>"
    return f"a request with Content-Type {content_type!r} and X-Amz-Target {target!r} was refused"
