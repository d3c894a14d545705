"""What can be set on a log group after it was created: its KMS key, its retention and its tags.

Nothing is encrypted: the key is kept, and shown by DescribeLogGroups. Tags are set by ARN (the newer operations) and by
name (the older ones).
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from livetail.api import shapes
from livetail.api.context import Context
from livetail.core.arns import LogGroupArn
from livetail.core.errors import InvalidParameterException, ServiceError, ValidationException
from livetail.core.limits import MAX_TAGS, RETENTION_DAYS
from livetail.store.log_group import LogGroup, LogGroupClass

_KMS_KEY_ARN: Final = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(key|alias)/.+", re.ASCII)
_QUERY_RESULTS_ARN: Final = re.compile(r"arn:aws[a-z-]*:logs:[a-z0-9-]+:\d{12}:query-result:\*", re.ASCII)


# ---- KMS keys ------------------------------------------------------------------------------------------------------


def check_kms_key(key: str) -> None:
    """Raise InvalidParameterException if this is not the ARN of a key, which need not exist.

    Observed: the id of a key instead of its ARN is not found (hashicorp/terraform#24194).
    """
    if not _KMS_KEY_ARN.fullmatch(key):
        raise InvalidParameterException("The specified KMS Key Id could not be found.")


def associate_kms_key(context: Context, request: shapes.AssociateKmsKeyRequest) -> None:
    """Give a log group a key instead of the one that it had; a key for query results has no effect."""
    group = _log_group_of_key(context, request.log_group_name, request.resource_identifier)
    check_kms_key(request.kms_key_id)
    if group is not None:
        group.kms_key_id = request.kms_key_id


def disassociate_kms_key(context: Context, request: shapes.DisassociateKmsKeyRequest) -> None:
    """Remove the key of a log group, if it has one."""
    group = _log_group_of_key(context, request.log_group_name, request.resource_identifier)
    if group is not None:
        group.kms_key_id = None


def _log_group_of_key(context: Context, name: str | None, identifier: str | None) -> LogGroup | None:
    """The log group of a request, None for the results of queries; that exactly one is given is documented.

    Raises:
        InvalidParameterException: both are given, or none, or the identifier is something else (texts chosen).
        ResourceNotFoundException: there is no such group.
    """
    if (name is None) == (identifier is None):
        raise InvalidParameterException("Specify either logGroupName or resourceIdentifier, but not both.")
    if name is not None:
        return context.store.group(name)
    assert identifier is not None
    return None if _QUERY_RESULTS_ARN.fullmatch(identifier) else context.group_by_arn(identifier)


# ---- retention -----------------------------------------------------------------------------------------------------


def put_retention_policy(context: Context, request: shapes.PutRetentionPolicyRequest) -> None:
    """Keep a group's events for a number of days; older ones are hidden at once (AWS: within 72 hours)."""
    if request.retention_in_days not in RETENTION_DAYS:
        raise InvalidParameterException(
            f"Invalid retention value. Valid values are: [{', '.join(map(str, RETENTION_DAYS))}]"
        )
    _group_with_retention(context, request.log_group_name).retention_days = request.retention_in_days


def delete_retention_policy(context: Context, request: shapes.LogGroupRequest) -> None:
    """Keep a group's events for ever. Those that had expired are shown again if they are still stored."""
    _group_with_retention(context, request.log_group_name).retention_days = None


def _group_with_retention(context: Context, name: str) -> LogGroup:
    """A group whose retention can be changed; that of the class DELIVERY is fixed (terraform-provider-aws #42657)."""
    group = context.store.group(name)
    if group.log_group_class is LogGroupClass.DELIVERY:
        raise ValidationException("This operation is not supported for Delivery log class")
    return group


# ---- tags ----------------------------------------------------------------------------------------------------------


class TooManyTagsException(ServiceError):
    """A resource can have no more than 50 tags."""


def check_tag_keys(keys: Iterable[str]) -> None:
    """Raise InvalidParameterException if a key is reserved: `aws:…` in any case of letters (text chosen)."""
    for key in keys:
        if key.lower().startswith("aws:"):
            raise InvalidParameterException(f"Tag keys that start with aws: are reserved for AWS: {key}")


def tag_resource(context: Context, request: shapes.TagResourceRequest) -> None:
    """Add tags to a log group, or give those that it has new values."""
    group = _tagged_group(context, request.resource_arn)
    _add_tags(group, request.tags, TooManyTagsException)


def untag_resource(context: Context, request: shapes.UntagResourceRequest) -> None:
    """Remove tags from a log group; keys that it does not have are ignored."""
    _remove_tags(_tagged_group(context, request.resource_arn), request.tag_keys)


def list_tags_for_resource(context: Context, request: shapes.ResourceRequest) -> dict[str, Any]:
    """The tags of a log group."""
    return {"tags": _tagged_group(context, request.resource_arn).tags}


def tag_log_group(context: Context, request: shapes.TagLogGroupRequest) -> None:
    """As TagResource, by the name of the group; too many tags are an InvalidParameterException, as in the model."""
    _add_tags(context.store.group(request.log_group_name), request.tags, InvalidParameterException)


def untag_log_group(context: Context, request: shapes.UntagLogGroupRequest) -> None:
    """As UntagResource, by the name of the group."""
    _remove_tags(context.store.group(request.log_group_name), request.tags)


def list_tags_log_group(context: Context, request: shapes.LogGroupRequest) -> dict[str, Any]:
    """As ListTagsForResource, by the name of the group."""
    return {"tags": context.store.group(request.log_group_name).tags}


def _tagged_group(context: Context, arn: str) -> LogGroup:
    """The group of an ARN, which must not end in `:*` (boto3#4104); raises ValidationException for other texts."""
    if arn.endswith((":", "*")) or LogGroupArn.parse(arn) is None:
        raise ValidationException(shapes.INVALID_ARN)
    return context.group_by_arn(arn)


def _add_tags(group: LogGroup, tags: Mapping[str, str], too_many: type[ServiceError]) -> None:
    check_tag_keys(tags)
    if len(group.tags.keys() | tags.keys()) > MAX_TAGS:
        raise too_many(f"A resource can have no more than {MAX_TAGS} tags.")
    group.tags.update(tags)


def _remove_tags(group: LogGroup, keys: Iterable[str]) -> None:
    for key in keys:
        group.tags.pop(key, None)
