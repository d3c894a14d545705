"""The tags of log groups: by ARN (the newer operations) and by name (the older ones)."""

from collections.abc import Iterable, Mapping
from typing import Any

from livetail.api.context import Context
from livetail.api.identifiers import tagged_log_group
from livetail.api.shapes import (
    ListTagsForResourceRequest,
    ListTagsLogGroupRequest,
    TagLogGroupRequest,
    TagResourceRequest,
    UntagLogGroupRequest,
    UntagResourceRequest,
)
from livetail.core.errors import InvalidParameterException, ServiceError
from livetail.core.limits import MAX_TAGS
from livetail.store.log_group import LogGroup


class TooManyTagsException(ServiceError):
    """A resource can have no more than 50 tags."""


def check_tag_keys(keys: Iterable[str]) -> None:
    """Raise InvalidParameterException if a key is reserved: `aws:…` in any case of letters (text chosen)."""
    for key in keys:
        if key.lower().startswith("aws:"):
            raise InvalidParameterException(f"Tag keys that start with aws: are reserved for AWS: {key}")


def tag_resource(context: Context, request: TagResourceRequest) -> None:
    """Add tags to a log group, or give those that it has new values."""
    group = tagged_log_group(context, request.resource_arn)
    _add(group, request.tags, TooManyTagsException)


def untag_resource(context: Context, request: UntagResourceRequest) -> None:
    """Take tags off a log group; other keys are ignored."""
    _remove(tagged_log_group(context, request.resource_arn), request.tag_keys)


def list_tags_for_resource(context: Context, request: ListTagsForResourceRequest) -> dict[str, Any]:
    """The tags of a log group."""
    return {"tags": tagged_log_group(context, request.resource_arn).tags}


def tag_log_group(context: Context, request: TagLogGroupRequest) -> None:
    """As TagResource, by the name of the group; too many tags are an invalid parameter here, by the model's errors."""
    _add(context.store.group(request.log_group_name), request.tags, InvalidParameterException)


def untag_log_group(context: Context, request: UntagLogGroupRequest) -> None:
    """As UntagResource, by the name of the group."""
    _remove(context.store.group(request.log_group_name), request.tags)


def list_tags_log_group(context: Context, request: ListTagsLogGroupRequest) -> dict[str, Any]:
    """As ListTagsForResource, by the name of the group."""
    return {"tags": context.store.group(request.log_group_name).tags}


def _add(group: LogGroup, tags: Mapping[str, str], too_many: type[ServiceError]) -> None:
    check_tag_keys(tags)
    if len(group.tags.keys() | tags.keys()) > MAX_TAGS:
        raise too_many(f"A resource can have no more than {MAX_TAGS} tags.")
    group.tags.update(tags)


def _remove(group: LogGroup, keys: Iterable[str]) -> None:
    for key in keys:
        group.tags.pop(key, None)
