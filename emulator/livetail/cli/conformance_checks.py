"""The behaviours of CloudWatch Logs that can be seen from outside: a function that checks each, and their table.

They are rows of `docs/behaviour.md` and `docs/filter-patterns.md`; `docs/conformance.md` prints the table. A function
raises `Differs` if the response is not as expected, and `NotAsked` if this endpoint cannot be checked.
"""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, cast

from livetail.cli.conformance_service import Differs, NotAsked, Service

CheckFunction = Callable[[Service], None]

_GROUP: Final = "<group>"
_ARN: Final = "<arn>"
"""Placeholders for the name and the ARN of the log group in the members of a request."""


def _expect(seen: object, expected: object) -> None:
    if seen != expected:
        raise Differs(f"{seen!r} instead of {expected!r}")


def not_asked(why: str) -> CheckFunction:
    """A check that is never made."""

    def check(service: Service) -> None:
        raise NotAsked(why)

    return check


def _filled(members: dict[str, Any], service: Service) -> dict[str, Any]:
    """The members of a request with the placeholders replaced."""
    filled = json.dumps(members).replace(_GROUP, service.group).replace(_ARN, service.arn)
    return cast("dict[str, Any]", json.loads(filled))


# ---- sessions ------------------------------------------------------------------------------------------------------


def session_start(service: Service) -> None:
    with service.tail() as tail:
        _expect(list(tail.first), ["sessionStart"])
        _expect(tail.first["sessionStart"].get("logGroupIdentifiers"), [service.arn])


def starts(**filters: Any) -> CheckFunction:
    """Checks that a session with these filters begins."""

    def check(service: Service) -> None:
        with service.tail(**_filled(filters, service)) as tail:
            _expect(list(tail.first), ["sessionStart"])

    return check


def empty_update(service: Service) -> None:
    with service.tail() as tail:
        begun = time.monotonic()
        updates = [tail.update(), tail.update()]
        elapsed_s = time.monotonic() - begun
    _expect(updates, [{"sessionMetadata": {"sampled": False}, "sessionResults": []}] * 2)
    if elapsed_s > 4:
        raise Differs(f"two updates in {elapsed_s:.1f} s")


def delivers(put: list[tuple[str, str]], messages: list[str], **filters: Any) -> CheckFunction:
    """Checks which of these messages (pairs of stream and text) a session delivers; an earlier one never is."""

    def check(service: Service) -> None:
        service.put("a", "before the session: ERROR")
        with service.tail(**filters) as tail:
            for stream, message in put:
                service.put(stream, message)
            events = tail.update_with_events()["sessionResults"]
        _expect([event["message"] for event in events], messages)

    return check


def event_members(service: Service) -> None:
    with service.tail() as tail:
        service.put("a", "one event")
        (event,) = tail.update_with_events()["sessionResults"]
    _expect(sorted(event), ["ingestionTime", "logGroupIdentifier", "logStreamName", "message", "timestamp"])
    _expect((event["logStreamName"], event["message"]), ("a", "one event"))
    _expect(event["logGroupIdentifier"], f"{service.arn.split(':')[4]}:{service.group}")


def sampled(service: Service) -> None:
    with service.tail() as tail:
        service.put("a", *(f"event {number}" for number in range(1_000)))
        update = tail.update_with_events()
    _expect((update["sessionMetadata"], len(update["sessionResults"])), ({"sampled": True}, 500))


# ---- refusals and patterns -----------------------------------------------------------------------------------------


def refuses(operation: str, code: str, text: str | None = None, **members: Any) -> CheckFunction:
    """Checks that a request is refused; without `text`, with any message."""

    def check(service: Service) -> None:
        seen_code, seen_text = service.refusal(operation, **_filled(members, service))
        _expect((seen_code, seen_text if text else None), (code, text))

    return check


def no_session(code: str, text: str | None = None, **filters: Any) -> CheckFunction:
    """Checks that a session with these filters is refused."""
    return refuses("StartLiveTail", code, text, **({"logGroupIdentifiers": [_ARN]} | filters))


def refuses_pattern(pattern: str, text: str) -> CheckFunction:
    """Checks that a filter pattern is refused with this message."""
    return refuses("TestMetricFilter", _INVALID, text, filterPattern=pattern, logEventMessages=["x"])


def matches(pattern: str, messages: list[str], expected: list[int]) -> CheckFunction:
    """Checks which messages match; `expected` has their indexes."""

    def check(service: Service) -> None:
        response = service.call("TestMetricFilter", filterPattern=pattern, logEventMessages=messages)
        _expect([match["eventMessage"] for match in response["matches"]], [messages[i] for i in expected])

    return check


def extracts(pattern: str, message: str, expected: dict[str, str]) -> CheckFunction:
    """Checks that a message matches, and which values are extracted from it."""

    def check(service: Service) -> None:
        response = service.call("TestMetricFilter", filterPattern=pattern, logEventMessages=[message])
        _expect([match["extractedValues"] for match in response["matches"]], [expected])

    return check


# ---- log groups and events -----------------------------------------------------------------------------------------


def _first_page(service: Service, message: str) -> dict[str, Any]:
    """Store a message and read the first page that has it: AWS may need some seconds until an event can be read."""
    service.put("a", message)
    for attempt in range(10):
        page = service.call("FilterLogEvents", logGroupName=service.group, filterPattern=f'"{message}"')
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
    second = service.call("FilterLogEvents", **members, nextToken=first["nextToken"])
    _expect((second["events"], "nextToken" in second), ([], False))


def event_ids(service: Service) -> None:
    for event in _first_page(service, "an event with an id")["events"]:
        if not re.fullmatch(r"[0-9]{56}", event["eventId"]):
            raise Differs(f"eventId {event['eventId']!r}")
        _expect(int(event["eventId"]) >> 144, event["timestamp"])


def get_to_the_end(service: Service) -> None:
    service.put("b", "an event to get")
    members = {"logGroupName": service.group, "logStreamName": "b", "startFromHead": True}
    token = service.call("GetLogEvents", **members)["nextForwardToken"]
    for _ in range(10):
        page = service.call("GetLogEvents", **members, nextToken=token)
        if page["nextForwardToken"] == token:
            return _expect(page["events"], [])
        token = page["nextForwardToken"]
    raise Differs("10 pages, and no token came twice")


def too_old(service: Service) -> None:
    members = {"logGroupName": service.group, "logStreamName": "a"}
    event = {"timestamp": 1_500_000_000_000, "message": "of 2017"}
    response = service.call("PutLogEvents", **members, logEvents=[event])
    _expect(response.get("rejectedLogEventsInfo"), {"tooOldLogEventEndIndex": 1})


def bearer_token(service: Service) -> None:
    (group,) = service.call("DescribeLogGroups", logGroupNamePrefix=service.group)["logGroups"]
    _expect(group.get("bearerTokenAuthenticationEnabled"), False)


# ---- the table -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Check:
    """A behaviour, the page on which somebody who saw it or AWS describes it, and the function that checks it."""

    name: str
    behaviour: str
    source: str
    function: CheckFunction

    @property
    def known(self) -> str:
        return "documented" if self.source.startswith(_AWS) else "observed"


_AWS: Final = "https://docs.aws.amazon.com/"
_API: Final = _AWS + "AmazonCloudWatchLogs/latest/APIReference/"
_STACKD: Final = "https://github.com/radkawar/stackd/tree/9dc356f/testdata/aws/logs"

_START: Final = _API + "API_StartLiveTail.html"
_CREATE: Final = _API + "API_CreateLogGroup.html"
_PUT: Final = _API + "API_PutLogEvents.html"
_PATTERNS: Final = _AWS + "AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html"
_DEFANG: Final = "https://github.com/DefangLabs/defang/issues/1008"
_JS_SDK: Final = "https://github.com/aws/aws-sdk-js-v3"
_TABLES: Final = "https://github.com/awslabs/amazon-dynamodb-tools"
_AXE: Final = "https://github.com/mikhail-m1/axe"
_BOTO: Final = "https://github.com/boto/boto3/issues/4104"
_LOGS: Final = _STACKD
_FILTERS: Final = f"{_STACKD}/filters.json"
_INGESTION: Final = f"{_STACKD}/ingestion.json"

_MISSING: Final = "ResourceNotFoundException"
_INVALID: Final = "InvalidParameterException"
_RETENTION: Final = (
    "Invalid retention value. Valid values are: "
    "[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]"
)
_TOO_MANY_REGEXES: Final = "Your input has exceeded the maximum of 2 regular expressions per filter pattern."
_THREE_REGEXES: Final = "{ $.v = %a% || $.v = %b% || $.v = %c% }"
_NULLS: Final = ['{"v": null}', '{"v": [1, null]}', '{"v": "null"}', "{}"]
_VALUES: Final = ['{"v": true}', '{"v": "true"}', '{"v": 2}', '{"v": null}', '{"v": {}}', "{}"]
_STREAMS: Final = [("a", "in a"), ("b", "in b")]

_FILTERED: Final = delivers([("a", "INFO x"), ("a", "ERROR y")], ["ERROR y"], logEventFilterPattern="ERROR")
_STREAM_NAMES: Final = delivers(_STREAMS, ["in b"], logStreamNames=["b"])
_PREFIX_WITHOUT_STREAMS: Final = starts(logStreamNamePrefixes=["none"])
_UNKNOWN_GROUP: Final = no_session(_MISSING, logGroupIdentifiers=[f"{_ARN}-none"])
_UNKNOWN_STREAM: Final = no_session(_MISSING, logStreamNames=["none"])
_NAMES_AND_PREFIXES: Final = no_session(_INVALID, logStreamNames=["a"], logStreamNamePrefixes=["a"])
_BAD_PATTERN: Final = no_session(
    _INVALID, "Invalid filter pattern: Invalid character(s) in term '('", logEventFilterPattern="("
)

_SESSIONS: Final = (
    ("session-start", "sessionStart comes first and repeats the ARNs of the request", _JS_SDK, session_start),
    ("empty-update", "Updates each second, empty when nothing matched", _START, empty_update),
    ("event-members", "Log events have five members; logGroupIdentifier is ACCOUNT:NAME", _TABLES, event_members),
    ("filter-pattern", "Only what the filter pattern matches is delivered", _START, _FILTERED),
    ("stream-names", "Only log streams among logStreamNames are delivered", _START, _STREAM_NAMES),
    ("no-backfill", "Only events of the time of the session", _TABLES, delivers(_STREAMS[:1], ["in a"])),
    ("prefix-without-streams", "A prefix that no stream has is accepted", _TABLES, _PREFIX_WITHOUT_STREAMS),
    ("sampling", "Of more than 500 matches a second, 500, sampled", _START, sampled),
    ("arn-with-colon", "An ARN that ends in a colon is accepted", _AXE, starts(logGroupIdentifiers=[f"{_ARN}:"])),
    ("session-timeout", "SessionTimeoutException after three hours", _START, not_asked("takes three hours")),
    ("session-quota", "15 sessions per account and region", _START, not_asked("would use up the account's quota")),
    ("backlog", "10 updates or 5,000 events wait for a slow client", _START, not_asked("an SDK is never slow")),
    ("unknown-group", "A log group that does not exist is refused", _START, _UNKNOWN_GROUP),
    ("names-or-prefixes", "Names and prefixes of streams exclude each other", _START, _NAMES_AND_PREFIXES),
    ("only-arns", "Log groups are given as ARNs", _START, no_session(_INVALID, logGroupIdentifiers=[_GROUP])),
    ("unknown-stream", "A log stream that does not exist is refused", _TABLES, _UNKNOWN_STREAM),
    ("pattern-prefix", "StartLiveTail's message for a pattern that is refused", _DEFANG, _BAD_PATTERN),
)

_FILTER_PATTERNS: Final = tuple(
    (name, f"Patterns: {behaviour}", _FILTERS, function)
    for name, behaviour, function in (
        ("blank-phrase", '`" "` is a text like any other', matches('" "', ["a b", "ab"], [0])),
        ("optional-ignored", "Optional terms beside others are ignored", matches("?a -b", ["x", "a", "b"], [0, 1])),
        ("equal-true", "`= true` matches the text alone", matches("{ $.v = true }", _VALUES, [1])),
        ("unequal", "`!=` is about strings and numbers", matches("{ $.v != 1 }", _VALUES, [1, 2])),
        ("is-null", "`IS NULL` is true for an array with null", matches("{ $.v IS NULL }", _NULLS, [0, 1])),
        ("not-exists", "`NOT EXISTS` is false on an array", matches("{ $.v NOT EXISTS }", ["{}", "[1]"], [0])),
        ("any-element", "`[*]` goes over objects too", matches("{ $.a[*] = 1 }", ['{"a": {"k": 1}}', "{}"], [0])),
        ("number-forms", "Numbers compare by value", matches("{ $.v = 1 }", ['{"v": 1.0}', '{"v": 1e0}'], [0, 1])),
        ("greedy-field", "The last field takes the rest", extracts("[a, b]", "1 2 3", {"$a": "1", "$b": "2 3"})),
        ("gap-fields", "Unnamed fields go by their place", extracts("[..., z]", "x y", {"$1": "x", "$z": "y"})),
        ("json-extracts", "JSON patterns extract nothing", extracts("{ $.v = 1 }", '{"v": 1}', {})),
        ("bad-character", "Bad text is named", refuses_pattern("%^(a|b)%", "Invalid character(s) in term '%^('")),
        ("null-value", "`= null` is refused", refuses_pattern("{ $.v = null }", "Invalid metric filter pattern")),
        ("is-not", "`IS NOT` is refused", refuses_pattern("{ $.v IS NOT NULL }", "Invalid character(s) in term 'NOT'")),
        ("bad-regex", "`%[abc%` is refused", refuses_pattern("%[abc%", "Failed to compile regular expression.")),
        ("two-regexes", "At most two regular expressions", refuses_pattern(_THREE_REGEXES, _TOO_MANY_REGEXES)),
        ("field-twice", "No two fields have one name", refuses_pattern("[w, w]", "Duplicate field 'w'")),
    )
)

_SUFFIX: Final = matches('{ $.v = "*1.1" }', ['{"v": "2.1.1"}', '{"v": "x"}'], [0])
_GROUP_TWICE: Final = refuses("CreateLogGroup", "ResourceAlreadyExistsException", logGroupName=_GROUP)
_RETENTION_DAYS: Final = refuses("PutRetentionPolicy", _INVALID, _RETENTION, logGroupName=_GROUP, retentionInDays=8)
_TAGS: Final = refuses("ListTagsForResource", "ValidationException", "Invalid resourceArn", resourceArn=f"{_ARN}:*")
_NO_GROUP: Final = refuses(
    "FilterLogEvents", _MISSING, "The specified log group does not exist.", logGroupName=f"{_GROUP}-none"
)

_GROUPS_AND_EVENTS: Final = (
    ("suffix", "Patterns: `*` stands for any beginning", _PATTERNS, _SUFFIX),
    ("group-twice", "A log group is made only once", _CREATE, _GROUP_TWICE),
    ("retention-days", "The message for a retention of 8 days", _LOGS, _RETENTION_DAYS),
    ("tags-arn", "Tags refuse an ARN with `:*`", _BOTO, _TAGS),
    ("bearer-token", "Log groups show bearerTokenAuthenticationEnabled", _LOGS, bearer_token),
    ("too-old", "Events older than 14 days are rejected by index", _PUT, too_old),
    ("event-ids", "An eventId has 56 digits and begins with the timestamp", _INGESTION, event_ids),
    ("filter-pages", "FilterLogEvents ends with an empty page without a token", _FILTERS, filter_pages),
    ("get-to-the-end", "GetLogEvents ends with a token that repeats", _INGESTION, get_to_the_end),
    ("no-group", "The message for a log group that does not exist", _LOGS, _NO_GROUP),
)

CHECKS: Final = tuple(Check(*row) for row in (*_SESSIONS, *_FILTER_PATTERNS, *_GROUPS_AND_EVENTS))
