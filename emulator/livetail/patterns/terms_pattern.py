"""Patterns of terms: `ERROR -"not this" ?maybe %regex%`, looked for anywhere in the message.

A term is found as a substring, whatever stands around it.
"""

import re
from typing import TYPE_CHECKING

from livetail.patterns.regex import compile_regex
from livetail.patterns.scanner import BLANKS, Scanner
from livetail.patterns.syntax import Item, Marker, Quoted, Regex, Terms, Value, Word

if TYPE_CHECKING:
    from collections.abc import Callable

    from livetail.patterns.decisions import Decisions
    from livetail.patterns.errors import InvalidPatternError
    from livetail.patterns.subject import Subject

__all__ = ["build_terms", "parse_terms"]


def parse_terms(text: str, decisions: "Decisions") -> Terms:
    """Read a pattern of terms.

    Raises:
        InvalidPatternError: a term holds a character that needs quotation marks, or is missing behind its marker.
    """
    return _Parser(text, decisions).parse()


class _Parser:
    def __init__(self, text: str, decisions: "Decisions") -> None:
        self._scanner = Scanner(text, decisions)
        self._decisions = decisions
        self._word = re.compile(rf"[A-Za-z0-9_{re.escape(decisions.extra_word_characters)}]+")

    def parse(self) -> Terms:
        scanner = self._scanner
        items = []
        scanner.skip_blanks()
        while scanner.peek():
            items.append(self._item())
            scanner.skip_blanks()
        return Terms(tuple(items))

    def _item(self) -> Item:
        scanner = self._scanner
        start = scanner.position
        marker = Marker.REQUIRED
        if scanner.take("-"):
            marker = Marker.EXCLUDED
            # The documentation of 2018 writes a blank behind the minus, and people still do.
            scanner.skip_blanks()
        elif scanner.take("?"):
            marker = Marker.OPTIONAL
        following = scanner.peek()
        if marker is not Marker.REQUIRED and (not following or following in BLANKS or following in "-?"):
            raise scanner.fault(f"a term is missing behind the {marker.value!r}", at=start)
        return Item(marker, self._value())

    def _value(self) -> Value:
        scanner = self._scanner
        start = scanner.position
        opening = scanner.peek()
        value: Value
        if opening == '"':
            value = scanner.take_quoted()
            if not value.text:
                raise scanner.fault("a quoted term must not be empty", at=start, characters='""')
        elif opening == "%":
            value = scanner.take_regex()
        else:
            value = Word(scanner.take_run(self._word))
            if not value.text:
                raise self._unexpected()
        following = scanner.peek()
        if following and following not in BLANKS:
            if isinstance(value, Word):
                # A hyphen begins an exclusion wherever it stands: ORDER-1 is ORDER -1.
                if following != "-" or not self._decisions.hyphen_excludes_inside_words:
                    raise self._unexpected()
            elif following != "-":
                raise scanner.fault(f"a blank is missing before {following!r}")
        return value

    def _unexpected(self) -> "InvalidPatternError":
        scanner = self._scanner
        character = scanner.peek()
        if character in "{[" and not scanner.text[: scanner.position].strip(BLANKS):
            return scanner.unexpected(f"{character!r} must be the first character of the pattern, before any blank")
        if character == '"':
            return scanner.fault("a blank is missing before the quotation mark")
        return scanner.unexpected(
            f"{character!r} is not allowed in an unquoted term; put the term in double quotation marks"
        )


def build_terms(terms: Terms, decisions: "Decisions") -> "Callable[[Subject], bool] | None":
    """A test of a message against the terms; None if every message passes it."""
    sought: dict[Marker, list[Value]] = {marker: [] for marker in Marker}
    for item in terms.items:
        sought[item.marker].append(item.value)
    required, optional, excluded = sought[Marker.REQUIRED], sought[Marker.OPTIONAL], sought[Marker.EXCLUDED]

    if optional and not required and (not excluded or decisions.optional_beside_exclusion == "alternative"):
        return _any_of(
            [_found(value, decisions) for value in optional], [_found(value, decisions) for value in excluded]
        )
    # Optional terms beside others are ignored, says the documentation.
    wanted = [test for value in _by_cost(required) if (test := _found(value, decisions)) is not None]
    unwanted = [_found(value, decisions) for value in _by_cost(excluded)]
    return _all_of(wanted, unwanted)


def _by_cost(values: list[Value]) -> list[Value]:
    return sorted(values, key=lambda value: isinstance(value, Regex))


def _found(value: Value, decisions: "Decisions") -> "Callable[[Subject], bool] | None":
    """A search of a message for one term; None if it is found in every message."""
    if isinstance(value, Regex):
        search = compile_regex(value.body, decisions)
        return lambda subject: search(subject.encoded)
    text = value.text
    if isinstance(value, Quoted) and decisions.blank_phrase_matches_all and not text.strip(BLANKS):
        return None
    return lambda subject: text in subject.text


def _any_of(
    wanted: "list[Callable[[Subject], bool] | None]", unwanted: "list[Callable[[Subject], bool] | None]"
) -> "Callable[[Subject], bool] | None":
    if None in wanted:
        return None
    tests = [test for test in wanted if test is not None]
    against = [test for test in unwanted if test is not None]

    def matches(subject: "Subject") -> bool:
        for test in tests:
            if test(subject):
                return True
        return any(not test(subject) for test in against)

    return matches


def _all_of(
    wanted: "list[Callable[[Subject], bool]]", unwanted: "list[Callable[[Subject], bool] | None]"
) -> "Callable[[Subject], bool] | None":
    if None in unwanted:
        return lambda subject: False
    against = [test for test in unwanted if test is not None]
    if not against and len(wanted) < 2:
        return wanted[0] if wanted else None

    def matches(subject: "Subject") -> bool:
        for test in wanted:
            if not test(subject):
                return False
        for test in against:  # noqa: SIM110 - a generator would cost more than the search
            if test(subject):
                return False
        return True

    return matches
