"""Space-delimited patterns: one row for each rule, with the messages it finds and those it does not."""

import pytest

from livetail.patterns import Subject, compile
from tests.unit.patterns.tables import matches, refusal

ACCESS = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'
LINE = "ERROR 09/25/2014 12:00:02 Failed to process request"

FINDS = [
    ("an entry for each field", "[ip, id, user, timestamp, request, status, size]", ACCESS),
    ("blanks are free", "[ip,id , user,\ttimestamp,request,status,size ]", ACCESS),
    ("text of a field", "[ip, id, user=frank, timestamp, request, status, size]", ACCESS),
    ("quoted field without its quotation marks", "[a, b, c, d, e = GET*, f, g]", ACCESS),
    ("bracketed field without its brackets", "[a, b, c, d = 10/Oct*, e, f, g]".replace("10/Oct*", '"10/Oct*"'), ACCESS),
    ("number", "[ip, id, user, timestamp, request, status = 404, size]", ACCESS),
    ("number in another form", "[ip, id, user, timestamp, request, status = 4.04e2, size]", ACCESS),
    ("greater", "[ip, id, user, timestamp, request, status, size > 1000]", ACCESS),
    ("prefix", "[ip, id, user, timestamp, request, status = 4*, size]", ACCESS),
    ("contains", "[ip, id, user, timestamp, request = *html*, status, size]", ACCESS),
    (
        "quoted star is a wildcard",
        '[ip, id, user, timestamp, request = "*-*" || request = "*.html*", status, size]',
        ACCESS,
    ),
    ("regular expression", "[ip, id, user, timestamp, request=%/index.html HTTP/[0-9.]+$%, status, size]", ACCESS),
    ("gap first", "[..., status, size]", ACCESS),
    ("gap last", "[ip, user, ...]", ACCESS),
    ("gap between", "[ip = 127.*, ..., status = 404, size]", ACCESS),
    ("gap for no field", "[a = x, ..., b = y]", "x y"),
    ("gap alone", "[...]", ""),
    ("two fields share the first word", "[w1=ERROR, w2]", LINE),
    ("the last entry takes the rest", '[w1, w2, w3, w4 = "Failed to process request"]', LINE),
    ("one entry takes the line", "[line = *Failed*]", LINE),
    ("the rest keeps its delimiters", '[a, rest = "\\"b c\\" [d]"]', 'a "b c" [d]'),
    ("a single rest loses its delimiters", '[a, rest = "b c"]', 'a "b c"'),
    ("the rest without blanks at its end", "[a, rest = c]", "a c \n"),
    ("or", "[w1=ERROR || w1=WARNING, w2]", LINE),
    ("and", "[..., status >= 400 && status <= 404, size]", ACCESS),
    ("parentheses", "[(ip != 10.* && ip != 192.*) || ip = 127.*, ...]", ACCESS),
    ("and binds tighter", "[w1 = ERROR || w1 = x && w1 = y, w2]", LINE),
    ("not equal", "[w1 != INFO, w2]", LINE),
    ("number unequal to a text", "[w1 != 1, w2]", LINE),
    ("a name alone among conditions", "[w1 = x || w1, w2]", LINE),
    ("empty entry in the middle", "[w1, , w3 = 12*, w4]", LINE),
    ("empty entry at the end", "[..., status = 404,]", ACCESS),
    ("two empty entries", "[,]", "a b"),
    ("names with hyphens and digits", "[user-agent_1 = a, 2 = b]", "a b"),
    ("the word SPACE in quotation marks", '[w = "SPACE", b]', "SPACE b"),
    ("hyphen as a value", "[ip, id = -, ...]", ACCESS),
    ("tabs separate", "[a, b = x, c]", "1\tx\t2"),
    ("line breaks separate", "[a, b = x, c = 2]", "1\nx\r\n2\n"),
    ("runs of blanks are one", "[a, b = x, c]", " 1   x  2 "),
    ("a delimiter not closed is text", '[a, b = "\\"x", c]', '1 "x 2'),
    ("a bracket not closed is text", '[a, b = "[x", c]', "1 [x 2"),
    ("a delimiter inside a word is text", "[a = x*, b = z*]", 'x"y z"'),
    ("empty delimited fields", '[a = "", b = "", c]', '"" [] x'),
    ("text after a closing delimiter is a field", '[a = ERROR, b = ":", c]', "[ERROR]: x"),
    ("a value of any text", "[..., size = *]", ACCESS),
    ("star inside a field is itself", "[a = x*y, ...]", "x*y z"),
    ("number with a sign", "[a > -1, b = +2, ...]", "-0.5 2 x"),
]

IGNORES = [
    ("fewer fields than entries", "[a, b, c]", "1 2"),
    ("fewer fields than entries around a gap", "[a, ..., b, c]", "1 2"),
    ("no field at all", "[a]", " "),
    ("text", "[w1=INFO, w2]", LINE),
    ("case", "[w1=error, w2]", LINE),
    ("part of a field", "[w1=ERR, w2]", LINE),
    ("one entry is all of the line", "[w1=ERROR]", LINE),
    ("the rest is more than its first word", "[w1, w2, w3, w4 = Failed]", LINE),
    ("one of the entries", "[w1=ERROR, w2=x, w3]", LINE),
    ("neither of or", "[w1=INFO || w1=WARNING, w2]", LINE),
    ("one of and", "[w1!=ERROR && w1!=WARNING, w2]", LINE),
    ("contradiction", "[..., status = 4* && status = 5*, size]", ACCESS),
    ("entries after a gap count from the end", "[..., status = 404]", ACCESS),
    ("no greedy entry beside a gap", "[..., request = GET*]", "GET x"),
    ("number", "[..., status = 403, size]", ACCESS),
    ("number unequal", "[..., status != 404.0, size]", ACCESS),
    ("order of a text", "[w1 > 1, w2]", LINE),
    ("order of a text, less", "[w1 <= 1, w2]", LINE),
    ("number equal to a text", "[w1 = 1, w2]", LINE),
    ("regular expression", "[w1 = %^R%, w2]", LINE),
    ("delimiters are not part of the field", '[a, b, c, d = "[*", e, f, g]', ACCESS),
    ("quoted number is text", '[a = "1", b]', "1.0 x"),
    ("digits beyond ASCII are text", "[a >= 1, b]", "٣ x"),
    ("number with underscores is text", "[a = 1000, b]", "1_000 x"),
    ("suffix found too early", "[a = *1.1, b]", "1.1.1 x"),
]

REFUSED = [
    ("missing bracket", "[a, b", 6, "If a filter pattern starts with '[' it must end with ']'"),
    ("only a bracket", "[", 2, "If a filter pattern starts with '[' it must end with ']'"),
    ("blank after the bracket", "[a] ", 4, "If a filter pattern starts with '[' it must end with ']'"),
    ("two gaps", "[..., x=1, ...]", 12, "Duplicate field '...'"),
    ("a name twice", "[word, word]", 8, "Duplicate field 'word'"),
    ("a name twice, with conditions", "[a = 1, b, (a = 2 || a = 3)]", 12, "Duplicate field 'a'"),
    ("the word SPACE", "[kind = SPACE, value]", 9, "Invalid filter pattern"),
    ("the word SPACE without blanks", "[w1=SPACE, w2, w3]", 5, "Invalid filter pattern"),
    ("what is no token, after what is out of place", "[a b, c!]", 8, "Invalid character(s) in term '!]'"),
    ("conditions on another field", "[..., status = 4* && bytes > 1000]", 22, "Invalid filter pattern"),
    ("or on another field", "[a = 1 || b = 2, c]", 11, "Invalid filter pattern"),
    ("text after a gap", "[... a]", 6, "Invalid filter pattern"),
    ("two full stops", "[.., a]", 2, "Invalid filter pattern"),
    ("two names", "[request id, a]", 10, "Invalid filter pattern"),
    ("quoted name", '["a", b]', 2, "Invalid filter pattern"),
    ("dollar sign in a name", "[$a, b]", 2, "Invalid character(s) in term '$'"),
    ("other punctuation in a name", "[a, b!c]", 6, "Invalid character(s) in term '!c'"),
    ("condition without a name", "[= 1, b]", 2, "Invalid filter pattern"),
    ("no value", "[a =, b]", 5, "Invalid filter pattern"),
    ("no value at the end", "[a =]", 5, "Invalid filter pattern"),
    ("colon in a value", "[a = b:c]", 7, "Invalid character(s) in term ':'"),
    ("slash in a value", "[a = /x]", 6, "Invalid filter pattern"),
    ("value in single quotation marks", "[a = 'x']", 6, "Invalid character(s) in term '''"),
    ("value not closed", '[a = "x]', 6, "Invalid character(s) in term '\"x]'"),
    ("order of a text", "[a > x]", 6, "Invalid character(s) in term '\"x\"'"),
    ("order of a quoted number", '[a > "1"]', 6, "Invalid character(s) in term '\"1\"'"),
    ("parenthesis not closed", "[(a = 1, b]", 8, "Invalid filter pattern"),
    ("parenthesis not opened", "[a = 1), b]", 7, "Invalid filter pattern"),
    ("empty parentheses", "[(), b]", 3, "Invalid filter pattern"),
    ("no condition after and", "[a = 1 &&, b]", 10, "Invalid filter pattern"),
    ("word between conditions", "[a = 1 OR a = 2]", 8, "Invalid filter pattern"),
    ("bracket inside", "[a] b]", 3, "Invalid character(s) in term ']'"),
    ("name that is not ASCII", "[größe]", 4, "Invalid character(s) in term 'ö'"),
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


@pytest.mark.parametrize("pattern", ["[]", "[ ]", "[...]"])
def test_patterns_that_match_everything(pattern: str) -> None:
    assert compile(pattern).matches_everything
    assert matches(pattern, "") and matches(pattern, LINE)


FIELDS = ["127.0.0.1", "-", "frank", "10/Oct/2000:13:25:15 -0700", "GET /index.html HTTP/1.0", "404", "1534"]

EXTRACTS = [
    ("no entries", "[]", ACCESS, {f"${place}": text for place, text in enumerate(FIELDS, 1)}),
    (
        "all named",
        "[ip, id, user, timestamp, request, status, size]",
        ACCESS,
        dict(zip(["$ip", "$id", "$user", "$timestamp", "$request", "$status", "$size"], FIELDS, strict=True)),
    ),
    (
        "fields of a gap by their place",
        "[..., size]",
        ACCESS,
        {**{f"${place}": text for place, text in enumerate(FIELDS[:6], 1)}, "$size": "1534"},
    ),
    (
        "empty entry by its place in the message",
        "[..., request=*.html*, status=4*,]",
        ACCESS,
        {
            **{f"${place}": text for place, text in enumerate(FIELDS[:4], 1)},
            "$request": FIELDS[4],
            "$status": "404",
            "$7": "1534",
        },
    ),
    ("the rest as written", "[a, rest]", '1 "2 3" [4]', {"$a": "1", "$rest": '"2 3" [4]'}),
    ("an unnamed rest", "[a,]", "1 2 3", {"$a": "1", "$2": "2 3"}),
    ("one field left", "[a, rest]", '1 "2 3"', {"$a": "1", "$rest": "2 3"}),
    ("no fields", "[]", " ", {}),
    (
        "tabs and brackets",
        '[ts, level, tag="XS", w1="source", w2="snapshots:", n, ...]',
        "22:10\tINFO\t[XS] source snapshots: 1743 tickers",
        {
            "$ts": "22:10",
            "$level": "INFO",
            "$tag": "XS",
            "$w1": "source",
            "$w2": "snapshots:",
            "$n": "1743",
            "$7": "tickers",
        },
    ),
]


@pytest.mark.parametrize(
    ("pattern", "message", "extracted"), [row[1:] for row in EXTRACTS], ids=[row[0] for row in EXTRACTS]
)
def test_extracts_the_fields(pattern: str, message: str, extracted: dict[str, str]) -> None:
    assert compile(pattern).extract(Subject(message)) == extracted


def test_a_message_without_the_text_sought_is_not_split() -> None:
    subject = Subject(LINE)
    assert not compile("[level = DEBUG, ...]").matches(subject)
    assert subject._fields is None


def test_conditions_nested_as_deep_as_a_pattern_may() -> None:
    pattern = "[" + "".join("(a" + ("&&", "||")[level % 2] for level in range(200)) + "a" + ")" * 200 + "]"
    assert len(pattern) <= 1_024
    assert matches(pattern, LINE)


def test_many_delimiters_that_do_not_close_cost_nothing() -> None:
    for message in ("[ " * 200_000, '"' * 300_001, "[" * 300_000, "]" * 300_000, '["' * 150_000):
        assert not matches("[a = x || a = y, ..., b]", message)


def test_extracts_a_bounded_number_of_fields_of_a_gap() -> None:
    extracted = compile("[first, ..., last]").extract(Subject("x " * 20_000 + "end"))
    assert (len(extracted), extracted["$first"], extracted["$last"]) == (10_002, "x", "end")
    assert (extracted["$10001"], "$10002" in extracted) == ("x", False)
