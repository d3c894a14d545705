"""JSON patterns: one row for each rule, with the messages that it finds and those that it does not."""

import sys
from types import FrameType

import pytest

from livetail.patterns import Subject, compile
from tests.unit.patterns.tables import matches, refusal

EVENT = """
{
    "eventType": "UpdateTrail",
    "sourceIPAddress": "111.111.111.111",
    "arrayKey": ["value", "another value"],
    "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
    "nested": [[0, 1, 2], [4, 5, 6]],
    "someNull": null,
    "empty": "",
    "yes": true,
    "no": false,
    "text": "true",
    "int": 123,
    "float": 12.34,
    "whole": 12.0,
    "power": 1.5E3,
    "negative": -7,
    "object": {"inner": "x"},
    "array": [],
    "mixed": [1, "x", null],
    "detail-type": "d",
    "cluster.name": "c",
    "quoted": "say \\"hi\\"",
    "path": "/v1/orders/7",
    "star": "Ev*ent",
    "": "no name"
}
"""

FINDS = [
    ("text", '{ $.eventType = "UpdateTrail" }'),
    ("unquoted text", "{ $.eventType = UpdateTrail }"),
    ("no blanks", '{$.eventType="UpdateTrail"&&$.int=123}'),
    ("blanks and line breaks", "{\n\t$.int\n=\t123\n}"),
    ("address unquoted", "{ $.sourceIPAddress = 111.111.111.111 }"),
    ("empty text", '{ $.empty = "" }'),
    ("escaped quotation marks", r'{ $.quoted = "say \"hi\"" }'),
    ("key with a hyphen", '{ $.detail-type = "d" }'),
    ("key in brackets", "{ $.['cluster.name'] = \"c\" }"),
    ("key in brackets at the root", "{ $['cluster.name'] = c }"),
    ("plain key in brackets", "{ $.['int'] = 123 }"),
    ("empty key", "{ $.[''] = \"no name\" }"),
    ("deeper key", "{ $.object.inner = x }"),
    ("deeper key in brackets", "{ $.object.['inner'] = x }"),
    ("element", '{ $.arrayKey[0] = "value" }'),
    ("element, leading zeros", '{ $.arrayKey[00] = "value" }'),
    ("member of an element", "{ $.objectList[1].id = 2 }"),
    ("element of an element", "{ $.nested[1][2] = 6 }"),
    ("any element", '{ $.arrayKey[*] = "another value" }'),
    ("any element, a member of it", "{ $.objectList[*].id = 2 }"),
    ("any member", "{ $.* = 123 }"),
    ("any element of an object", "{ $.object[*] = x }"),
    ("is null of a list that holds null", "{ $.mixed IS NULL }"),
    ("null in quotation marks", '{ $.eventType != "null" }'),
    ("a member of any member", "{ $.*.inner = x }"),
    ("three wildcards", "{ $.* = 123 && $.arrayKey[*] = value && $.nested[*][0] = 4 }"),
    ("not equal", '{ $.eventType != "x" }'),
    ("not equal for any element", '{ $.arrayKey[*] != "value" }'),
    ("regular expression", "{ $.eventType = %Trail% }"),
    ("regular expression on a number", r"{ $.float = %^12\.3% }"),
    ("not found by a regular expression", "{ $.eventType != %trail% }"),
    ("and", '{ $.int = 123 && $.empty = "" }'),
    ("or", "{ $.int = 1 || $.float = 12.34 }"),
    ("and binds tighter, on the right", "{ $.int = 123 || $.int = 1 && $.int = 2 }"),
    ("and binds tighter, on the left", "{ $.int = 1 && $.int = 2 || $.int = 123 }"),
    ("parentheses", "{ ($.int = 123 || $.int = 1) && $.float = 12.34 }"),
    ("parentheses without need", "{ (((($.int = 123)))) && ($.float = 12.34) }"),
    ("is null", "{ $.someNull IS NULL }"),
    ("is true", "{ $.yes IS TRUE }"),
    ("is false", "{ $.no IS FALSE }"),
    ("keywords in lower case", "{ $.yes is true && $.nothing not exists }"),
    ("any element is", "{ $.* IS NULL }"),
    ("not exists", "{ $.nothing NOT EXISTS }"),
    ("not exists below a text", "{ $.eventType.x NOT EXISTS }"),
    ("not exists after the end", "{ $.arrayKey[2] NOT EXISTS }"),
    ("not exists with a wildcard", "{ $.array[*] NOT EXISTS }"),
    ("not exists where a condition would fail", "{ ($.url NOT EXISTS) || ($.url != x) }"),
    ("integer", "{ $.int = 123 }"),
    ("integer as a decimal", "{ $.int = 123.0 }"),
    ("decimal as an integer", "{ $.whole = 12 }"),
    ("exponent", "{ $.power = 1500 }"),
    ("exponent in the pattern", "{ $.int = 1.23e+2 }"),
    ("sign in the pattern", "{ $.int = +123 }"),
    ("negative", "{ $.negative = -7 }"),
    ("number as written", '{ $.int = "123" }'),
    ("decimal as written", '{ $.whole = "12.0" }'),
    ("exponent as written", '{ $.power = "1.5E3" }'),
    ("decimal written otherwise is unequal", '{ $.whole != "12" }'),
    ("number unequal", "{ $.int != 124 }"),
    ("number unequal to a text", "{ $.int != abc }"),
    ("text unequal to a number", "{ $.sourceIPAddress != 111 }"),
    ("greater", "{ $.int > 122.9 }"),
    ("greater or equal", "{ $.int >= 123 }"),
    ("less", "{ $.negative < -6.5 }"),
    ("less or equal", "{ $.float <= 1234e-2 }"),
    ("less than a fraction without digits before", "{ $.negative < .5 }"),
    ("star alone, text", "{ $.eventType = * }"),
    ("star alone, empty text", '{ $.empty = "*" }'),
    ("star alone, number", "{ $.int = * }"),
    ("stars alone", '{ $.int = "**" }'),
    ("prefix", "{ $.eventType = Update* }"),
    ("prefix that is all", "{ $.eventType = UpdateTrail* }"),
    ("prefix, quoted", '{ $.path = "/v1*" }'),
    ("suffix", "{ $.eventType = *Trail }"),
    ("suffix that is all", "{ $.eventType = *UpdateTrail }"),
    ("suffix found once", "{ $.sourceIPAddress = *.111.111.111 }"),
    ("contains", '{ $.path = "*/orders/*" }'),
    ("prefix of a number", "{ $.int = 1* }"),
    ("suffix of a number", "{ $.float = *.34 }"),
    ("prefix with a full stop", "{ $.float = 12.* }"),
    ("number contains", "{ $.float = *2.3* }"),
    ("prefix unequal", "{ $.sourceIPAddress != 123.123.* }"),
    ("star inside a text is itself", '{ $.star = "Ev*ent" }'),
    ("star inside a text, unequal otherwise", "{ $.sourceIPAddress != 111*111 }"),
    ("star inside, prefix", '{ $.star = "Ev*e*" }'),
    ("star inside a number is a wildcard", "{ $.int = 1*3 }"),
    ("star inside a decimal", '{ $.float = "1*4" }'),
    ("text of a boolean", "{ $.text = true }"),
]

IGNORES = [
    ("case of a key", "{ $.EventType = * }"),
    ("case of a value", '{ $.eventType = "updatetrail" }'),
    ("part of a value", "{ $.eventType = Update }"),
    ("missing, equal", "{ $.url = x }"),
    ("missing, unequal", '{ $.url != "/health*" }'),
    ("missing, star", "{ $.url = * }"),
    ("object, unequal", "{ $.object != 123 }"),
    ("object, unequal text", '{ $.object != "123" }'),
    ("object, greater", "{ $.object > 123 }"),
    ("object, less or equal", "{ $.object <= 123 }"),
    ("object, star", "{ $.object = * }"),
    ("array, unequal", "{ $.array != x }"),
    ("boolean, equal", "{ $.yes = true }"),
    ("boolean, unequal", "{ $.yes != false }"),
    ("boolean, star", "{ $.yes = * }"),
    ("null, unequal", "{ $.someNull != x }"),
    ("null, star", "{ $.someNull = * }"),
    ("null, order", "{ $.someNull < 1 }"),
    ("boolean, order", "{ $.yes > 0 }"),
    ("boolean, number", "{ $.yes = 1 }"),
    ("index of a text", '{ $.eventType[0] = "U" }'),
    ("key of an array", "{ $.arrayKey.value = * }"),
    ("member of a missing element", "{ $.objectList[2].id = 2 }"),
    ("any member of an array", "{ $.arrayKey.* = value }"),
    ("any element of none", "{ $.array[*] != x }"),
    ("one of and fails", "{ $.int = 123 && $.int = 1 }"),
    ("parentheses change the meaning", "{ ($.int = 123 || $.int = 1) && $.int = 2 }"),
    ("is null of a missing key", "{ $.nothing IS NULL }"),
    ("is null of a text", "{ $.eventType IS NULL }"),
    ("is null of a list without null", "{ $.arrayKey IS NULL }"),
    ("a list that holds the text", "{ $.mixed = x }"),
    ("is true of a text", "{ $.text IS TRUE }"),
    ("is true of false", "{ $.no IS TRUE }"),
    ("is false of null", "{ $.someNull IS FALSE }"),
    ("null exists", "{ $.someNull NOT EXISTS }"),
    ("an element exists", "{ $.arrayKey[*] NOT EXISTS }"),
    ("number equal", "{ $.int != 123 }"),
    ("number equal in another form", "{ $.int != 123.0 }"),
    ("number equal as written", '{ $.int != "123" }'),
    ("number written otherwise", '{ $.int = "123.00" }'),
    ("text compared with a number as text", "{ $.sourceIPAddress = 111 }"),
    ("text greater than a number", "{ $.sourceIPAddress > 123 }"),
    ("text less than a number", "{ $.sourceIPAddress <= 123 }"),
    ("suffix found too early", '{ $.sourceIPAddress = "*111.111.111" }'),
    ("suffix found too early, unquoted", "{ $.sourceIPAddress = *111.111.111 }"),
    ("suffix not found", "{ $.eventType = *TrailX }"),
    ("suffix longer than the value", "{ $.empty = *a }"),
    ("prefix not found", "{ $.eventType = Trail* }"),
    ("star inside a text is no wildcard", "{ $.eventType = Up*il }"),
    ("star inside a number, unequal", "{ $.int != 1*3 }"),
    ("star inside a decimal, unequal", '{ $.float != "1*4" }'),
    ("star inside a number, not there", "{ $.int = 1*4 }"),
    ("star inside a number, another beginning", "{ $.int = 2*3 }"),
    ("stars inside a number, another middle", "{ $.int = 1*4*3 }"),
    ("boolean equal", "{ $.yes != true }"),
]

NOT_OBJECTS = [
    ("text", "no JSON"),
    ("empty", ""),
    ("text before", '2026-01-01 {"a": 1}'),
    ("text after", '{"a": 1} ok'),
    ("two objects", '{"a": 1}{"a": 1}'),
    ("a text in JSON", '"a"'),
    ("a number", "1"),
    ("null", "null"),
    ("NaN", '{"a": 1, "b": NaN}'),
    ("infinity", '{"a": 1, "b": -Infinity}'),
    ("single quotation marks", "{'a': 1}"),
    ("last comma", '{"a": 1,}'),
    ("line break in a text", '{"a": 1, "b": "\n"}'),
    ("unfinished", '{"a": 1'),
    ("too deep", '{"a": 1, "b": ' + "[" * 100_000 + "]" * 100_000 + "}"),
]


@pytest.mark.parametrize("pattern", [row[1] for row in FINDS], ids=[row[0] for row in FINDS])
def test_finds(pattern: str) -> None:
    assert matches(pattern, EVENT)


@pytest.mark.parametrize("pattern", [row[1] for row in IGNORES], ids=[row[0] for row in IGNORES])
def test_ignores(pattern: str) -> None:
    assert not matches(pattern, EVENT)


@pytest.mark.parametrize("message", [row[1] for row in NOT_OBJECTS], ids=[row[0] for row in NOT_OBJECTS])
def test_what_is_not_an_object_never_matches(message: str) -> None:
    for pattern in ("{ $.a = * }", "{ $.a = 1 }", "{ $.missing NOT EXISTS }", "{ $.a != 2 || $.c NOT EXISTS }"):
        assert not matches(pattern, message)


def test_an_array_at_the_root() -> None:
    assert matches("{ $[1].id = 2 }", '[{"id": 1}, {"id": 2}]')
    assert matches("{ $[*].id = 2 }", '[{"id": 1}, {"id": 2}]')
    assert not matches("{ $.id = 2 }", '[{"id": 2}]')
    assert not matches("{ $.id NOT EXISTS }", '[{"id": 2}]')
    assert not matches("{ $.* NOT EXISTS }", "[1]")
    assert matches("{ $[1] NOT EXISTS }", "[1]")


def test_the_last_of_equal_keys_counts() -> None:
    assert matches("{ $.a = 2 }", '{"a": 1, "a": 2}')
    assert not matches("{ $.a = 1 }", '{"a": 1, "a": 2}')


def test_escapes_in_the_message_are_read() -> None:
    message = r'{"le\u0076el": "ERR\u004fR", "n\/a": "\u00e9", "t": "\ud83d\ude00"}'
    assert matches('{ $.level = "ERROR" }', message)
    assert matches("{ $.['n/a'] = \"é\" }", message)
    assert matches('{ $.t = "\U0001f600" }', message)


def test_what_json_must_escape_is_found() -> None:
    assert matches(r'{ $.a = "\"\\" }', r'{"a": "\"\\"}')
    assert matches('{ $.a = "x\ny" }', r'{"a": "x\ny"}')
    assert matches("{ $.['a\"b'] = 1 }", r'{"a\"b": 1}')


def test_a_message_without_the_text_sought_is_not_decoded() -> None:
    subject = Subject('{"level": "INFO", "status": 200}')
    assert not compile('{ $.level = "ERROR" && $.status = 200 }').matches(subject)
    assert not compile("{ $.duration > 5 }").matches(subject)
    assert not compile("{ $.duration IS NULL }").matches(subject)
    assert subject._document is None


NUMBERS = [
    ("integers beyond 2**53", "9007199254740993", "=", "9007199254740992", False),
    ("fractions that floats confuse", "0.1", "=", "0.10000000000000000001", False),
    ("fractions in two forms", "0.30", "=", "3e-1", True),
    ("zeros", "-0.0", "=", "0", True),
    ("huge exponent", "1e999999999", ">", "1e999999998", True),
    ("tiny exponent", "1e-999999999", ">", "0", True),
    ("exponent beyond all bounds", "1e99999999999999999999", ">", "1e999999999", True),
    ("negative and beyond all bounds", "-1e99999999999999999999", "<", "-1e999999999", True),
    ("too small to tell from zero", "1e-99999999999999999999", "=", "0", True),
    ("zero with an exponent beyond all bounds", "0e99999999999999999999", "=", "0", True),
    ("integer with more digits than Python reads", "9" * 10_000, ">", "1e9999", True),
    ("the same, less", "9" * 10_000, "<", "1e10000", True),
    ("many digits", "1" + "0" * 29_000, "=", "1e29000", True),
]


@pytest.mark.parametrize(
    ("number", "operator", "bound", "expected"), [row[1:] for row in NUMBERS], ids=[row[0] for row in NUMBERS]
)
def test_numbers_compare_exactly(number: str, operator: str, bound: str, expected: bool) -> None:
    assert matches(f"{{ $.a {operator} {bound} }}", f'{{"a": {number}}}') is expected


def test_a_wildcard_compares_equal_values_once() -> None:
    subject = Subject('{"a": [' + "1," * 999 + "1]}")
    matcher = compile("{ $.a[*] > 1 }")
    assert subject.document
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        matcher.matches(subject)
    finally:
        sys.setprofile(None)
    assert 0 < calls < 20


def test_parentheses_to_any_depth() -> None:
    assert matches("{ " + "(" * 505 + "$.a = 1" + ")" * 505 + " }", '{"a": 1}')
    assert matches("{ " + "(" * 5_000 + "$.a = 1" + ")" * 5_000 + " }", '{"a": 1}')
    assert refusal("{" + "(" * 1_022 + "}").message() == "Invalid filter pattern"
    assert refusal("{" + "(" * 5_000 + "}").message() == "Invalid filter pattern"


def nested(levels: int) -> str:
    """Conditions that alternate between and and or, each in the parentheses of the one before."""
    opening = "".join("($.a=1" + ("&&", "||")[level % 2] for level in range(levels))
    return "{" + opening + "$.a=1" + ")" * levels + "}"


def test_conditions_nested_as_deep_as_a_pattern_may() -> None:
    assert matches(nested(100), '{"a": 1}')
    assert len(nested(100)) <= 1_024


def test_extracts_nothing() -> None:
    assert compile("{ $.eventType = * && $.int > 1 }").extract(Subject(EVENT)) == {}
