"""Requests that name no operation of CloudWatch Logs: those of other services, and those that are not recognized."""

import asyncio
from typing import Final

from starlette.types import Scope

from livetail.core.errors import ServiceError
from livetail.server.aws_request import verify_signature
from livetail.server.emulator import Emulator
from livetail.server.request_log import RefusalLog, log_request
from livetail.wire import awsjson
from livetail.wire.other_services import (
    GET_CALLER_IDENTITY,
    caller_identity,
    not_emulated,
    query_error,
    recognize,
)

OTHER: Final = "other"
"""Counted instead of operations that are not emulated, so that clients cannot add names without limit."""


class OtherRequests:
    """Responds to such requests: carries out GetCallerIdentity of STS, and refuses and logs the others."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._refusals = RefusalLog(lambda seconds, call: asyncio.get_running_loop().call_later(seconds, call))

    def respond(
        self, scope: Scope, headers: awsjson.Headers, body: bytes, request_id: str, refusal: awsjson.AwsResponse
    ) -> awsjson.AwsResponse:
        """The response to a request; `refusal` is the response to one that names no other service."""
        other = recognize(scope["query_string"].decode("latin-1"), headers, body)
        if other is not None and other.service == "sts" and other.action == GET_CALLER_IDENTITY:
            response = self._identify_caller(scope, headers, body, request_id)
        elif other is not None:
            self._refusals.refused(other.service, f"a request for {other.service} was refused: it is not emulated")
            response = not_emulated(other, headers, request_id)
        else:
            self._refusals.refused(*_reason_of_refusal(scope, headers))
            response = refusal
        self._emulator.request_totals[OTHER, response.status, response.error] += 1
        return response

    def _identify_caller(
        self, scope: Scope, headers: awsjson.Headers, body: bytes, request_id: str
    ) -> awsjson.AwsResponse:
        entry = self._emulator.journal.enter(GET_CALLER_IDENTITY, headers, body, request_id)
        try:
            if self._emulator.settings.verify_signatures:
                verify_signature(self._emulator, scope, body, "sts")
            response = caller_identity(entry.caller.account_id, entry.caller.region, headers, request_id)
        except ServiceError as error:
            text = query_error("sts", error.code, error.message or "", request_id)
            response = awsjson.AwsResponse(error.status, "text/xml", text, error=error.code)
        entry.status, entry.error = response.status, response.error
        log_request(entry, (), None, 0.0)
        return response


def _reason_of_refusal(scope: Scope, headers: awsjson.Headers) -> tuple[str, str]:
    """The kind of the reason why a request is refused, and one sentence."""
    content_type, target = headers.get("content-type"), headers.get("x-amz-target")
    if scope["method"] != "POST" or scope["path"] != "/":
        sentence = f"{scope['method']} {scope['path']} was refused: the operations of CloudWatch Logs are POST /"
        return "method or path", sentence
    if target is None or content_type is None:
        missing = "Content-Type" if content_type is None else "X-Amz-Target"
        sentence = f"a request without {missing} was refused: it takes {awsjson.JSON_1_1} and Logs_20140328.<Operation>"
        return missing, sentence
    return "target", f"a request with Content-Type {content_type!r} and X-Amz-Target {target!r} was refused"
