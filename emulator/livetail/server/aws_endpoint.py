"""The AWS endpoint: one request of the AWS API, from its bytes to a response or a stream."""

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING

from starlette.types import Receive, Scope, Send

from livetail.core.errors import InternalFailure, ResourceNotFoundException, ServiceError
from livetail.core.ids import uuid4
from livetail.live.session import Session
from livetail.server.aws_request import (
    MAX_BODY_BYTES,
    AwsRequest,
    enter_in_journal,
    verify_signature,
)
from livetail.server.bodies import ClientGoneError, read_to_end
from livetail.server.clocks import HttpDate, real_now
from livetail.server.connection import connection_of
from livetail.server.emulator import Emulator
from livetail.server.origins import granted_origin, is_preflight, preflight_headers, response_headers
from livetail.server.other_requests import OtherRequests
from livetail.server.request_log import log_rejection, log_request, log_session_end, log_session_start, places_elsewhere
from livetail.server.tail_writer import Client, TailWriter
from livetail.wire import awsjson
from livetail.wire.awsjson import AwsResponse, error_response, json_response

if TYPE_CHECKING:
    from livetail.faults.fault_rules import FaultRules
    from livetail.server.request_faults import RequestFaults

_log = logging.getLogger(__name__)


class AwsEndpoint:
    """The ASGI application for everything that is not the control plane."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._date = HttpDate()
        self._date_clock = emulator.clock.now if emulator.settings.verify_signatures else real_now
        self._other_requests = OtherRequests(emulator)
        self._request_faults: RequestFaults | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        emulator = self._emulator
        request_id = uuid4(emulator.request_ids)
        try:
            body, length = await read_to_end(receive, MAX_BODY_BYTES)
        except ClientGoneError:
            return
        origin = granted_origin(headers["origin"], emulator.settings.allowed_origin) if "origin" in headers else None
        call = awsjson.identify(scope["method"], scope["path"], headers)
        if isinstance(call, AwsResponse):
            if is_preflight(scope["method"], headers):
                await self._send(send, _preflight_response(origin, headers), request_id, None)
            else:
                other = self._other_requests.respond(scope, headers, body, request_id, call)
                await self._send(send, other, request_id, origin)
            return
        caller, entry = enter_in_journal(emulator, call.operation, headers, body, request_id)
        received_at_s = asyncio.get_running_loop().time()
        request = AwsRequest(scope, headers, call, caller, body, length, entry, received_at_s, origin)
        response: AwsResponse | Session | None
        if emulator.fault_rules:
            try:
                response = await self._respond_under_rules(emulator.fault_rules, request, receive)
            except ClientGoneError:
                return
        else:
            response = self._carry_out(request)
        self._finish(request)
        if isinstance(response, Session):
            await self._stream(response, request, receive, send)
        elif response is not None:
            await self._send(send, response, request_id, origin)

    def _carry_out(self, request: AwsRequest) -> AwsResponse | Session:
        """Carry out a request; an error becomes a response too."""
        call, entry, emulator = request.call, request.entry, self._emulator
        try:
            body = request.json()
            if emulator.settings.verify_signatures:
                verify_signature(emulator, request.scope, request.body, "logs")
            result = emulator.service.handle(call.operation, body, request.caller)
            if isinstance(result, Session):
                return result
            content, rejection = result
            if rejection is not None:
                entry.rejected = rejection.info
                log_rejection(request.log_groups(), rejection, emulator.clock.now())
            return json_response(call, 200, content)
        except ServiceError as error:
            problem = error
        except Exception:
            _log.exception("%s failed (request %s)", call.operation, entry.request_id)
            problem = InternalFailure()
        entry.status, entry.error, entry.message = problem.status, problem.code, problem.message
        return error_response(call, problem.status, problem.code, problem.message)

    def _finish(self, request: AwsRequest) -> None:
        """Count a request whose response is known, and log it."""
        entry = request.entry
        self._emulator.request_totals.count(entry.operation, entry.status, entry.error)
        if _log.isEnabledFor(logging.INFO):
            seconds = asyncio.get_running_loop().time() - request.received_at_s
            log_groups, message = request.log_groups(), entry.message
            if entry.error == ResourceNotFoundException.__name__:
                accounts = self._emulator.service.accounts
                message = places_elsewhere(log_groups, request.caller, accounts) or message
            log_request(request.call.operation, log_groups, entry.status, entry.error, message, seconds)

    async def _respond_under_rules(
        self, rules: "FaultRules", request: AwsRequest, receive: Receive
    ) -> AwsResponse | Session | None:
        """As `RequestFaults.respond`."""
        from livetail.server.request_faults import RequestFaults  # with the rooms that only rules need

        if self._request_faults is None:
            self._request_faults = RequestFaults(self._emulator)
        return await self._request_faults.respond(rules, request, receive, self._carry_out)

    async def _send(self, send: Send, response: AwsResponse, request_id: str, origin: str | None) -> None:
        headers = self._headers(request_id, response.content_type, origin)
        headers += response.headers
        headers.append((b"content-length", b"%d" % len(response.body)))
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": response.body, "more_body": False})

    async def _stream(self, session: Session, request: AwsRequest, receive: Receive, send: Send) -> None:
        emulator = self._emulator
        client = Client(
            http_version=request.scope["http_version"],
            user_agent=request.entry.user_agent,
            connection=connection_of(request.scope),
            close=partial(emulator.close_connection, request.scope),
            reset=partial(emulator.close_connection, request.scope, reset=True),
        )
        emulator.open_session(session)
        writer = TailWriter(session, emulator.hub, emulator.clock, client, emulator.scheduler.schedule)
        emulator.scheduler.schedule()
        headers = self._headers(session.request_id, awsjson.EVENT_STREAM, request.origin)
        log_session_start(session)
        try:
            await emulator.tail_writers.serve(writer, receive, send, headers)
        finally:
            emulator.close_session(session, client)
        log_session_end(session, session.ended_by, emulator.clock.now())

    def _headers(self, request_id: str, content_type: str, origin: str | None) -> list[tuple[bytes, bytes]]:
        headers = [
            (b"x-amzn-RequestId", request_id.encode()),
            (b"Content-Type", content_type.encode()),
            (b"date", self._date.at(self._date_clock())),
        ]
        if origin is not None:
            headers += response_headers(origin)
        return headers


def _preflight_response(origin: str | None, headers: awsjson.Headers) -> AwsResponse:
    """The response to a preflight; `origin` is None if its pages may not call the API."""
    if origin is None:
        return AwsResponse(403, "text/plain", b"Pages of this origin may not call the API: see --allowed-origin.\n")
    return AwsResponse(200, "text/plain", b"", tuple(preflight_headers(origin, headers)))
