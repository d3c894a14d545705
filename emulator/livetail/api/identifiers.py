"""From what a request says about a log group to the log group: by name, by ARN, or by either."""

from livetail.api.constraints import INVALID_ARN
from livetail.api.context import Context
from livetail.core.arns import LogGroupArn
from livetail.core.errors import InvalidParameterException, ResourceNotFoundException, ValidationException
from livetail.store.log_group import LogGroup


def log_group_by_name_or_identifier(context: Context, name: str | None, identifier: str | None) -> LogGroup:
    """The group that `logGroupName` or `logGroupIdentifier` (a name or an ARN) means; a request has one of the two.

    Raises:
        ValidationException: it has both (text of AWS on DescribeLogStreams).
        InvalidParameterException: it has neither, or the identifier is an ARN of something else (texts chosen).
        ResourceNotFoundException: there is no such group in the caller's account and region.
    """
    if name is not None and identifier is not None:
        raise ValidationException("LogGroup name and LogGroup ARN are mutually exclusive parameters.")
    if identifier is not None and identifier.startswith("arn:"):
        return log_group_by_arn(context, identifier)
    wanted = name if identifier is None else identifier
    if wanted is None:
        raise InvalidParameterException("Either a LogGroup name or a LogGroup ARN must be specified.")
    return context.store.group(wanted)


def tagged_log_group(context: Context, arn: str) -> LogGroup:
    """The group that TagResource and its neighbours mean; `:*` behind the ARN is refused as observed (boto3#4104).

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
        raise ResourceNotFoundException("The specified log group does not exist.")
    return context.store.group(arn.name)
