"""Questions to an endpoint of CloudWatch Logs, for `livetail conformance`.

A question raises `Differs` where the response is not as expected, and `NotAsked` where it cannot be asked of this
endpoint.
"""

import re
import time
from collections.abc import Callable
from typing import Any, Final

from livetail.cli.conformance_service import Differs, NotAsked, Service

GROUP: Final = "<group>"
ARN: Final = "<arn>"
"""What stands for the name and the ARN of the log group in the members of a request."""

INVALID: Final = "InvalidParameterException"

Question = Callable[[Service], None]


def _expect(seen: object, expected: object) -> None:
    if seen != expected:
        raise Differs(f"{seen!r} instead of {expected!r}")


def not_asked(why: str) -> Question:
    """A question that is never asked."""

    def ask(service: Service) -> None:
        raise NotAsked(why)

    return ask


# ---- sessions ------------------------------------------------------------------------------------------------------


def session_start(service: Service) -> None:
    with service.tail() as tail:
        event = tail.event()
    _expect(list(event), ["sessionStart"])
    _expect(event["sessionStart"].get("logGroupIdentifiers"), [service.arn])


def starts(filters: Callable[[Service], dict[str, Any]]) -> Question:
    """That a session with these filters begins."""

    def ask(service: Service) -> None:
        with service.tail(**filters(service)) as tail:
            _expect(list(tail.event()), ["sessionStart"])

    return ask


def empty_update(service: Service) -> None:
    with service.tail() as tail:
        tail.event()
        begun = time.monotonic()
        updates = [tail.update(), tail.update()]
        elapsed_s = time.monotonic() - begun
    _expect(updates, [{"sessionMetadata": {"sampled": False}, "sessionResults": []}] * 2)
    if elapsed_s > 4:
        raise Differs(f"two updates in {elapsed_s:.1f} s")


def delivers(put: list[tuple[str, str]], messages: list[str], **filters: Any) -> Question:
    """That of these messages, each with its stream, a session delivers some; an earlier one is never delivered."""

    def ask(service: Service) -> None:
        service.put("a", "before the session: ERROR")
        with service.tail(**filters) as tail:
            tail.event()
            for stream, message in put:
                service.put(stream, message)
            events = tail.update_with_events()["sessionResults"]
        _expect([event["message"] for event in events], messages)

    return ask


def event_members(service: Service) -> None:
    with service.tail() as tail:
        tail.event()
        service.put("a", "one event")
        (event,) = tail.update_with_events()["sessionResults"]
    _expect(sorted(event), ["ingestionTime", "logGroupIdentifier", "logStreamName", "message", "timestamp"])
    _expect((event["logStreamName"], event["message"]), ("a", "one event"))
    _expect(event["logGroupIdentifier"], f"{service.arn.split(':')[4]}:{service.group}")


def sampled(service: Service) -> None:
    with service.tail() as tail:
        tail.event()
        service.put("a", *(f"event {number}" for number in range(1_000)))
        update = tail.update_with_events()
    _expect((update["sessionMetadata"], len(update["sessionResults"])), ({"sampled": True}, 500))


# ---- refusals and patterns -----------------------------------------------------------------------------------------


def _filled(value: Any, service: Service) -> Any:
    """The value with the group's name and ARN in their places."""
    if isinstance(value, dict):
        return {name: _filled(item, service) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, service) for item in value]
    return value.replace(GROUP, service.group).replace(ARN, service.arn) if isinstance(value, str) else value


def refuses(operation: str, members: dict[str, Any], code: str, text: str | None = None) -> Question:
    """That a request is refused; without `text`, in whatever words."""

    def ask(service: Service) -> None:
        seen_code, seen_text = service.refusal(operation, **_filled(members, service))
        _expect((seen_code, seen_text if text else None), (code, text))

    return ask


def refuses_pattern(pattern: str, text: str) -> Question:
    """That a filter pattern is refused with this message."""
    return refuses("TestMetricFilter", {"filterPattern": pattern, "logEventMessages": ["x"]}, INVALID, text)


def matches(pattern: str, messages: list[str], expected: list[int]) -> Question:
    """That of these messages those match whose positions, from 0, are expected."""

    def ask(service: Service) -> None:
        response = service.ask("TestMetricFilter", filterPattern=pattern, logEventMessages=messages)
        _expect([messages[match["eventNumber"] - 1] for match in response["matches"]], [messages[i] for i in expected])

    return ask


def extracts(pattern: str, message: str, expected: dict[str, str]) -> Question:
    """That a message matches, and which values are extracted from it."""

    def ask(service: Service) -> None:
        response = service.ask("TestMetricFilter", filterPattern=pattern, logEventMessages=[message])
        _expect([match["extractedValues"] for match in response["matches"]], [expected])

    return ask


# ---- log groups and events -----------------------------------------------------------------------------------------


def _first_page(service: Service, message: str) -> dict[str, Any]:
    """The first page with a message, which is stored: a service may need a moment until an event can be read."""
    service.put("a", message)
    for attempt in range(10):
        page = service.ask("FilterLogEvents", logGroupName=service.group, filterPattern=f'"{message}"')
        if page["events"]:
            return page
        if not service.is_aws:
            break
        time.sleep(attempt)
    raise Differs("the event was not found")


def filter_pages(service: Service) -> None:
    first = _first_page(service, "a page of one")
    if "nextToken" not in first:
        raise Differs("the page that holds every match has no nextToken")
    members = {"logGroupName": service.group, "filterPattern": '"a page of one"'}
    second = service.ask("FilterLogEvents", **members, nextToken=first["nextToken"])
    _expect((second["events"], "nextToken" in second), ([], False))


def event_ids(service: Service) -> None:
    for event in _first_page(service, "an event with an id")["events"]:
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
