"""The AWS endpoint: one request of the AWS API, from the bytes of its body to an answer or a stream."""

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from starlette.types import Receive, Scope, Send

from livetail.api.context import Caller
from livetail.core.arns import LogGroupArn, partition_of
from livetail.core.errors import InternalFailure, RequestEntityTooLargeException, ServiceError
from livetail.faults.naming import named_log_groups
from livetail.faults.registry import BareStatus, ConnectionReset, Failure, RequestEffect
from livetail.live.session import Session
from livetail.server.bodies import ClientGoneError, read_to_end
from livetail.server.connections import close_connection, reset_connection
from livetail.server.dates import HttpDate
from livetail.server.journal import Entry
from livetail.server.live_server import LiveServer
from livetail.server.tail_writer import Client, Tail
from livetail.wire import awsjson

if TYPE_CHECKING:
    from livetail.server.loop import KnowsConnections
    from livetail.wire.signatures import SignedRequest, Verifier

__all__ = ["AwsEndpoint"]

_log = logging.getLogger(__name__)

BODY_LIMIT: Final = 16 * 1024 * 1024
"""Bytes of a body, as sent and unpacked. The largest PutLogEvents, 1 MiB of characters that JSON has to escape in
10,000
events, stays below 8 MiB."""


@dataclass(frozen=True, slots=True)
class _Request:
    """A request that names an operation.

    Attributes:
        body: as it was sent, up to the limit; `length` is how long it was in all.
        entry: what the journal says of it.
    """

    scope: Scope
    headers: awsjson.Headers
    call: awsjson.AwsCall
    caller: Caller
    body: bytes
    length: int
    entry: Entry


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
        self._verifier = _verifier_for(server)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        request_id = self._server.engine.next_request_id()
        try:
            body, length = await read_to_end(receive, BODY_LIMIT)
        except ClientGoneError:
            return
        call = awsjson.identify(scope["method"], scope["path"], headers)
        if isinstance(call, awsjson.Refusal):
            _log.warning("%s", _explain(scope, headers))
            self._server.engine.request_totals.count(None, call.status, None)
            await self._send(send, _Answer(call.status, call.content_type, call.body), request_id)
            return
        caller = self._caller(headers, scope, request_id)
        entry = self._note(call, caller, headers, body)
        request = _Request(scope, headers, call, caller, body, length, entry)
        answer: _Answer | Session | None = None
        if self._server.engine.faults:
            effect = self._server.engine.faults.on_request(
                call.operation, _named_log_groups(request), self._server.engine.clock.now()
            )
            if effect is not None:
                answer = await self._suffer(effect, request)
                if effect.outcome is not None and answer is None:
                    self._count(entry)
                    return  # the connection has gone
        if answer is None:
            answer = self._answer(request)
        self._count(entry)
        if isinstance(answer, Session):
            await self._stream(answer, request, receive, send)
        else:
            await self._send(send, answer, request_id)

    def _caller(self, headers: awsjson.Headers, scope: Scope, request_id: str) -> Caller:
        """On whose behalf a request runs: account and region of its credential, else the defaults."""
        settings = self._server.engine.settings
        signed = awsjson.scope_of(headers, scope["query_string"].decode("latin-1"))
        return Caller(
            account_id=(signed and signed.account_id) or settings.account_id,
            region=(signed and signed.region) or settings.region,
            request_id=request_id,
        )

    def _note(self, call: awsjson.AwsCall, caller: Caller, headers: awsjson.Headers, body: bytes) -> Entry:
        """Put a request into the journal."""
        entry = Entry(
            operation=call.operation,
            request_id=caller.request_id,
            time=self._server.engine.clock.now(),
            region=caller.region,
            account_id=caller.account_id,
            user_agent=headers.get("user-agent"),
            body=body,
        )
        self._server.engine.journal.add(entry)
        return entry

    def _count(self, entry: Entry) -> None:
        """Count a request whose answer is known, for the metrics."""
        self._server.engine.request_totals.count(entry.operation, entry.status, entry.error)

    def _answer(self, request: _Request) -> _Answer | Session:
        """Carry out a request. Whatever goes wrong is an answer too."""
        call, entry = request.call, request.entry
        try:
            _check_length(request.length)
            if self._verifier is not None:
                self._verifier.verify(_signed(request), self._server.engine.clock.now())
            answer = self._server.engine.service.answer(call.operation, _unpacked(request), request.caller)
        except ServiceError as error:
            entry.status, entry.error = error.status, error.code
            _log.info("%s %s: %s", call.operation, error.code, (error.message or "").partition("\n")[0])
            return _put(call, error.status, awsjson.error_body(error.code, error.message))
        except Exception:
            entry.status, entry.error = 500, InternalFailure.__name__
            _log.exception("%s failed", call.operation)
            return _put(call, 500, awsjson.error_body(InternalFailure.__name__, None))
        return answer if isinstance(answer, Session) else _put(call, 200, answer)

    async def _suffer(self, effect: RequestEffect, request: _Request) -> _Answer | None:
        """Let a fault rule have its way with a request; None lets it go on, or there is nobody left to answer."""
        call, entry = request.call, request.entry
        if effect.delay:
            await self._server.timekeeper.sleep(effect.delay)
        match effect.outcome:
            case None:
                return None
            case Failure() as failure:
                entry.status, entry.error = failure.status, failure.code
                return _put(call, failure.status, awsjson.error_body(failure.code, _worded(failure, request)))
            case BareStatus(status, body):
                entry.status = status
                return _Answer(status, "text/plain", body)
            case ConnectionReset():
                reset_connection(_connections(), request.scope)
            case _:
                close_connection(_connections(), request.scope)
        entry.status = 0
        return None

    async def _send(self, send: Send, answer: _Answer, request_id: str) -> None:
        headers = self._headers(request_id, answer.content_type)
        headers.append((b"content-length", b"%d" % len(answer.body)))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body, "more_body": False})

    async def _stream(self, session: Session, request: _Request, receive: Receive, send: Send) -> None:
        identifiers = ", ".join(session.subscription.log_group_identifiers)
        _log.info("session %s started for %s", session.session_id, identifiers)
        client = Client(
            http_version=request.scope["http_version"],
            user_agent=request.entry.user_agent,
            close=partial(close_connection, _connections(), request.scope),
            reset=partial(reset_connection, _connections(), request.scope),
        )
        engine = self._server.engine
        schedule = self._server.timekeeper.schedule
        tail = Tail(session, engine.hub, engine.open_tail(session), engine.clock, client, schedule)
        schedule()
        await self._server.tails.serve(tail, receive, send, self._headers(session.request_id, awsjson.EVENT_STREAM))
        _log.info("session %s is over", session.session_id)

    def _headers(self, request_id: str, content_type: str) -> list[tuple[bytes, bytes]]:
        fields = awsjson.answer_headers(request_id, content_type)
        headers = [(name.encode(), value.encode()) for name, value in fields]
        headers.append((b"date", self._date.at(self._server.engine.clock.now())))
        return headers


def _check_length(length: int) -> None:
    if length > BODY_LIMIT:
        raise RequestEntityTooLargeException(f"The request body has more than {BODY_LIMIT} bytes.")


def _unpacked(request: _Request) -> bytes:
    if request.headers.get("content-encoding", "").lower() == "gzip":
        return awsjson.gunzip(request.body, BODY_LIMIT)
    return request.body


def _put(call: awsjson.AwsCall, status: int, body: bytes) -> _Answer:
    """An answer in the content type that the call asked for."""
    if call.content_type == awsjson.JSON:
        body = awsjson.wrapped(body)
    return _Answer(status, call.content_type, body)


def _worded(failure: Failure, request: _Request) -> str | None:
    """The text of a failure that a rule wants, about the log group that the rule is about."""
    caller = request.caller
    arn = LogGroupArn.of(caller.region, caller.account_id, failure.log_group or "*")
    return failure.worded(caller.account_id, request.call.operation, str(arn), partition_of(caller.region))


def _named_log_groups(request: _Request) -> tuple[str, ...]:
    """The log groups that a request names; none if nobody can read it."""
    try:
        return named_log_groups(_unpacked(request))
    except ServiceError:
        return ()


def _connections() -> Collection[asyncio.Transport]:
    loop: KnowsConnections = asyncio.get_running_loop()  # type: ignore[assignment]
    return loop.connections


def _verifier_for(server: LiveServer) -> "Verifier | None":
    settings = server.engine.settings
    if not settings.verify_signatures:
        return None
    from livetail.wire.signatures import Verifier

    return Verifier(dict(settings.credentials))


def _signed(request: _Request) -> "SignedRequest":
    from livetail.wire.signatures import SignedRequest

    scope = request.scope
    return SignedRequest(
        method=scope["method"],
        path=scope["raw_path"],
        query=scope["query_string"],
        headers=scope["headers"],
        body=request.body,
    )


def _explain(scope: Scope, headers: awsjson.Headers) -> str:
    """For the log: why AWS's front end would not know what to do with a request either."""
    content_type, target = headers.get("content-type"), headers.get("x-amz-target")
    if scope["method"] != "POST" or scope["path"] != "/":
        return f"{scope['method']} {scope['path']!r} is no request of CloudWatch Logs: its operations are POST /"
    if target is None or content_type is None:
        missing = "Content-Type" if content_type is None else "X-Amz-Target"
        return f"a request without {missing} was refused: it takes {awsjson.JSON_1_1} and Logs_20140328.<Operation>"
    return f"a request with Content-Type {content_type!r} and X-Amz-Target {target!r} was refused"
