"""The rules for names and tags, in words for the author of a scenario; the operations have AWS's words for a client."""

from livetail.core import limits


def group_problem(name: str) -> str | None:
    """Why this is not the name of a log group, as the end of a sentence about it; None if it is one."""
    if not 1 <= len(name) <= limits.MAX_NAME_LENGTH:
        return f"has {len(name)} characters; a name has 1 to {limits.MAX_NAME_LENGTH}"
    if not limits.matches(limits.LOG_GROUP_NAME_PATTERN, name):
        return "has more than the letters, digits and . - _ / # that the name of a log group is made of"
    return "begins with 'aws/', which is reserved" if name.startswith(limits.RESERVED_PREFIX) else None


def stream_problem(name: str) -> str | None:
    """Why this is not the name of a log stream, as the end of a sentence about it; None if it is one."""
    if not 1 <= len(name) <= limits.MAX_NAME_LENGTH:
        return f"has {len(name)} characters; a name has 1 to {limits.MAX_NAME_LENGTH}"
    if not limits.matches(limits.LOG_STREAM_NAME_PATTERN, name):
        return "has a ':' or '*', which cannot be in the name of a log stream"
    return None


def tag_problem(key: str, value: str) -> str | None:
    """Why this is not a tag, as the end of a sentence about the tags; None if it is one."""
    if not 1 <= len(key) <= limits.MAX_TAG_KEY_LENGTH or not _is_tag(key) or key.startswith("aws:"):
        return f"has the key {key!r}; a key is 1 to 128 letters, digits, blanks or _ . : / = + - @"
    if len(value) > limits.MAX_TAG_VALUE_LENGTH or not _is_tag(value):
        return f"has the value {value[:60]!r}; a value is at most 256 letters, digits, blanks or _ . : / = + - @"
    return None


def _is_tag(text: str) -> bool:
    return limits.matches(limits.TAG_VALUE_PATTERN, text)
