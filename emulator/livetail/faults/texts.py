"""The texts that effects say where a rule gives none."""

from collections.abc import Mapping
from typing import Final

from livetail.live.session import STREAMING_FAILURE, TIMEOUT_MESSAGE

__all__ = ["ERROR_MESSAGES", "ERROR_STATUSES", "EXCEPTION_MESSAGES", "access_denied_message"]

EXCEPTION_MESSAGES: Final[Mapping[str, str]] = {
    "SessionTimeoutException": TIMEOUT_MESSAGE,
    "SessionStreamingException": STREAMING_FAILURE,
}
"""By the name of an exception of the stream."""

ERROR_MESSAGES: Final[Mapping[str, str]] = {
    "LimitExceededException": "Rate exceeded",
    "ThrottlingException": "Rate exceeded",
}
"""By the code of an error, as AWS was seen to word it. AccessDeniedException has `access_denied_message`."""

ERROR_STATUSES: Final[Mapping[str, int]] = {"InternalFailure": 500, "ServiceUnavailableException": 500}
"""The codes whose HTTP status is not 400: the model marks them as faults of the service."""


def access_denied_message(account_id: str, operation: str, resource: str, partition: str = "aws") -> str:
    """What AWS says to a caller whose policies do not allow an operation on a resource, given by its ARN.

    The wording was seen on CreateLogGroup. The caller is made up: an assumed role of the account.
    """
    action = f"logs:{operation}"
    return (
        f"User: arn:{partition}:sts::{account_id}:assumed-role/livetail/session is not authorized to perform: {action} "
        f"on resource: {resource} because no identity-based policy allows the {action} action"
    )
