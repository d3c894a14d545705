"""Finds the log groups that a request names: by name, by ARN, or by either."""

from typing import Any

import msgspec

from livetail.api.context import Context
from livetail.api.shapes import INVALID_ARN, NamedOrIdentifiedRequest
from livetail.core.arns import LogGroupArn
from livetail.core.errors import (
    InvalidOperationException,
    InvalidParameterException,
    ResourceNotFoundException,
    ValidationException,
)
from livetail.store.accounts import NO_SUCH_LOG_GROUP
from livetail.store.log_group import LogGroup, LogGroupClass


def requested_log_group(context: Context, request: NamedOrIdentifiedRequest) -> LogGroup:
    """The group of `logGroupName` or `logGroupIdentifier`; a request has one of the two.

    Raises:
        ValidationException: it has both (text of AWS on DescribeLogStreams).
        InvalidParameterException: it has neither, or the identifier is an ARN of something else (texts chosen).
        ResourceNotFoundException: there is no such group in the caller's account and region.
    """
    name, identifier = request.log_group_name, request.log_group_identifier
    if name is not None and identifier is not None:
        raise ValidationException("LogGroup name and LogGroup ARN are mutually exclusive parameters.")
    if name is not None:
        return context.store.group(name)
    if identifier is None:
        raise InvalidParameterException("Either a LogGroup name or a LogGroup ARN must be specified.")
    return log_group_by_identifier(context, identifier)


def log_group_by_identifier(context: Context, identifier: str) -> LogGroup:
    """The group of a name or an ARN; errors as those of `log_group_by_arn`."""
    if identifier.startswith("arn:"):
        return log_group_by_arn(context, identifier)
    return context.store.group(identifier)


def tagged_log_group(context: Context, arn: str) -> LogGroup:
    """The group of TagResource, UntagResource and ListTagsForResource; `:*` at its end is refused (boto3#4104).

    Raises:
        ValidationException: this is not the ARN of a log group.
        ResourceNotFoundException: there is no such group in the caller's account and region.
    """
    if arn.endswith((":", "*")) or LogGroupArn.parse(arn) is None:
        raise ValidationException(INVALID_ARN)
    return log_group_by_arn(context, arn)


def log_group_by_arn(context: Context, text: str) -> LogGroup:
    """The group of an ARN.

    Raises:
        InvalidParameterException: this is not the ARN of a log group (text chosen).
        ResourceNotFoundException: there is no such group in the caller's account and region.
    """
    arn = LogGroupArn.parse(text)
    if arn is None:
        raise InvalidParameterException(f"Invalid log group ARN: {text}")
    if arn.account_id != context.caller.account_id or arn.region != context.caller.region:
        raise ResourceNotFoundException(NO_SUCH_LOG_GROUP)
    return context.store.group(arn.name)


def check_class(group: LogGroup, operation: str) -> None:
    """Raise InvalidOperationException if the class of the group does not support an operation that reads its events.

    Observed on FilterLogEvents and the Infrequent Access class (karpenter-provider-aws #9567), documented for
    StartLiveTail; for GetLogEvents and the other classes it is chosen.
    """
    if group.log_group_class is not LogGroupClass.STANDARD:
        raise InvalidOperationException(
            f"The log group {group.name} is of log-group-class {group.log_group_class.value}. "
            f"{operation} is not supported for this log class."
        )


class _LogGroupMembers(msgspec.Struct, rename="camel"):
    """The members in which operations name log groups; msgspec skips all others."""

    log_group_name: Any = None
    log_group_identifier: Any = None
    log_group_identifiers: Any = None
    resource_arn: Any = None


def named_log_groups(body: bytes) -> tuple[str, ...]:
    """The names of the log groups in a request body that has not been checked; none if it is not valid JSON.

    For the log, and for `where` of fault rules.
    """
    try:
        members = msgspec.json.decode(body, type=_LogGroupMembers)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ()
    listed = members.log_group_identifiers if isinstance(members.log_group_identifiers, list) else ()
    texts = (members.log_group_name, members.log_group_identifier, *listed, members.resource_arn)
    named = [text for text in texts if isinstance(text, str)]
    return tuple(dict.fromkeys(arn.name if (arn := LogGroupArn.parse(text)) else text for text in named))
