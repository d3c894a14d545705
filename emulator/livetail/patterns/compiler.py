"""Compiles the text of a pattern: finds its kind, then calls the parser and the builder of that kind.

The kind is found without stripping blanks: AWS refuses ` {$.ThisFlag IS TRUE} ` (observed).
"""

from collections.abc import Callable
from functools import partial

from livetail.patterns.errors import InvalidPatternError
from livetail.patterns.json_pattern import build_json, parse_json
from livetail.patterns.space_pattern import build_space, extract, parse_space
from livetail.patterns.subject import Matcher, Subject
from livetail.patterns.syntax import Pattern
from livetail.patterns.terms_pattern import build_terms, parse_terms
from livetail.patterns.tokens import BLANKS

_CLOSING = {"{": "}", "[": "]"}


def build(pattern: str) -> Matcher:
    """A matcher for the pattern. Its first character decides what kind it is.

    Raises:
        InvalidPatternError: AWS would refuse the pattern.
    """
    opening = pattern[:1]
    closing = _CLOSING.get(opening)
    if closing is None:
        terms = parse_terms(pattern)
        return _matcher(pattern, terms, build_terms(terms))
    if len(pattern) < 2 or pattern[-1] != closing:
        raise _unclosed(pattern, opening, closing)
    if opening == "{":
        condition = parse_json(pattern)
        return _matcher(pattern, condition, build_json(condition))
    fields = parse_space(pattern)
    return _matcher(pattern, fields, build_space(fields), partial(extract, fields))


def _matcher(
    pattern: str,
    syntax: Pattern,
    matches: Callable[[Subject], bool] | None,
    extract: Callable[[Subject], dict[str, str]] = lambda _: {},
) -> Matcher:
    if matches is None:
        return Matcher(pattern, syntax, True, lambda _: True, extract)
    return Matcher(pattern, syntax, False, matches, lambda subject: extract(subject) if matches(subject) else {})


def _unclosed(pattern: str, opening: str, closing: str) -> InvalidPatternError:
    text = f"If a filter pattern starts with '{opening}' it must end with '{closing}'"
    stripped = pattern.rstrip(BLANKS)
    if len(stripped) > 1 and stripped.endswith(closing):
        reason = f"nothing may follow the closing {closing!r}, not even a blank"
        return InvalidPatternError(len(stripped) + 1, reason, text=text)
    reason = f"a pattern that begins with {opening!r} must end with {closing!r}"
    return InvalidPatternError(len(pattern) + 1, reason, text=text)
