"""Patterns of terms: `ERROR -"not this" ?maybe %regex%`, searched for anywhere in the message.

A term is found as a substring, also inside a word.
"""

import re
from collections.abc import Callable

from livetail.patterns.errors import InvalidPatternError
from livetail.patterns.regex import regex_spans
from livetail.patterns.subject import Subject
from livetail.patterns.syntax import Item, Regex, Terms, Value
from livetail.patterns.tokens import (
    BLANKS,
    MAX_REGEXES,
    REGEX,
    STRING,
    UNFINISHED_TERM,
    UNNAMED,
    invalid_token,
    read_value,
    too_many_regexes,
)

Test = Callable[[Subject], bool]

# A blank after the minus is in the documentation of 2018, and still in use. Words have letters, digits and `_` in the
# documentation; the full stop is in patterns of deployed stacks (?Runtime.ExitError).
_ITEM = re.compile(rf"[{BLANKS}]*(-[{BLANKS}]*|\?|)({STRING}|{REGEX}|[A-Za-z0-9_.]+|)", re.DOTALL)


def parse_terms(pattern: str) -> Terms:
    """Read a pattern of terms.

    Raises:
        InvalidPatternError: a term holds a character that needs quotation marks, or is missing after its marker.
    """
    items: list[Item] = []
    regexes: list[int] = []
    end = 0
    while True:
        found = _ITEM.match(pattern, end)
        assert found is not None  # it also matches an empty text
        marker, token = found[1].rstrip(BLANKS), found[2]
        start, end = found.span(2)
        following = pattern[end : end + 1]
        if not marker and not token and not following:
            break
        if marker and not token and (not following or following in BLANKS + "-?"):
            raise InvalidPatternError(found.start(1) + 1, f"a term is missing after the {marker!r}")
        if not token:
            raise _unexpected(pattern, end)
        if token == '""':
            raise InvalidPatternError(start + 1, "a quoted term must not be empty", term=token)
        value = read_value(token, start)
        if isinstance(value, Regex):
            regexes.append(start)
        # A hyphen begins an exclusion also inside a word: ORDER-1 is ORDER -1 (observed three times).
        if following and following not in BLANKS + "-":
            if token[0] not in '"%' and following != '"':
                raise _unexpected(pattern, end)
            raise InvalidPatternError(end + 1, f"a blank is missing before {following!r}")
        items.append(Item(marker, value))
    if len(regexes) > MAX_REGEXES:
        raise too_many_regexes(regexes[MAX_REGEXES])
    return Terms(tuple(items))


def _unexpected(pattern: str, position: int) -> InvalidPatternError:
    character = pattern[position]
    reason = f"{character!r} is not allowed in an unquoted term; put the term in double quotation marks"
    if character in "{[" and not pattern[:position].strip(BLANKS):
        reason = f"{character!r} must be the first character of the pattern, before any blank"
    if character in UNNAMED:
        return InvalidPatternError(position + 1, reason)
    return invalid_token(pattern, position, UNFINISHED_TERM, reason)


def counted_items(terms: Terms) -> tuple[Item, ...]:
    """The items that count: optional ones beside others are ignored (documented)."""
    others = tuple(item for item in terms.items if item.marker != "?")
    return others or terms.items


def build_terms(terms: Terms) -> Test | None:
    """A test of a message against the terms; None if there are none, and every message passes."""
    # Plain terms cost less than regular expressions.
    items = sorted(counted_items(terms), key=lambda item: isinstance(item.value, Regex))
    if not items:
        return None
    tests = [(build_term(item.value), item.marker != "-") for item in items]
    if len(tests) == 1 and tests[0][1]:
        return tests[0][0]
    if items[0].marker == "?":
        return lambda subject: any(test(subject) for test, _ in tests)

    def matches(subject: Subject) -> bool:
        for test, wanted in tests:  # noqa: SIM110 - a generator would cost more than the search
            if test(subject) is not wanted:
                return False
        return True

    return matches


def build_term(value: Value) -> Test:
    """A search of a message for one term."""
    if isinstance(value, Regex):
        search = value.search
        return lambda subject: search(subject.encoded)
    text = value.text
    return lambda subject: text in subject.text


def find_term(value: Value, encoded: bytes) -> list[tuple[int, int]]:
    """The spans (start, end) in bytes of a term in a message in UTF-8."""
    if isinstance(value, Regex):
        return regex_spans(value.body, encoded)
    term = value.text.encode("utf-8", "surrogateescape")
    return [found.span() for found in re.finditer(re.escape(term), encoded)]
