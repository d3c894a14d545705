"""TestMetricFilter, the one operation on metric filters that needs no metrics."""

from typing import Any

from livetail.api.context import Context
from livetail.api.shapes import TestMetricFilterRequest
from livetail.core.errors import InvalidParameterException

__all__ = ["test_metric_filter"]


def test_metric_filter(context: Context, request: TestMetricFilterRequest) -> dict[str, Any]:
    """Which of some messages a pattern matches, numbered from 1, and what it extracts from them."""
    from livetail.patterns import InvalidPatternError, Subject, compile

    try:
        matcher = compile(request.filter_pattern)
    except InvalidPatternError as error:
        raise InvalidParameterException(error.message(subject="metric filter pattern")) from None
    matches = []
    for number, message in enumerate(request.log_event_messages, start=1):
        subject = Subject(message)
        if matcher.matches(subject):
            extracted = matcher.extract(subject)
            matches.append({"eventNumber": number, "eventMessage": message, "extractedValues": extracted})
    return {"matches": matches}
