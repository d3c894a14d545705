"""AssociateKmsKey and DisassociateKmsKey. Nothing is encrypted: the key is kept, and shown by DescribeLogGroups."""

import re
from typing import Final

from livetail.api.context import Context
from livetail.api.identifiers import log_group_by_arn
from livetail.api.shapes import AssociateKmsKeyRequest, DisassociateKmsKeyRequest
from livetail.core.errors import InvalidParameterException
from livetail.store.log_group import LogGroup

_KEY: Final = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(key|alias)/.+", re.ASCII)
_QUERY_RESULTS: Final = re.compile(r"arn:aws[a-z-]*:logs:[a-z0-9-]+:\d{12}:query-result:\*", re.ASCII)


def check_kms_key(key: str) -> None:
    """Raise InvalidParameterException if this is not the ARN of a key.

    Observed: the id of a key instead of its ARN is not found (hashicorp/terraform#24194). Whether there is such a key
    is not looked up.
    """
    if not _KEY.fullmatch(key):
        raise InvalidParameterException("The specified KMS Key Id could not be found.")


def associate_kms_key(context: Context, request: AssociateKmsKeyRequest) -> None:
    """Give a log group a key instead of the one that it had; a key for query results has no effect."""
    group = _target(context, request.log_group_name, request.resource_identifier)
    check_kms_key(request.kms_key_id)
    if group is not None:
        group.kms_key_id = request.kms_key_id


def disassociate_kms_key(context: Context, request: DisassociateKmsKeyRequest) -> None:
    """Remove the key of a log group, if it has one."""
    group = _target(context, request.log_group_name, request.resource_identifier)
    if group is not None:
        group.kms_key_id = None


def _target(context: Context, name: str | None, identifier: str | None) -> LogGroup | None:
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
    return None if _QUERY_RESULTS.fullmatch(identifier) else log_group_by_arn(context, identifier)
