"""What fault rules do to a request of the AWS API: delay it, or respond in place of the operation.

Imported when the first rule is in force.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias

from starlette.types import Receive

from livetail.api.context import named_log_groups
from livetail.core.arns import LogGroupArn
from livetail.core.clock import SECOND
from livetail.faults.effects import Delay, EmptyPage, Error, HideEvents, Reset, ResponseEffect, Status
from livetail.faults.fault_rules import FaultRules
from livetail.live.session import Ending, Session
from livetail.server.bodies import ClientGoneError, wait_for_disconnect
from livetail.server.connection import connection_of
from livetail.server.emulator import Emulator
from livetail.server.journal import AwsRequest
from livetail.wire.awsjson import AwsResponse, error_response

MAX_HELD_REQUESTS: Final = 1_000
MAX_HELD_BYTES: Final = 64 * 1024 * 1024
"""Requests that `delay` rules hold at the same time, and bytes of their bodies; each also keeps a connection open."""

Response: TypeAlias = AwsResponse | Session


class RequestFaults:
    """Applies the rules in force to requests."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._held_requests = 0
        self._held_bytes = 0

    async def respond(
        self, rules: FaultRules, request: AwsRequest, receive: Receive, carry_out: Callable[[AwsRequest], Response]
    ) -> Response | None:
        """Respond to a request under the rules in force; `carry_out` carries out its operation.

        Returns:
            None if a rule closed the connection.

        Raises:
            ClientGoneError: while a rule delayed the request, its client left, or the emulator was reset or stopped;
                then the connection is closed.
        """
        emulator, entry, log_groups = self._emulator, request.entry, named_log_groups(request.body)
        fired = rules.fire_on_request(entry.operation, entry.caller.request_id, log_groups, emulator.clock.now())
        if not fired:
            return carry_out(request)
        effects = [rule.effect for rule in fired]
        delay_s = sum(effect.seconds for effect in effects if isinstance(effect, Delay))
        hidden_s = max((effect.seconds for effect in effects if isinstance(effect, HideEvents)), default=0)
        # Each empty page has a number of its own.
        empty_page = rules.fired[EmptyPage.type_name()] if EmptyPage() in effects else 0
        if delay_s:
            held_bytes = self._held_bytes + len(request.body)
            if self._held_requests == MAX_HELD_REQUESTS or held_bytes > MAX_HELD_BYTES:
                return _error(request, Error(code="ServiceUnavailableException"), None)
            if not await self._wait(round(delay_s * SECOND), request, receive) or emulator.fault_rules is not rules:
                entry.status = 0
                connection_of(request.scope).end_by_fault(reset=False)
                raise ClientGoneError
        if hidden_s or empty_page:
            hidden_after = emulator.clock.now() - round(hidden_s * SECOND) if hidden_s else None
            entry.caller = replace(entry.caller, empty_page=empty_page, hidden_after=hidden_after)
        effect = fired[-1].effect
        if not isinstance(effect, ResponseEffect):
            return carry_out(request)
        if effect.carry_out:
            discarded = carry_out(request)
            if isinstance(discarded, Session):
                emulator.hub.close(discarded, Ending.FAULT)
        match effect:
            case Error():
                return _error(request, effect, fired[-1].matched_group(log_groups))
            case Status(status=status, body=text):
                return AwsResponse(status, "text/plain", text.encode())
        connection_of(request.scope).end_by_fault(reset=isinstance(effect, Reset))
        return None

    async def _wait(self, milliseconds: int, request: AwsRequest, receive: Receive) -> bool:
        """Delay a request by the emulator's clock; returns False if the emulator was reset or stopped meanwhile.

        Raises:
            ClientGoneError: its client left meanwhile.
        """
        self._held_requests += 1
        self._held_bytes += len(request.body)
        disconnect = asyncio.ensure_future(wait_for_disconnect(receive))
        try:
            with self._emulator.scheduler.sleeping(milliseconds) as sleep:
                await asyncio.wait((sleep, disconnect), return_when=asyncio.FIRST_COMPLETED)
            if disconnect.done():
                request.entry.status = 0
                raise ClientGoneError
            return sleep.result()
        finally:
            disconnect.cancel()
            self._held_requests -= 1
            self._held_bytes -= len(request.body)


def _error(request: AwsRequest, error: Error, log_group: str | None) -> AwsResponse:
    """An injected error; its message names the log group of the rule."""
    entry = request.entry
    arn = LogGroupArn.of(entry.caller.region, entry.caller.account_id, log_group or "*")
    message = error.text(entry.operation, arn)
    return error_response(request.call, error.http_status, error.code, message, error.members)
