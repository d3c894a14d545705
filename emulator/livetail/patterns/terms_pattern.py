"""Patterns of terms: `ERROR -"not this" ?maybe %regex%`, looked for anywhere in the message.

A term is found as a substring, also inside a word.
"""

import re
from collections.abc import Callable

from livetail.patterns.errors import InvalidPatternError
from livetail.patterns.regex import regex_search, regex_spans
from livetail.patterns.scanner import BLANKS, UNFINISHED_TERM, UNNAMED, Scanner, invalid_term_at
from livetail.patterns.subject import Subject
from livetail.patterns.syntax import Item, Marker, Regex, Terms, Value, Word

Test = Callable[[Subject], bool]

# The documentation has letters, digits and `_`; the full stop is in patterns of deployed stacks (?Runtime.ExitError).
_WORD = re.compile(r"[A-Za-z0-9_.]+")


def parse_terms(text: str) -> Terms:
    """Read a pattern of terms.

    Raises:
        InvalidPatternError: a term holds a character that needs quotation marks, or is missing after its marker.
    """
    scanner = Scanner(text)
    items = []
    scanner.skip_blanks()
    while scanner.peek():
        items.append(_item(scanner))
        scanner.skip_blanks()
    if scanner.limit_error:
        raise scanner.limit_error
    return Terms(tuple(items))


def _item(scanner: Scanner) -> Item:
    start = scanner.position
    marker = Marker.REQUIRED
    if scanner.take("-"):
        marker = Marker.EXCLUDED
        # The documentation of 2018 writes a blank after the minus, and people still do.
        scanner.skip_blanks()
    elif scanner.take("?"):
        marker = Marker.OPTIONAL
    following = scanner.peek()
    if marker is not Marker.REQUIRED and (not following or following in BLANKS or following in "-?"):
        raise scanner.error(f"a term is missing after the {marker.value!r}", at=start)
    return Item(marker, _value(scanner))


def _value(scanner: Scanner) -> Value:
    start = scanner.position
    opening = scanner.peek()
    value: Value
    if opening == '"':
        value = scanner.take_quoted()
        if not value.text:
            raise scanner.error("a quoted term must not be empty", at=start, term='""')
    elif opening == "%":
        value = scanner.take_regex()
    else:
        value = Word(scanner.take_run(_WORD))
        if not value.text:
            raise _unexpected(scanner)
    following = scanner.peek()
    # A hyphen begins an exclusion also inside a word: ORDER-1 is ORDER -1 (observed three times).
    if following and following not in BLANKS and following != "-":
        if isinstance(value, Word):
            raise _unexpected(scanner)
        raise scanner.error(f"a blank is missing before {following!r}")
    return value


def _unexpected(scanner: Scanner) -> InvalidPatternError:
    character = scanner.peek()
    if character == '"':
        return scanner.error("a blank is missing before the quotation mark")
    reason = f"{character!r} is not allowed in an unquoted term; put the term in double quotation marks"
    if character in "{[" and not scanner.text[: scanner.position].strip(BLANKS):
        reason = f"{character!r} must be the first character of the pattern, before any blank"
    named = None if character in UNNAMED else invalid_term_at(scanner.text, scanner.position, UNFINISHED_TERM)
    return scanner.error(reason, term=named)


def counted_items(terms: Terms) -> tuple[Item, ...]:
    """The items that decide: optional ones beside others are ignored, says the documentation."""
    others = tuple(item for item in terms.items if item.marker is not Marker.OPTIONAL)
    return others or terms.items


def build_terms(terms: Terms) -> Test | None:
    """A test of a message against the terms; None if there are none, and every message passes."""
    # Plain terms cost less than regular expressions.
    items = sorted(counted_items(terms), key=lambda item: isinstance(item.value, Regex))
    if not items:
        return None
    tests = [(build_term(item.value), item.marker is not Marker.EXCLUDED) for item in items]
    if len(tests) == 1 and tests[0][1]:
        return tests[0][0]
    if items[0].marker is Marker.OPTIONAL:
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
        search = regex_search(value.body)
        return lambda subject: search(subject.encoded)
    text = value.text
    return lambda subject: text in subject.text


def find_term(value: Value, encoded: bytes) -> list[tuple[int, int]]:
    """The spans (start, end) in bytes of a term in a message in UTF-8."""
    if isinstance(value, Regex):
        return regex_spans(value.body, encoded)
    term = value.text.encode("utf-8", "surrogateescape")
    return [found.span() for found in re.finditer(re.escape(term), encoded)]
