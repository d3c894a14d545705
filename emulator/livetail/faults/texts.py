"""The texts and statuses of effects where a rule gives none."""

from collections.abc import Mapping
from typing import Final

from livetail.faults.effects import Error
from livetail.live.session import STREAMING_FAILURE, TIMEOUT_MESSAGE

EXCEPTION_MESSAGES: Final[Mapping[str, str]] = {
    "SessionTimeoutException": TIMEOUT_MESSAGE,
    "SessionStreamingException": STREAMING_FAILURE,
}
"""By the name of an exception of the stream."""

ERROR_MESSAGES: Final[Mapping[str, str]] = {
    "LimitExceededException": "Rate exceeded",
    "ThrottlingException": "Rate exceeded",
}
"""By the code of an error, as AWS was seen to word it. AccessDeniedException has a function."""

ERROR_STATUSES: Final[Mapping[str, int]] = {"InternalFailure": 500, "ServiceUnavailableException": 500}
"""The codes whose HTTP status is not 400: in the model they are errors of the service, not of the client."""


def error_status(error: Error) -> int:
    """The HTTP status of an injected error: the rule's own, or what AWS responds with."""
    return ERROR_STATUSES.get(error.code, 400) if error.status is None else error.status


def error_message(error: Error, account_id: str, operation: str, resource: str, partition: str = "aws") -> str | None:
    """The text of an injected error: the rule's own, or AWS's; None where that is not known.

    Args:
        account_id: of the caller.
        resource: the ARN of the log group that the rule is about.
    """
    if error.message is not None:
        return error.message
    if error.code == "AccessDeniedException":
        return _access_denied_message(account_id, operation, resource, partition)
    return ERROR_MESSAGES.get(error.code)


def _access_denied_message(account_id: str, operation: str, resource: str, partition: str = "aws") -> str:
    """What AWS says to a caller whose policies do not allow an operation on a resource, given by its ARN.

    The wording was seen on CreateLogGroup. The caller is made up: an assumed role of the account.
    """
    action = f"logs:{operation}"
    return (
        f"User: arn:{partition}:sts::{account_id}:assumed-role/livetail/session is not authorized to perform: {action} "
        f"on resource: {resource} because no identity-based policy allows the {action} action"
    )
