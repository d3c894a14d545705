"""The behaviours of CloudWatch Logs that can be seen from outside, as a table.

They are rows of `docs/behaviour.md` and `docs/filter-patterns.md`; `docs/conformance.md` prints the table.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from livetail.cli import conformance_questions as ask
from livetail.cli.conformance_questions import ARN, GROUP, INVALID, Question

Known = Literal["documented", "observed", "chosen"]


@dataclass(frozen=True, slots=True)
class Check:
    """A behaviour, how it is known and from where, and the question that shows it."""

    name: str
    behaviour: str
    known: Known
    source: str
    question: Question


_API: Final = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/"
_PATTERNS: Final = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html"
_STACKD: Final = "https://github.com/radkawar/stackd/tree/9dc356f/testdata/aws/logs"
_TABLES: Final = "https://github.com/awslabs/amazon-dynamodb-tools"

_TAIL: Final = {"logGroupIdentifiers": [ARN]}
_NO_GROUP: Final = "The specified log group does not exist."
_RETENTION_DAYS: Final = (
    "1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653"
)
_TOO_MANY_REGEXES: Final = "Your input has exceeded the maximum of 2 regular expressions per filter pattern."
_THREE_REGEXES: Final = "{ $.v = %a% || $.v = %b% || $.v = %c% }"
_BAD_NOT: Final = "Invalid character(s) in term 'NOT'"
_NULLS: Final = ['{"v": null}', '{"v": [1, null]}', '{"v": "null"}', "{}"]
_VALUES: Final = ['{"v": true}', '{"v": "true"}', '{"v": 2}', '{"v": null}', '{"v": {}}', "{}"]


def _sessions() -> Iterator[tuple[str, str, Known, str, Question]]:
    reference = _API + "API_StartLiveTail.html"
    yield (
        "session-start",
        "sessionStart comes first and repeats the ARNs of the request",
        "observed",
        "https://github.com/aws/aws-sdk-js-v3",
        ask.session_start,
    )
    yield (
        "empty-update",
        "Updates each second, empty when nothing matched",
        "documented",
        reference,
        ask.empty_update,
    )
    yield (
        "event-members",
        "Log events have five members, and logGroupIdentifier is ACCOUNT:NAME",
        "observed",
        _TABLES,
        ask.event_members,
    )
    yield "filter-pattern", "Only what the filter pattern matches is delivered", "documented", reference, ask.filtered
    yield "stream-names", "logStreamNames leaves out other streams", "documented", reference, ask.stream_names
    yield (
        "no-backfill",
        "Only events of the time of the session",
        "observed",
        _TABLES,
        ask.no_backfill,
    )
    yield (
        "prefix-without-streams",
        "Prefixes that no log stream has make a session",
        "observed",
        _TABLES,
        ask.prefix_without_streams,
    )
    yield "sampling", "Of more than 500 matches a second, 500, sampled", "documented", reference, ask.sampled
    yield (
        "arn-with-colon",
        "An ARN that ends in a colon is accepted",
        "observed",
        "https://github.com/mikhail-m1/axe",
        ask.arn_with_colon,
    )
    hours = ask.not_asked("takes three hours")
    yield "session-timeout", "SessionTimeoutException after three hours", "documented", reference, hours
    many = ask.not_asked("would use up the quota of the account")
    yield "session-quota", "15 sessions per account and region", "documented", reference, many
    slow = ask.not_asked("an SDK reads what comes, so that no backlog arises")
    yield "backlog", "10 updates or 5,000 events wait for a slow client", "documented", reference, slow


def _refusals() -> Iterator[tuple[str, str, Known, str, Question]]:
    reference = _API + "API_StartLiveTail.html"
    unknown = {"logGroupIdentifiers": [ARN + "-that-does-not-exist"]}
    missing = ask.refuses("StartLiveTail", unknown, "ResourceNotFoundException", None)
    yield "unknown-group", "A log group that does not exist is refused", "documented", reference, missing
    both = _TAIL | {"logStreamNames": ["a"], "logStreamNamePrefixes": ["a"]}
    names = ask.refuses("StartLiveTail", both, INVALID, None)
    yield "names-or-prefixes", "Names and prefixes of log streams exclude each other", "documented", reference, names
    bare = ask.refuses("StartLiveTail", {"logGroupIdentifiers": [GROUP]}, INVALID, None)
    yield "only-arns", "Log groups are given as ARNs", "documented", reference, bare
    stream = ask.refuses("StartLiveTail", _TAIL | {"logStreamNames": ["none"]}, "ResourceNotFoundException", None)
    yield "unknown-stream", "A log stream that does not exist is refused", "observed", _TABLES, stream
    text = "Invalid filter pattern: Invalid character(s) in term '('"
    pattern = ask.refuses("StartLiveTail", _TAIL | {"logEventFilterPattern": "("}, INVALID, text)
    defang = "https://github.com/DefangLabs/defang/issues/1008"
    yield "pattern-prefix", "StartLiveTail's text for a pattern that is refused", "observed", defang, pattern


def _patterns() -> Iterator[tuple[str, str, Known, str, Question]]:
    for name, behaviour, question in (
        ("blank-phrase", '`" "` is a text like any other', ask.matches('" "', ["a b", "ab"], [0])),
        ("optional-ignored", "Optional terms beside others are ignored", ask.matches("?a -b", ["x", "a", "b"], [0, 1])),
        ("equal-true", "`= true` matches the text alone", ask.matches("{ $.v = true }", _VALUES, [1])),
        ("unequal", "`!=` is about strings and numbers", ask.matches("{ $.v != 1 }", _VALUES, [1, 2])),
        ("is-null", "`IS NULL` holds for an array with null", ask.matches("{ $.v IS NULL }", _NULLS, [0, 1])),
        (
            "not-exists",
            "`NOT EXISTS` is false on an array",
            ask.matches("{ $.v NOT EXISTS }", ["{}", "[1]"], [0]),
        ),
        ("any-element", "`[*]` goes over objects too", ask.matches("{ $.a[*] = 1 }", ['{"a": {"k": 1}}', "{}"], [0])),
        ("number-forms", "Numbers compare by value", ask.matches("{ $.v = 1 }", ['{"v": 1.0}', '{"v": 1e0}'], [0, 1])),
        ("greedy-field", "The last field takes the rest", ask.extracts("[a, b]", "1 2 3", {"$a": "1", "$b": "2 3"})),
        ("gap-fields", "Unnamed fields go by their place", ask.extracts("[..., z]", "x y", {"$1": "x", "$z": "y"})),
        ("json-extracts", "JSON patterns extract nothing", ask.extracts("{ $.v = 1 }", '{"v": 1}', {})),
        ("bad-character", "Bad text is named", ask.refuses_pattern("%^(a|b)%", "Invalid character(s) in term '%^('")),
        ("null-value", "`= null` is refused", ask.refuses_pattern("{ $.v = null }", "Invalid metric filter pattern")),
        (
            "is-not",
            "`IS NOT` is refused",
            ask.refuses_pattern("{ $.v IS NOT NULL }", _BAD_NOT),
        ),
        ("bad-regex", "`%[abc%` is refused", ask.refuses_pattern("%[abc%", "Failed to compile regular expression.")),
        (
            "two-regexes",
            "At most two expressions",
            ask.refuses_pattern(_THREE_REGEXES, _TOO_MANY_REGEXES),
        ),
        ("field-twice", "A field stands only once", ask.refuses_pattern("[word, word]", "Duplicate field 'word'")),
    ):
        yield name, f"Patterns: {behaviour}", "observed", f"{_STACKD}/filters.json", question
    suffix = ask.matches('{ $.v = "*1.1" }', ['{"v": "2.1.1"}', '{"v": "x"}'], [0])
    yield "suffix", "Patterns: `*` stands for any beginning", "documented", _PATTERNS, suffix


def _groups_and_events() -> Iterator[tuple[str, str, Known, str, Question]]:
    created = ask.refuses("CreateLogGroup", {"logGroupName": GROUP}, "ResourceAlreadyExistsException", None)
    yield "group-twice", "A log group is made only once", "documented", _API + "API_CreateLogGroup.html", created
    text = f"Invalid retention value. Valid values are: [{_RETENTION_DAYS}]"
    days = ask.refuses("PutRetentionPolicy", {"logGroupName": GROUP, "retentionInDays": 8}, INVALID, text)
    yield "retention-days", "The text for a retention of 8 days", "observed", _STACKD, days
    arn = ask.refuses("ListTagsForResource", {"resourceArn": ARN + ":*"}, "ValidationException", "Invalid resourceArn")
    yield "tags-arn", "Tags refuse an ARN with `:*`", "observed", "https://github.com/boto/boto3/issues/4104", arn
    yield "bearer-token", "Log groups show bearerTokenAuthenticationEnabled", "observed", _STACKD, ask.bearer_token
    old = _API + "API_PutLogEvents.html"
    yield "too-old", "Events older than 14 days are rejected by index", "documented", old, ask.too_old
    ingestion = f"{_STACKD}/ingestion.json"
    yield "event-ids", "An eventId has 56 digits and begins with the timestamp", "observed", ingestion, ask.event_ids
    pages = f"{_STACKD}/filters.json"
    yield "filter-pages", "FilterLogEvents ends with an empty page without a token", "observed", pages, ask.filter_pages
    yield "get-to-the-end", "GetLogEvents ends with a token that repeats", "observed", ingestion, ask.get_to_the_end
    missing = {"logGroupName": GROUP + "-that-does-not-exist"}
    nothing = ask.refuses("FilterLogEvents", missing, "ResourceNotFoundException", _NO_GROUP)
    yield "no-group", "The text for a log group that does not exist", "observed", _STACKD, nothing


CHECKS: Final = tuple(Check(*row) for part in (_sessions, _refusals, _patterns, _groups_and_events) for row in part())
