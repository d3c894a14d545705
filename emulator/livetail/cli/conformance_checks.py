"""The behaviours of CloudWatch Logs that can be seen from outside, as a table.

They are rows of `docs/behaviour.md` and `docs/filter-patterns.md`; `docs/conformance.md` prints the table.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

from livetail.cli import conformance_questions as ask
from livetail.cli.conformance_questions import ARN, GROUP, INVALID, Question

Known = Literal["documented", "observed"]


@dataclass(frozen=True, slots=True)
class Check:
    """A behaviour, how it is known and from where, and the question that shows it."""

    name: str
    behaviour: str
    known: Known
    source: str
    question: Question


def _checks(known: Known, source: str, *rows: tuple[str, str, Question]) -> tuple[Check, ...]:
    """Checks that have their source in common."""
    return tuple(Check(name, behaviour, known, source, question) for name, behaviour, question in rows)


def _pattern_checks(known: Known, source: str, *rows: tuple[str, str, Question]) -> tuple[Check, ...]:
    return _checks(known, source, *((name, f"Patterns: {behaviour}", question) for name, behaviour, question in rows))


_API: Final = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/"
_PATTERNS: Final = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html"
_STACKD: Final = "https://github.com/radkawar/stackd/tree/9dc356f/testdata/aws/logs"
_TABLES: Final = "https://github.com/awslabs/amazon-dynamodb-tools"

_MISSING: Final = "ResourceNotFoundException"
_RETENTION: Final = (
    "Invalid retention value. Valid values are: "
    "[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]"
)
_TOO_MANY_REGEXES: Final = "Your input has exceeded the maximum of 2 regular expressions per filter pattern."
_THREE_REGEXES: Final = "{ $.v = %a% || $.v = %b% || $.v = %c% }"
_BAD_PARENTHESIS: Final = "Invalid filter pattern: Invalid character(s) in term '('"
_NULLS: Final = ['{"v": null}', '{"v": [1, null]}', '{"v": "null"}', "{}"]
_VALUES: Final = ['{"v": true}', '{"v": "true"}', '{"v": 2}', '{"v": null}', '{"v": {}}', "{}"]


def _no_session(code: str, **members: Any) -> Question:
    """That StartLiveTail with these members is refused."""
    return ask.refuses("StartLiveTail", {"logGroupIdentifiers": [ARN]} | members, code)


_TWO_STREAMS: Final = [("a", "in a"), ("b", "in b")]

CHECKS: Final = (
    *_checks(
        "observed",
        "https://github.com/aws/aws-sdk-js-v3",
        ("session-start", "sessionStart comes first and repeats the ARNs of the request", ask.session_start),
    ),
    *_checks(
        "documented",
        _API + "API_StartLiveTail.html",
        ("empty-update", "Updates each second, empty when nothing matched", ask.empty_update),
        (
            "filter-pattern",
            "Only what the filter pattern matches is delivered",
            ask.delivers([("a", "INFO x"), ("a", "ERROR y")], ["ERROR y"], logEventFilterPattern="ERROR"),
        ),
        (
            "stream-names",
            "Only log streams among logStreamNames are delivered",
            ask.delivers(_TWO_STREAMS, ["in b"], logStreamNames=["b"]),
        ),
        ("sampling", "Of more than 500 matches a second, 500, sampled", ask.sampled),
        ("session-timeout", "SessionTimeoutException after three hours", ask.not_asked("takes three hours")),
        (
            "session-quota",
            "15 sessions per account and region",
            ask.not_asked("would use up the quota of the account"),
        ),
        (
            "backlog",
            "10 updates or 5,000 events wait for a slow client",
            ask.not_asked("an SDK reads what comes, so that no backlog arises"),
        ),
        (
            "unknown-group",
            "A log group that does not exist is refused",
            _no_session(_MISSING, logGroupIdentifiers=[ARN + "-that-does-not-exist"]),
        ),
        (
            "names-or-prefixes",
            "Names and prefixes of log streams exclude each other",
            _no_session(INVALID, logStreamNames=["a"], logStreamNamePrefixes=["a"]),
        ),
        ("only-arns", "Log groups are given as ARNs", _no_session(INVALID, logGroupIdentifiers=[GROUP])),
    ),
    *_checks(
        "observed",
        _TABLES,
        ("event-members", "Log events have five members, and logGroupIdentifier is ACCOUNT:NAME", ask.event_members),
        ("no-backfill", "Only events of the time of the session", ask.delivers(_TWO_STREAMS[:1], ["in a"])),
        (
            "prefix-without-streams",
            "A session may have a prefix that no log stream has",
            ask.starts(lambda service: {"logStreamNamePrefixes": ["nothing-begins-so"]}),
        ),
        (
            "unknown-stream",
            "A log stream that does not exist is refused",
            _no_session(_MISSING, logStreamNames=["none"]),
        ),
    ),
    *_checks(
        "observed",
        "https://github.com/mikhail-m1/axe",
        (
            "arn-with-colon",
            "An ARN that ends in a colon is accepted",
            ask.starts(lambda service: {"logGroupIdentifiers": [f"{service.arn}:"]}),
        ),
    ),
    *_checks(
        "observed",
        "https://github.com/DefangLabs/defang/issues/1008",
        (
            "pattern-prefix",
            "StartLiveTail's message for a pattern that is refused",
            ask.refuses(
                "StartLiveTail", {"logGroupIdentifiers": [ARN], "logEventFilterPattern": "("}, INVALID, _BAD_PARENTHESIS
            ),
        ),
    ),
    *_pattern_checks(
        "observed",
        f"{_STACKD}/filters.json",
        ("blank-phrase", '`" "` is a text like any other', ask.matches('" "', ["a b", "ab"], [0])),
        ("optional-ignored", "Optional terms beside others are ignored", ask.matches("?a -b", ["x", "a", "b"], [0, 1])),
        ("equal-true", "`= true` matches the text alone", ask.matches("{ $.v = true }", _VALUES, [1])),
        ("unequal", "`!=` is about strings and numbers", ask.matches("{ $.v != 1 }", _VALUES, [1, 2])),
        ("is-null", "`IS NULL` is true for an array with null", ask.matches("{ $.v IS NULL }", _NULLS, [0, 1])),
        ("not-exists", "`NOT EXISTS` is false on an array", ask.matches("{ $.v NOT EXISTS }", ["{}", "[1]"], [0])),
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
            ask.refuses_pattern("{ $.v IS NOT NULL }", "Invalid character(s) in term 'NOT'"),
        ),
        ("bad-regex", "`%[abc%` is refused", ask.refuses_pattern("%[abc%", "Failed to compile regular expression.")),
        ("two-regexes", "At most two expressions", ask.refuses_pattern(_THREE_REGEXES, _TOO_MANY_REGEXES)),
        ("field-twice", "A field has a name of its own", ask.refuses_pattern("[w, w]", "Duplicate field 'w'")),
    ),
    *_pattern_checks(
        "documented",
        _PATTERNS,
        (
            "suffix",
            "`*` stands for any beginning",
            ask.matches('{ $.v = "*1.1" }', ['{"v": "2.1.1"}', '{"v": "x"}'], [0]),
        ),
    ),
    *_checks(
        "documented",
        _API + "API_CreateLogGroup.html",
        (
            "group-twice",
            "A log group is made only once",
            ask.refuses("CreateLogGroup", {"logGroupName": GROUP}, "ResourceAlreadyExistsException"),
        ),
    ),
    *_checks(
        "documented",
        _API + "API_PutLogEvents.html",
        ("too-old", "Events older than 14 days are rejected by index", ask.too_old),
    ),
    *_checks(
        "observed",
        _STACKD,
        (
            "retention-days",
            "The message for a retention of 8 days",
            ask.refuses("PutRetentionPolicy", {"logGroupName": GROUP, "retentionInDays": 8}, INVALID, _RETENTION),
        ),
        ("bearer-token", "Log groups show bearerTokenAuthenticationEnabled", ask.bearer_token),
        (
            "no-group",
            "The message for a log group that does not exist",
            ask.refuses(
                "FilterLogEvents", {"logGroupName": "none"}, _MISSING, "The specified log group does not exist."
            ),
        ),
    ),
    *_checks(
        "observed",
        "https://github.com/boto/boto3/issues/4104",
        (
            "tags-arn",
            "Tags refuse an ARN with `:*`",
            ask.refuses(
                "ListTagsForResource", {"resourceArn": ARN + ":*"}, "ValidationException", "Invalid resourceArn"
            ),
        ),
    ),
    *_checks(
        "observed",
        f"{_STACKD}/filters.json",
        ("filter-pages", "FilterLogEvents ends with an empty page without a token", ask.filter_pages),
    ),
    *_checks(
        "observed",
        f"{_STACKD}/ingestion.json",
        ("event-ids", "An eventId has 56 digits and begins with the timestamp", ask.event_ids),
        ("get-to-the-end", "GetLogEvents ends with a token that repeats", ask.get_to_the_end),
    ),
)
