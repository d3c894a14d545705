"""CreateLogGroup, DeleteLogGroup, PutLogGroupDeletionProtection and DescribeLogGroups."""

from operator import itemgetter
from typing import Any

from livetail.api.context import Context
from livetail.api.identifiers import log_group_by_name_or_identifier
from livetail.api.kms import check_kms_key
from livetail.api.paging import page_of_rows
from livetail.api.shapes import (
    CreateLogGroupRequest,
    DeleteLogGroupRequest,
    DescribeLogGroupsRequest,
    PutLogGroupDeletionProtectionRequest,
)
from livetail.api.tags import check_tag_keys
from livetail.core.arns import LogGroupArn
from livetail.core.errors import InvalidParameterException, ValidationException
from livetail.core.limits import RESERVED_PREFIX
from livetail.store.log_group import LogGroup, LogGroupClass

DESCRIBE_LIMIT = 50
"""How many rows DescribeLogGroups and DescribeLogStreams give at most, and without `limit`."""


def create_log_group(context: Context, request: CreateLogGroupRequest) -> None:
    """Create a log group. A KMS key is kept and not looked up; the quota of a million groups is not checked."""
    # The documentation forbids `aws/`, the text speaks of AWS/; whether capitals are refused too is not known.
    if request.log_group_name.startswith(RESERVED_PREFIX):
        raise InvalidParameterException("Log groups starting with AWS/ are reserved for AWS.")
    check_tag_keys(request.tags or ())
    if request.kms_key_id is not None:
        check_kms_key(request.kms_key_id)
    context.store.create_group(
        request.log_group_name,
        context.now,
        log_group_class=request.log_group_class or LogGroupClass.STANDARD,
        kms_key_id=request.kms_key_id,
        deletion_protection=bool(request.deletion_protection_enabled),
        tags=request.tags,
    )


def delete_log_group(context: Context, request: DeleteLogGroupRequest) -> None:
    """Delete a log group with its streams and events; Live Tail sessions on it stay open without further events."""
    check_deletion(context.store.group(request.log_group_name))
    context.store.delete_group(request.log_group_name)


def put_log_group_deletion_protection(context: Context, request: PutLogGroupDeletionProtectionRequest) -> None:
    """Protect a log group from deletion, or stop protecting it."""
    group = log_group_by_name_or_identifier(context, None, request.log_group_identifier)
    group.deletion_protection = request.deletion_protection_enabled


def check_deletion(group: LogGroup) -> None:
    """Raise ValidationException if the group is protected.

    The text is documented for log groups, and taken for log streams, as "all deletion operations" are blocked.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/protecting-log-groups-from-deletion.html
    """
    if group.deletion_protection:
        raise ValidationException(
            "Cannot delete log group with deletion protection enabled. Disable deletion protection first."
        )


def describe_log_groups(context: Context, request: DescribeLogGroupsRequest) -> dict[str, Any]:
    """The log groups in ASCII order of their names. There are no linked accounts."""
    prefix, pattern = request.log_group_name_prefix, request.log_group_name_pattern
    if prefix is not None and pattern is not None:
        raise InvalidParameterException(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."
        )
    groups = [
        (name, group)
        for name, group in sorted(context.store.groups.items(), key=itemgetter(0))
        if (prefix is None or name.startswith(prefix))
        and (pattern is None or pattern in name)
        and (request.log_group_class is None or group.log_group_class is request.log_group_class)
    ]
    if request.log_group_identifiers is not None:
        wanted = _names(context, request)
        groups = [(name, group) for name, group in groups if name in wanted]
    if request.include_linked_accounts and request.account_identifiers:
        groups = groups if context.caller.account_id in request.account_identifiers else []
    page, token = page_of_rows(request, groups, request.limit or DESCRIBE_LIMIT)
    return {"logGroups": [_described(group, pattern is not None) for group in page], **token}


def _names(context: Context, request: DescribeLogGroupsRequest) -> set[str]:
    """The groups of `logGroupIdentifiers` by name; what is not there, or not here, is left out."""
    filters = request.log_group_name_prefix, request.log_group_name_pattern, request.log_group_class
    if any(other is not None for other in filters):
        raise InvalidParameterException(
            "logGroupIdentifiers can be combined with includeLinkedAccounts only, not with another filter."
        )
    names = set()
    for identifier in request.log_group_identifiers or ():
        arn = LogGroupArn.parse(identifier)
        if arn is None:
            names.add(identifier)
        elif (arn.account_id, arn.region) == (context.caller.account_id, context.caller.region):
            names.add(arn.name)
    return names


def _described(group: LogGroup, by_pattern: bool) -> dict[str, Any]:
    """A row of the response; one found by a pattern lacks three members (observed: aws/aws-sdk-go-v2#2102)."""
    row: dict[str, Any] = {"logGroupName": group.name, "creationTime": group.created_at}
    if group.retention_days is not None and not by_pattern:
        row["retentionInDays"] = group.retention_days
    row["metricFilterCount"] = 0
    row["arn"] = group.arn.all_streams
    if not by_pattern:
        row["storedBytes"] = group.stored_bytes
    if group.kms_key_id is not None:
        row["kmsKeyId"] = group.kms_key_id
    row["logGroupClass"] = group.log_group_class.value
    row["logGroupArn"] = str(group.arn)
    if not by_pattern:
        row["deletionProtectionEnabled"] = group.deletion_protection
    row["bearerTokenAuthenticationEnabled"] = False
    return row
