"""The requests of the emulated operations, member by member as in AWS's model of the service.

Every member of the model is here, also those that the emulator only checks or does not need; a test compares them with
botocore's copy of the model. The annotation of a constraint is used twice: msgspec enforces it while it decodes, and
`livetail.api.lenient` reads it to name what is wrong. msgspec searches with its patterns where AWS matches the whole
of a text, and Python's classes are wider than those of Java; so a pattern is kept in both forms.
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from livetail.core import limits
from livetail.store.batch import LogEvent
from livetail.store.log_group import LogGroupClass

INTEGER = "Integer"
LONG = "Long"
INVALID_ARN = "Invalid resourceArn"
NAME_TOO_LONG = "Invalid LogGroup or LogStream, both must have length less than or equal to 512."

INTEGER_RANGES = {INTEGER: (-(2**31), 2**31 - 1), LONG: (-(2**63), 2**63 - 1)}


def text(minimum: int | None = None, maximum: int | None = None, pattern: str | None = None, **texts: str) -> Meta:
    """A string: how many characters it may have, and AWS's pattern that the whole of it must match.

    Args:
        texts: AWS's own texts instead of those of its framework: `too_long`, `not_matching`.
    """
    if pattern is None:
        return Meta(min_length=minimum, max_length=maximum)
    extra = {"pattern": pattern, **texts}
    return Meta(min_length=minimum, max_length=maximum, pattern=limits.python_pattern(pattern), extra=extra)


def integer(minimum: int | None = None, maximum: int | None = None, kind: str = INTEGER) -> Meta:
    """A whole number of 32 bits, or of 64 (`LONG`), and the range within that."""
    lowest, highest = INTEGER_RANGES[kind]
    return Meta(
        ge=lowest if minimum is None else minimum,
        le=highest if maximum is None else maximum,
        extra={"type": kind},
    )


def items(minimum: int | None = None, maximum: int | None = None) -> Meta:
    """A list or a map: how many elements or entries it may have."""
    return Meta(min_length=minimum, max_length=maximum)


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
FilterPattern = Annotated[str, text(0, limits.MAX_PATTERN_CHARACTERS)]
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
Timestamp = Annotated[int, integer(0, kind=LONG)]


class Request(Struct, rename="camel", gc=False):
    """The base of all requests: member names are those of the model in snake_case, and null is absent."""


class LogGroupRequest(Request):
    """The request of operations on a log group; some have more members."""

    log_group_name: LogGroupName


class LogStreamRequest(LogGroupRequest):
    """The request of operations on a log stream; some have more members."""

    log_stream_name: LogStreamName


class NamedOrIdentifiedRequest(Request):
    """A request that names its log group by one of two members."""

    log_group_name: LogGroupName | None = None
    log_group_identifier: LogGroupIdentifier | None = None


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


class DescribeLogStreamsRequest(NamedOrIdentifiedRequest):
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


class GetLogEventsRequest(NamedOrIdentifiedRequest, kw_only=True):
    log_stream_name: LogStreamName
    start_time: Timestamp | None = None
    end_time: Timestamp | None = None
    next_token: NextToken | None = None
    limit: EventsLimit | None = None
    start_from_head: bool | None = None
    unmask: bool | None = None


class FilterLogEventsRequest(NamedOrIdentifiedRequest):
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
