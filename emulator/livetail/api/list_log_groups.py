"""ListLogGroups: names, ARNs and classes of the log groups that pass all filters of a request.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListLogGroups.html
"""

import re
from typing import Any

from livetail.api.context import Context
from livetail.api.paging import page_of_rows
from livetail.api.shapes import ListLogGroupsRequest, TagFilter
from livetail.store.log_group import LogGroup

DEFAULT_LIMIT = 50


def list_log_groups(context: Context, request: ListLogGroupsRequest) -> dict[str, Any]:
    """The log groups in ASCII order of their names. There are no linked accounts, data sources and field indexes."""
    rows = [(name, group) for name, group in sorted(context.store.groups.items()) if _passes(group, request)]
    if request.data_sources is not None or request.field_index_names is not None:
        rows = []
    if request.include_linked_accounts and request.account_identifiers:
        rows = rows if context.caller.account_id in request.account_identifiers else []
    page, token = page_of_rows(request, rows, request.limit or DEFAULT_LIMIT)
    response: dict[str, Any] = {
        "logGroups": [
            {
                "logGroupName": group.name,
                "logGroupArn": str(group.arn),
                "logGroupClass": group.log_group_class.value,
            }
            for group in page
        ]
    }
    return response | token


def _passes(group: LogGroup, request: ListLogGroupsRequest) -> bool:
    pattern, log_group_class = request.log_group_name_pattern, request.log_group_class
    return (
        (log_group_class is None or group.log_group_class is log_group_class)
        and (pattern is None or any(_is_in(each, group.name) for each in pattern.split("|")))
        and all(_has_tag(group.tags, each) for each in request.log_group_tags or ())
    )


def _is_in(pattern: str, name: str) -> bool:
    """A pattern is a part of the name, after `^` its beginning; other characters are literal."""
    return name.startswith(pattern[1:]) if pattern.startswith("^") else pattern in name


def _has_tag(tags: dict[str, str], wanted: TagFilter) -> bool:
    value = tags.get(wanted.key)
    if value is None:
        return False
    return not wanted.values or any(_is_value(each, value) for each in wanted.values)


def _is_value(wanted: str, value: str) -> bool:
    """`!` negates; `*` matches any text, and a value with it is compared without regard to case."""
    text = wanted.removeprefix("!")
    if "*" in text:
        expression = ".*".join(re.escape(part) for part in text.split("*"))
        is_value = re.fullmatch(expression, value, re.IGNORECASE | re.DOTALL) is not None
    else:
        is_value = text == value
    return is_value is not wanted.startswith("!")
