"""The table of the emulated operations. A new one is a function here, a request in `shapes` and a test file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from livetail.api import (
    group_settings,
    live_tail,
    log_events,
    log_groups,
    log_streams,
    metric_filters,
    put_log_events,
)
from livetail.api.context import Context
from livetail.api.put_log_events import PutResult
from livetail.api.shapes import Request
from livetail.live.session import Session

Function: TypeAlias = Callable[[Context, Any], dict[str, Any] | PutResult | Session | None]
"""Carries out an operation; returns the members of the response by AWS's names, None where AWS's response has no body,
or the session that StartLiveTail has opened."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the service: the struct that its body is decoded to, and what carries it out."""

    request_type: type[Request]
    function: Function


_FUNCTIONS: tuple[Function, ...] = (
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
    put_log_events.put_log_events,
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

OPERATIONS: Mapping[str, Operation] = {
    "".join(word.capitalize() for word in function.__name__.split("_")): Operation(
        function.__annotations__["request"], function
    )
    for function in _FUNCTIONS
}
"""The emulated operations by their names, which follow from those of the functions."""
