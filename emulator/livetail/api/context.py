"""What an operation is given besides its request, and how it finds the log groups that the request names."""

from dataclasses import dataclass
from typing import Any

import msgspec

from livetail.api.shapes import NamedOrIdentifiedRequest
from livetail.core.arns import LogGroupArn
from livetail.core.errors import InvalidParameterException, ResourceNotFoundException, ValidationException
from livetail.live.hub import Hub
from livetail.store.accounts import NO_SUCH_LOG_GROUP, Accounts, RegionStore
from livetail.store.log_group import LogGroup


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request, and where it runs: state is per account and region.

    Attributes:
        empty_page: not 0 if a fault rule makes the page of log events empty. The token of that page continues at the
            same position; the number makes the tokens of empty pages differ.
        hidden_after: a fault rule hides log events that were ingested after this time; epoch milliseconds.
    """

    account_id: str
    region: str
    request_id: str
    empty_page: int = 0
    hidden_after: int | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What an operation may use besides its request.

    Attributes:
        now: epoch milliseconds, the same for all that the request does.
        body_length: the bytes of the request body, unpacked.
        store: the log groups of the caller's account and region.
        accounts: those of all accounts and regions.
    """

    caller: Caller
    now: int
    body_length: int
    store: RegionStore
    accounts: Accounts
    hub: Hub

    def requested_group(self, request: NamedOrIdentifiedRequest) -> LogGroup:
        """The log group of `logGroupName` or `logGroupIdentifier`; a request has one of the two.

        Raises:
            ValidationException: it has both (text of AWS on DescribeLogStreams).
            InvalidParameterException: it has neither, or the identifier is an ARN of something else (texts chosen).
            ResourceNotFoundException: there is no such group in the caller's account and region.
        """
        name, identifier = request.log_group_name, request.log_group_identifier
        if name is not None and identifier is not None:
            raise ValidationException("LogGroup name and LogGroup ARN are mutually exclusive parameters.")
        if name is not None:
            return self.store.group(name)
        if identifier is None:
            raise InvalidParameterException("Either a LogGroup name or a LogGroup ARN must be specified.")
        return self.group_by_identifier(identifier)

    def group_by_identifier(self, identifier: str) -> LogGroup:
        """The log group of a name or an ARN; errors as those of `group_by_arn`."""
        return self.group_by_arn(identifier) if identifier.startswith("arn:") else self.store.group(identifier)

    def group_by_arn(self, text: str) -> LogGroup:
        """The log group of an ARN.

        Raises:
            InvalidParameterException: this is not the ARN of a log group (text chosen).
            ResourceNotFoundException: there is no such group in the caller's account and region.
        """
        arn = LogGroupArn.parse(text)
        if arn is None:
            raise InvalidParameterException(f"Invalid log group ARN: {text}")
        if arn.account_id != self.caller.account_id or arn.region != self.caller.region:
            raise ResourceNotFoundException(NO_SUCH_LOG_GROUP)
        return self.store.group(arn.name)


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
