"""The requests of the emulated operations, member by member as in AWS's model of the service.

These structs are the constraint table: see `constraints`. Every member of the model is here, also those that the
emulator only checks or does not need; a test compares them with botocore's copy of the model, so they do not drift.
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Struct

from livetail.api.constraints import INVALID_ARN, NAME_TOO_LONG, integer, items, long, text
from livetail.core import limits
from livetail.store.batch import LogEvent
from livetail.store.log_group import LogGroupClass


class OrderBy(StrEnum):
    """How DescribeLogStreams orders its rows."""

    LOG_STREAM_NAME = "LogStreamName"
    LAST_EVENT_TIME = "LastEventTime"


AccountIds = Annotated[list[Annotated[str, text(12, 12, r"^\d{12}$")]], items(0, 20)]
AmazonResourceName = Annotated[str, text(1, 1011, r"[\w+=/:,.@-]*", not_matching=INVALID_ARN)]
Days = Annotated[int, integer()]
DescribeLimit = Annotated[int, integer(1, 50)]
EventMessage = Annotated[str, text(1)]
EventsLimit = Annotated[int, integer(1, limits.MAX_PAGE_EVENTS)]
FilterPattern = Annotated[str, text(0, 1024)]
KmsKeyId = Annotated[str, text(None, 256)]
LogGroupIdentifier = Annotated[str, text(1, 2048, r"[\w#+=/:,.@-]*")]
LogGroupName = Annotated[str, text(1, limits.MAX_NAME_LENGTH, limits.LOG_GROUP_NAME_PATTERN, too_long=NAME_TOO_LONG)]
LogGroupNamePattern = Annotated[str, text(0, 512, r"[\.\-_/#A-Za-z0-9]*")]
LogStreamName = Annotated[str, text(1, limits.MAX_NAME_LENGTH, limits.LOG_STREAM_NAME_PATTERN, too_long=NAME_TOO_LONG)]
LogStreamNames = Annotated[
    list[Annotated[str, text(1, limits.MAX_NAME_LENGTH, limits.LOG_STREAM_NAME_PATTERN)]], items(1, 100)
]
NextToken = Annotated[str, text(1)]
ResourceIdentifier = Annotated[str, text(1, 2048, r"[\w+=/:,.@\-\*]*")]
SequenceToken = Annotated[str, text(1)]
TagKey = Annotated[str, text(1, limits.MAX_TAG_KEY_LENGTH, limits.TAG_KEY_PATTERN)]
TagValue = Annotated[str, text(None, limits.MAX_TAG_VALUE_LENGTH, limits.TAG_VALUE_PATTERN)]
Tags = Annotated[dict[TagKey, TagValue], items(1, limits.MAX_TAGS)]
Timestamp = Annotated[int, long(0)]


class Request(Struct, rename="camel", gc=False):
    """What all requests are: names of the model become those of Python, and a member that is null is absent."""


class LogGroupRequest(Request):
    """That of the operations that take the name of a log group; some take more."""

    log_group_name: LogGroupName


class LogStreamRequest(LogGroupRequest):
    """That of the operations that take the name of a log stream; some take more."""

    log_stream_name: LogStreamName


class StartLiveTailRequest(Request):
    log_group_identifiers: Annotated[list[LogGroupIdentifier], items(1, 10)]
    log_stream_names: LogStreamNames | None = None
    log_stream_name_prefixes: LogStreamNames | None = None
    log_event_filter_pattern: FilterPattern | None = None


class CreateLogGroupRequest(LogGroupRequest):
    kms_key_id: KmsKeyId | None = None
    tags: Tags | None = None
    log_group_class: LogGroupClass | None = None
    deletion_protection_enabled: bool | None = None


class DescribeLogGroupsRequest(Request):
    account_identifiers: AccountIds | None = None
    log_group_name_prefix: LogGroupName | None = None
    log_group_name_pattern: LogGroupNamePattern | None = None
    next_token: NextToken | None = None
    limit: DescribeLimit | None = None
    include_linked_accounts: bool | None = None
    log_group_class: LogGroupClass | None = None
    log_group_identifiers: Annotated[list[LogGroupIdentifier], items(1, 50)] | None = None


class DataSourceFilter(Request):
    name: str
    type: str | None = None


class TagFilter(Request):
    """Log groups that have a tag, with one of some values if there are any."""

    key: TagKey
    values: (
        Annotated[list[Annotated[str, text(0, 259, r"^!?\*?([\p{L}\p{Z}\p{N}_.:/=+\-@]*)\*?$")]], items(0, 5)] | None
    ) = None


class ListLogGroupsRequest(Request):
    log_group_name_pattern: (
        Annotated[str, text(3, 129, r"(\^?[\.\-_\/#A-Za-z0-9]{3,24})(\|\^?[\.\-_\/#A-Za-z0-9]{3,24}){0,4}")] | None
    ) = None
    log_group_class: LogGroupClass | None = None
    include_linked_accounts: bool | None = None
    account_identifiers: AccountIds | None = None
    next_token: NextToken | None = None
    limit: Annotated[int, integer(1, 1000)] | None = None
    data_sources: Annotated[list[DataSourceFilter], items(1, 5)] | None = None
    field_index_names: (
        Annotated[list[Annotated[str, text(1, limits.MAX_NAME_LENGTH, limits.LOG_GROUP_NAME_PATTERN)]], items(1, 20)]
        | None
    ) = None
    log_group_tags: Annotated[list[TagFilter], items(1, 5)] | None = None


class PutLogGroupDeletionProtectionRequest(Request):
    log_group_identifier: LogGroupIdentifier
    deletion_protection_enabled: bool


class AssociateKmsKeyRequest(Request, kw_only=True):
    log_group_name: LogGroupName | None = None
    kms_key_id: KmsKeyId
    resource_identifier: ResourceIdentifier | None = None


class DisassociateKmsKeyRequest(Request):
    log_group_name: LogGroupName | None = None
    resource_identifier: ResourceIdentifier | None = None


class DescribeLogStreamsRequest(Request):
    log_group_name: LogGroupName | None = None
    log_group_identifier: LogGroupIdentifier | None = None
    log_stream_name_prefix: LogStreamName | None = None
    order_by: OrderBy | None = None
    descending: bool | None = None
    next_token: NextToken | None = None
    limit: DescribeLimit | None = None


class Entity(Request):
    """What the events of a PutLogEvents request are about; checked, and otherwise ignored."""

    key_attributes: Annotated[dict[Annotated[str, text(1, 32)], Annotated[str, text(1, 512)]], items(2, 4)] | None = (
        None
    )
    attributes: Annotated[dict[Annotated[str, text(1, 256)], Annotated[str, text(1, 512)]], items(0, 10)] | None = None


class PutLogEventsRequest(LogStreamRequest):
    log_events: Annotated[list[LogEvent], items(1, limits.MAX_BATCH_EVENTS)]
    sequence_token: SequenceToken | None = None
    entity: Entity | None = None


class GetLogEventsRequest(Request, kw_only=True):
    log_group_name: LogGroupName | None = None
    log_group_identifier: LogGroupIdentifier | None = None
    log_stream_name: LogStreamName
    start_time: Timestamp | None = None
    end_time: Timestamp | None = None
    next_token: NextToken | None = None
    limit: EventsLimit | None = None
    start_from_head: bool | None = None
    unmask: bool | None = None


class FilterLogEventsRequest(Request):
    log_group_name: LogGroupName | None = None
    log_group_identifier: LogGroupIdentifier | None = None
    log_stream_names: LogStreamNames | None = None
    log_stream_name_prefix: LogStreamName | None = None
    start_time: Timestamp | None = None
    end_time: Timestamp | None = None
    filter_pattern: FilterPattern | None = None
    next_token: NextToken | None = None
    limit: EventsLimit | None = None
    start_from_head: bool | None = None
    interleaved: bool | None = None
    unmask: bool | None = None


class TestMetricFilterRequest(Request):
    filter_pattern: FilterPattern
    log_event_messages: Annotated[list[EventMessage], items(1, 50)]


class PutRetentionPolicyRequest(LogGroupRequest):
    retention_in_days: Days


class ResourceRequest(Request):
    resource_arn: AmazonResourceName


class TagResourceRequest(ResourceRequest):
    tags: Tags


class UntagResourceRequest(ResourceRequest):
    tag_keys: Annotated[list[TagKey], items(0, 50)]


class TagLogGroupRequest(LogGroupRequest):
    tags: Tags


class UntagLogGroupRequest(LogGroupRequest):
    tags: Annotated[list[TagKey], items(1)]
