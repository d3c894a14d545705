"""Each contested point can be decided the other way by changing one value."""

from dataclasses import fields, replace
from typing import Any

import pytest

from livetail.patterns import InvalidPatternError
from livetail.patterns.compiler import build
from livetail.patterns.decisions import DECISIONS, Decisions
from livetail.patterns.subject import Subject, split_fields
from tests.unit.patterns.tables import under

ANSWERS: list[tuple[str, Any, str, str, bool | str, bool | str]] = [
    # decision, other value, pattern, message, as decided, decided otherwise
    ("optional_beside_exclusion", "alternative", "?a -b", "x b a", False, True),
    ("optional_beside_exclusion", "alternative", "?a -b", "b", False, False),
    ("optional_beside_exclusion", "alternative", "?a -b", "x", True, True),
    ("blank_phrase_matches_all", False, '" "', "ab", True, False),
    ("hyphen_excludes_inside_words", False, "ORDER-1", "ORDER", True, "refused"),
    ("extra_word_characters", ".=*+#", "a.b=c*", "a.b=c*", "refused", True),
    ("generic_fault_characters", "", "a@b", "", "Invalid filter pattern", "Invalid character(s) in term '@'"),
    ("strip_blanks_around_brackets", True, " { $.a = 1 }\n", '{"a": 1}', "refused", True),
    ("strip_blanks_around_brackets", True, " [a = 1, b] ", "1 2", "refused", True),
    ("keywords_in_any_case", False, "{ $.a is null }", '{"a": null}', True, "refused"),
    ("keywords_in_any_case", False, "{ $.a IS NULL }", '{"a": null}', True, True),
    ("blank_in_regex", False, "%a b%", "a b", True, "refused"),
    ("dot_matches_newline", False, "%a.b%", "a\nb", True, False),
    ("lazy_quantifiers", False, "%a.*?b%", "ab", True, "refused"),
    ("leftmost_suffix", False, "{ $.a = *1.1 }", '{"a": "1.1.1"}', False, True),
    ("leftmost_suffix", False, "{ $.a = *1 }", '{"a": 11}', False, True),
    ("leftmost_suffix", False, "{ $.a = 1*1 }", '{"a": 111}', False, True),
    ("leftmost_suffix", False, "{ $.a = 1*1 }", '{"a": 1}', False, False),
    ("inner_star_in_text", "wildcard", "{ $.a = a*c*e }", '{"a": "abcde"}', False, True),
    ("inner_star_in_text", "wildcard", "{ $.a = a*c*e }", '{"a": "abde"}', False, False),
    ("inner_star_in_text", "wildcard", "[w = a*c, ...]", "abc d", False, True),
    ("inner_star_in_numbers", "literal", "{ $.a = 1*3 }", '{"a": 123}', True, False),
    ("booleans_compare_as_text", False, "{ $.a = true }", '{"a": true}', True, False),
    ("booleans_compare_as_text", False, "{ $.a != x }", '{"a": true}', True, False),
    ("null_compares_as_text", True, "{ $.a = null }", '{"a": null}', False, True),
    ("null_compares_as_text", True, "{ $.a != x }", '{"a": null}', False, True),
    ("not_equal_on_several", "all", "{ $.a[*] != 1 }", '{"a": [1, 2]}', True, False),
    ("not_equal_on_several", "all", "{ $.a[*] != 1 }", '{"a": [3, 2]}', True, True),
    ("not_equal_on_several", "all", "{ $.a[*] != 1 }", '{"a": []}', False, False),
    ("numeric_text_in_order", True, "{ $.a > 1 }", '{"a": "2"}', False, True),
    ("numeric_text_in_order", True, "{ $.a > 1 }", '{"a": "2x"}', False, False),
    ("array_at_root", False, "{ $[0] = 1 }", "[1]", True, False),
    ("array_at_root", False, "{ $.a NOT EXISTS }", "[1]", True, False),
]


def answer(decisions: Decisions, pattern: str, message: str, kind: bool | str) -> bool | str:
    try:
        return under(decisions, pattern, message)
    except InvalidPatternError as error:
        return "refused" if kind == "refused" else error.message()


@pytest.mark.parametrize(("name", "other", "pattern", "message", "decided", "otherwise"), ANSWERS)
def test_either_way(
    name: str, other: Any, pattern: str, message: str, decided: bool | str, otherwise: bool | str
) -> None:
    assert answer(DECISIONS, pattern, message, decided) == decided
    assert answer(replace(DECISIONS, **{name: other}), pattern, message, otherwise) == otherwise


def test_line_breaks_separate_fields() -> None:
    assert DECISIONS.line_breaks_separate_fields
    assert Subject("a\nb c").fields.texts == ["a", "b", "c"]
    assert split_fields("a\nb c", " \t").texts == ["a\nb", "c"]


def test_repeated_field_name() -> None:
    assert build("[a, a]", DECISIONS).extract(Subject("1 2")) == {"$a": "2"}
    assert build("[a, a]", replace(DECISIONS, repeated_field_name="first")).extract(Subject("1 2")) == {"$a": "1"}


def test_every_decision_is_tried() -> None:
    tried = {row[0] for row in ANSWERS} | {"line_breaks_separate_fields", "repeated_field_name"}
    assert tried == {decision.name for decision in fields(Decisions)}
