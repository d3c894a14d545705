"""StartLiveTail: the checks that come after types and constraints, in this order, and the session.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html documents what is
refused. Texts that nobody has published are chosen; each is one sentence that says what to change.
"""

from livetail.api.context import Context
from livetail.api.shapes import StartLiveTailRequest
from livetail.core.arns import LogGroupArn, partition_of
from livetail.core.errors import InvalidParameterException, ResourceNotFoundException
from livetail.live.hub import Owner
from livetail.live.session import Session
from livetail.live.subscription import Subscription
from livetail.patterns import InvalidPatternError
from livetail.patterns import compile as compile_pattern
from livetail.store.accounts import NO_SUCH_LOG_GROUP
from livetail.store.log_group import LogGroup


def start_live_tail(context: Context, request: StartLiveTailRequest) -> Session:
    """Open a session.

    Raises:
        InvalidParameterException: an identifier is not an ARN, stream filters exclude each other, or the pattern is
            not valid.
        ResourceNotFoundException: one of the log groups, or of the named log streams, does not exist.
        InvalidOperationException: the class of one of the log groups has no Live Tail.
        LimitExceededException: too many sessions are open, or were started within a second.
    """
    arns = tuple(dict.fromkeys(map(_arn, request.log_group_identifiers)))
    names, prefixes = request.log_stream_names, request.log_stream_name_prefixes
    if len(arns) > 1 and (names or prefixes):
        raise InvalidParameterException(
            "logStreamNames and logStreamNamePrefixes can be specified only if logGroupIdentifiers has one log group."
        )
    if names and prefixes:
        raise InvalidParameterException("logStreamNames and logStreamNamePrefixes are mutually exclusive parameters.")
    try:
        matcher = compile_pattern(request.log_event_filter_pattern or "")
    except InvalidPatternError as error:
        raise InvalidParameterException(f"Invalid filter pattern: {error.message()}") from error
    groups = [_group(context, arn) for arn in arns]
    for group in groups:
        group.check_class("StartLiveTail")
    for name in names or ():
        groups[0].stream(name)
    subscription = Subscription(
        log_groups=arns,
        matcher=matcher,
        log_group_identifiers=tuple(request.log_group_identifiers),
        log_stream_names=tuple(names) if names else None,
        log_stream_name_prefixes=tuple(prefixes) if prefixes else None,
        log_event_filter_pattern=request.log_event_filter_pattern,
    )
    caller = context.caller
    return context.hub.open(subscription, Owner(caller.account_id, caller.region), caller.request_id)


def _arn(identifier: str) -> LogGroupArn:
    arn = LogGroupArn.parse(identifier)
    if arn is None:
        raise InvalidParameterException(
            f"The specified log group identifier is not a valid log group ARN: {identifier}"
        )
    return arn


def _group(context: Context, arn: LogGroupArn) -> LogGroup:
    """The group must exist where its ARN says. It may be another account's, as for a monitoring account."""
    if arn.region != context.caller.region or arn.partition != partition_of(arn.region):
        raise ResourceNotFoundException(NO_SUCH_LOG_GROUP)
    return context.accounts.region(arn.account_id, arn.region).group(arn.name)
