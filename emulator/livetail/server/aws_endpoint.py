"""The AWS endpoint: one request of the AWS API, from its bytes to a response or a stream."""

import asyncio
import logging
from functools import cached_property
from typing import TYPE_CHECKING

from starlette.types import Receive, Scope, Send

from livetail.api.identifiers import named_log_groups
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
from livetail.server.aws_request import MAX_BODY_BYTES, AwsRequest, verify_signature
from livetail.server.bodies import read_to_end
from livetail.server.clocks import http_date, wall_ns
from livetail.server.connection import connection_of
from livetail.server.emulator import Emulator
from livetail.server.origins import granted_origin, is_preflight, preflight_response, response_headers
from livetail.server.other_requests import OTHER, OtherRequests
from livetail.server.request_log import log_rejection, log_request, log_session_end, log_session_start, places_elsewhere
from livetail.server.tail_writer import Client
from livetail.wire import awsjson
from livetail.wire.awsjson import AwsCall, AwsResponse, error_response, json_response
from livetail.wire.gzip_body import gunzip

if TYPE_CHECKING:
    from livetail.server.request_faults import RequestFaults

_log = logging.getLogger(__name__)


class AwsEndpoint:
    """The ASGI application for everything that is not the control plane."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._other_requests = OtherRequests(emulator)

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
        call = awsjson.identify(scope["method"], scope["path"], headers)
        if isinstance(call, AwsResponse):
            if is_preflight(scope["method"], headers):
                await self._send(send, preflight_response(origin, headers), request_id, None)
            else:
                other = self._other_requests.respond(scope, headers, sent, request_id, call)
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

    def _enter(
        self, scope: Scope, headers: awsjson.Headers, call: AwsCall, sent: bytes, length: int, request_id: str
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
                verify_signature(emulator, scope, sent, "logs")
        except ServiceError as error:
            problem = error
        entry = emulator.journal.enter(call.operation, headers, body, request_id)
        received_at_s = asyncio.get_running_loop().time()
        return AwsRequest(scope, call, body, problem, entry, entry.caller, received_at_s)

    def _carry_out(self, request: AwsRequest) -> AwsResponse | Session:
        """Carry out a request; an error becomes a response too."""
        call, emulator = request.call, self._emulator
        try:
            if request.problem is not None:
                raise request.problem
            result = emulator.service.handle(call.operation, request.body, request.caller)
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
            _log.exception("%s failed (request %s)", call.operation, request.caller.request_id)
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
        headers = self._headers(session.request_id, awsjson.EVENT_STREAM, origin)
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
