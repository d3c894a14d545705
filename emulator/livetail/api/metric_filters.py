"""TestMetricFilter, the one operation on metric filters that needs no metrics."""

from typing import Any

from livetail.api.context import Context
from livetail.api.shapes import TestMetricFilterRequest
from livetail.core.errors import InvalidParameterException
from livetail.core.limits import MAX_BATCH_BYTES
from livetail.patterns import InvalidPatternError, Subject
from livetail.patterns import compile as compile_pattern


def test_metric_filter(context: Context, request: TestMetricFilterRequest) -> dict[str, Any]:
    """Which of some messages a pattern matches, numbered from 1, and what it extracts from them.

    Raises:
        InvalidParameterException: the pattern is not valid, or the messages are more than a batch of log events may be.
    """
    # AWS's limit is not known. Without one, a single request could block the server for many seconds.
    size = sum(len(message.encode()) for message in request.log_event_messages)
    if size > MAX_BATCH_BYTES:
        raise InvalidParameterException(f"Upload too large: {size} bytes exceeds limit of {MAX_BATCH_BYTES}")
    try:
        matcher = compile_pattern(request.filter_pattern)
    except InvalidPatternError as error:
        raise InvalidParameterException(error.message(subject="metric filter pattern")) from None
    matches = []
    for number, message in enumerate(request.log_event_messages, start=1):
        subject = Subject(message)
        if matcher.matches(subject):
            extracted = matcher.extract(subject)
            matches.append({"eventNumber": number, "eventMessage": message, "extractedValues": extracted})
    return {"matches": matches}
