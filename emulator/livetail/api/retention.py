"""PutRetentionPolicy and DeleteRetentionPolicy."""

from livetail.api.context import Context
from livetail.api.shapes import DeleteRetentionPolicyRequest, PutRetentionPolicyRequest
from livetail.core.errors import InvalidParameterException, ValidationException
from livetail.store.log_group import LogGroup, LogGroupClass

__all__ = ["RETENTION_DAYS", "delete_retention_policy", "put_retention_policy"]

RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096),
    *(1827, 2192, 2557, 2922, 3288, 3653),
)
"""The days that a group's events can be kept for (`retentionInDays` in the model, where it is said in words only)."""


def put_retention_policy(context: Context, request: PutRetentionPolicyRequest) -> None:
    """Keep a group's events for so many days; older ones are gone at once, where AWS takes up to 72 hours."""
    if request.retention_in_days not in RETENTION_DAYS:
        raise InvalidParameterException(
            "1 validation error detected: Value at 'retentionInDays' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(map(str, RETENTION_DAYS))}]"
        )
    _changeable(context, request.log_group_name).retention_days = request.retention_in_days


def delete_retention_policy(context: Context, request: DeleteRetentionPolicyRequest) -> None:
    """Keep a group's events for ever. Those that had expired are seen again, as long as they are among the newest."""
    _changeable(context, request.log_group_name).retention_days = None


def _changeable(context: Context, name: str) -> LogGroup:
    """A group whose retention can be set; for the Delivery class it is fixed (terraform-provider-aws #42657)."""
    group = context.store.group(name)
    if group.log_group_class is LogGroupClass.DELIVERY:
        raise ValidationException("This operation is not supported for Delivery log class")
    return group
