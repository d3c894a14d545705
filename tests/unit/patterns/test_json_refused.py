"""JSON patterns that are refused: the column and the words of the error."""

import pytest

from livetail.patterns import InvalidPatternError, compile
from tests.unit.patterns.tables import refusal

SEVERAL_WILDCARDS = (
    "Your filter pattern has a JSON path selector that exceeds the maximum of 1 wildcard allowed per json selector."
)

REFUSED = [
    ("missing brace", "{$.a.b=abc", 11, "If a filter pattern starts with '{' it must end with '}'"),
    ("only a brace", "{", 2, "If a filter pattern starts with '{' it must end with '}'"),
    ("blank after the brace", "{ $.a = 1 } ", 12, "If a filter pattern starts with '{' it must end with '}'"),
    ("text after the brace", "{ $.a = 1 } x", 14, "If a filter pattern starts with '{' it must end with '}'"),
    ("nothing", "{}", 2, "Invalid filter pattern"),
    ("only blanks", "{  }", 4, "Invalid filter pattern"),
    ("no selector", '{ status = "401" }', 3, "Invalid filter pattern"),
    ("quoted selector", '{ "status" = "401" }', 3, "Invalid filter pattern"),
    ("negation", "{ !$.a IS TRUE }", 3, "Invalid character(s) in term '!$'"),
    ("key in quotation marks", '{ $."sc-status" = 5* }', 5, "Invalid character(s) in term '$.\"'"),
    ("deeper key in quotation marks", '{ $.a."b" = 1 }', 6, "Invalid filter pattern"),
    ("second key in quotation marks", '{ $.a = "b" && $."c" = 1 }', 18, "Invalid character(s) in term '$.\"'"),
    ("key that begins with an at sign", "{ $.@type = 1 }", 5, "Invalid character(s) in term '$.@'"),
    ("key that is not ASCII", "{ $.größe = 1 }", 7, "Invalid character(s) in term 'ö'"),
    ("key that begins beyond ASCII", "{ $.ö = 1 }", 5, "Invalid character(s) in term '$.ö'"),
    ("only a dollar sign", "{ $ = 1 }", 4, "Invalid character(s) in term '$ '"),
    ("dollar sign and key without a dot", "{ $a = 1 }", 4, "Invalid character(s) in term '$a'"),
    ("dot without a key", "{ $. = 1 }", 5, "Invalid character(s) in term '$. '"),
    ("dot at the end of a selector", "{ $.a. = 1 }", 6, "Invalid filter pattern"),
    ("element after a dot", "{ $.[0] = 1 }", 6, "Invalid character(s) in term '$.[0'"),
    ("element that is a word", "{ $.a[x] = 1 }", 7, "Invalid character(s) in term '[x'"),
    ("element that is negative", "{ $.a[-1] = 1 }", 7, "Invalid character(s) in term '[-'"),
    ("key in brackets and quotation marks", '{ $.["a"] = 1 }', 6, "Invalid character(s) in term '$.[\"'"),
    ("element far away", "{ $.a[99999999999] = 1 }", 6, "Invalid filter pattern"),
    ("part of a key with a wildcard", "{ $.a* = 1 }", 6, "Invalid filter pattern"),
    (
        "two wildcards in a selector",
        "{ $.*[*] = 1 }",
        6,
        SEVERAL_WILDCARDS,
    ),
    (
        "four wildcards",
        "{ $.* = 1 && $.* = 2 && $.* = 3 && $.a[*] = 4 }",
        36,
        "Your input has exceeded the maximum of 3 JSON wildcard selectors allowed per filter pattern.",
    ),
    ("no comparison", "{ $.a }", 7, "Invalid filter pattern"),
    ("no comparison before and", "{ $.a && $.b = 1 }", 7, "Invalid filter pattern"),
    ("no comparison before a parenthesis", "{ ($.a) }", 7, "Invalid filter pattern"),
    ("no value", "{ $.a = }", 9, "Invalid filter pattern"),
    ("two equals signs", "{ $.a == 1 }", 8, "Invalid filter pattern"),
    ("another operator", "{ $.a ~ 1 }", 7, "Invalid character(s) in term '~'"),
    ("value in single quotation marks", "{ $.a = 'Root' }", 9, "Invalid character(s) in term '''"),
    ("value in typographic quotation marks", "{ $.a = \u201cRoot\u201d }", 9, "Invalid character(s) in term '?'"),
    ("colon in a value", "{ $.a = b:c }", 10, "Invalid character(s) in term ':'"),
    ("slash in a value", "{ $.a = b/c }", 10, "Invalid filter pattern"),
    ("at sign before a value", "{ $.a = @b }", 9, "Invalid filter pattern"),
    ("blank in a value", "{ $.a = b c }", 11, "Invalid filter pattern"),
    ("value not closed", '{ $.a = "b }', 9, "Invalid character(s) in term '\"b }'"),
    ("expression not closed", "{ $.a = %b }", 9, "Invalid character(s) in term '%b }'"),
    ("comma between conditions", '{ $.a = "x", $.b = "y" }', 12, "Invalid character(s) in term ','"),
    ("one ampersand", "{ $.a = 1 & $.b = 2 }", 11, "Invalid character(s) in term '& '"),
    ("one bar", "{ $.a = 1 | $.b = 2 }", 11, "Invalid character(s) in term '| '"),
    ("and as a word", "{ $.a = 1 AND $.b = 2 }", 11, "Invalid filter pattern"),
    ("nothing between conditions", "{ $.a = 1 $.b = 2 }", 11, "Invalid filter pattern"),
    ("no condition after and", "{ $.a = 1 && }", 14, "Invalid filter pattern"),
    ("no condition before or", "{ || $.a = 1 }", 3, "Invalid filter pattern"),
    ("parenthesis not closed", "{ ($.a = 1 }", 3, "Invalid filter pattern"),
    ("second parenthesis not closed", "{ ($.a = 1 && ($.b = 2) }", 3, "Invalid filter pattern"),
    ("parenthesis not opened", "{ $.a = 1) }", 10, "Invalid filter pattern"),
    ("empty parentheses", "{ () }", 4, "Invalid filter pattern"),
    ("brace inside", "{ $.a = 1 } }", 11, "Invalid character(s) in term '}'"),
    ("null as a value", "{ $.a = null }", 9, "Invalid filter pattern"),
    ("null as a value, unequal", "{ $.a != NULL }", 10, "Invalid filter pattern"),
    ("is not", "{ $.a IS NOT NULL }", 10, "Invalid filter pattern"),
    ("is with another word", "{ $.a IS EMPTY }", 10, "Invalid filter pattern"),
    ("is without a word", "{ $.a IS }", 10, "Invalid filter pattern"),
    ("exists", "{ $.a EXISTS }", 7, "Invalid filter pattern"),
    ("not", "{ $.a NOT }", 7, "Invalid filter pattern"),
    ("not null", "{ $.a NOT NULL }", 7, "Invalid filter pattern"),
    ("word after null", "{ $.a IS NULLS }", 10, "Invalid filter pattern"),
    ("digit after null", "{ $.a IS NULL1 }", 10, "Invalid filter pattern"),
    ("greater than a word", "{ $.a > unquoted_string }", 9, "Invalid character(s) in term '\"unquoted_string\"'"),
    ("greater or equal to a text", '{ $.a >= "quoted" }', 10, "Invalid character(s) in term '\"quoted\"'"),
    ("less than a quoted number", '{ $.a < "123" }', 9, "Invalid character(s) in term '\"123\"'"),
    ("less than several full stops", "{ $.a < 1.2.3 }", 9, "Invalid character(s) in term '\"1.2.3\"'"),
    ("greater than a star", "{ $.a > 1* }", 9, "Invalid character(s) in term '\"1*\"'"),
    ("greater than an expression", "{ $.a > %1% }", 9, "Invalid character(s) in term '%1%'"),
    ("greater than half an exponent", "{ $.a > 1e }", 9, "Invalid character(s) in term '\"1e\"'"),
    ("arrow", "{ $.a => 1 }", 8, "Invalid filter pattern"),
]


@pytest.mark.parametrize(("pattern", "column", "text"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refused(pattern: str, column: int, text: str) -> None:
    error = refusal(pattern)
    assert (error.column, error.message()) == (column, text)


def test_operations_on_metric_filters_name_the_word_behind_is() -> None:
    error = refusal("{ $.a IS NOT NULL }")
    assert error.message("metric filter pattern") == "Invalid character(s) in term 'NOT'"


FIRST_BAD_TERMS = [
    ("after what is out of place", '{ "v": [1] }', "':'"),
    ("after a word that is out of place", "{ status = 1 && !($.a = 1) }", "'!('"),
    ("instead of a limit", "{ $.a[*] = 1 && $.b[*][*] = ~ }", "'~'"),
    ("not inside a string", '{ x = ":" && $..a = 1 }', "'$..'"),
]


@pytest.mark.parametrize(
    ("pattern", "term"), [row[1:] for row in FIRST_BAD_TERMS], ids=[row[0] for row in FIRST_BAD_TERMS]
)
def test_what_is_no_token_is_named_wherever_it_stands(pattern: str, term: str) -> None:
    assert refusal(pattern).message() == f"Invalid character(s) in term {term}"


def test_a_dollar_sign_without_a_key_is_explained() -> None:
    with pytest.raises(InvalidPatternError, match=r"'\$' must be followed by '\.key' or '\[0\]'"):
        compile("{ $a = 1 }")
