"""The limits of CloudWatch Logs, each in one place.

Sources: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html (batches and ages),
API_GetLogEvents.html and API_FilterLogEvents.html (pages), API_CreateLogGroup.html, API_CreateLogStream.html and
API_TagResource.html (names and tags), API_PutRetentionPolicy.html (days). Observed: an event counts 26 bytes more than
its message, and is refused above 1 MiB including them.
"""

import re
from typing import Final

from livetail.core.clock import DAY, HOUR

MAX_BATCH_BYTES: Final = 1_048_576
"""Bytes of the events of one PutLogEvents request: each message in UTF-8, and `EVENT_OVERHEAD_BYTES` for each event."""

MAX_EVENT_BYTES: Final = 1_048_576
"""Bytes of one event, counted in the same way."""

EVENT_OVERHEAD_BYTES: Final = 26
MAX_BATCH_EVENTS: Final = 10_000

MAX_PATTERN_CHARACTERS: Final = 1_024
"""The maximum of a filter pattern, in all operations."""

MAX_AGE_MS: Final = 14 * DAY
"""An event that is older than this is rejected as too old."""

MAX_LEAD_MS: Final = 2 * HOUR
"""An event that is further in the future than this is rejected as too new."""

MAX_SPAN_MS: Final = 24 * HOUR
"""Time between the first and the last accepted event of a request."""

MAX_PAGE_BYTES: Final = 1_048_576
MAX_PAGE_EVENTS: Final = 10_000

RETENTION_DAYS: Final = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""The values that PutRetentionPolicy accepts."""

MAX_NAME_LENGTH: Final = 512
LOG_GROUP_NAME_PATTERN: Final = r"[\.\-_/#A-Za-z0-9]+"
LOG_STREAM_NAME_PATTERN: Final = r"[^:*]*"
RESERVED_PREFIX: Final = "aws/"
"""The name of a log group cannot begin with this."""

MAX_TAGS: Final = 50
MAX_TAG_KEY_LENGTH: Final = 128
MAX_TAG_VALUE_LENGTH: Final = 256
TAG_KEY_PATTERN: Final = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]+)$"
TAG_VALUE_PATTERN: Final = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$"

_SEPARATORS: Final = "\u0020\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""The characters of Unicode's category Z."""


def python_pattern(pattern: str) -> str:
    r"""A pattern of AWS's model as one for `re.search` that the whole text must match.

    `\w` is ASCII in Java. Python has no `\p{L}`, `\p{N}` and `\p{Z}`. Its `\w` is the first two and the underscore,
    which the model lists beside them everywhere.
    """
    flags = "" if r"\p{" in pattern else "(?a)"
    python = pattern.replace(r"\p{L}", r"\w").replace(r"\p{N}", "").replace(r"\p{Z}", _SEPARATORS)
    return rf"{flags}\A(?:{python})\Z"


def matches(pattern: str, text: str) -> bool:
    """Whether the whole of `text` matches a pattern of AWS's model."""
    return re.search(python_pattern(pattern), text) is not None
