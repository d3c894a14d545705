"""The AWS endpoint: one request of the AWS API, from its bytes to a response or a stream."""

import asyncio
import logging
from functools import cached_property
from typing import TYPE_CHECKING, Final

from starlette.types import Receive, Scope, Send

from livetail.api.context import named_log_groups
from livetail.api.service import OPERATIONS
from livetail.core.clock import SECOND
from livetail.core.errors import (
    InternalFailure,
    RequestEntityTooLargeException,
    ResourceNotFoundException,
    ServiceError,
)
from livetail.core.ids import uuid4
from livetail.live.session import Session
from livetail.server.bodies import read_to_end
from livetail.server.clocks import http_date, wall_ns
from livetail.server.connection import connection_of
from livetail.server.emulator import Emulator
from livetail.server.journal import AwsRequest
from livetail.server.origins import granted_origin, is_preflight, preflight_response, response_headers
from livetail.server.request_log import (
    RefusalLog,
    log_rejection,
    log_request,
    log_session_end,
    log_session_start,
    places_elsewhere,
)
from livetail.server.tail_writer import Client
from livetail.wire.awsjson import (
    EVENT_STREAM,
    JSON_1_1,
    XML,
    AwsCall,
    AwsResponse,
    Headers,
    error_response,
    identify,
    json_response,
)
from livetail.wire.gzip_body import gunzip
from livetail.wire.other_services import GET_CALLER_IDENTITY, OtherRequest, identify_caller, not_emulated, recognize

if TYPE_CHECKING:
    from livetail.server.request_faults import RequestFaults

_log = logging.getLogger(__name__)


MAX_BODY_BYTES: Final = 16 * 1024 * 1024
"""The maximum of a body, as sent and unpacked. The largest PutLogEvents (10,000 events, 1 MiB of characters that JSON
has to escape) has less than 8 MiB."""

OTHER: Final = "other"
"""Counted instead of operations that are not emulated, so that clients cannot add names without limit."""


class AwsEndpoint:
    """The ASGI application for everything that is not the control plane."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._refusals = RefusalLog(lambda seconds, call: asyncio.get_running_loop().call_later(seconds, call))

    @cached_property
    def _request_faults(self) -> "RequestFaults":
        from livetail.server.request_faults import RequestFaults  # with the rooms that only rules need

        return RequestFaults(self._emulator)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to a request; raises ClientGoneError if its client leaves before."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        emulator = self._emulator
        request_id = uuid4(emulator.request_ids)
        sent, length = await read_to_end(receive, MAX_BODY_BYTES)
        origin = granted_origin(headers["origin"], emulator.settings.allowed_origin) if "origin" in headers else None
        call = identify(scope["method"], scope["path"], headers)
        if isinstance(call, AwsResponse):
            if is_preflight(scope["method"], headers):
                await self._send(send, preflight_response(origin, headers), request_id, None)
            else:
                other = self._respond_to_other(scope, headers, sent, length, request_id, call)
                await self._send(send, other, request_id, origin)
            return
        request = self._enter(scope, headers, call, sent, length, request_id)
        response: AwsResponse | Session | None
        if emulator.fault_rules:
            response = await self._request_faults.respond(emulator.fault_rules, request, receive, self._carry_out)
        else:
            response = self._carry_out(request)
        self._finish(request, response)
        if isinstance(response, Session):
            await self._stream(response, request, receive, send, origin)
        elif response is not None:
            await self._send(send, response, request_id, origin)

    def _respond_to_other(
        self, scope: Scope, headers: Headers, sent: bytes, length: int, request_id: str, refusal: AwsResponse
    ) -> AwsResponse:
        """Respond to a request that names no operation of CloudWatch Logs: GetCallerIdentity of STS is emulated too.

        `refusal` is the response to a request that is not one of another service either.
        """
        other = recognize(scope["query_string"].decode("latin-1"), headers, sent)
        if other == OtherRequest("sts", GET_CALLER_IDENTITY):
            request = self._enter(scope, headers, AwsCall(GET_CALLER_IDENTITY, XML, "sts"), sent, length, request_id)
            caller = request.entry.caller
            response = identify_caller(caller.account_id, caller.region, headers, request_id, request.problem)
            self._finish(request, response)
            return response
        if other is not None:
            kind, sentence = other.service, f"a request for {other.service} was refused: it is not emulated"
            refusal = not_emulated(other, headers, request_id)
        else:
            kind, sentence = _reason_of_refusal(scope, headers)
        self._refusals.refused(kind, sentence)
        self._emulator.request_totals[OTHER, refusal.status, None] += 1
        return refusal

    def _enter(
        self, scope: Scope, headers: Headers, call: AwsCall, sent: bytes, length: int, request_id: str
    ) -> AwsRequest:
        """Unpack a request, check its signature and add it to the journal.

        Args:
            sent: the body as it was sent, up to `MAX_BODY_BYTES`; `length` is its whole length in bytes.
        """
        emulator = self._emulator
        body = b""
        problem = None
        try:
            if length > MAX_BODY_BYTES:
                raise RequestEntityTooLargeException(f"The request body has more than {MAX_BODY_BYTES} bytes.")
            is_gzip = headers.get("content-encoding", "").lower() == "gzip"
            body = gunzip(sent, MAX_BODY_BYTES) if is_gzip else sent
            if emulator.settings.verify_signatures:
                from livetail.wire.sigv4 import SignedRequest, verify  # takes some milliseconds

                signed = SignedRequest(scope["method"], scope["query_string"], scope["headers"], sent)
                verify(signed, dict(emulator.settings.credentials), call.service, emulator.clock.now())
        except ServiceError as error:
            problem = error
        entry = emulator.journal.enter(call.operation, headers, body, request_id)
        received_at_s = asyncio.get_running_loop().time()
        return AwsRequest(scope, call, body, problem, entry, received_at_s)

    def _carry_out(self, request: AwsRequest) -> AwsResponse | Session:
        """Carry out a request; an error becomes a response too."""
        call, emulator = request.call, self._emulator
        try:
            if request.problem is not None:
                raise request.problem
            result = emulator.service.handle(call.operation, request.body, request.entry.caller)
            if isinstance(result, Session):
                return result
            content, rejection = result
            if rejection is not None:
                request.entry.rejected = rejection.info
                log_rejection(named_log_groups(request.body), rejection, emulator.clock.now())
            return json_response(call, 200, content)
        except ServiceError as error:
            problem = error
        except Exception:
            _log.exception("%s failed (request %s)", call.operation, request.entry.caller.request_id)
            problem = InternalFailure()
        return error_response(call, problem.status, problem.code, problem.message)

    def _finish(self, request: AwsRequest, response: AwsResponse | Session | None) -> None:
        """Note the response to a request in the journal, count it and log it."""
        entry, emulator = request.entry, self._emulator
        message = None
        if isinstance(response, AwsResponse):
            entry.status, entry.error, message = response.status, response.error, response.message
        elif response is None:
            entry.status = 0
        operation = entry.operation if entry.operation in OPERATIONS else OTHER
        emulator.request_totals[operation, entry.status, entry.error] += 1
        if _log.isEnabledFor(logging.INFO):
            seconds = asyncio.get_running_loop().time() - request.received_at_s
            log_groups = named_log_groups(request.body)
            if entry.error == ResourceNotFoundException.__name__:
                message = places_elsewhere(log_groups, entry.caller, emulator.service.accounts) or message
            log_request(entry, log_groups, message, seconds)

    async def _send(self, send: Send, response: AwsResponse, request_id: str, origin: str | None) -> None:
        headers = self._headers(request_id, response.content_type, origin)
        headers += response.headers
        headers.append((b"content-length", b"%d" % len(response.body)))
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": response.body, "more_body": False})

    async def _stream(
        self, session: Session, request: AwsRequest, receive: Receive, send: Send, origin: str | None
    ) -> None:
        scope = request.scope
        client = Client(connection_of(scope), scope["http_version"], request.entry.user_agent, receive, send)
        headers = self._headers(session.request_id, EVENT_STREAM, origin)
        log_session_start(session)
        await self._emulator.stream(session, client, headers)
        log_session_end(session, self._emulator.clock.now())

    def _headers(self, request_id: str, content_type: str, origin: str | None) -> list[tuple[bytes, bytes]]:
        emulator = self._emulator
        now_s = emulator.clock.now() // SECOND if emulator.settings.verify_signatures else wall_ns() // 10**9
        headers = [
            (b"x-amzn-RequestId", request_id.encode()),
            (b"Content-Type", content_type.encode()),
            (b"date", http_date(now_s)),
        ]
        if origin is not None:
            headers += response_headers(origin)
        return headers


def _reason_of_refusal(scope: Scope, headers: Headers) -> tuple[str, str]:
    """The kind of the reason why a request is refused, and one sentence."""
    content_type, target = headers.get("content-type"), headers.get("x-amz-target")
    if scope["method"] != "POST" or scope["path"] != "/":
        sentence = f"{scope['method']} {scope['path']} was refused: the operations of CloudWatch Logs are POST /"
        return "method or path", sentence
    if target is None or content_type is None:
        missing = "Content-Type" if content_type is None else "X-Amz-Target"
        sentence = f"a request without {missing} was refused: it takes {JSON_1_1} and Logs_20140328.<Operation>"
        return missing, sentence
    return "target", f"a request with Content-Type {content_type!r} and X-Amz-Target {target!r} was refused"
