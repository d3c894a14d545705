"""`/patterns`: which messages a filter pattern matches, and why."""

import asyncio
from typing import Annotated, Final

from msgspec import Meta, Struct
from starlette.exceptions import HTTPException

from livetail.core.limits import MAX_BATCH_BYTES, MAX_EVENT_BYTES, MAX_PATTERN_CHARACTERS
from livetail.patterns import InvalidPatternError, Subject, compile
from livetail.patterns.matcher import Explanation
from livetail.server.control.route import ControlRoute, Shape

_MAX_MESSAGES: Final = 1_000


class PatternRequest(Struct, forbid_unknown_fields=True):
    """A filter pattern, and the messages to try it on: at most 1 MiB of them."""

    pattern: Annotated[str, Meta(max_length=MAX_PATTERN_CHARACTERS)]
    messages: Annotated[list[Annotated[str, Meta(max_length=MAX_EVENT_BYTES)]], Meta(max_length=_MAX_MESSAGES)] = []


class PatternResults(Shape):
    """The results in the order of the messages; or why AWS would refuse the pattern."""

    results: list[Explanation]
    error: Annotated[str | None, Meta(description="AWS's text; null for a good pattern.")] = None
    reason: Annotated[str | None, Meta(description="What is wrong with the pattern, in our words.")] = None
    column: Annotated[int | None, Meta(description="Where in the pattern the error is, from 1.")] = None


async def try_pattern(body: PatternRequest) -> PatternResults:
    """Try a filter pattern on messages: which of them match, and why."""
    if sum(len(message.encode()) for message in body.messages) > MAX_BATCH_BYTES:  # as in TestMetricFilter
        raise HTTPException(400, f"the messages have more than {MAX_BATCH_BYTES:,} bytes")
    results = []
    try:
        matcher = compile(body.pattern)
        for message in body.messages:
            results.append(matcher.explain(Subject(message)))
            await asyncio.sleep(0)  # so that other requests do not wait for all of them
    except InvalidPatternError as error:
        return PatternResults([], error.message(), error.reason, error.column)
    return PatternResults(results)


ROUTES: Final = (
    ControlRoute(
        "POST",
        "/patterns",
        try_pattern,
        example={"pattern": "{ $.status >= 500 }", "messages": ['{"status": 503}']},
    ),
)
