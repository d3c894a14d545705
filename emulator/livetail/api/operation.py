"""The table of the emulated operations. A new one is a row here, a function and a test file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from livetail.api import (
    kms,
    list_log_groups,
    live_tail,
    log_events,
    log_groups,
    log_streams,
    metric_filters,
    retention,
    shapes,
    tags,
)
from livetail.api.context import Context, Response
from livetail.live.session import Session


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the service.

    Attributes:
        request_type: what its body is decoded to.
        function: carries it out; returns the members of the response by AWS's names, None where AWS's response has no
            body, or the session that StartLiveTail has opened.
    """

    name: str
    request_type: type[shapes.Request]
    function: Callable[[Context, Any], dict[str, Any] | Response | Session | None]


_ROWS = (
    Operation("StartLiveTail", shapes.StartLiveTailRequest, live_tail.start_live_tail),
    Operation("CreateLogGroup", shapes.CreateLogGroupRequest, log_groups.create_log_group),
    Operation("DeleteLogGroup", shapes.DeleteLogGroupRequest, log_groups.delete_log_group),
    Operation("DescribeLogGroups", shapes.DescribeLogGroupsRequest, log_groups.describe_log_groups),
    Operation("ListLogGroups", shapes.ListLogGroupsRequest, list_log_groups.list_log_groups),
    Operation(
        "PutLogGroupDeletionProtection",
        shapes.PutLogGroupDeletionProtectionRequest,
        log_groups.put_log_group_deletion_protection,
    ),
    Operation("AssociateKmsKey", shapes.AssociateKmsKeyRequest, kms.associate_kms_key),
    Operation("DisassociateKmsKey", shapes.DisassociateKmsKeyRequest, kms.disassociate_kms_key),
    Operation("CreateLogStream", shapes.CreateLogStreamRequest, log_streams.create_log_stream),
    Operation("DeleteLogStream", shapes.DeleteLogStreamRequest, log_streams.delete_log_stream),
    Operation("DescribeLogStreams", shapes.DescribeLogStreamsRequest, log_streams.describe_log_streams),
    Operation("PutLogEvents", shapes.PutLogEventsRequest, log_events.put_log_events),
    Operation("GetLogEvents", shapes.GetLogEventsRequest, log_events.get_log_events),
    Operation("FilterLogEvents", shapes.FilterLogEventsRequest, log_events.filter_log_events),
    Operation("TestMetricFilter", shapes.TestMetricFilterRequest, metric_filters.test_metric_filter),
    Operation("PutRetentionPolicy", shapes.PutRetentionPolicyRequest, retention.put_retention_policy),
    Operation("DeleteRetentionPolicy", shapes.DeleteRetentionPolicyRequest, retention.delete_retention_policy),
    Operation("TagResource", shapes.TagResourceRequest, tags.tag_resource),
    Operation("UntagResource", shapes.UntagResourceRequest, tags.untag_resource),
    Operation("ListTagsForResource", shapes.ListTagsForResourceRequest, tags.list_tags_for_resource),
    Operation("TagLogGroup", shapes.TagLogGroupRequest, tags.tag_log_group),
    Operation("UntagLogGroup", shapes.UntagLogGroupRequest, tags.untag_log_group),
    Operation("ListTagsLogGroup", shapes.ListTagsLogGroupRequest, tags.list_tags_log_group),
)

OPERATIONS: Mapping[str, Operation] = {row.name: row for row in _ROWS}
"""The emulated operations by their names."""
