"""Explanations: the verdict is the matcher's, and the conditions, joined as the pattern joins them, come to it."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livetail.patterns import InvalidPatternError, Subject, compile
from livetail.patterns.explain import Explanation, Finding, explain, found_terms
from livetail.patterns.syntax import And, Condition, JsonPattern, Or, SpacePattern, Terms
from tests.property.pattern_trees import (
    fields_and_entries,
    json_conditions,
    json_text,
    json_trees,
    messages,
    terms,
    write_terms,
)
from tests.unit.patterns import test_documentation
from tests.unit.patterns.test_corpora import SOURCED


def joined(condition: Condition, holds: dict[str, bool | None]) -> bool:
    if isinstance(condition, And):
        return all(joined(operand, holds) for operand in condition.operands)
    if isinstance(condition, Or):
        return any(joined(operand, holds) for operand in condition.operands)
    return isinstance(condition, str) or bool(holds[str(condition)])


def come_to(explanation: Explanation, syntax: Terms | JsonPattern | SpacePattern) -> bool:
    """The verdict that the findings come to, joined as the pattern joins them."""
    holds = {finding.condition: finding.holds for finding in explanation.findings}
    if isinstance(syntax, JsonPattern):
        return bool(holds) and joined(syntax.condition, holds)
    if isinstance(syntax, SpacePattern):
        if explanation.note is not None:
            return explanation.note.startswith("the pattern has no conditions")
        return all(joined(field.condition, holds) for field in syntax.fields if field.condition is not None)
    counted = [value for value in holds.values() if value is not None]
    optional = all(item.marker == "?" for item in syntax.items)
    return not syntax.items or (any(counted) if optional else all(counted))


def check(pattern: str, message: str) -> None:
    explanation = explain(pattern, message)
    matcher = compile(pattern)
    assert explanation.matches is matcher.matches(Subject(message))
    assert explanation.matches is come_to(explanation, matcher.syntax)
    assert msgspec.json.decode(msgspec.json.encode(explanation), type=Explanation) == explanation


@pytest.mark.parametrize("case", SOURCED["cases"], ids=lambda case: case["id"])
def test_verdicts_of_sourced_cases(case: dict[str, str | int]) -> None:
    pattern, message = str(case["pattern"]), SOURCED["messages"][case["message"]]
    if case["matches"] == "invalid":
        with pytest.raises(InvalidPatternError):
            explain(pattern, message)
        return
    check(pattern, message)
    assert explain(pattern, message).matches is case["matches"]


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_verdicts_of_drawn_patterns(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["terms", "json", "space"]))
    if kind == "terms":
        check(data.draw(write_terms(data.draw(terms))), data.draw(messages))
    elif kind == "json":
        _, pattern = data.draw(json_conditions())
        check(pattern, json_text(data.draw(json_trees), data.draw))  # type: ignore[arg-type]
    else:
        _, pattern, _, _, message = data.draw(fields_and_entries())
        check(pattern, message)


def test_verdicts_of_the_documentation() -> None:
    for example in test_documentation.EXAMPLES:
        for message in example.matches + example.ignores:
            check(example.pattern, message)


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
    assert (explanation.note, explanation.findings) == (note, ())


def test_an_array_at_the_root() -> None:
    assert explain("{ $.a NOT EXISTS }", "[1]").findings == (
        Finding("$.a NOT EXISTS", False, "the message is an array"),
    )


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
    assert found_terms(compile(pattern), message.encode()) == spans
