"""What CloudWatch Logs takes for the names and settings of log groups and log streams.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html, API_CreateLogStream.html,
API_PutRetentionPolicy.html and API_TagResource.html. Here the rules are told to the author of a scenario; the
operations tell them to a client, in AWS's words.
"""

import re
from typing import Final

__all__ = ["LOG_GROUP_CLASSES", "RETENTION_DAYS", "group_fault", "stream_fault", "tag_fault"]

LOG_GROUP_CLASSES: Final = ("STANDARD", "INFREQUENT_ACCESS", "DELIVERY")
RETENTION_DAYS: Final = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
_GROUP: Final = re.compile(r"[.\-_/#A-Za-z0-9]+")
_STREAM: Final = re.compile(r"[^:*]*")
_TAG: Final = re.compile(r"[\w\s_.:/=+\-@]*")
_LONGEST: Final = 512


def group_fault(name: str) -> str | None:
    """Why this is no name of a log group, as the end of a sentence about it; None if it is one."""
    if not 1 <= len(name) <= _LONGEST:
        return f"has {len(name)} characters; a name has 1 to {_LONGEST}"
    if not _GROUP.fullmatch(name):
        return "has more than the letters, digits and . - _ / # that the name of a log group is made of"
    return "begins with 'aws/', which is reserved" if name.startswith("aws/") else None


def stream_fault(name: str) -> str | None:
    """Why this is no name of a log stream, as the end of a sentence about it; None if it is one."""
    if not 1 <= len(name) <= _LONGEST:
        return f"has {len(name)} characters; a name has 1 to {_LONGEST}"
    return None if _STREAM.fullmatch(name) else "has a ':' or '*', which the name of a log stream has not"


def tag_fault(key: str, value: str) -> str | None:
    """Why this is no tag, as a sentence; None if it is one."""
    if not 1 <= len(key) <= 128 or not _TAG.fullmatch(key) or key.startswith("aws:"):
        return f"the tag {key!r} has no key of 1 to 128 letters, digits, blanks or _ . : / = + - @"
    if len(value) > 256 or not _TAG.fullmatch(value):
        return f"the tag {key!r} has no value of at most 256 letters, digits, blanks or _ . : / = + - @"
    return None
