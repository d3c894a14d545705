"""What CloudWatch Logs takes for the names and settings of log groups and log streams.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html, API_CreateLogStream.html,
API_PutRetentionPolicy.html and API_TagResource.html. Here the rules are told to the author of a scenario; the
operations tell them to a client, in AWS's words.
"""

from livetail.core import limits

__all__ = ["group_fault", "stream_fault", "tag_fault"]


def group_fault(name: str) -> str | None:
    """Why this is no name of a log group, as the end of a sentence about it; None if it is one."""
    if not 1 <= len(name) <= limits.MAX_NAME_LENGTH:
        return f"has {len(name)} characters; a name has 1 to {limits.MAX_NAME_LENGTH}"
    if not limits.matches(limits.LOG_GROUP_NAME_PATTERN, name):
        return "has more than the letters, digits and . - _ / # that the name of a log group is made of"
    return "begins with 'aws/', which is reserved" if name.startswith(limits.RESERVED_PREFIX) else None


def stream_fault(name: str) -> str | None:
    """Why this is no name of a log stream, as the end of a sentence about it; None if it is one."""
    if not 1 <= len(name) <= limits.MAX_NAME_LENGTH:
        return f"has {len(name)} characters; a name has 1 to {limits.MAX_NAME_LENGTH}"
    if not limits.matches(limits.LOG_STREAM_NAME_PATTERN, name):
        return "has a ':' or '*', which the name of a log stream has not"
    return None


def tag_fault(key: str, value: str) -> str | None:
    """Why this is no tag, as a sentence; None if it is one."""
    if not 1 <= len(key) <= limits.MAX_TAG_KEY_LENGTH or not _is_tag(key) or key.startswith("aws:"):
        return f"the tag {key!r} has no key of 1 to 128 letters, digits, blanks or _ . : / = + - @"
    if len(value) > limits.MAX_TAG_VALUE_LENGTH or not _is_tag(value):
        return f"the tag {key!r} has no value of at most 256 letters, digits, blanks or _ . : / = + - @"
    return None


def _is_tag(text: str) -> bool:
    return limits.matches(limits.TAG_VALUE_PATTERN, text)
