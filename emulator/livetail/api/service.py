"""The service as a whole: the table of its operations, and how a request is carried out.

A new operation is a function in this table, a request in `shapes` and a test file.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeAlias

import msgspec

from livetail.api import group_settings, live_tail, log_events, log_groups, log_streams, metric_filters
from livetail.api.context import Caller, Context
from livetail.api.lenient import read_leniently
from livetail.api.shapes import LogStreamRequest, PutLogEventsRequest, Request
from livetail.core.clock import Clock
from livetail.core.errors import InvalidParameterException, UnknownOperationException
from livetail.core.limits import MAX_BATCH_BYTES, MAX_BATCH_EVENTS
from livetail.core.unicode import well_formed
from livetail.live.hub import Hub
from livetail.live.session import Session
from livetail.store.accounts import Accounts
from livetail.store.batch import LogEvent
from livetail.store.rules import Rejection

Operation: TypeAlias = Callable[
    [Context, Any], dict[str, Any] | tuple[dict[str, Any], Rejection | None] | Session | None
]
"""Carries out an operation on a request, of the type that its annotation names.

Returns the members of the response by AWS's names, None where AWS's response has no body; PutLogEvents also what it
rejected; or the session that StartLiveTail has opened.
"""

_FUNCTIONS: Final[tuple[Operation, ...]] = (
    live_tail.start_live_tail,
    log_groups.create_log_group,
    log_groups.delete_log_group,
    log_groups.describe_log_groups,
    log_groups.list_log_groups,
    log_groups.put_log_group_deletion_protection,
    group_settings.associate_kms_key,
    group_settings.disassociate_kms_key,
    log_streams.create_log_stream,
    log_streams.delete_log_stream,
    log_streams.describe_log_streams,
    log_events.put_log_events,
    log_events.get_log_events,
    log_events.filter_log_events,
    metric_filters.test_metric_filter,
    group_settings.put_retention_policy,
    group_settings.delete_retention_policy,
    group_settings.tag_resource,
    group_settings.untag_resource,
    group_settings.list_tags_for_resource,
    group_settings.tag_log_group,
    group_settings.untag_log_group,
    group_settings.list_tags_log_group,
)

OPERATIONS: Final[Mapping[str, Operation]] = {
    "".join(word.capitalize() for word in function.__name__.split("_")): function for function in _FUNCTIONS
}
"""The emulated operations by their names, which follow from those of the functions."""


class Service:
    """The emulated operations on the state of all accounts and regions.

    Attributes:
        rejected_events: how many events PutLogEvents rejected, by reason.

    Args:
        hub: gets every batch that is ingested.
        retain_events, retain_bytes: see `Accounts`.
    """

    def __init__(self, *, clock: Clock, hub: Hub, retain_events: int, retain_bytes: int) -> None:
        self.clock = clock
        self.hub = hub
        self.accounts = Accounts(retain_events, retain_bytes)
        self.rejected_events = Counter({"too old": 0, "expired": 0, "too new": 0})

    def handle(self, operation: str, body: bytes, caller: Caller) -> tuple[bytes, Rejection | None] | Session:
        """Carry out one request.

        Args:
            operation: its name, as `X-Amz-Target` has it after the dot.
            body: the request body, unpacked.

        Returns:
            the JSON of the response (no bytes where AWS's response has no body) with the events that PutLogEvents
            rejected, or the session that is to be streamed.

        Raises:
            ServiceError: what AWS would send instead.
        """
        function = OPERATIONS.get(operation)
        if function is None:
            raise UnknownOperationException(
                f"{operation} is not emulated. These operations are: {', '.join(OPERATIONS)}."
            )
        request = _read(function.__annotations__["request"], body)
        store = self.accounts.region(caller.account_id, caller.region)
        context = Context(caller, self.clock.now(), len(body), store, self.accounts, self.hub)
        result = function(context, request)
        if isinstance(result, Session):
            return result
        members, rejection = result if isinstance(result, tuple) else (result, None)
        if rejection is not None:
            self.rejected_events.update(rejection.reasons)
        return b"" if members is None else msgspec.json.encode(members), rejection

    def ingest(self, caller: Caller, log_group: str, log_stream: str, events: Sequence[str | LogEvent]) -> None:
        """Ingest events without the rules of PutLogEvents, for the control plane, scenarios and replays.

        Group and stream are made if they are missing. A bare message gets the present as its timestamp; events are
        brought into the order of their timestamps. There is no limit to age, span, number or size.

        Raises:
            InvalidParameterException: a name that AWS would refuse, an empty message, or a negative timestamp.
        """
        now = self.clock.now()
        store = self.accounts.region(caller.account_id, caller.region)
        group = store.groups.get(log_group)
        if group is None or log_stream not in group.streams:
            names = {"logGroupName": well_formed(log_group), "logStreamName": well_formed(log_stream)}
            read_leniently(msgspec.json.encode(names), LogStreamRequest)
            group = group or store.create_group(log_group, now)
            group.create_stream(log_stream, now)
        stamped = [_stamped(event, now) for event in events]
        stamped.sort(key=lambda event: event.timestamp)
        if stamped and (stamped[0].timestamp < 0 or not all(event.message for event in stamped)):
            raise InvalidParameterException("A log event must have a message that is not empty, and no negative time.")
        stream = group.stream(log_stream)
        for start in range(0, len(stamped), MAX_BATCH_EVENTS):
            self.hub.publish(group.arn, group.append(stream, stamped[start : start + MAX_BATCH_EVENTS], now))


def _read(request_type: type[Request], body: bytes) -> Request:
    """The request, decoded by msgspec if it is valid; else, or if it is too large to be, read by `lenient`."""
    max_bytes = 8 * MAX_BATCH_BYTES if request_type is PutLogEventsRequest else MAX_BATCH_BYTES
    if len(body) <= max_bytes:
        try:
            return _decoder(request_type).decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            pass
    return read_leniently(body, request_type)


@cache
def _decoder(request_type: type[Request]) -> msgspec.json.Decoder[Request]:
    return msgspec.json.Decoder(request_type)


def _stamped(event: str | LogEvent, now: int) -> LogEvent:
    if isinstance(event, str):
        return LogEvent(now, well_formed(event))
    return event if event.message.isascii() else LogEvent(event.timestamp, well_formed(event.message))
