"""Which log groups a request names, before it has been checked: for the log, and for `where` of fault rules."""

from typing import Any

import msgspec

from livetail.core.arns import LogGroupArn


class _Naming(msgspec.Struct, rename="camel"):
    """The members in which operations name log groups. Other members are passed over without being read."""

    log_group_name: Any = None
    log_group_identifier: Any = None
    log_group_identifiers: Any = None
    resource_arn: Any = None


def named_log_groups(body: bytes) -> tuple[str, ...]:
    """The names of the log groups that the body of a request names, also by ARN; none if it is no good JSON."""
    try:
        naming = msgspec.json.decode(body, type=_Naming)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ()
    listed = naming.log_group_identifiers if isinstance(naming.log_group_identifiers, list) else ()
    texts = (naming.log_group_name, naming.log_group_identifier, *listed, naming.resource_arn)
    return tuple(dict.fromkeys(_name(text) for text in texts if isinstance(text, str)))


def _name(text: str) -> str:
    arn = LogGroupArn.parse(text)
    return text if arn is None else arn.name
