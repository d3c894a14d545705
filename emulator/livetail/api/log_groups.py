"""CreateLogGroup, DeleteLogGroup, PutLogGroupDeletionProtection, DescribeLogGroups and ListLogGroups."""

import re
from collections.abc import Iterable
from typing import Any

from livetail.api import shapes
from livetail.api.context import Context
from livetail.api.group_settings import check_kms_key, check_tag_keys
from livetail.api.paging import Key, page_of_rows
from livetail.core.arns import LogGroupArn
from livetail.core.errors import InvalidParameterException, ValidationException
from livetail.core.limits import RESERVED_PREFIX
from livetail.store.log_group import LogGroup, LogGroupClass


def create_log_group(context: Context, request: shapes.CreateLogGroupRequest) -> None:
    """Create a log group. A KMS key is kept and not looked up; the quota of a million groups is not checked."""
    # The documentation forbids `aws/`, the text speaks of AWS/; whether capitals are refused too is not known.
    if request.log_group_name.startswith(RESERVED_PREFIX):
        raise InvalidParameterException("Log groups starting with AWS/ are reserved for AWS.")
    check_tag_keys(request.tags or ())
    if request.kms_key_id is not None:
        check_kms_key(request.kms_key_id)
    log_group_class = request.log_group_class or LogGroupClass.STANDARD
    group = context.store.create_group(request.log_group_name, context.now, log_group_class)
    group.kms_key_id = request.kms_key_id
    group.deletion_protection = bool(request.deletion_protection_enabled)
    group.tags.update(request.tags or {})


def delete_log_group(context: Context, request: shapes.LogGroupRequest) -> None:
    """Delete a log group with its streams and events; Live Tail sessions on it stay open without further events."""
    check_deletion(context.store.group(request.log_group_name))
    context.store.delete_group(request.log_group_name)


def put_log_group_deletion_protection(context: Context, request: shapes.PutLogGroupDeletionProtectionRequest) -> None:
    """Protect a log group from deletion, or stop protecting it."""
    group = context.group_by_identifier(request.log_group_identifier)
    group.deletion_protection = request.deletion_protection_enabled


def check_deletion(group: LogGroup) -> None:
    """Raise ValidationException if the group is protected.

    The text is documented for log groups, and used for log streams too, as "all deletion operations" are blocked.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/protecting-log-groups-from-deletion.html
    """
    if group.deletion_protection:
        raise ValidationException(
            "Cannot delete log group with deletion protection enabled. Disable deletion protection first."
        )


def describe_log_groups(context: Context, request: shapes.DescribeLogGroupsRequest) -> dict[str, Any]:
    """The log groups in ASCII order of their names."""
    prefix, pattern = request.log_group_name_prefix, request.log_group_name_pattern
    if prefix is not None and pattern is not None:
        raise InvalidParameterException(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."
        )
    groups = [
        group
        for group in _own_groups(context, request)
        if (prefix is None or group.name.startswith(prefix))
        and (pattern is None or pattern in group.name)
        and (request.log_group_class is None or group.log_group_class is request.log_group_class)
    ]
    if request.log_group_identifiers is not None:
        wanted = _named_groups(context, request)
        groups = [group for group in groups if group.name in wanted]
    page, token = page_of_rows(request, groups, _by_name)
    return {"logGroups": [_row(group, pattern is not None) for group in page], **token}


def _own_groups(
    context: Context, request: shapes.DescribeLogGroupsRequest | shapes.ListLogGroupsRequest
) -> Iterable[LogGroup]:
    """The log groups of the caller; none if the request asks for other accounts only, which are not emulated."""
    accounts = request.account_identifiers
    if request.include_linked_accounts and accounts and context.caller.account_id not in accounts:
        return ()
    return context.store.groups.values()


def _by_name(group: LogGroup) -> Key:
    return 0, group.name


def _named_groups(context: Context, request: shapes.DescribeLogGroupsRequest) -> set[str]:
    """The groups of `logGroupIdentifiers` by name, without those of other accounts and regions."""
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


def _row(group: LogGroup, by_pattern: bool) -> dict[str, Any]:
    """A row of the response; one found by a pattern lacks three members (observed: aws/aws-sdk-go-v2#2102)."""
    row: dict[str, Any] = {"logGroupName": group.name, "creationTime": group.created_at}
    if group.retention_days is not None and not by_pattern:
        row["retentionInDays"] = group.retention_days
    row["metricFilterCount"] = 0
    row["arn"] = f"{group.arn}:*"
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


def list_log_groups(context: Context, request: shapes.ListLogGroupsRequest) -> dict[str, Any]:
    """The log groups that pass all filters, in ASCII order of their names.

    Data sources and field indexes are not emulated.
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListLogGroups.html
    """
    groups = [group for group in _own_groups(context, request) if _passes_filters(group, request)]
    if request.data_sources is not None or request.field_index_names is not None:
        groups = []
    page, token = page_of_rows(request, groups, _by_name)
    rows = [
        {"logGroupName": group.name, "logGroupArn": str(group.arn), "logGroupClass": group.log_group_class.value}
        for group in page
    ]
    return {"logGroups": rows, **token}


def _passes_filters(group: LogGroup, request: shapes.ListLogGroupsRequest) -> bool:
    pattern, log_group_class = request.log_group_name_pattern, request.log_group_class
    return (
        (log_group_class is None or group.log_group_class is log_group_class)
        and (pattern is None or any(_matches_name(each, group.name) for each in pattern.split("|")))
        and all(_matches_tag(each, group.tags.get(each.key)) for each in request.log_group_tags or ())
    )


def _matches_name(pattern: str, name: str) -> bool:
    """A pattern is a part of the name, after `^` its beginning; other characters are literal."""
    return name.startswith(pattern[1:]) if pattern.startswith("^") else pattern in name


def _matches_tag(wanted: shapes.TagFilter, value: str | None) -> bool:
    return value is not None and (not wanted.values or any(_matches_value(each, value) for each in wanted.values))


def _matches_value(wanted: str, value: str) -> bool:
    """`!` negates; `*` matches any text, and a value with it is compared without regard to case."""
    text = wanted.removeprefix("!")
    if "*" in text:
        expression = ".*".join(re.escape(part) for part in text.split("*"))
        is_value = re.fullmatch(expression, value, re.IGNORECASE | re.DOTALL) is not None
    else:
        is_value = text == value
    return is_value is not wanted.startswith("!")
