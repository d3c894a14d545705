"""What holds for patterns of all kinds: dispatch, sharing, error texts, and that no message is an error."""

import pytest

from livetail.patterns import InvalidPatternError, Matcher, Subject, compile
from livetail.patterns.subject import NOT_JSON
from tests.unit.patterns.tables import refusal


@pytest.mark.parametrize(
    ("pattern", "kind"),
    [
        ("ERROR", "terms"),
        ("%a%", "terms"),
        ("", "terms"),
        ("{ $.a = 1 }", "json"),
        ("[a]", "space"),
        ('"{"', "terms"),
    ],
)
def test_the_first_character_decides_the_kind(pattern: str, kind: str) -> None:
    assert compile(pattern).explain(Subject("")).kind == kind


def test_equal_patterns_share_a_matcher() -> None:
    assert compile("one pattern") is compile("one pattern")
    assert compile("one pattern") is not compile("one  pattern")


def test_the_cache_is_bounded() -> None:
    for number in range(1_000):
        compile(f"pattern{number}")
    assert compile.cache_info().currsize <= 64


def test_a_matcher_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        compile("x").pattern = "y"  # type: ignore[misc]
    assert compile("x").pattern == "x"
    assert isinstance(compile("x"), Matcher)


@pytest.mark.parametrize("pattern", ["a (", "{ $.a = }", "[a, ...,", "{ $.a = %(% }"])
def test_a_refusal_says_where_and_why(pattern: str) -> None:
    error = refusal(pattern)
    assert str(error) == f"column {error.column}: {error.reason}"
    assert 1 <= error.column <= len(pattern) + 1
    assert not error.reason.endswith(".")


def test_the_generic_text_names_the_subject() -> None:
    error = refusal("{ $.a = }")
    assert error.message() == "Invalid filter pattern"
    assert error.message("metric filter pattern") == "Invalid metric filter pattern"
    assert refusal("a (").message("metric filter pattern") == "Invalid character(s) in term '('"
    assert refusal("{").message("metric filter pattern").startswith("If a filter pattern starts with '{'")


def test_characters_beyond_latin_1_show_as_question_marks() -> None:
    error = InvalidPatternError(1, "", term="$.é’\U0001f600\ud800")
    assert error.message() == "Invalid character(s) in term '$.é???'"


HOSTILE_MESSAGES = {
    "empty": "",
    "half a surrogate pair": '{"a": "\ud800"} \udfff',
    "escaped half of a pair": '{"a": "\\ud800"}',
    "null characters": '{"a": "\x00"} \x00',
    "deep arrays": "[" * 100_000,
    "deep objects": '{"a":' * 50_000 + "1" + "}" * 50_000,
    "huge integer": '{"a": ' + "9" * 30_000 + "}",
    "huge exponent": '{"a": 1e' + "9" * 30_000 + "}",
    "tiny exponent": '{"a": -1e-' + "9" * 30_000 + "}",
    "long fraction": '{"a": 0.' + "0" * 30_000 + "1}",
    "huge number as a field": "9" * 30_000 + " 1e" + "9" * 10_000,
    "long word": "a" * 100_000,
    "many words": "a " * 50_000,
    "quotation marks": '"' * 30_001,
    "brackets": "[" * 30_000 + "]" * 30_000,
    "byte order mark": '\ufeff{"a": 1}',
    "almost a number": "9" * 30_000 + "}",
    "long JSON text": '{"a": "' + "x" * 30_000 + '"}',
}

PATTERNS = [
    "",
    "ERROR -a ?b",
    '"\ud800"',
    "%a*a*a*a*b$%",
    r"%^.{1000}\W?x%",
    "{ $.a = 1 }",
    "{ $.a != 1e5 && $.a > 12 }",
    '{ $.a = "*x*y*" || $.a = %^9+% }',
    "{ $.a.a.a[0] NOT EXISTS }",
    "{ $.* = * }",
    "[a = 1, b != 2]",
    "[..., a = %x%, b > 1]",
    "[]",
]


@pytest.mark.parametrize("message", HOSTILE_MESSAGES.values(), ids=HOSTILE_MESSAGES.keys())
def test_no_message_is_an_error(message: str) -> None:
    for pattern in PATTERNS:
        subject = Subject(message)
        matcher = compile(pattern)
        matched = matcher.matches(subject)
        assert isinstance(matched, bool)
        for name, value in matcher.extract(subject).items() if matched else ():
            assert name.startswith("$") and type(value) is str


def test_a_subject_is_read_once() -> None:
    subject = Subject('{"a": 1} x')
    assert subject.document is NOT_JSON and subject.fields is subject.fields and subject.encoded is subject.encoded
    subject = Subject('{"a": 1}')
    assert subject.document is subject.document != NOT_JSON
