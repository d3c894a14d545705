"""Patterns of terms: one row for each rule, the messages it finds and those it does not."""

import pytest

from livetail.patterns import Subject, compile
from tests.unit.patterns.tables import matches, refusal

FINDS = [
    ("one term anywhere", "ERROR", "[ERROR 400] BAD REQUEST"),
    ("no word boundary after", "ERROR", "Exiting with ERRORCODE: -1"),
    ("no word boundary before", '"admin"', "fsxadmin"),
    ("punctuation in the message has no role", "ERROR", "a,ERROR:b"),
    ("all terms", "ERROR ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS"),
    ("in any order", "ARGUMENTS ERROR", "[ERROR 419] MISSING ARGUMENTS"),
    ("one place may serve two terms", "ERR ERROR", "ERROR"),
    ("a term given twice", "ERROR ERROR", "ERROR"),
    ("quoted and bare together", '"[ERROR]" Exception', "[ERROR] Unhandled exception: InvalidQueryException"),
    ("a phrase", '"INTERNAL SERVER ERROR"', "[ERROR 500] INTERNAL SERVER ERROR"),
    ("a phrase with blanks around", '" ERROR "', "an ERROR here"),
    ("any character in quotation marks", '"[:] %x% *? -a {(é’"', "<[:] %x% *? -a {(é’>"),
    ("an escaped quotation mark", r'"say \"hi\""', 'say "hi"'),
    ("an escaped backslash", r'"C:\\temp"', r"C:\temp"),
    ("escaped JSON inside a string", r'"\\\"level\\\":\\\"error\\\""', r'{"log":"{\"level\":\"error\"}"}'),
    ("another backslash is dropped", r'"a\bc"', "abc"),
    ("a line break inside a phrase", '"a\nb"', "a\nb"),
    ("excluded", "ERROR -ARGUMENTS", "[ERROR 400] BAD REQUEST"),
    ("excluded first", "-ARGUMENTS ERROR", "[ERROR 400] BAD REQUEST"),
    ("a blank after the minus", '"ERROR" - "Exiting"', "[ERROR] A fatal exception"),
    ("only exclusions", "-ERROR -WARN", "INFO"),
    ("one of the optional", "?Error ?fatal", "[ERROR] A fatal exception has occurred"),
    ("one optional alone", "?ERROR", "ERROR"),
    ("optional phrases", '?"clean up" ?xyz', "map clean up"),
    ("optional beside a plain one is ignored", "?ERROR ?ARGUMENTS REQUEST", "[WARN] UNAUTHORIZED REQUEST"),
    ("optional beside an exclusion is ignored", "?ERROR -DEBUG", "INFO"),
    ("a hyphen in a word begins an exclusion", "ORDER-ITEM-1", "ORDER"),
    ("a hyphen after a phrase begins an exclusion", '"ORDER"-ITEM', "ORDER"),
    ("words of digits and underscores", "81e3ec01910d _a1", "id=44f5-81e3ec01910d _a1"),
    ("a message that is JSON is text", '"\\"a\\": 1"', '{"a": 1}'),
    ("JSON keys as terms", "level error", '{"level":"error"}'),
    ("a line further down", "second", "first\nsecond"),
    ("a blank phrase", '" "', "a b"),
    ("full stops", "?Runtime.ExitError ?java.lang", "java.lang.Error"),
    ("an excluded blank phrase", 'a -" "', "a"),
    ("blanks around the terms", "\t ERROR \n", "ERROR"),
    ("a regular expression", "%[Ee]rror%", "an error"),
    ("a regular expression beside a term", "%^a% b", "a b"),
    ("an optional regular expression", "?%^x% ?b", "a b"),
    ("an excluded regular expression", "a -%^x%", "a x"),
]

IGNORES = [
    ("case", "ERROR", "ErRoR"),
    ("one of the terms is missing", "ERROR ARGUMENTS", "[ERROR 401] UNAUTHORIZED REQUEST"),
    ("words of a phrase apart", '"hello cruel"', "hello very cruel"),
    ("blanks of a phrase are exact", '"a b"', "a  b"),
    ("a phrase with blanks at its ends", '" ERROR "', "ERROR"),
    ("the excluded term", "ERROR -ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS"),
    ("the excluded phrase after a blank", '"ERROR" - "Exiting"', "Exiting with ERRORCODE: -1"),
    ("an exclusion is a substring too", "ERROR -ARG", "ERROR ARGUMENTS"),
    ("one of several exclusions", "-ERROR -WARN", "a WARNING"),
    ("none of the optional", "?Error ?fatal", "[ERROR] Caught IllegalArgumentException"),
    ("optional does not stand for plain", "?ERROR REQUEST", "ERROR"),
    ("optional does not stand for an exclusion", "?ERROR -DEBUG", "ERROR DEBUG"),
    ("a word with hyphens finds itself not", "request-id-123-x", "request-id-123-x"),
    ("no wildcard in quotation marks", '"ERR*"', "ERROR"),
    ("no regular expression in quotation marks", '"%E.%"', "ER"),
    ("a blank phrase without a blank to find", '" "', "a\nb"),
    ("an excluded blank phrase", 'a -" "', "a b"),
    ("a full stop is no wildcard", "a.b", "axb"),
    ("the excluded regular expression", "a -%^x%", "x a"),
]

TOO_MANY_REGEXES = "Your input has exceeded the maximum of 2 regular expressions per filter pattern."

REFUSED = [
    ("parenthesis", "a (b)", 3, "Invalid character(s) in term '('"),
    ("colon", "?Status: timeout", 8, "Invalid character(s) in term ':'"),
    ("comma", "ERROR, x", 6, "Invalid character(s) in term ','"),
    ("bracket", "a [b]", 3, "Invalid character(s) in term '['"),
    ("backtick", "`ERROR`", 1, "Invalid character(s) in term '`'"),
    ("backslash", 'level\\":\\"error', 6, "Invalid character(s) in term '\\'"),
    ("single quotation mark", "'ERROR'", 1, "Invalid character(s) in term '''"),
    ("at sign", "email@someemail.com", 6, "Invalid filter pattern"),
    ("slash", "GET /orders", 5, "Invalid filter pattern"),
    ("typographic quotation mark", "a \u201cERROR\u201d", 3, "Invalid character(s) in term '?'"),
    ("a letter that is not ASCII", "Störung", 3, "Invalid character(s) in term 'ö'"),
    ("equals sign", "a=b", 2, "Invalid character(s) in term '='"),
    ("star", "ERR*", 4, "Invalid character(s) in term '*'"),
    ("percent sign in a word", "100%", 4, "Invalid character(s) in term '%'"),
    ("question mark in a word", "why?", 4, "Invalid character(s) in term '?'"),
    ("empty term", '""', 1, "Invalid character(s) in term '\"\"'"),
    ("empty excluded term", 'a -""', 4, "Invalid character(s) in term '\"\"'"),
    ("quotation mark not closed", 'a "b', 3, "Invalid character(s) in term '\"b'"),
    ("closing quotation mark escaped", 'a "b\\"', 3, "Invalid character(s) in term '\"b\\\"'"),
    ("text after a phrase", '"event": "x"', 8, "Invalid filter pattern"),
    ("phrase after a phrase", '"a""b"', 4, "Invalid filter pattern"),
    ("phrase after a word", 'a"b"', 2, "Invalid filter pattern"),
    ("nothing excluded", "a -", 3, "Invalid filter pattern"),
    ("nothing after a hyphen", "ORDER- ", 6, "Invalid filter pattern"),
    ("three regular expressions", "%a% -%b% ?%c%", 11, TOO_MANY_REGEXES),
    ("two hyphens", "--a", 1, "Invalid filter pattern"),
    ("nothing optional", "?", 1, "Invalid filter pattern"),
    ("a blank after the question mark", "a ? b", 3, "Invalid filter pattern"),
    ("two markers", "?-a", 1, "Invalid filter pattern"),
    ("a blank before a brace", " {$.a IS TRUE} ", 2, "Invalid filter pattern"),
    ("a blank before a bracket", " [a]", 2, "Invalid character(s) in term '['"),
    ("expression not closed", "a %b", 3, "Invalid character(s) in term '%b'"),
    ("empty expression", "%%", 1, "Invalid character(s) in term '%%'"),
    ("text after an expression", "%a%b", 4, "Invalid filter pattern"),
]


@pytest.mark.parametrize(("pattern", "message"), [row[1:] for row in FINDS], ids=[row[0] for row in FINDS])
def test_finds(pattern: str, message: str) -> None:
    assert matches(pattern, message)


@pytest.mark.parametrize(("pattern", "message"), [row[1:] for row in IGNORES], ids=[row[0] for row in IGNORES])
def test_ignores(pattern: str, message: str) -> None:
    assert not matches(pattern, message)


@pytest.mark.parametrize(("pattern", "column", "text"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refused(pattern: str, column: int, text: str) -> None:
    error = refusal(pattern)
    assert (error.column, error.message()) == (column, text)


@pytest.mark.parametrize("pattern", ["", " ", "\t\r\n "])
def test_patterns_that_match_everything(pattern: str) -> None:
    assert compile(pattern).matches_everything
    assert matches(pattern, "") and matches(pattern, "anything")


@pytest.mark.parametrize("pattern", ["a", "-a", '" "', "?a", "%.*%"])
def test_patterns_that_are_looked_at(pattern: str) -> None:
    assert not compile(pattern).matches_everything


def test_terms_extract_nothing() -> None:
    assert compile("ERROR").extract(Subject("ERROR")) == {}
    assert compile("").extract(Subject("ERROR")) == {}
