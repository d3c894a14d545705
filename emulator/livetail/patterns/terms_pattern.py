"""Patterns of terms: `ERROR -"not this" ?maybe %regex%`, searched for anywhere in the message.

A term is found as a substring, also inside a word.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from livetail.patterns.matcher import Explanation, Finding, InvalidPatternError, Matcher
from livetail.patterns.subject import Subject
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
from livetail.patterns.values import Value

# A blank after the minus is in the documentation of 2018, and still in use. Words have letters, digits and `_` in the
# documentation; the full stop is in patterns of deployed stacks (?Runtime.ExitError).
_TERM = re.compile(rf"[{BLANKS}]*(-[{BLANKS}]*|\?|)({STRING}|{REGEX}|[A-Za-z0-9_.]+|)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Term:
    """A term with its marker: `-` excludes it, `?` makes it optional; empty if it is required."""

    marker: str
    value: Value
    is_in: Callable[[Subject], bool]

    def spans(self, encoded: bytes) -> list[tuple[int, int]]:
        """Where it is in a message in UTF-8."""
        if self.value.regex is not None:
            return self.value.regex.spans(encoded)
        term = self.value.text.encode("utf-8", "surrogateescape")
        return [found.span() for found in re.finditer(re.escape(term), encoded)]


@dataclass(frozen=True, slots=True, eq=False)
class _TermsMatcher(Matcher):
    """A pattern of terms, with those that count: optional ones beside others are ignored (documented)."""

    terms: list[_Term]
    counted: list[_Term]

    def explain(self, subject: Subject) -> Explanation:
        matches = self.matches(subject)
        if not self.terms:
            return Explanation("terms", matches, note="an empty pattern matches every message")
        findings = []
        for term in self.terms:
            found = term.is_in(subject)
            holds: bool | None = found is not (term.marker == "-")
            reason = "found" if found else "not found"
            if term not in self.counted:
                holds, reason = None, "ignored, as optional terms count only where all terms are optional"
            findings.append(Finding(term.marker + term.value.written, holds, reason))
        return Explanation("terms", matches, findings)

    def find_terms(self, encoded: bytes) -> list[tuple[int, int]]:
        apart: list[tuple[int, int]] = []
        for start, end in sorted(span for term in self.counted if term.marker != "-" for span in term.spans(encoded)):
            if apart and start <= apart[-1][1]:
                apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
            else:
                apart.append((start, end))
        return apart


def compile_terms(pattern: str) -> Matcher:
    """A matcher for a pattern of terms; without any term it matches every message.

    Raises:
        InvalidPatternError: a term holds a character that needs quotation marks, or is missing after its marker.
    """
    terms = _read_terms(pattern)
    counted = [term for term in terms if term.marker != "?"] or terms
    return _TermsMatcher(pattern, _message_test(counted), not terms, terms, counted)


def _message_test(terms: list[_Term]) -> Callable[[Subject], bool]:
    if not terms:
        return lambda _: True
    # Plain terms cost less than regular expressions.
    quickest_first = sorted(terms, key=lambda term: term.value.regex is not None)
    tests = [(term.is_in, term.marker != "-") for term in quickest_first]
    if len(tests) == 1 and tests[0][1]:
        return tests[0][0]
    if terms[0].marker == "?":
        return lambda subject: any(is_in(subject) for is_in, _ in tests)

    def matches(subject: Subject) -> bool:
        for is_in, wanted in tests:  # noqa: SIM110 - a generator would cost more than the search
            if is_in(subject) is not wanted:
                return False
        return True

    return matches


def _read_terms(pattern: str) -> list[_Term]:
    terms: list[_Term] = []
    regexes: list[int] = []
    end = 0
    while True:
        found = _TERM.match(pattern, end)
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
        if value.regex is not None:
            regexes.append(start)
        # A hyphen begins an exclusion also inside a word: ORDER-1 is ORDER -1 (observed three times).
        if following and following not in BLANKS + "-":
            if token[0] not in '"%' and following != '"':
                raise _unexpected(pattern, end)
            raise InvalidPatternError(end + 1, f"a blank is missing before {following!r}")
        terms.append(_Term(marker, value, _search(value)))
    if len(regexes) > MAX_REGEXES:
        raise too_many_regexes(regexes[MAX_REGEXES])
    return terms


def _unexpected(pattern: str, position: int) -> InvalidPatternError:
    character = pattern[position]
    reason = f"{character!r} is not allowed in an unquoted term; put the term in double quotation marks"
    if character in "{[" and not pattern[:position].strip(BLANKS):
        reason = f"{character!r} must be the first character of the pattern, before any blank"
    if character in UNNAMED:
        return InvalidPatternError(position + 1, reason)
    return invalid_token(pattern, position, UNFINISHED_TERM, reason)


def _search(value: Value) -> Callable[[Subject], bool]:
    """A search of a message for one term."""
    if value.regex is not None:
        search = value.regex.search
        return lambda subject: search(subject.encoded)
    text = value.text
    return lambda subject: text in subject.text
