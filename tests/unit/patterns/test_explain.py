"""Explanations: the finding of each condition. `tests/property/test_patterns.py` has their verdicts."""

import msgspec
import pytest

from livetail.patterns import Subject, compile
from livetail.patterns.matcher import Explanation, Finding


def explain(pattern: str, message: str) -> Explanation:
    explanation = compile(pattern).explain(Subject(message))
    assert explanation.matches is compile(pattern).matches(Subject(message))
    assert msgspec.json.decode(msgspec.json.encode(explanation), type=Explanation) == explanation
    return explanation


REASONS = [
    ("a string where a number is asked for", "{ $.s >= 500 }", False, '"503" is a string'),
    ("a number", "{ $.n >= 500 }", False, "it is 404"),
    ("a text", "{ $.s = 503 }", True, 'it is "503"'),
    ("a boolean", "{ $.b = true }", False, "it is true"),
    ("a string where a literal is asked for", "{ $.s IS NULL }", False, '"503" is a string'),
    ("an object", "{ $.o != 1 }", False, "it is an object"),
    ("nothing", "{ $.x.y != 1 }", False, "$.x.y is not there"),
    ("nothing, as asked", "{ $.x NOT EXISTS }", True, "$.x is not there"),
    ("null exists", "{ $.z NOT EXISTS }", False, "it is null"),
    ("several", "{ $.a[*] = 9 }", False, "4 found: 1, 2, an array, …"),
    ("a long text", "{ $.l = x }", False, f'it is "{"y" * 59}…'),
]
MESSAGE = '{"s": "503", "n": 404, "b": true, "o": {}, "z": null, "a": [1, 2, [], 4], "l": "%s"}' % ("y" * 99)


@pytest.mark.parametrize(("pattern", "holds", "reason"), [row[1:] for row in REASONS], ids=[row[0] for row in REASONS])
def test_reasons(pattern: str, holds: bool, reason: str) -> None:
    (finding,) = explain(pattern, MESSAGE).findings
    assert (finding.holds, finding.reason) == (holds, reason)
    assert f"{{ {finding.condition} }}" == pattern


NOTES = [
    ("", "x", "an empty pattern matches every message"),
    ("{ $.a = 1 }", "no JSON", "the message is not a JSON object or array"),
    ("[a, b]", "one", "the message has 1 of the 2 fields that the pattern needs"),
    ("[a, ...]", "one", "the pattern has no conditions, and the message has enough fields"),
    ("[]", "", "the pattern has no conditions, and the message has enough fields"),
]


@pytest.mark.parametrize(("pattern", "message", "note"), NOTES)
def test_notes(pattern: str, message: str, note: str) -> None:
    explanation = explain(pattern, message)
    assert (explanation.note, explanation.findings) == (note, [])


def test_an_array_at_the_root() -> None:
    assert explain("{ $.a NOT EXISTS }", "[1]").findings == [
        Finding("$.a NOT EXISTS", False, "the message is an array")
    ]


def test_ignored_terms() -> None:
    explanation = explain("?a -b %c%", "abc")
    assert [(finding.condition, finding.holds) for finding in explanation.findings] == [
        ("?a", None),
        ("-b", False),
        ("%c%", True),
    ]


def test_fields_are_extracted_also_without_a_match() -> None:
    explanation = explain("[ip, status = 4*, ...]", "::1 503 \ud800")
    assert not explanation.matches
    assert explanation.extracted == {"$ip": "::1", "$status": "503", "$3": "\ufffd"}


SPANS = [
    ("ERROR", "an ERROR, ERROR", [(3, 8), (10, 15)]),
    ("?ab ?bc -x", "abc", []),
    ("?ab ?bc", "abc abc", [(0, 3), (4, 7)]),
    ('%[0-9]+% "é"', "é 12 3", [(0, 2), (3, 5), (6, 7)]),
    ("%x*%", "axx", [(1, 3)]),
    ("{ $.a = 1 }", '{"a": 1}', []),
]


@pytest.mark.parametrize(("pattern", "message", "spans"), SPANS)
def test_where_terms_are_found(pattern: str, message: str, spans: list[tuple[int, int]]) -> None:
    assert compile(pattern).find_terms(message.encode()) == spans
