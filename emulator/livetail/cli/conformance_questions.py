"""Questions to an endpoint of CloudWatch Logs, for `livetail conformance`.

A question raises `Differs` where the response is not as expected, and `NotAsked` where it cannot be asked of this
endpoint.
"""

import re
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol

GROUP: Final = "<group>"
ARN: Final = "<arn>"
"""What stands for the name and the ARN of the log group in the members of a request."""

INVALID: Final = "InvalidParameterException"


class Differs(Exception):  # a finding, not a failure of the program
    """The service does something else; `str()` is what was seen."""


class NotAsked(Exception):
    """The question cannot be asked here; `str()` is why."""


class Tail(Protocol):
    """An open Live Tail session."""

    def event(self) -> dict[str, Any]:
        """The next event of the stream, with its type as the only key."""

    def update(self) -> dict[str, Any]:
        """The next `sessionUpdate`; on a manual clock, time is moved on for it."""


class Service(Protocol):
    """The endpoint that is asked, with a log group of its own that has the streams `a` and `b`.

    Attributes:
        group: the group's name.
        arn: its ARN, without `:*`.
        is_aws: whether the endpoint is AWS itself.
    """

    group: str
    arn: str
    is_aws: bool

    def ask(self, operation: str, **members: Any) -> dict[str, Any]:
        """The response to a request. Raises `Differs` with code and text if it is refused."""

    def refusal(self, operation: str, **members: Any) -> tuple[str, str]:
        """Code and text of the error to a request. Raises `Differs` if it is accepted."""

    def put(self, stream: str, *messages: str) -> None:
        """Store messages with the present time."""

    def tail(self, **filters: Any) -> AbstractContextManager[Tail]:
        """A Live Tail session on the group."""


Question = Callable[[Service], None]


def _expect(seen: object, expected: object) -> None:
    if seen != expected:
        raise Differs(f"{seen!r} instead of {expected!r}")


# ---- sessions ------------------------------------------------------------------------------------------------------


def session_start(service: Service) -> None:
    with service.tail() as tail:
        event = tail.event()
    _expect(list(event), ["sessionStart"])
    _expect(event["sessionStart"].get("logGroupIdentifiers"), [service.arn])


def empty_update(service: Service) -> None:
    with service.tail() as tail:
        tail.event()
        begun = time.monotonic()
        updates = [tail.update(), tail.update()]
        elapsed = time.monotonic() - begun
    _expect(updates, [{"sessionMetadata": {"sampled": False}, "sessionResults": []}] * 2)
    if elapsed > 4:
        raise Differs(f"two updates in {elapsed:.1f} s")


def _results(tail: Tail) -> dict[str, Any]:
    """The first update with log events."""
    for _ in range(10):
        update = tail.update()
        if update["sessionResults"]:
            return update
    raise Differs("no log event in 10 updates")


def _tailed(service: Service, put: Sequence[tuple[str, str]], **filters: Any) -> list[dict[str, Any]]:
    with service.tail(**filters) as tail:
        tail.event()
        for stream, message in put:
            service.put(stream, message)
        results: list[dict[str, Any]] = _results(tail)["sessionResults"]
    return results


def event_members(service: Service) -> None:
    (event,) = _tailed(service, [("a", "one event")])
    _expect(sorted(event), ["ingestionTime", "logGroupIdentifier", "logStreamName", "message", "timestamp"])
    _expect((event["logStreamName"], event["message"]), ("a", "one event"))
    _expect(event["logGroupIdentifier"], f"{service.arn.split(':')[4]}:{service.group}")


def filtered(service: Service) -> None:
    events = _tailed(service, [("a", "INFO x"), ("a", "ERROR y")], logEventFilterPattern="ERROR")
    _expect([event["message"] for event in events], ["ERROR y"])


def stream_names(service: Service) -> None:
    events = _tailed(service, [("a", "in a"), ("b", "in b")], logStreamNames=["b"])
    _expect([event["message"] for event in events], ["in b"])


def no_backfill(service: Service) -> None:
    service.put("a", "before the session")
    events = _tailed(service, [("a", "in the session")])
    _expect([event["message"] for event in events], ["in the session"])


def prefix_without_streams(service: Service) -> None:
    with service.tail(logStreamNamePrefixes=["nothing-begins-so"]) as tail:
        _expect(list(tail.event()), ["sessionStart"])


def sampled(service: Service) -> None:
    with service.tail() as tail:
        tail.event()
        service.put("a", *(f"event {number}" for number in range(1_000)))
        update = _results(tail)
    _expect((update["sessionMetadata"], len(update["sessionResults"])), ({"sampled": True}, 500))


def arn_with_colon(service: Service) -> None:
    with service.tail(logGroupIdentifiers=[f"{service.arn}:"]) as tail:
        _expect(list(tail.event()), ["sessionStart"])


def not_asked(why: str) -> Question:
    def ask(service: Service) -> None:
        raise NotAsked(why)

    return ask


# ---- refusals and patterns -----------------------------------------------------------------------------------------


def _filled(value: Any, service: Service) -> Any:
    """The value with the group's name and ARN in their places."""
    if isinstance(value, dict):
        return {name: _filled(item, service) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, service) for item in value]
    return value.replace(GROUP, service.group).replace(ARN, service.arn) if isinstance(value, str) else value


def refuses(operation: str, members: dict[str, Any], code: str, text: str | None) -> Question:
    """That a request is refused; without `text`, in whatever words."""

    def ask(service: Service) -> None:
        seen = service.refusal(operation, **_filled(members, service))
        _expect(seen if text is not None else seen[0], (code, _filled(text, service)) if text is not None else code)

    return ask


def refuses_pattern(pattern: str, text: str) -> Question:
    return refuses("TestMetricFilter", {"filterPattern": pattern, "logEventMessages": ["x"]}, INVALID, text)


def matches(pattern: str, messages: list[str], expected: list[int]) -> Question:
    """That of these messages those match whose positions, from 0, are expected."""

    def ask(service: Service) -> None:
        response = service.ask("TestMetricFilter", filterPattern=pattern, logEventMessages=messages)
        _expect([messages[match["eventNumber"] - 1] for match in response["matches"]], [messages[i] for i in expected])

    return ask


def extracts(pattern: str, message: str, expected: dict[str, str]) -> Question:
    def ask(service: Service) -> None:
        response = service.ask("TestMetricFilter", filterPattern=pattern, logEventMessages=[message])
        _expect([match["extractedValues"] for match in response["matches"]], [expected])

    return ask


# ---- log groups and events -----------------------------------------------------------------------------------------


def filter_pages(service: Service) -> None:
    service.put("a", "a page of one")
    first = _filtered_events(service, '"a page of one"')
    if not first["events"]:
        raise Differs("the event was not found")
    if "nextToken" not in first:
        raise Differs("the page that holds every match has no nextToken")
    second = service.ask(
        "FilterLogEvents",
        logGroupName=service.group,
        filterPattern='"a page of one"',
        nextToken=first["nextToken"],
    )
    _expect((second["events"], "nextToken" in second), ([], False))


def _filtered_events(service: Service, pattern: str) -> dict[str, Any]:
    """The first page with events: a service may need a moment until an event can be read."""
    page: dict[str, Any] = {"events": []}
    for attempt in range(10):
        page = service.ask("FilterLogEvents", logGroupName=service.group, filterPattern=pattern)
        if page["events"] or not service.is_aws:
            break
        time.sleep(attempt)
    return page


def event_ids(service: Service) -> None:
    service.put("a", "an event with an id")
    for event in _filtered_events(service, '"an event with an id"')["events"]:
        if not re.fullmatch(r"[0-9]{56}", event["eventId"]):
            raise Differs(f"eventId {event['eventId']!r}")
        _expect(int(event["eventId"]) >> 144, event["timestamp"])


def get_to_the_end(service: Service) -> None:
    service.put("b", "an event to get")
    members = {"logGroupName": service.group, "logStreamName": "b", "startFromHead": True}
    token = service.ask("GetLogEvents", **members)["nextForwardToken"]
    for _ in range(10):
        page = service.ask("GetLogEvents", **members, nextToken=token)
        if page["nextForwardToken"] == token:
            return _expect(page["events"], [])
        token = page["nextForwardToken"]
    raise Differs("10 pages, and no token came twice")


def too_old(service: Service) -> None:
    members = {"logGroupName": service.group, "logStreamName": "a"}
    event = {"timestamp": 1_500_000_000_000, "message": "of 2017"}
    response = service.ask("PutLogEvents", **members, logEvents=[event])
    _expect(response.get("rejectedLogEventsInfo"), {"tooOldLogEventEndIndex": 1})


def bearer_token(service: Service) -> None:
    (group,) = service.ask("DescribeLogGroups", logGroupNamePrefix=service.group)["logGroups"]
    _expect(group.get("bearerTokenAuthenticationEnabled"), False)
