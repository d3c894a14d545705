"""PutRetentionPolicy and DeleteRetentionPolicy."""

from typing import Final

from livetail.api.context import Context
from livetail.api.shapes import DeleteRetentionPolicyRequest, PutRetentionPolicyRequest
from livetail.core.errors import InvalidParameterException, ValidationException
from livetail.core.limits import RETENTION_DAYS
from livetail.store.log_group import LogGroupClass

_FIXED: Final = "This operation is not supported for Delivery log class"


def check_retention(days: int, log_group_class: LogGroupClass | None) -> None:
    """Check that a group can keep its events for so many days.

    Raises:
        InvalidParameterException: the number is not one of `RETENTION_DAYS`.
        ValidationException: the class is DELIVERY, whose retention is fixed (terraform-provider-aws #42657).
    """
    if days not in RETENTION_DAYS:
        raise InvalidParameterException(
            f"Invalid retention value. Valid values are: [{', '.join(map(str, RETENTION_DAYS))}]"
        )
    if log_group_class is LogGroupClass.DELIVERY:
        raise ValidationException(_FIXED)


def put_retention_policy(context: Context, request: PutRetentionPolicyRequest) -> None:
    """Keep a group's events for so many days; older ones are hidden at once, where AWS takes up to 72 hours."""
    check_retention(request.retention_in_days, None)
    group = context.store.group(request.log_group_name)
    check_retention(request.retention_in_days, group.log_group_class)
    group.retention_days = request.retention_in_days


def delete_retention_policy(context: Context, request: DeleteRetentionPolicyRequest) -> None:
    """Keep a group's events for ever. Those that had expired are shown again if they are still stored."""
    group = context.store.group(request.log_group_name)
    if group.log_group_class is LogGroupClass.DELIVERY:
        raise ValidationException(_FIXED)
    group.retention_days = None
